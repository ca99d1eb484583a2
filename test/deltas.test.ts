import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { toOutputFile } from '../src/out/folder.ts'
import type { OutputFile } from '../src/out/folder.ts'
import { silentLog } from '../src/log.ts'
import { renderDocument, renderFragments } from '../src/core/feed/feed.ts'
import { Generations, toGeneration } from '../src/publisher/generations.ts'
import { Publisher } from '../src/publisher/publisher.ts'
import { catalogueFile, SqliteStore } from '../src/store/sqlite.ts'
import type { Reply } from './support/ask.ts'
import {
  fullEntry,
  fullHead,
  nastyEntries,
  renderFeed,
  toExampleEntry,
} from './support/feed-examples.ts'
import { toArticle } from './support/live-publication.ts'
import { Publication } from './support/publication.ts'
import { ServedPublication } from './support/served-publication.ts'
import { readStrictly } from './support/strict-reading.ts'
import { all, parseStrict } from './support/strict-xml.ts'
import { makeTemporaryFolder } from './support/temporary-folder.ts'

// RFC 3229 with the manipulation `feed`: a reader who names the version it has is sent what is new since.

const settings = 'title: Test\ntimezone: UTC\nbaseUrl: https://example.org/\n'
const formats = ['rss', 'atom'] as const

function start(more = ''): Promise<ServedPublication> {
  return ServedPublication.start(Publication.make(settings + more))
}

const dated = (title: string, day: number, body?: string) =>
  `---\ndate: 2025-12-${String(day).padStart(2, '0')}\n---\n\n${toArticle(title, body)}`

const titlesIn = (format: 'rss' | 'atom', { text }: Reply) =>
  readStrictly(format, text).map(({ title }) => title)

const deletedIn = ({ text }: Reply) =>
  all(parseStrict(text), 'at:deleted-entry').map(({ attributes }) => attributes['ref'])

/** A document without its entries and tombstones. */
const headOf = ({ text }: Reply) =>
  text
    .replaceAll(/\n *<(item|entry)[ >][^]*?<\/\1>/g, '')
    .replaceAll(/\n *<at:deleted-entry .*?\/>/g, '')

async function publishSome(publication: ServedPublication, count: number): Promise<void> {
  for (let day = 1; day <= count; day += 1) {
    publication.files.write(`${day}.md`, dated(`Note ${day}`, day))
  }
  await publication.publish()
}

test.each(formats)(
  '%s: a reader is sent what is new and what was edited since, and what the whole feed says of itself',
  async (format) => {
    await using publication = await start()
    await publishSome(publication, 10)
    const before = await publication.get(`/${format}.xml`)
    publication.files.write('11.md', dated('Note 11', 11))
    await publication.publish()
    publication.files.write('3.md', dated('Note 3', 3, 'It was mended.'))
    await publication.publish()
    const whole = await publication.get(`/${format}.xml`)
    const delta = await publication.since(before.headers.etag, `/${format}.xml`)
    expect(delta.status).toBe(226)
    expect(titlesIn(format, delta)).toEqual(['Note 11', 'Note 3'])
    const wanted = readStrictly(format, whole.text).filter(({ title }) =>
      ['Note 11', 'Note 3'].includes(title),
    )
    expect(readStrictly(format, delta.text)).toEqual(wanted)
    expect(headOf(delta)).toBe(headOf(whole))
    expect(delta.headers).toMatchObject({
      im: 'feed',
      etag: whole.headers.etag,
      'last-modified': whole.headers['last-modified'],
      vary: 'A-IM, Accept-Encoding',
      'cache-control': `no-store, im, ${whole.headers['cache-control']}`,
      'content-type': whole.headers['content-type'],
      link: whole.headers['link'],
    })
    expect(whole.headers.vary).toBe('A-IM, Accept-Encoding')
    const idle = await publication.since(delta.headers.etag, `/${format}.xml`)
    expect([idle.status, idle.text]).toEqual([304, ''])
  },
)

test('Atom says what was retracted since, RSS says nothing of it, and what was retracted before is not told again', async () => {
  await using publication = await start()
  await publishSome(publication, 5)
  publication.files.remove('1.md')
  await publication.publish()
  const [rss, atom] = await Promise.all(formats.map((name) => publication.get(`/${name}.xml`)))
  const gone = readStrictly('atom', atom?.text ?? '').find(({ title }) => title === 'Note 2')?.id
  publication.files.remove('2.md')
  await publication.publish()
  const ofAtom = await publication.since(atom?.headers.etag, '/atom.xml')
  expect([ofAtom.status, titlesIn('atom', ofAtom), deletedIn(ofAtom)]).toEqual([226, [], [gone]])
  const ofRss = await publication.since(rss?.headers.etag, '/rss.xml')
  expect([ofRss.status, titlesIn('rss', ofRss)]).toEqual([226, []])
})

test('an entry that left the window but lives is not a deletion, and one that comes back into it is sent', async () => {
  await using publication = await start(
    'limits: { feedLength: 5, feedLengthMin: 1, arrivalHours: 0 }\n',
  )
  await publishSome(publication, 5)
  const before = await publication.get('/atom.xml')
  publication.files.write('6.md', dated('Note 6', 6))
  await publication.publish()
  const after = await publication.since(before.headers.etag, '/atom.xml')
  expect([titlesIn('atom', after), deletedIn(after)]).toEqual([['Note 6'], []])
  publication.files.remove('6.md')
  await publication.publish()
  const back = await publication.since(after.headers.etag, '/atom.xml')
  expect([titlesIn('atom', back), deletedIn(back).length]).toEqual([['Note 1'], 1])
})

test('the feeds of a category have it too', async () => {
  await using publication = await start()
  for (let day = 1; day <= 4; day += 1) {
    publication.files.write(`${day}.md`, `${dated(`Note ${day}`, day)}\n#sea\n`)
  }
  await publication.publish()
  const tags = await Promise.all(
    formats.map(
      async (name) => (await publication.get(`/categories/sea/${name}.xml`)).headers.etag,
    ),
  )
  publication.files.write('5.md', `${dated('Note 5', 5)}\n#sea\n`)
  await publication.publish()
  for (const [index, format] of formats.entries()) {
    const delta = await publication.since(tags[index], `/categories/sea/${format}.xml`)
    expect([delta.status, titlesIn(format, delta)]).toEqual([226, ['Note 5']])
  }
})

test('versions are remembered across restarts, and the newest that a reader names counts', async () => {
  await using publication = await start()
  await publishSome(publication, 5)
  const tags: (string | undefined)[] = []
  for (let day = 6; day <= 8; day += 1) {
    tags.push((await publication.get('/atom.xml')).headers.etag)
    publication.files.write(`${day}.md`, dated(`Note ${day}`, day))
    await publication.publish()
  }
  for (let starts = 0; starts < 2; starts += 1) {
    const oldest = await publication.since(tags[0], '/atom.xml')
    expect([oldest.status, titlesIn('atom', oldest)]).toEqual([226, ['Note 8', 'Note 7', 'Note 6']])
    const several = await publication.since(`${tags[0]}, W/${tags[2]}, "x"`, '/atom.xml')
    expect([several.status, titlesIn('atom', several)]).toEqual([226, ['Note 8']])
    expect(several.headers['delta-base']).toBe(tags[2])
    await publication.restart()
  }
  publication.files.write('9.md', dated('Note 9', 9))
  await publication.publish()
  const later = await publication.since(tags[2], '/atom.xml')
  expect([later.status, titlesIn('atom', later)]).toEqual([226, ['Note 9', 'Note 8']])
})

test('who names no version, an unknown one or one of another feed gets the whole', async () => {
  await using publication = await start()
  await publishSome(publication, 5)
  const rss = await publication.get('/rss.xml')
  const before = await publication.get('/atom.xml')
  publication.files.write('6.md', dated('Note 6', 6))
  await publication.publish()
  const whole = await publication.get('/atom.xml')
  for (const tag of [
    '',
    '""',
    '"unknown"',
    rss.headers.etag,
    before.headers.etag?.replace(/"$/, 'x"'),
    '"-br"',
  ]) {
    const { status, text, headers } = await publication.since(tag, '/atom.xml')
    expect([status, text, headers['im']], tag).toEqual([200, whole.text, undefined])
  }
  const json = await publication.get('/feed.json')
  expect(json.headers.vary).toBe('Accept-Encoding')
})

test('when settings change what all entries are, the whole is sent as what it is', async () => {
  await using publication = await start()
  await publishSome(publication, 5)
  const before = await publication.get('/atom.xml')
  publication.files.configure(settings.replace('example.org', 'example.com'))
  await publication.restart()
  await publication.publish()
  const after = await publication.since(before.headers.etag, '/atom.xml')
  expect([after.status, titlesIn('atom', after).length]).toEqual([200, 5])
  expect(after.text).not.toContain('example.org')
})

test.each(['gzip', 'br', 'zstd'] as const)(
  'RFC 3229 §10.7.1: the shorter feed is in the coding asked for (%s), and its tag that of the whole in it',
  async (coding) => {
    await using publication = await start()
    await publishSome(publication, 5)
    const { headers } = await publication.get('/atom.xml')
    publication.files.write('6.md', dated('Note 6', 6))
    await publication.publish()
    const plain = await publication.since(headers.etag, '/atom.xml')
    // Also when many ask at once, before it is made.
    const deltas = await Promise.all(
      Array.from({ length: 5 }, () => publication.since(headers.etag, '/atom.xml', coding)),
    )
    for (const { status, text, body, headers: told } of deltas) {
      expect([status, text]).toEqual([226, plain.text])
      expect(body.length).toBeLessThan(plain.body.length)
      expect(told['content-encoding']).toBe(coding)
      expect(told.etag).not.toBe(plain.headers.etag)
      const idle = await publication.since(told.etag, '/atom.xml', coding)
      expect(idle.status).toBe(304)
    }
    // The tag of any coding of an earlier version will do.
    publication.files.write('7.md', dated('Note 7', 7))
    await publication.publish()
    const next = await publication.since(deltas[0]?.headers.etag, '/atom.xml')
    expect([next.status, titlesIn('atom', next)]).toEqual([226, ['Note 7']])
  },
)

test.each(['rss', 'atom'] as const)(
  'what an %s document was put together from names the same parts as a look for them',
  (format) => {
    const entries = [...nastyEntries, fullEntry]
    const fragments = entries.map((entry) => renderFragments(entry)[format])
    const document = renderDocument(format, fullHead, fragments)
    if (document.kind === 'refused') throw new Error(document.reason)
    const file = { path: `${format}.xml`, bytes: document.bytes }
    const found = toGeneration(file)
    expect(found.parts.length).toBeGreaterThanOrEqual(entries.length)
    const { frame, layout } = document
    const told = toGeneration({ ...file, madeOf: { fragments, frame, layout } })
    expect(told.hash).toBe(found.hash)
    expect(told.parts.toSorted()).toEqual(found.parts.toSorted())
  },
)

test('some 200 versions of each feed are remembered, in little room', async () => {
  using folder = makeTemporaryFolder()
  await using store = SqliteStore.open(folder.path)
  const documents: OutputFile[] = []
  for (let version = 0; version < 210; version += 1) {
    const entries = Array.from({ length: 50 }, (_, index) =>
      toExampleEntry({ id: `urn:x:${version + index}` }),
    ).toReversed()
    documents.push(toOutputFile('atom.xml', renderFeed('atom', entries)))
    // Each in a program of its own.
    await new Generations(store.generations).remember(documents.slice(-1).map(toGeneration))
  }
  const present = documents.at(-1)
  if (present === undefined) throw new Error('there is no document')
  const hashes = documents.map((document) => toGeneration(document).hash)
  const { find } = new Generations(store.generations)
  const asked = { path: 'atom.xml', hash: hashes.at(-1) ?? '', bytes: present.bytes }
  const known = await Promise.all(
    hashes.map(async (hash) => (await find(asked, [hash]))?.known.length),
  )
  const forgotten = Array.from({ length: 10 }, () => undefined)
  const shared = Array.from({ length: 200 }, (_, index) => Math.max(0, 50 - 199 + index))
  expect(known).toEqual([...forgotten, ...shared])
  expect(await find({ ...asked, hash: hashes[200] ?? '' }, [hashes[199] ?? ''])).toBeUndefined()
  using database = new DatabaseSync(catalogueFile(folder.path), { readOnly: true })
  const row = database
    .prepare(
      'SELECT COUNT(*) AS n, SUM(length(path) + length(hash) + length(fresh)) AS bytes FROM generation',
    )
    .get()
  expect(row).toEqual({ n: 200, bytes: 200 * (8 + 22 + 12) })
})

test('the main feeds are told of before the rest is written, with the pages they name', async () => {
  await using files = Publication.make(settings)
  const steps: Tell[] = []
  await using publisher = await Publisher.open(files.settings, {
    log: silentLog,
    now: () => files.nowMs,
    onPublication: ({ written }) => {
      steps.push({ written, isCategoryThere: existsSync(`${files.settings.out}/categories`) })
    },
  })
  for (let day = 1; day <= 3; day += 1) {
    files.write(`${day}.md`, `${dated(`Note ${day}`, day)}\n#sea\n`)
  }
  await publisher.run({ kind: 'all' })
  expect(steps).toEqual([
    {
      written: expect.arrayContaining(['atom.xml', 'articles/2025/12/note-1.html']),
      isCategoryThere: false,
    },
    {
      written: expect.arrayContaining(['categories/sea/atom.xml', 'index.html']),
      isCategoryThere: true,
    },
  ])
  const paths = steps.flatMap(({ written }) => written)
  expect(paths).toHaveLength(new Set(paths).size)
})

type Tell = { readonly written: readonly string[]; readonly isCategoryThere: boolean }
