import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Entry } from '../src/core/entry/entry.ts'
import { type FeedFormat, feedFiles } from '../src/core/feed/feed.ts'
import { formats, fullHead, nastyEntries, renderFeed } from './support/feed-examples.ts'
import { newsboat, reloadNewsboat } from './support/readers/newsboat.ts'
import { readers, readWithAll, reportMissing } from './support/readers/read-with-all.ts'
import { missingProgram, type ReadEntry, type Reader, run } from './support/readers/reader.ts'
import { reloadSfeed, sfeed } from './support/readers/sfeed.ts'

// Independent readers judge the content of one set of nasty entries; libxml2 judges the form.

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'readers-'))
  await writeFeeds(nastyEntries)
})

afterAll(() => rm(folder, { recursive: true, force: true }))

async function writeFeeds(entries: readonly Entry[]): Promise<void> {
  for (const format of formats) {
    await writeFile(pathOf(format), renderFeed(format, entries, fullHead))
  }
}

function pathOf(format: FeedFormat): string {
  return join(folder, feedFiles[format].name)
}

for (const reader of readers) {
  reportMissing(reader.name, reader.missing)
  test.skipIf(reader.missing !== undefined).each(reader.formats)(
    `${reader.name} reads every entry of our %s as it was meant`,
    async (format) => {
      const read = await reader.read(pathOf(format), format)
      expect(toComparable(read)).toEqual(
        nastyEntries.map((entry) => toExpected(entry, reader, format, read)),
      )
    },
  )
}

test('all readers agree on ids, links and dates, whatever the format', async () => {
  const readings = await readWithAll(folder)
  expect(readings.length).toBeGreaterThanOrEqual(7)
  const told = readings.map(({ entries }) =>
    toComparable(entries).map(({ id, link, published }) => ({ id, link, published })),
  )
  for (const others of told) expect(others).toEqual(told[0])
})

test('all readers read an archive page as they read a feed', async () => {
  const path = join(folder, 'page.xml')
  const head = { ...fullHead, archive: { page: 2, previous: 1, next: 3 } }
  await writeFile(path, renderFeed('atom', nastyEntries, head))
  for (const reader of readers.filter(({ missing }) => missing === undefined)) {
    const read = await reader.read(path, 'atom')
    expect(toComparable(read)).toEqual(
      nastyEntries.map((entry) => toExpected(entry, reader, 'atom', read)),
    )
  }
})

const xmllint = missingProgram('xmllint', ['--version'])
reportMissing('xmllint', xmllint)

test.skipIf(xmllint !== undefined).each([
  ['rss', '/rss/channel/item', "guid[@isPermaLink='false'] and link and pubDate"],
  ['atom', "/*[local-name()='feed']/*[local-name()='entry']", "*[local-name()='updated']"],
] as const)(
  'libxml2 finds our %s well-formed and every entry in its place',
  (format, path, has) => {
    expect(run('xmllint', ['--nonet', '--noout', '--pedantic', pathOf(format)])).toBe('')
    const count = (xpath: string) => run('xmllint', ['--xpath', `count(${xpath})`, pathOf(format)])
    expect(count(path).trim()).toBe(String(nastyEntries.length))
    expect(count(`${path}[${has}]`).trim()).toBe(String(nastyEntries.length))
    const element = format === 'rss' ? 'title' : "*[local-name()='title']"
    const titles = nastyEntries.map((_, index) =>
      run('xmllint', ['--xpath', `string((${path})[${index + 1}]/${element})`, pathOf(format)]),
    )
    expect(titles).toEqual(nastyEntries.map(({ title }) => `${title}\n`))
  },
)

const keepers = [
  { reader: newsboat, reload: reloadNewsboat },
  { reader: sfeed, reload: reloadSfeed },
]

for (const { reader, reload } of keepers) {
  test.skipIf(reader.missing !== undefined).each(['rss', 'atom'] as const)(
    `${reader.name} shows a new entry of our %s as new, and an edited one not`,
    async (format) => {
      const kept = join(folder, `kept-${reader.name}-${format}`)
      const path = join(folder, `changing-${format}.xml`)
      const load = async (entries: readonly Entry[]) => {
        await writeFile(path, renderFeed(format, entries, fullHead))
        return (await reload(path, kept)).fresh.toSorted()
      }
      const [first, second, third, ...rest] = nastyEntries
      if (first === undefined || second === undefined || third === undefined)
        throw new Error('none')
      expect(await load([second, ...rest])).toEqual(
        [second, ...rest].map(({ id }) => id).toSorted(),
      )
      expect(await load([second, ...rest])).toEqual([])
      expect(await load([third, first, second, ...rest])).toEqual([first.id, third.id].toSorted())
      const edited = {
        ...second,
        contentHtml: '<p>Another text.</p>',
        summary: 'Another text.',
        updatedAtMs: second.updatedAtMs + 3_600_000,
      }
      expect(await load([edited, third, first, ...rest])).toEqual([])
    },
  )
}

/** What this reader should have of an entry. */
function toExpected(
  entry: Entry,
  reader: Reader,
  format: FeedFormat,
  read: readonly ReadEntry[],
): ReadEntry {
  const tells = reader.tells(format)
  const { content = '' } = read.find(({ id }) => id === entry.id) ?? {}
  return {
    id: entry.id,
    title: reader.showTitle(entry.title),
    link: entry.link,
    published: toSecond(entry.publishedAtMs),
    updated: tells.updated ? toSecond(entry.updatedAtMs) : undefined,
    categories: tells.categories ? entry.categories.map(({ label }) => label) : undefined,
    // Some readers show the summary where there is no content.
    content:
      entry.contentHtml === '' && unescape(content) === entry.summary
        ? content
        : entry.contentHtml.replaceAll(']]>', ']]&gt;'),
  }
}

function toComparable(entries: readonly ReadEntry[]): readonly ReadEntry[] {
  return entries
    .map((entry) => ({
      ...entry,
      published: toSecond(entry.published),
      updated: toSecond(entry.updated),
    }))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
}

function toSecond(instantMs: number | undefined): number | undefined {
  return instantMs === undefined ? undefined : Math.floor(instantMs / 1000)
}

function unescape(html: string): string {
  return html.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}
