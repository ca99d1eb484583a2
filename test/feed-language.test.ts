// Without a setting the feed speaks the most common language of its articles, and every page and feed says so: a
// change of it writes all of them anew.
import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { silentLog } from '../src/log.ts'
import { Publisher } from '../src/publisher/publisher.ts'
import { Publication, siteId } from './support/publication.ts'

type Language = 'en' | 'fr'

/** More pages than are written while the feeds wait. */
const many = 1_100

function write(publication: Publication, language: Language, numbers: readonly number[]): void {
  for (const number of numbers) {
    publication.write(
      `${language}-${number}.md`,
      `---\ntitle: Note ${language} ${number}\nlang: ${language}\ndate: ${new Date(Date.UTC(2025, 0, 1, number)).toISOString()}\n---\n\nOf its own. #all\n`,
    )
  }
}

function range(first: number, end: number): readonly number[] {
  return Array.from({ length: end - first }, (_, index) => first + index)
}

/** What the main feed says; the feed of a category says the same once all is published. */
function languageOf(publication: Publication, folder = ''): string | undefined {
  return /<language>(.*?)<\/language>/.exec(publication.read(`${folder}rss.xml`))?.[1]
}

function inodesOf(publication: Publication, pages: readonly string[]): readonly number[] {
  return pages.map((page) => statSync(join(publication.settings.out, page)).ino)
}

test('single drops in two languages of nearly equal shares change the language of nothing', async () => {
  await using publication = Publication.make()
  write(publication, 'en', range(0, 20))
  write(publication, 'fr', range(100, 119))
  await publication.run()
  expect(languageOf(publication)).toBe('en')
  // Those next to what comes link to it.
  const pages = range(1, 19).map((number) => `articles/2025/01/note-en-${number}.html`)
  const before = inodesOf(publication, pages)
  for (const [language, number] of [
    ['fr', 200],
    ['fr', 201],
    ['en', 202],
    ['fr', 203],
  ] as const) {
    write(publication, language, [number])
    expect((await publication.run()).written).toBeLessThan(15)
    expect(languageOf(publication)).toBe('en')
  }
  expect(inodesOf(publication, pages)).toEqual(before)
})

test('a language with a tenth more entries takes over, everywhere at once', async () => {
  await using publication = Publication.make()
  write(publication, 'en', range(0, 10))
  write(publication, 'fr', range(100, 109))
  await publication.run()
  write(publication, 'fr', [200])
  await publication.run()
  expect(languageOf(publication)).toBe('en')
  write(publication, 'fr', [201])
  const { written } = await publication.run()
  expect(written).toBeGreaterThan(20)
  expect(languageOf(publication)).toBe('fr')
  expect(languageOf(publication, 'categories/all/')).toBe('fr')
  // It takes as much to go back.
  write(publication, 'en', [202, 203])
  await publication.run()
  expect(languageOf(publication)).toBe('fr')
})

test('a store that was lost knows of no language: the most common one counts', async () => {
  await using publication = Publication.make()
  write(publication, 'en', range(0, 20))
  await publication.run()
  write(publication, 'fr', range(100, 121))
  await publication.run()
  expect(languageOf(publication)).toBe('en')
  rmSync(publication.settings.state, { recursive: true })
  await publication.run()
  expect(languageOf(publication)).toBe('fr')
})

/** A publisher at work, and the files of each step that it told of. */
async function open(publication: Publication) {
  const told: (readonly string[])[] = []
  const publisher = await Publisher.open(publication.settings, {
    log: silentLog,
    now: () => (publication.nowMs += 60_000),
    mintSiteId: () => siteId,
    onPublication: ({ written, unchanged }) => told.push([...written, ...unchanged]),
  })
  const run = async (...paths: readonly string[]) =>
    publisher.run({ kind: 'some', paths }, () => false, true)
  return { publisher, told, run }
}

test('before all is published once, no language is kept', async () => {
  await using publication = Publication.make()
  write(publication, 'en', range(0, many / 2 + 1))
  write(publication, 'fr', range(many, many + many / 2))
  const { publisher, run } = await open(publication)
  await using _ = publisher
  expect((await publisher.run({ kind: 'all' }, () => false, true)).isUnfinished).toBe(true)
  expect(languageOf(publication)).toBe('en')
  write(publication, 'fr', [many * 2, many * 2 + 1])
  let report = await run(`fr-${many * 2}.md`, `fr-${many * 2 + 1}.md`)
  expect([report.isUnfinished, languageOf(publication)]).toEqual([true, 'fr'])
  while (report.isUnfinished) report = await run()
  expect(languageOf(publication, 'categories/all/')).toBe('fr')
})

test.each([
  {
    name: 'another language',
    change: (publication: Publication) => write(publication, 'fr', [many + 1, many + 2]),
  },
  {
    name: 'a main feed that is gone',
    change: (publication: Publication) => {
      rmSync(join(publication.settings.out, 'atom.xml'))
      write(publication, 'en', [many + 1])
    },
  },
])('$name makes many pages anew, and the feeds do not wait for them', async ({ change }) => {
  await using publication = Publication.make()
  write(publication, 'en', [0])
  // Too short to tell its language.
  for (const number of range(1, many)) {
    publication.write(`${number}.txt`, `2024-01-01 12:00:00\nNote ${number}.\n#all`)
  }
  await publication.run()
  const { publisher, told, run } = await open(publication)
  await using _ = publisher
  await publisher.run({ kind: 'all' }, () => false, true)
  told.length = 0
  change(publication)
  const paths = ['en', 'fr'].flatMap((language) =>
    [many + 1, many + 2].map((number) => `${language}-${number}.md`),
  )
  let report = await run(...paths)
  for (const number of [many + 3, many + 4]) {
    expect(report.isUnfinished).toBe(true)
    expect(told.flat().length).toBeLessThan(many / 2)
    write(publication, 'fr', [number])
    report = await run(`fr-${number}.md`)
    expect(publication.read('atom.xml')).toContain(`Note fr ${number}`)
  }
  while (report.isUnfinished) report = await run()
  expect(new Set(told.flat()).size).toBeGreaterThan(many)
  expect(languageOf(publication, 'categories/all/')).toBe(languageOf(publication))
})
