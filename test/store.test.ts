import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { inflateRawSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { schemaSteps } from '../src/store/schema.ts'
import { catalogueFile, SqliteStore } from '../src/store/sqlite.ts'
import { walk } from './support/archive-reader.ts'
import { brokenLinks } from './support/link-checker.ts'
import { Publication } from './support/publication.ts'

const settings = 'title: Test\ntimezone: UTC\nbaseUrl: https://example.org/\n'

/** Where an earlier version of a table finds its columns. */
function sourceOf(table: string, columns: string): string {
  // Categories had no number in it once, and articles were kept as they are.
  if (table === 'membership' && columns.includes('term')) {
    return '(SELECT * FROM later.membership JOIN later.category ON category.key = membership.category)'
  }
  if (table === 'content' && !columns.includes('deflated')) {
    return '(SELECT entry, inflated(deflated) AS article FROM later.content)'
  }
  return `later.${table}`
}

/** Makes the catalogue what an earlier version of the schema would hold of it. */
function downgrade(stateFolder: string, version: number): void {
  const file = catalogueFile(stateFolder)
  const later = `${file}.later`
  renameSync(file, later)
  using database = new DatabaseSync(file)
  database.function('inflated', (bytes) =>
    bytes instanceof Uint8Array ? inflateRawSync(bytes).toString() : '',
  )
  for (const step of schemaSteps.slice(0, version)) database.exec(step)
  database.exec(`PRAGMA user_version = ${version}`)
  database.prepare('ATTACH ? AS later').run(later)
  // A table that a later version no longer has was of no matter to it.
  const tables = database
    .prepare(
      `SELECT name FROM main.sqlite_master WHERE type = 'table' AND name IN
        (SELECT name FROM later.sqlite_master)`,
    )
    .all()
  for (const { name } of tables) {
    const columns = database
      .prepare(`SELECT name FROM main.pragma_table_info('${String(name)}')`)
      .all()
      .map((column) => String(column['name']))
      .join(', ')
    const source = sourceOf(String(name), columns)
    database.exec(`INSERT INTO main.${String(name)} (${columns}) SELECT ${columns} FROM ${source}`)
  }
  database.exec('DETACH later')
}

const earlierVersions = schemaSteps.slice(1).map((_, index) => index + 1)

test.for(earlierVersions)('a catalogue of version %i is brought up to date', async (version) => {
  await using publication = Publication.make(settings)
  for (let number = 0; number < 70; number += 1) {
    const date = new Date(Date.UTC(2020, 0, 1 + number)).toISOString()
    publication.write(
      `${number}.md`,
      `---\ntitle: Note ${number}\ndate: ${date}\n---\n\nNumber ${number}. #all\n`,
    )
  }
  await publication.run()
  const before = walk((path) => publication.read(path))
  downgrade(publication.settings.state, version)
  publication.write('new.md', 'One more, which comes with the new version. #all\n')
  await publication.run()
  const after = walk((path) => publication.read(path))
  expect(after).toHaveLength(71)
  expect(after.map(({ id }) => id)).toEqual(expect.arrayContaining(before.map(({ id }) => id)))
  expect(publication.read('categories/all/atom.xml')).toContain('One more')
  expect(brokenLinks(publication.settings.out, 'https://example.org/')).toEqual([])
})

test('a catalogue of a newer version is refused, and named', async () => {
  await using publication = Publication.make(settings)
  await publication.run()
  const file = catalogueFile(publication.settings.state)
  const database = new DatabaseSync(file)
  database.exec('PRAGMA user_version = 999')
  database.close()
  expect(() => SqliteStore.open(publication.settings.state)).toThrow(
    `${file} was written by a newer dropfeed`,
  )
})

test('a retracted page is gone, with the folders it leaves empty', async () => {
  await using publication = Publication.make(settings)
  publication.write('a.md', '---\ntitle: Short\ndate: 2019-05-01\n---\n\nIt does not stay long.\n')
  publication.write('b.md', '---\ntitle: Long\ndate: 2020-05-01\n---\n\nIt stays.\n')
  await publication.run()
  expect(publication.read('articles/2019/05/short.html')).toContain('<h1')
  publication.remove('a.md')
  await publication.run()
  expect(publication.list('articles')).toEqual([
    '2020',
    join('2020', '05'),
    join('2020', '05', 'long.html'),
  ])
})

test("a theme's stylesheet is published, and linked after dropfeed's own", async () => {
  await using publication = Publication.make(settings)
  publication.write('a.md', '# A\n\nOne article, with a theme of its own.\n')
  publication.write('../theme/style.css', 'body { color: teal }\n')
  await publication.run()
  expect(publication.read('theme.css')).toBe('body { color: teal }\n')
  expect(publication.read('index.html')).toMatch(/style\.css[^]*theme\.css/)
  publication.remove('../theme')
  await publication.run()
  expect(publication.list('')).not.toContain('theme.css')
  expect(brokenLinks(publication.settings.out, 'https://example.org/')).toEqual([])
})

test('a theme.css that is not of dropfeed stays', async () => {
  await using publication = Publication.make(settings)
  publication.write('a.md', '# A\n\nOne article, without a theme.\n')
  publication.write('../out/theme.css', 'not ours\n')
  await publication.run()
  await publication.run()
  expect(publication.read('theme.css')).toBe('not ours\n')
})

test('a theme that cannot be read is a fault that names the file and says what to do', async () => {
  await using publication = Publication.make(settings)
  publication.write('../theme/style.css/a.css', 'a stylesheet in the wrong place\n')
  await expect(publication.run()).rejects.toThrow(/^cannot read .*style\.css: a folder .*; move it/)
})

test('status lists what is scheduled, the next first', async () => {
  const { readStatus } = await import('../src/publisher/status.ts')
  await using publication = Publication.make(settings)
  publication.write('b.md', '---\ntitle: Later\ndate: 2026-03-01\n---\n\nWait for it.\n')
  publication.write('a.md', '---\ntitle: Soon\ndate: 2026-02-10\n---\n\nWait for it, too.\n')
  await publication.run()
  const { scheduled, nextDueAtMs } = await readStatus(publication.settings)
  expect(scheduled).toEqual([
    { path: 'a.md', title: 'Soon', publishedAtMs: Date.UTC(2026, 1, 10) },
    { path: 'b.md', title: 'Later', publishedAtMs: Date.UTC(2026, 2, 1) },
  ])
  expect(nextDueAtMs).toBe(Date.UTC(2026, 1, 10))
})
