// What is read back from out/ when the store is lost.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { silentLog } from '../src/log.ts'
import { walk } from './support/archive-reader.ts'
import { brokenLinks } from './support/link-checker.ts'
import { Publication } from './support/publication.ts'

const settings = 'title: Test\ntimezone: UTC\nbaseUrl: https://example.org/\n'

type Note = { readonly date?: string; readonly tags?: string; readonly link?: string }

function note(title: string, { date = '2026-01-03', tags, link }: Note = {}): string {
  return [
    `---\ntitle: ${title}\ndate: ${date}`,
    ...(tags === undefined ? [] : [`tags: [${tags}]`]),
    ...(link === undefined ? [] : [`link: ${link}`]),
    `---\n\nThis is ${title}, and it says so.\n`,
  ].join('\n')
}

const minute = (number: number) =>
  `2026-01-03T${10 + Math.floor(number / 60)}:${String(number % 60).padStart(2, '0')}:00`

const dayOf = (number: number) =>
  new Date(Date.UTC(2015, 0, 1) + number * 86_400_000).toISOString().slice(0, 10)

function loseStore(publication: Publication): void {
  rmSync(join(publication.root, '.dropfeed'), { recursive: true })
}

function broken(publication: Publication): readonly string[] {
  return brokenLinks(publication.settings.out, publication.settings.baseUrl)
}

test('articles whose own links look like permalinks of other sites are read back', async () => {
  await using publication = Publication.make(settings)
  publication.write('a.md', note('A', { link: 'https://a.example/articles/2024/01/x.html' }))
  publication.write('b.md', note('B', { link: 'https://b.example/articles/2024/01/x.html' }))
  await publication.run()
  const before = publication.items()
  const pages = publication.list('articles')
  loseStore(publication)
  await publication.run()
  expect(publication.items()).toEqual(before)
  expect(publication.list('articles')).toEqual(pages)
})

test('the page of an article with a link of its own keeps its address', async () => {
  await using publication = Publication.make(settings)
  publication.write('a.md', note('A', { link: 'https://a.example/x' }))
  await publication.run()
  publication.write('a.md', note('Renamed', { link: 'https://a.example/x' }))
  await publication.run()
  const pages = publication.list('articles')
  loseStore(publication)
  await publication.run()
  expect(publication.list('articles')).toEqual(pages)
})

test('permalinks are read back although the base address changed meanwhile', async () => {
  await using publication = Publication.make(settings)
  publication.write('a.md', note('A'))
  await publication.run()
  publication.write('a.md', note('Renamed'))
  await publication.run()
  const pages = publication.list('articles')
  loseStore(publication)
  publication.configure(settings.replace('example.org', 'example.net/news'))
  await publication.run()
  expect(publication.list('articles')).toEqual(pages)
  expect(publication.items()[0]?.url).toBe('https://example.net/news/articles/2026/01/a.html')
})

test('an old-dated article that came while the store was lost is no old stock', async () => {
  await using publication = Publication.make(settings)
  for (let number = 0; number < 60; number += 1)
    publication.write(`${number}.md`, note(`N${number}`, { date: minute(number) }))
  await publication.run()
  loseStore(publication)
  publication.write('late.md', note('Late', { date: '2020-01-01' }))
  await publication.run()
  expect(publication.items().map(({ title }) => title)).toContain('Late')
})

test('a late arrival is shown as long as it would have been', async () => {
  await using publication = Publication.make(settings)
  for (let number = 0; number < 60; number += 1)
    publication.write(`${number}.md`, note(`N${number}`, { date: minute(number) }))
  await publication.run()
  publication.write('late.md', note('Late', { date: '2020-01-01' }))
  await publication.run()
  const before = publication.items()
  expect(before.map(({ title }) => title)).toContain('Late')
  loseStore(publication)
  await publication.run()
  expect(publication.items()).toEqual(before)
})

test('categories keep their folders, whichever is met first', async () => {
  await using publication = Publication.make(settings)
  for (let number = 0; number < 3; number += 1)
    publication.write(`z${number}.md`, note(`Z${number}`, { date: minute(number), tags: 'ete' }))
  await publication.run()
  for (let number = 0; number < 3; number += 1)
    publication.write(
      `a${number}.md`,
      note(`A${number}`, { date: minute(9 + number), tags: 'été' }),
    )
  await publication.run()
  const opml = publication.read('feeds.opml')
  expect(opml).toContain('categories/ete-2/')
  loseStore(publication)
  await publication.run()
  expect(publication.read('feeds.opml')).toBe(opml)
})

test('the feeds of a category that ends after the store was lost go with it', async () => {
  await using publication = Publication.make(settings)
  for (let number = 0; number < 5; number += 1) {
    const tags = number < 3 ? { tags: 'x' } : {}
    publication.write(`${number}.md`, note(`N${number}`, { date: minute(number), ...tags }))
  }
  await publication.run()
  publication.remove('0.md')
  await publication.run()
  loseStore(publication)
  await publication.run()
  expect(publication.read('categories/x/atom.xml')).toContain('N1')
  publication.remove('1.md')
  publication.remove('2.md')
  await publication.run()
  expect(publication.list('')).not.toContain('categories')
  expect(broken(publication)).toEqual([])
})

test('the page of what was deleted, or is over, while the store was lost goes too', async () => {
  await using publication = Publication.make(settings)
  for (const name of ['a', 'b', 'c']) publication.write(`${name}.md`, note(name))
  await publication.run()
  loseStore(publication)
  publication.remove('a.md')
  publication.write('b.md', note('b').replace('title', 'expires: 2026-01-20\ntitle'))
  await publication.run()
  expect(publication.items().map(({ title }) => title)).toEqual(['c'])
  expect(publication.list('articles').filter((name) => name.endsWith('.html'))).toEqual([
    '2026/01/c.html',
  ])
})

test('what was deleted while the store was lost has its dates again when it returns', async () => {
  await using publication = Publication.make(settings)
  publication.write('a.txt', 'Nobody wrote a date into this one.\n')
  await publication.run()
  const before = publication.items()
  loseStore(publication)
  publication.remove('a.txt')
  await publication.run()
  expect(publication.items()).toEqual([])
  publication.write('a.txt', 'Nobody wrote a date into this one.\n')
  await publication.run()
  expect(publication.items()).toEqual(before)
})

test('an archive that has become shorter leaves no page behind, and none is missing', async () => {
  await using publication = Publication.make(settings)
  for (let number = 0; number < 255; number += 1)
    publication.write(`${number}.md`, note(`N${number}`, { date: dayOf(number) }))
  await publication.run()
  for (let number = 0; number < 120; number += 1) publication.remove(`${number}.md`)
  await publication.run()
  loseStore(publication)
  await publication.run()
  const met = walk((path) => publication.read(path))
  expect(met).toHaveLength(135)
  expect(broken(publication)).toEqual([])
  const named = new Set(met.map(({ path }) => path.replace('archive/', '')))
  for (const page of publication.list('archive')) {
    expect([...named, ...[...named].map((name) => name.replace(/-\d+/, ''))]).toContain(page)
  }
})

test('no name of an archive page from before the store was lost stays behind', async () => {
  await using publication = Publication.make(settings)
  for (let number = 0; number < 60; number += 1)
    publication.write(`${number}.md`, note(`N${number}`, { date: dayOf(number) }))
  await publication.run()
  publication.nowMs += 72 * 3_600_000
  publication.write('60.md', note('N60', { date: dayOf(60) }))
  await publication.run()
  expect(publication.list('archive')).toEqual(['1-10.xml', '1-11.xml', '1.xml'])
  loseStore(publication)
  publication.write('3.md', note('Another title', { date: dayOf(3) }))
  await publication.run()
  for (const name of publication.list('archive'))
    expect([name, publication.read(`archive/${name}`).includes('>N3<')]).toEqual([name, false])
})

test('entries that were read back before the program was killed are not read back twice', async () => {
  await using publication = Publication.make(settings)
  publication.write('a.md', note('A'))
  await publication.run()
  const before = publication.items()
  loseStore(publication)
  const { SqliteStore } = await import('../src/store/sqlite.ts')
  const { recoverOrigin } = await import('../src/publisher/recovery.ts')
  const { OutputFolder } = await import('../src/out/folder.ts')
  {
    await using store = SqliteStore.open(publication.settings.state)
    await using output = OutputFolder.open(publication.settings.out)
    await recoverOrigin(store, output, {
      log: silentLog,
      now: () => publication.nowMs,
      feedLength: 50,
    })
    store.writeValue('site-id', undefined)
  }
  await publication.run()
  expect(publication.items()).toEqual(before)
})

test('that something was deleted is still told after the store was lost, and its id is kept', async () => {
  await using publication = Publication.make()
  const tide = '---\ntitle: The tide\ndate: 2025-05-01\n---\n\nIt comes twice a day.\n'
  publication.write('tide.md', tide)
  publication.write('ebb.md', tide.replace('The tide', 'The ebb').replace('comes', 'goes'))
  await publication.run()
  const before = publication.items()
  const gone = publication.item('The tide')
  publication.remove('tide.md')
  await publication.run()
  const tombstones = () => publication.read('atom.xml').match(/<at:deleted-entry [^>]*>/g)
  const told = tombstones()
  expect(told).toEqual([expect.stringContaining(gone.id)])
  rmSync(publication.settings.state, { recursive: true })
  await publication.run()
  expect(tombstones()).toEqual(told)
  publication.write('tide.md', tide)
  await publication.run()
  expect(new Set(publication.items().map(({ id }) => id))).toEqual(
    new Set(before.map(({ id }) => id)),
  )
  expect(tombstones()).toBeNull()
})
