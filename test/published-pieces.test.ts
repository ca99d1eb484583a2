// What the feeds show already is taken from them by a program that has just begun, and it makes no difference.
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { SaxesParser } from 'saxes'
import { afterEach, expect, test, vi } from 'vitest'
import { catalogueFile } from '../src/store/sqlite.ts'
import { Publication } from './support/publication.ts'

const settings = 'title: Test\ntimezone: UTC\n'
const shownMany = 40
const formats = ['rss.xml', 'atom.xml', 'feed.json', 'index.html'] as const
const folders = ['', 'categories/one/', 'categories/two/'] as const
const documents = folders.flatMap((folder) => formats.map((name) => folder + name))

afterEach(() => {
  vi.restoreAllMocks()
})

/** As rough as they come: pictures, links elsewhere, languages, what ends a section, and nothing at all. */
function roughArticle(index: number): string {
  const date = `2026-01-${String(1 + (index % 28)).padStart(2, '0')} 10:00`
  const parts = [
    index % 3 === 0 ? `![A bridge](pictures/bridge-${index}.jpg)\n` : '',
    index % 4 === 0 ? 'Le président de la ville a été dans la forêt avec une équipe.' : '',
    index % 5 === 0 ? 'An end ]]> & <b>bold</b> "words" \u2028 </entry> <id>none</id>' : '',
    index % 7 === 0 ? '' : `Words of number ${index}, and some more of them.`,
  ]
  const link = index % 6 === 0 ? `link: https://elsewhere.example/${index}\n` : ''
  return `---\ntitle: Number ${index} <id> & more\ndate: ${date}\n${link}---\n\n${parts.join('\n')}\n\n#one #two\n`
}

/** @param newer articles of another category, which leave no room for these in the main feeds */
async function publishMany(newer = 0): Promise<Publication> {
  const publication = Publication.make(settings)
  for (let index = 0; index < newer; index += 1) {
    publication.write(
      `newer-${index}.md`,
      `2026-01-30 12:00\nNewer ${index}\n\nText ${index}. #three\n`,
    )
  }
  for (let index = 0; index < shownMany; index += 1) {
    publication.write(`note-${index}.md`, roughArticle(index))
  }
  await publication.run()
  return publication
}

/** The store no longer knows where what stands. */
function forgetPieces({ settings: { state } }: Publication): void {
  using database = new DatabaseSync(catalogueFile(state))
  database.exec('DELETE FROM pieces')
}

/** Says how many texts the strict parser reads, each rendered entry and each document being one. */
async function countParsed(work: () => Promise<unknown>): Promise<number> {
  const spy = vi.spyOn(SaxesParser.prototype, 'close')
  await work()
  return spy.mock.calls.length
}

test('what the feeds of a folder show is not rendered again by a program that has just begun', async () => {
  await using publication = await publishMany()
  publication.write('new.md', roughArticle(100))
  const parsed = await countParsed(() => publication.run())
  expect(publication.read('categories/one/rss.xml')).toContain('Number 100')
  expect(parsed).toBeLessThan(shownMany)
  forgetPieces(publication)
  publication.write('newer.md', roughArticle(101))
  vi.restoreAllMocks()
  expect(await countParsed(() => publication.run())).toBeGreaterThan(shownMany)
})

test('what is taken from the feeds is byte for byte what is rendered', async () => {
  await using publication = await publishMany()
  await using other = Publication.make(settings)
  cpSync(publication.root, other.root, { recursive: true, preserveTimestamps: true })
  other.nowMs = publication.nowMs
  forgetPieces(other)
  for (const each of [publication, other]) {
    each.write('new.md', roughArticle(100))
    each.remove('note-7.md')
    each.write('note-9.md', roughArticle(9).replace('Words', 'Better words'))
    await each.run()
  }
  expect(publication.read('categories/two/atom.xml')).toContain('Better words')
  for (const path of documents) expect(publication.read(path), path).toBe(other.read(path))
})

test.for([
  'categories/one/rss.xml',
  'categories/one/atom.xml',
  'categories/one/feed.json',
  'atom.xml',
])('what somebody wrote into %s is not taken for ours', async (path) => {
  await using publication = await publishMany(path === 'atom.xml' ? 0 : 60)
  const file = join(publication.root, 'out', path)
  const bytes = readFileSync(file, 'utf8')
  expect(bytes).toContain('Words of number 11')
  writeFileSync(file, bytes.replace('Words of number 11', 'Lies of numbers 11'))
  publication.write('new.md', roughArticle(100))
  await publication.run()
  for (const each of documents) expect(publication.read(each), each).not.toContain('Lies')
  expect(publication.read(path)).toContain('Words of number 11')
})
