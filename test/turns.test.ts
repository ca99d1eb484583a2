// Much to write is written in turns with whatever is dropped meanwhile: pages, archive pages and the folders of
// categories. With turns as short as these there are many, however fast the machine is.
import { existsSync, globSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { silentLog } from '../src/log.ts'
import { Publisher } from '../src/publisher/publisher.ts'
import type { RunReport } from '../src/publisher/run.ts'
import { walk } from './support/archive-reader.ts'
import { Faults } from './support/faults.ts'
import { brokenLinks } from './support/link-checker.ts'
import { Publication, siteId } from './support/publication.ts'

const baseUrl = 'https://example.org/'
const settings = `title: Test\ntimezone: UTC\nbaseUrl: ${baseUrl}\nlimits: { arrivalHours: 0 }\n`
const turnMs = 20
/** Of an archive that is there, and of what then comes at once. */
const [few, many] = [160, 1_100]
const categories = 200

function write(publication: Publication, number: number, more = ''): string {
  const date = new Date(Date.UTC(2020, 0, 1, number)).toISOString()
  const tags = [0, 1, 2, 3].map((step) => `#c${(number * 7 + step * 71) % categories}`)
  const text = `This is note ${number}.\n\n${tags.join(' ')} #all${more}`
  const path = `${number % 9}/${number}.md`
  publication.write(path, `---\ntitle: Note ${number}\ndate: ${date}\n---\n\n${text}\n`)
  return path
}

function writeRange(publication: Publication, first: number, end: number): void {
  for (let number = first; number < end; number += 1) write(publication, number)
}

type Open = {
  readonly publisher: Publisher
  readonly run: (...paths: readonly string[]) => Promise<RunReport>
  /** What was written, step by step. */
  readonly told: (readonly string[])[]
}

async function open(publication: Publication, faults?: Faults): Promise<Open> {
  const told: (readonly string[])[] = []
  const publisher = await Publisher.open(publication.settings, {
    log: silentLog,
    now: () => (publication.nowMs += 60_000),
    mintSiteId: () => siteId,
    turnMs,
    fileCalls: faults?.fileCalls,
    onPublication: ({ written }) => told.push(written),
  })
  const run = async (...paths: readonly string[]) =>
    publisher.run({ kind: 'some', paths }, () => false, true)
  return { publisher, run, told }
}

/** Feeds of categories that were written in these steps. */
function countFolders(told: readonly (readonly string[])[]): number {
  return new Set(told.flat().filter((path) => /^categories\/.*\/atom.xml$/.test(path))).size
}

/** How many pages one meets who walks from the feed; all of them are there. */
function countPages(publication: Publication): number {
  for (let [path, pages] = ['atom.xml', 0]; ; pages += 1) {
    const next = /rel="prev-archive"[^>]* href="https:\/\/example.org\/(.*?)"/.exec(
      publication.read(path),
    )
    if (next?.[1] === undefined) return pages
    path = next[1]
  }
}

/**
 * What stands is what one run writes that does all at once, as it does where the main feed is missing; and the feed and
 * its archive hold each entry once.
 */
async function expectWhole(publication: Publication, count: number): Promise<void> {
  const met = walk((path) => publication.read(path)).map(({ id }) => id)
  expect([met.length, new Set(met).size]).toEqual([count, count])
  expect(brokenLinks(publication.settings.out, baseUrl)).toEqual([])
  const feed = publication.read('atom.xml')
  rmSync(join(publication.settings.out, 'atom.xml'))
  const { written, unchanged } = await publication.run()
  expect(written).toBe(1)
  expect(unchanged).toBeGreaterThan(count)
  expect(publication.read('atom.xml')).toBe(feed)
}

test('a drop is in the main feeds before the last category folder is written, and all is as if written at once', async () => {
  await using publication = Publication.make(settings)
  const gone = join(publication.settings.out, 'categories/aaa/index.html')
  const isListed = () => publication.read('feeds.opml').includes('/aaa/')
  writeRange(publication, 0, few)
  for (const number of [0, 1, 2]) write(publication, number, ' #aaa')
  await publication.run()
  const pages = countPages(publication)
  expect(pages).toBe(2)
  expect(isListed()).toBe(true)
  writeRange(publication, 0, few + many)
  const opened = await open(publication)
  let count = few + many
  {
    await using publisher = opened.publisher
    let report = await publisher.run({ kind: 'all' }, () => false, true)
    const drop = async () => {
      const path = write(publication, count)
      report = await opened.run(path)
      expect(publication.read('atom.xml')).toContain(`>Note ${count}</title>`)
      expect(report.isUnfinished).toBe(true)
      count += 1
    }
    await drop()
    opened.told.length = 0
    const dropped: number[] = []
    while (report.isUnfinished) {
      const folders = countFolders(opened.told)
      if (dropped.length < 4 && folders > dropped.length * 20) {
        await drop()
        dropped.push(folders)
      } else report = await opened.run()
      // From the first turn to the last.
      expect(countPages(publication)).toBeGreaterThanOrEqual(pages)
      expect(existsSync(gone) || !isListed()).toBe(true)
    }
    expect([existsSync(gone), isListed()]).toEqual([false, false])
    expect(dropped).toHaveLength(4)
    expect(dropped.at(-1)).toBeLessThan(categories)
    expect(countFolders(opened.told)).toBe(categories + 1)
  }
  await expectWhole(publication, count)
})

test('a program that dies again and again in the midst of turns completes them all the same', async () => {
  await using publication = Publication.make(settings)
  writeRange(publication, 0, few)
  await publication.run()
  const pages = countPages(publication)
  expect(pages).toBe(2)
  writeRange(publication, few, few + many)
  let deaths = 0
  for (let isUnfinished = true; isUnfinished;) {
    let renamed = 0
    using faults = new Faults('dies', ({ name }) => name === 'rename' && (renamed += 1) > 400)
    try {
      const { publisher, run } = await open(publication, faults)
      let report = await publisher.run({ kind: 'all' }, () => false, true)
      while (report.isUnfinished) report = await run()
      await publisher[Symbol.asyncDispose]()
      isUnfinished = false
    } catch (error) {
      if (!faults.hasStruck) throw error
      deaths += 1
    }
    expect(countPages(publication)).toBeGreaterThanOrEqual(pages)
  }
  expect(deaths).toBeGreaterThan(3)
  await expectWhole(publication, few + many)
})

test('feeds that are refused in a turn stay as they were and are told of, and the rest is published', async () => {
  await using publication = Publication.make(settings)
  const first = 400
  writeRange(publication, 0, first)
  await publication.run()
  // Each shows an entry that nobody knows of, as if the store had lost it.
  const paths = globSync('categories/c*/atom.xml', { cwd: publication.settings.out })
  expect(paths.length).toBeGreaterThan(150)
  const strange = new Map(
    paths.map((path) => {
      const text = publication.read(path)
      return [path, text.replace(/(<entry>.*?<id>urn:uuid:).{8}/su, '$100000000')]
    }),
  )
  for (const [path, text] of strange) writeFileSync(join(publication.settings.out, path), text)
  writeRange(publication, first, few + many)
  const { publisher: opened, run } = await open(publication)
  {
    await using publisher = opened
    let report = await publisher.run({ kind: 'all' }, () => false, true)
    expect([report.isUnfinished, report.problems]).toEqual([true, []])
    let runs = 0
    for (; report.isUnfinished && runs < 1_000; runs += 1) report = await run()
    expect(runs).toBeLessThan(1_000)
    expect(new Set(report.problems.map(({ code }) => code))).toEqual(new Set(['changes-refused']))
    expect(report.problems.map(({ path }) => path).toSorted()).toEqual(paths.toSorted())
    for (const [path, text] of strange) expect(publication.read(path)).toBe(text)
    expect(publication.read('categories/all/atom.xml')).toContain(`>Note ${few + many - 1}</title>`)
    for (const path of paths) rmSync(join(publication.settings.out, path))
    report = await publisher.run({ kind: 'all' }, () => false, true)
    while (report.isUnfinished) report = await run()
    expect(report.problems).toEqual([])
  }
  await expectWhole(publication, few + many)
})
