import { lstatSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { catalogueFile } from '../src/store/sqlite.ts'
import { runProgram, startProgram } from './support/program.ts'
import { makeTemporaryFolder } from './support/temporary-folder.ts'
import type { TemporaryFolder } from './support/temporary-folder.ts'
import { waitFor } from './support/wait-for.ts'

// A run with nothing to do writes nothing: not the same bytes again, not another time, not a row.

const names = [
  'a.md',
  'b.txt',
  'deep/er/c.html',
  '_draft.md',
  'copy-of-b.txt',
  'broken.md',
  'd.pdf',
]
const words = ['build', '--quiet']

let folder: TemporaryFolder
beforeEach(async () => {
  folder = makeTemporaryFolder()
  writeFileSync(folder.at('feed.yaml'), 'title: Test\ntimezone: UTC\nrescanMs: 1000\n')
  // One of each state that a file can be in, and an article whose day has not come.
  drop('a.md', '---\ndate: 2025-05-01\n---\n\nAn article with a date of its own. #sea\n')
  drop('b.txt', 'An article without a date.\nWith two lines. #Sea #fish\n')
  drop('deep/er/c.html', '<title>C</title><p>An article in a folder.</p>')
  drop('_draft.md', 'A draft.\n')
  drop('copy-of-b.txt', 'An article without a date.\nWith two lines. #Sea #fish\n')
  drop('broken.md', '---\ntitle: [broken\n---\n\nAn article to mend.\n')
  drop('d.pdf', '%PDF\n')
  drop('later.md', '---\ndate: 2990-01-01\n---\n\nAn article for another day.\n')
  await runProgram(folder.path, words)
})
afterEach(() => folder[Symbol.dispose]())

function drop(name: string, text: string): void {
  const path = folder.at(`inbox/${name}`)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

function readOut(): Readonly<Record<string, unknown>> {
  return readFolder('out')
}

/** Every file and folder of this one with its inode, times in nanoseconds and bytes. */
function readFolder(name: string): Readonly<Record<string, unknown>> {
  const out = folder.at(name)
  const paths = ['', ...readdirSync(out, { recursive: true, encoding: 'utf8' })]
  return Object.fromEntries(
    paths.map((path) => {
      const stats = lstatSync(join(out, path), { bigint: true })
      const { ino, mtimeNs, ctimeNs } = stats
      const bytes = stats.isFile() ? readFileSync(join(out, path), 'latin1') : undefined
      return [path, { ino, mtimeNs, ctimeNs, bytes }]
    }),
  )
}

/** Every row of the catalogue, table by table. */
function readCatalogue(): Readonly<Record<string, unknown>> {
  using database = new DatabaseSync(catalogueFile(folder.at('.dropfeed')), { readOnly: true })
  const tables = database
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    .all()
    .map(({ name }) => String(name))
  const rows = tables.map((table) => [table, database.prepare(`SELECT * FROM ${table}`).all()])
  return Object.fromEntries(rows)
}

/** What the catalogue knows of one file's times. */
function stampOf(path: string): unknown {
  using database = new DatabaseSync(catalogueFile(folder.at('.dropfeed')), { readOnly: true })
  return database.prepare('SELECT stamp FROM file WHERE path = ?').get(path)?.['stamp']
}

test('a second build changes no byte, time or inode in out/, and no row of the catalogue', async () => {
  const out = readOut()
  const catalogue = readCatalogue()
  expect(Object.keys(out)).toEqual(expect.arrayContaining(['rss.xml', 'atom.xml', 'feed.json']))
  expect(catalogue).toMatchObject({ entry: { length: 4 }, file: { length: 7 } })
  for (let count = 0; count < 2; count += 1) {
    expect(await runProgram(folder.path, words)).toMatchObject({ code: 3 })
    expect(readOut()).toEqual(out)
    expect(readCatalogue()).toEqual(catalogue)
  }
})

test('neither status nor check changes anything', async () => {
  const out = readOut()
  const catalogue = readCatalogue()
  expect(await runProgram(folder.path, ['status'])).toMatchObject({ code: 3 })
  expect(await runProgram(folder.path, ['check'])).toMatchObject({ code: 3 })
  expect(readOut()).toEqual(out)
  expect(readCatalogue()).toEqual(catalogue)
})

test('a watcher that sees nothing happen writes nothing, also when it looks at everything again', async () => {
  const out = readOut()
  const catalogue = readCatalogue()
  await using program = startProgram(folder.path, ['watch'])
  await waitFor(() => program.said().includes('watching'))
  // A rescan or two fall into this.
  await pause(2_500)
  expect(readOut()).toEqual(out)
  expect(readCatalogue()).toEqual(catalogue)
  expect(await program.end()).toMatchObject({ code: 0 })
  expect(readOut()).toEqual(out)
  expect(readCatalogue()).toEqual(catalogue)
})

test('files that are only touched change nothing in out/, in a build and while it is watched', async () => {
  const out = readOut()
  const { entry, content } = readCatalogue()
  const touch = () => {
    for (const name of names) utimesSync(folder.at(`inbox/${name}`), Date.now() / 1000, 1e9)
  }
  touch()
  expect(await runProgram(folder.path, words)).toMatchObject({ code: 3 })
  expect(readOut()).toEqual(out)
  await using program = startProgram(folder.path, ['watch'])
  await waitFor(() => program.said().includes('watching'))
  const before = stampOf('a.md')
  touch()
  await waitFor(() => stampOf('a.md') !== before)
  expect(await program.end()).toMatchObject({ code: 0 })
  expect(readOut()).toEqual(out)
  expect(readCatalogue()).toMatchObject({ entry, content })
})

test('the same text saved again, or in another encoding, changes nothing in out/', async () => {
  const out = readOut()
  const text = readFileSync(folder.at('inbox/a.md'), 'utf8')
  drop('a.md', text)
  expect(await runProgram(folder.path, words)).toMatchObject({ code: 3 })
  drop('a.md', `\uFEFF${text.replaceAll('\n', '\r\n')}`)
  expect(await runProgram(folder.path, words)).toMatchObject({ code: 3 })
  expect(readOut()).toEqual(out)
})

test('whatever dropfeed is asked to do, it touches no file of the inbox', async () => {
  const before = readFolder('inbox')
  expect(Object.keys(before)).toContain('deep/er/c.html')
  const settings = ['--base-url', 'https://example.org/', '--timezone', 'Asia/Tokyo']
  for (const command of [['build'], ['build', ...settings], ['check'], ['status'], ['confirm']]) {
    await runProgram(folder.path, [...command, ...(command[0] === 'build' ? ['--quiet'] : [])])
    expect(readFolder('inbox')).toEqual(before)
  }
  await using watcher = startProgram(folder.path, ['watch', '--no-serve'])
  await waitFor(() => /watching/.test(watcher.said()))
  drop('e.md', 'One more article.\n')
  const after = readFolder('inbox')
  await waitFor(() => /added=1/.test(watcher.said()))
  expect(readFolder('inbox')).toEqual(after)
  const { '': _, ...files } = before
  expect(after).toMatchObject(files)
})
