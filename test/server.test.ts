import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { cpSync, mkdirSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { connect } from 'node:net'
import { dirname } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { OutputFolder, toOutputFile } from '../src/out/folder.ts'
import { FeedServer } from '../src/out/server.ts'
import type { ServerSettings } from '../src/out/server.ts'
import { toServedPath } from '../src/out/served-file.ts'
import { Generations, toGeneration } from '../src/publisher/generations.ts'
import { SqliteStore } from '../src/store/sqlite.ts'
import { ask, sendRaw } from './support/ask.ts'
import type { Reply } from './support/ask.ts'
import { makeTemporaryFolder } from './support/temporary-folder.ts'
import { waitFor } from './support/wait-for.ts'

const baseUrl = 'https://example.org/news/'
const changedAtMs = Date.UTC(2026, 0, 31, 12)
const changed = 'Sat, 31 Jan 2026 12:00:00 GMT'
const toEntry = (number: number) =>
  `\n  <entry><id>${number}</id>${'An entry, and another. '.repeat(20)}</entry>`
const toFeed = (...entries: readonly number[]) =>
  `<feed><title>${'A title. '.repeat(20)}</title>${entries.map(toEntry).join('')}\n</feed>\n`
const feed = toFeed(9, 8, 7, 6, 5)
const hash = toTagHash(feed)
/** Two versions from before, and what is new since. */
const older = [toFeed(7, 6, 5, 4, 3), toFeed(8, 7, 6, 5, 4)] as const
const [oldHash, lastHash] = [toTagHash(older[0]), toTagHash(older[1])]
const sinceOld = toFeed(9, 8)
const sinceLast = toFeed(9)

const files: Readonly<Record<string, string>> = {
  'atom.xml': feed,
  'rss.xml': `<rss>${feed}</rss>`,
  'feed.json': `{"title":"${'x'.repeat(500)}"}`,
  'index.html': `<!doctype html><title>Index</title>${'<p>Text</p>'.repeat(100)}`,
  'feed.css': `/* ${'style '.repeat(100)}*/`,
  'feeds.opml': `<opml>${'x'.repeat(500)}</opml>`,
  'articles/2026/01/trip.html': `<!doctype html>${'<p>A trip</p>'.repeat(100)}`,
  'articles/2026/01/été à la mer.html': '<!doctype html><p>Summer</p>',
  'categories/general/index.html': '<!doctype html><p>General</p>',
  'categories/general/atom.xml': `<feed>${'General. '.repeat(100)}</feed>`,
  'sound.mp3': 'x'.repeat(400_000),
  'long.mp3': 'x'.repeat(20_000_000),
  '.secret': 'hidden',
  '.atom.xml.tmp': 'a draft',
  'articles/.hidden/page.html': 'hidden',
}

function toTagHash(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22)
}

const folder = makeTemporaryFolder()
const out = folder.at('out')
const faults: string[] = []
let server: FeedServer
let store: SqliteStore

function write(path: string, text: string, atMs = changedAtMs): void {
  const place = `${out}/${path}`
  mkdirSync(dirname(place), { recursive: true })
  writeFileSync(place, text)
  utimesSync(place, atMs / 1000, atMs / 1000)
}

function open(different: Partial<ServerSettings> = {}): Promise<FeedServer> {
  return FeedServer.open({
    root: out,
    host: '127.0.0.1',
    port: 0,
    baseUrl,
    log: { fault: (sentence) => faults.push(sentence) },
    ...different,
  })
}

beforeAll(async () => {
  for (const [path, text] of Object.entries(files)) write(path, text)
  writeFileSync(folder.at('outside.html'), 'outside')
  symlinkSync(folder.at('outside.html'), `${out}/link.html`)
  mkdirSync(folder.at('elsewhere'))
  writeFileSync(folder.at('elsewhere/page.html'), 'outside')
  symlinkSync(folder.at('elsewhere'), `${out}/linked`)
  store = SqliteStore.open(folder.at('state'))
  const generations = new Generations(store.generations)
  for (const text of [...older, feed]) await remember(generations, 'atom.xml', text)
  server = await open({
    isGone: (path) => Promise.resolve(path.endsWith('/taken-back.html')),
    deltas: generations.find,
  })
  await untilCompressed('/atom.xml')
})

afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await store[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
  if (faults.length > 0) throw new Error(faults.join('\n'))
})

async function remember(generations: Generations, path: string, text: string): Promise<void> {
  await generations.remember([toGeneration(toOutputFile(path, text))])
}

/** @returns the last coding that it came to have */
async function untilCompressed(path: string, address = server.address): Promise<string> {
  let last = ''
  for (const coding of ['gzip', 'zstd', 'br']) {
    for (;;) {
      const { headers } = await ask(address, path, { headers: { 'accept-encoding': coding } })
      if (headers['content-encoding'] !== coding) continue
      last = coding
      break
    }
  }
  return last
}

const get = (path: string, headers: Readonly<Record<string, string>> = {}) =>
  ask(server.address, path, { headers })

describe('a feed', () => {
  test.each([
    ['/atom.xml', 'application/xml; charset=utf-8'],
    ['/rss.xml', 'application/xml; charset=utf-8'],
    ['/feeds.opml', 'application/xml; charset=utf-8'],
    ['/categories/general/atom.xml', 'application/xml; charset=utf-8'],
    ['/feed.json', 'application/feed+json'],
  ])('%s says all that readers, caches and scripts need', async (path, type) => {
    const { status, headers, text } = await get(path)
    expect(status).toBe(200)
    expect(text).toBe(files[path.slice(1)])
    expect(headers).toMatchObject({
      'content-type': type,
      'content-length': String(Buffer.byteLength(text)),
      'cache-control': 'max-age=300',
      etag: `"${toTagHash(text)}"`,
      'last-modified': changed,
      vary: /(?:rss|atom)\.xml$/.test(path) ? 'A-IM, Accept-Encoding' : 'Accept-Encoding',
      link: `<${baseUrl}${path.slice(1)}>; rel="self"`,
      'x-content-type-options': 'nosniff',
      'access-control-allow-origin': '*',
      'access-control-expose-headers': 'ETag, Last-Modified, Link, IM, Delta-Base',
    })
    expect(headers.expires).toBeUndefined()
  })

  test('is the feed whatever Accept, Host, the query or the form of the address say', async () => {
    const plain = await get('/atom.xml')
    const others = await Promise.all([
      get('/atom.xml', { accept: 'text/html' }),
      get('/atom.xml', { host: 'evil.example' }),
      get('/atom.xml?_=1732400077'),
      get(`${server.address}atom.xml`),
      get('/%61tom.xml'),
    ])
    for (const { status, headers, text } of others) {
      expect({ status, text }).toEqual({ status: 200, text: feed })
      expect({ ...headers, date: '' }).toEqual({ ...plain.headers, date: '' })
    }
  })

  test.each([
    ['its RSS says', '<ttl>15</ttl>', 900],
    ['is bearable at most', '<ttl>100000</ttl>', 3600],
    ['is bearable at least', '<ttl>0</ttl>', 60],
    ['is usual, when its RSS does not say', '<item>An entry: <ttl>15</ttl></item>', 300],
  ])('may be kept for as long as %s, in each format', async (_, ttl, seconds) => {
    using place = makeTemporaryFolder()
    await using live = await open({ root: place.path })
    for (const inside of ['', 'categories/general/']) {
      const paths = ['atom.xml', 'rss.xml', 'feed.json'].map((name) => inside + name)
      const text = (path: string) =>
        path.endsWith('rss.xml') ? `<rss><channel>${ttl}</channel></rss>` : '<feed/>'
      const output = OutputFolder.open(place.path)
      const { written } = await output.replace(
        paths.map((path) => ({ path, bytes: Buffer.from(text(path)) })),
      )
      live.refresh(written, [])
      for (const path of paths) {
        const { headers } = await ask(live.address, `/${path}`)
        expect(headers['cache-control'], path).toBe(`max-age=${seconds}`)
        expect(headers.expires).toBeUndefined()
      }
    }
    // Also when it is read anew.
    await using again = await open({ root: place.path })
    const { headers } = await ask(again.address, '/categories/general/atom.xml')
    expect(headers['cache-control']).toBe(`max-age=${seconds}`)
  })

  test('lets scripts of other sites ask first', async () => {
    const { status, headers } = await ask(server.address, '/feed.json', {
      method: 'OPTIONS',
      headers: { origin: 'https://reader.example', 'access-control-request-method': 'GET' },
    })
    expect(status).toBe(204)
    expect(headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'GET, HEAD, OPTIONS',
    })
    expect(headers['access-control-allow-headers']).toContain('If-None-Match')
    expect(headers['access-control-allow-headers']).toContain('A-IM')
  })
})

describe('a page', () => {
  test('is kept a minute, lets nothing run, and is not for scripts of other sites', async () => {
    const { headers, text } = await get('/articles/2026/01/trip.html')
    expect(text).toBe(files['articles/2026/01/trip.html'])
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'max-age=60',
      'x-content-type-options': 'nosniff',
    })
    expect(headers['content-security-policy']).toMatch(/^default-src 'none';/)
    expect(headers['access-control-allow-origin']).toBeUndefined()
  })

  test('of a folder is its index, and a folder without its slash leads to it', async () => {
    expect((await get('/')).text).toBe(files['index.html'])
    expect((await get('/categories/general/')).text).toBe(files['categories/general/index.html'])
    const { status, headers } = await get('/categories/general')
    const location = new URL(headers.location ?? '', 'https://example.org/news/categories/general')
    expect([status, location.href]).toEqual([301, 'https://example.org/news/categories/general/'])
    expect((await get('/articles/')).status).toBe(404)
    expect((await get('/articles')).status).toBe(404)
  })

  test('is found by its encoded name', async () => {
    const { status, text } = await get(encodeURI('/articles/2026/01/été à la mer.html'))
    expect([status, text]).toEqual([200, files['articles/2026/01/été à la mer.html']])
  })

  test('that changes under the server is shown as it is now', async () => {
    write('changing.html', 'one')
    expect((await get('/changing.html')).text).toBe('one')
    write('changing.html', 'two')
    expect((await get('/changing.html')).text).toBe('two')
  })

  test('that was taken back is gone, one that never was is not found', async () => {
    expect((await get('/articles/2026/01/taken-back.html')).status).toBe(410)
    expect((await get('/articles/2026/01/never.html')).status).toBe(404)
  })
})

type Row = readonly [
  name: string,
  headers: Readonly<Record<string, string>>,
  status: number,
  more?: Readonly<Record<string, string | undefined>>,
]

const earlier = 'Sat, 31 Jan 2026 11:59:59 GMT'
const gzipTag = `"${hash}-gz"`

const matrix: readonly Row[] = [
  ['§13.1.2 the very tag', { 'if-none-match': `"${hash}"` }, 304, { etag: `"${hash}"` }],
  ['§13.1.2 a weak tag is compared weakly', { 'if-none-match': `W/"${hash}"` }, 304],
  ['§13.1.2 a list', { 'if-none-match': `"a, b", W/"c" , "${hash}"` }, 304],
  ['§13.1.2 any', { 'if-none-match': '*' }, 304],
  ['§13.1.2 another tag', { 'if-none-match': '"other"' }, 200],
  ['§13.1.2 a tag that begins alike', { 'if-none-match': `"${hash}x"` }, 200],
  ['§13.1.2 a tag that lost its quotes', { 'if-none-match': hash }, 304],
  ['§13.1.2 nothing', { 'if-none-match': '""' }, 200],
  ['§15.4.5 the tag of another coding', { 'if-none-match': gzipTag }, 304, { etag: gzipTag }],
  [
    '§13.2.2 the tag decides, not the date',
    { 'if-none-match': '"other"', 'if-modified-since': changed },
    200,
  ],
  [
    '§13.2.2 the tag decides, though the date is old',
    { 'if-none-match': `"${hash}"`, 'if-modified-since': earlier },
    304,
  ],
  ['§13.1.3 the very date', { 'if-modified-since': changed }, 304],
  ['§13.1.3 an earlier date', { 'if-modified-since': earlier }, 200],
  ['§13.1.3 a later date', { 'if-modified-since': 'Sun, 01 Feb 2026 00:00:00 GMT' }, 304],
  ['§13.1.3 no date at all', { 'if-modified-since': 'yesterday' }, 200],
  ['§13.1.3 no such day', { 'if-modified-since': 'Sat, 31 Feb 2099 12:00:00 GMT' }, 200],
  ['§5.6.7 a zone in figures', { 'if-modified-since': 'Sat, 31 Jan 2026 12:00:00 +0000' }, 304],
  ['§5.6.7 RFC 850', { 'if-modified-since': 'Saturday, 31-Jan-26 12:00:00 GMT' }, 304],
  ['§5.6.7 RFC 850, earlier', { 'if-modified-since': 'Saturday, 31-Jan-76 12:00:00 GMT' }, 304],
  ['§5.6.7 RFC 850, 1977', { 'if-modified-since': 'Monday, 31-Jan-77 12:00:00 GMT' }, 200],
  ['§5.6.7 asctime', { 'if-modified-since': 'Sat Jan 31 12:00:00 2026' }, 304],
  ['§5.6.7 asctime, one digit', { 'if-modified-since': 'Thu Jan  1 12:00:00 2026' }, 200],
  ['§13.1.1 the very tag', { 'if-match': `"${hash}"` }, 200],
  ['§13.1.1 a weak tag never matches', { 'if-match': `W/"${hash}"` }, 412],
  ['§13.1.1 any', { 'if-match': '*' }, 200],
  ['§13.1.1 another tag', { 'if-match': '"other"' }, 412],
  ['§13.1.4 unchanged', { 'if-unmodified-since': changed }, 200],
  ['§13.1.4 changed', { 'if-unmodified-since': earlier }, 412],
  ['§13.2.2 If-Match first', { 'if-match': `"${hash}"`, 'if-unmodified-since': earlier }, 200],
  ['§12.5.3 not asked', {}, 200, { 'content-encoding': undefined }],
  ['§12.5.3 empty', { 'accept-encoding': '' }, 200, { 'content-encoding': undefined }],
  [
    '§12.5.3 gzip',
    { 'accept-encoding': 'gzip' },
    200,
    { 'content-encoding': 'gzip', etag: gzipTag },
  ],
  ['§8.4.1.3 x-gzip', { 'accept-encoding': 'x-gzip' }, 200, { 'content-encoding': 'gzip' }],
  [
    '§12.5.3 all alike',
    { 'accept-encoding': 'gzip, deflate, br, zstd' },
    200,
    { 'content-encoding': 'br' },
  ],
  [
    '§12.5.3 weights',
    { 'accept-encoding': 'br;q=0.5, GZIP;Q=0.8, zstd;q=0.1' },
    200,
    { 'content-encoding': 'gzip' },
  ],
  [
    '§12.5.3 gzip refused',
    { 'accept-encoding': 'gzip;q=0' },
    200,
    { 'content-encoding': undefined },
  ],
  [
    '§12.5.3 gzip refused, others not',
    { 'accept-encoding': 'gzip;q=0.000, zstd' },
    200,
    { 'content-encoding': 'zstd' },
  ],
  ['§12.5.3 any', { 'accept-encoding': '*' }, 200, { 'content-encoding': 'gzip' }],
  [
    '§12.5.3 any but gzip',
    { 'accept-encoding': 'gzip;q=0, *' },
    200,
    { 'content-encoding': undefined },
  ],
  [
    '§12.5.3 as it is, rather',
    { 'accept-encoding': 'identity, gzip;q=0.5' },
    200,
    { 'content-encoding': undefined },
  ],
  ['§12.5.3 nothing fits', { 'accept-encoding': 'identity;q=0' }, 406, { etag: undefined }],
  ['§12.5.3 nothing at all', { 'accept-encoding': '*;q=0' }, 406],
  [
    '§12.5.3 not as it is',
    { 'accept-encoding': 'identity;q=0, gzip' },
    200,
    { 'content-encoding': 'gzip' },
  ],
  [
    '§12.4.2 a weight that is none',
    { 'accept-encoding': 'gzip;q=yes' },
    200,
    { 'content-encoding': undefined },
  ],
  [
    '§15.4.5 a 304 names the tag the client has',
    { 'accept-encoding': 'br', 'if-none-match': gzipTag },
    304,
    { etag: gzipTag, 'content-encoding': undefined },
  ],
  [
    '§14.2 a range',
    { range: 'bytes=0-9' },
    206,
    { 'content-range': `bytes 0-9/${feed.length}`, 'content-length': '10' },
  ],
  [
    '§14.1.2 the last bytes',
    { range: 'bytes=-5' },
    206,
    { 'content-range': `bytes ${feed.length - 5}-${feed.length - 1}/${feed.length}` },
  ],
  ['§14.1.2 from a byte on', { range: 'bytes=10-' }, 206],
  [
    '§14.1.2 beyond the end',
    { range: 'bytes=10-99999999' },
    206,
    { 'content-length': String(feed.length - 10) },
  ],
  [
    '§15.5.17 no such bytes',
    { range: 'bytes=99999999-' },
    416,
    { 'content-range': `bytes */${feed.length}` },
  ],
  ['§14.1.2 no byte', { range: 'bytes=-0' }, 416],
  ['§14.2 several are ignored', { range: 'bytes=0-1,3-4' }, 200],
  ['§14.2 the wrong way round', { range: 'bytes=9-1' }, 200],
  ['§14.2 another unit', { range: 'pages=1-2' }, 200],
  ['§14.2 not of what is compressed', { range: 'bytes=0-9', 'accept-encoding': 'gzip' }, 200],
  ['§13.1.5 the very tag', { range: 'bytes=0-9', 'if-range': `"${hash}"` }, 206],
  ['§13.1.5 a weak tag', { range: 'bytes=0-9', 'if-range': `W/"${hash}"` }, 200],
  ['§13.1.5 another tag', { range: 'bytes=0-9', 'if-range': '"other"' }, 200],
  ['§13.1.5 the very date', { range: 'bytes=0-9', 'if-range': changed }, 206],
  [
    '§13.1.5 a later date',
    { range: 'bytes=0-9', 'if-range': 'Sun, 01 Feb 2026 00:00:00 GMT' },
    200,
  ],
  ['§13.2.2 a 304 before a range', { range: 'bytes=0-9', 'if-none-match': '*' }, 304],
]

const since = (tag: string, more: Readonly<Record<string, string>> = {}) => {
  return { 'a-im': 'feed', 'if-none-match': tag, ...more }
}
const lastTag = `"${lastHash}"`

const deltaMatrix: readonly Row[] = [
  [
    '§10.3 an earlier tag',
    since(lastTag),
    226,
    {
      im: 'feed',
      etag: `"${hash}"`,
      'cache-control': 'no-store, im, max-age=300',
      vary: 'A-IM, Accept-Encoding',
      'last-modified': changed,
      'delta-base': undefined,
      'content-length': String(sinceLast.length),
      'accept-ranges': undefined,
    },
  ],
  ['§10.3 the tag of one before', since(`"${oldHash}"`), 226],
  ['§10.3 that of another coding of it', since(`"${lastHash}-br"`), 226],
  ['§10.3 as a proxy weakened it', since(`W/${lastTag}`), 226],
  ['§10.5.3 another name of it', since(lastTag, { 'a-im': 'vcdiff, FEED;q=0.5' }), 226],
  ['§10.5.3 other manipulations', since(lastTag, { 'a-im': 'vcdiff, gzip' }), 200],
  ['§10.5.3 not wanted', since(lastTag, { 'a-im': 'feed;q=0' }), 200],
  ['§10.5.3 not asked for', { 'if-none-match': lastTag }, 200, { im: undefined }],
  ['§10.5.3 nothing named', { 'a-im': 'feed' }, 200, { im: undefined }],
  ['§10.3 an unknown tag', since('"other"'), 200, { im: undefined }],
  ['§10.3 nothing new', since(`"${hash}"`), 304, { im: undefined, etag: `"${hash}"` }],
  ['§10.3 nothing new among several', since(`${lastTag}, "${hash}"`), 304],
  ['RFC 9110 §13.1.2 any', since('*'), 304],
  [
    '§10.5.1 the newest of several is named',
    since(`"${oldHash}", ${lastTag}, "other"`),
    226,
    { 'delta-base': lastTag, 'content-length': String(sinceLast.length) },
  ],
  ['RFC 9110 §13.2.2 the tag decides', since(lastTag, { 'if-modified-since': changed }), 226],
  ['RFC 9110 §13.1.3 the date alone', { 'a-im': 'feed', 'if-modified-since': changed }, 304],
  ['RFC 9110 §13.1.3 an older date', { 'a-im': 'feed', 'if-modified-since': earlier }, 200],
  ['RFC 9110 §13.1.1 the tag to match', since(lastTag, { 'if-match': `"${hash}"` }), 226],
  ['RFC 9110 §13.1.1 another to match', since(lastTag, { 'if-match': lastTag }), 412],
  [
    '§10.7.1 in gzip',
    since(lastTag, { 'accept-encoding': 'gzip' }),
    226,
    { 'content-encoding': 'gzip', etag: gzipTag, im: 'feed' },
  ],
  [
    '§10.7.1 in what is liked best',
    since(lastTag, { 'accept-encoding': 'br;q=0.1, zstd' }),
    226,
    { 'content-encoding': 'zstd', etag: `"${hash}-zs"` },
  ],
  ['RFC 9110 §12.5.3 in nothing', since(lastTag, { 'accept-encoding': '*;q=0' }), 406],
  ['§4.1 a range is of the whole', since(lastTag, { range: 'bytes=0-9' }), 206, { im: undefined }],
  [
    '§4.1 a range of what is no more',
    since(lastTag, { range: 'bytes=0-9', 'if-range': lastTag }),
    200,
  ],
]

describe('what is new (RFC 3229)', () => {
  test.each(deltaMatrix.map(([name, headers, status, more]) => ({ name, headers, status, more })))(
    '$name gives $status',
    async ({ headers, status, more = {} }) => {
      const got = await get('/atom.xml', headers)
      expect(got.status).toBe(status)
      for (const [name, value] of Object.entries(more)) expect(got.headers[name], name).toBe(value)
      expect(toWhole(got)).toBe(
        status === 226
          ? headers['if-none-match'] === `"${oldHash}"`
            ? sinceOld
            : sinceLast
          : toExpectedText(got),
      )
    },
  )

  test.each(deltaMatrix.map(([name, headers]) => ({ name, headers })))(
    '§10.4.1 HEAD: $name is told of the whole',
    async ({ headers }) => {
      const others = Object.entries(headers).filter(([name]) => !['range', 'a-im'].includes(name))
      const [got, head] = await Promise.all([
        get('/atom.xml', Object.fromEntries(others)),
        ask(server.address, '/atom.xml', { method: 'HEAD', headers }),
      ])
      expect([head.status, head.body.length]).toEqual([got.status, 0])
      expect({ ...head.headers, date: '' }).toEqual({ ...got.headers, date: '' })
    },
  )

  test('is asked of RSS and Atom only', async () => {
    for (const path of ['/feed.json', '/feeds.opml', '/index.html']) {
      const { status, headers } = await get(path, since(lastTag))
      expect([status, headers['im'], headers.vary]).toEqual([200, undefined, 'Accept-Encoding'])
    }
  })

  test('whatever is asked together, the first rule that applies decides', async () => {
    const choices = {
      method: ['GET', 'HEAD'],
      'if-none-match': [undefined, `"${hash}"`, lastTag, '"other"', '*'],
      'if-modified-since': [undefined, changed, earlier],
      'accept-encoding': [undefined, 'gzip', 'br, gzip;q=0.5'],
      'a-im': [undefined, 'feed'],
      range: [undefined, 'bytes=0-9', 'bytes=99999999-'],
    } as const
    const rows = Object.entries(choices).reduce<readonly Readonly<Record<string, string>>[]>(
      (all, [name, values]) =>
        all.flatMap((row) =>
          values.map((value) => (value === undefined ? row : { ...row, [name]: value })),
        ),
      [{}],
    )
    expect(rows).toHaveLength(540)
    const agent = new Agent({ keepAlive: true, maxSockets: 8 })
    for (const row of rows) {
      const { method = 'GET', ...headers } = row
      const got = await ask(server.address, '/atom.xml', { method, headers, agent })
      const expected = expectedStatus(row)
      expect(got.status, JSON.stringify(row)).toBe(expected)
      const text = expected === 226 ? sinceLast : toExpectedText(got)
      expect(method === 'HEAD' ? '' : toWhole(got)).toBe(method === 'HEAD' ? '' : text)
    }
    agent.destroy()
  })
})

/** RFC 9110 §13.2.2 and §14.2, and RFC 3229 §10.3 where both leave a 200. */
function expectedStatus(row: Readonly<Record<string, string>>): number {
  const tag = row['if-none-match']
  if (tag === '*' || tag === `"${hash}"`) return 304
  if (tag === undefined && row['if-modified-since'] === changed) return 304
  if (row['method'] === 'HEAD') return 200
  const isAsItIs = row['accept-encoding'] === undefined
  if (row['range'] !== undefined && isAsItIs) return row['range'] === 'bytes=0-9' ? 206 : 416
  return tag === lastTag && row['a-im'] === 'feed' && row['range'] === undefined ? 226 : 200
}

describe('conditional requests (RFC 9110)', () => {
  test.each(matrix.map(([name, headers, status, more]) => ({ name, headers, status, more })))(
    '$name gives $status',
    async ({ headers, status, more = {} }) => {
      const got = await get('/atom.xml', headers)
      expect(got.status).toBe(status)
      for (const [name, value] of Object.entries(more)) expect(got.headers[name], name).toBe(value)
      expect(toWhole(got)).toBe(toExpectedText(got))
    },
  )

  test.each(matrix.map(([name, headers, status]) => ({ name, headers, status })))(
    '§9.3.2, §14.2 HEAD: $name gives the same without a body, and no range',
    async ({ headers }) => {
      const { range, ...others } = headers
      const [got, head] = await Promise.all([
        get('/atom.xml', others),
        ask(server.address, '/atom.xml', {
          method: 'HEAD',
          headers: { ...others, ...(range && { range }) },
        }),
      ])
      expect([head.status, head.body.length]).toEqual([got.status, 0])
      expect({ ...head.headers, date: '' }).toEqual({ ...got.headers, date: '' })
    },
  )

  test('§15.4.5 a 304 has the headers that keep caches right', async () => {
    const { status, headers } = await get('/atom.xml', { 'if-none-match': `"${hash}"` })
    expect(status).toBe(304)
    expect(headers).toMatchObject({
      'cache-control': 'max-age=300',
      'last-modified': changed,
      vary: 'A-IM, Accept-Encoding',
    })
    expect(headers['content-type']).toBeUndefined()
    expect(headers['content-length']).toBeUndefined()
  })
})

function toWhole({ status, text }: Reply): string {
  return status === 412 || status === 416 || status === 406 ? '' : text
}

/** What a reply of this status has to hold. */
function toExpectedText({ status, headers }: Reply): string {
  if (status === 200) return feed
  if (status !== 206) return ''
  const [, first, last] = /^bytes (\d+)-(\d+)\//.exec(headers['content-range'] ?? '') ?? []
  return feed.slice(Number(first), Number(last) + 1)
}

describe('methods', () => {
  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'PROPFIND', 'TRACE'])(
    'RFC 9110 §15.5.6: %s is not allowed, and what is',
    async (method) => {
      const { status, headers } = await ask(server.address, '/atom.xml', { method })
      expect([status, headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS'])
    },
  )

  test('RFC 9110 §9.3.7: OPTIONS says what can be asked, of all too', async () => {
    for (const path of ['*', '/', '/atom.xml']) {
      const { status, headers } = await ask(server.address, path, { method: 'OPTIONS' })
      expect([status, headers.allow]).toEqual([204, 'GET, HEAD, OPTIONS'])
    }
  })
})

describe('a large file', () => {
  const text = files['sound.mp3'] ?? ''

  test('is sent whole, in parts, or not again', async () => {
    const { status, headers, body } = await get('/sound.mp3', { 'accept-encoding': 'gzip, br' })
    expect([status, body.length]).toEqual([200, text.length])
    expect(headers).toMatchObject({ 'content-type': 'audio/mpeg', 'accept-ranges': 'bytes' })
    expect(headers['content-encoding']).toBeUndefined()
    const etag = headers.etag ?? ''
    expect((await get('/sound.mp3', { 'if-none-match': etag })).status).toBe(304)
    const part = await get('/sound.mp3', { range: 'bytes=399990-', 'if-range': etag })
    expect([part.status, part.body.length]).toEqual([206, 10])
    const head = await ask(server.address, '/sound.mp3', { method: 'HEAD' })
    expect(head.headers['content-length']).toBe(String(text.length))
    const beyond = await get('/sound.mp3', { range: 'bytes=400000-' })
    expect(beyond.status).toBe(416)
  })
})

test('who asks for what nobody has asked for lately has it compressed soon', async () => {
  using place = makeTemporaryFolder()
  const output = OutputFolder.open(place.path)
  const paths = ['atom.xml', 'rss.xml']
  await using live = await open({ root: place.path })
  for (let version = 0; version < 12; version += 1) {
    const bytes = Buffer.from(`${feed}<!-- ${version} -->`)
    await output.replace(paths.map((path) => ({ path, bytes })))
    live.refresh(paths, [])
  }
  // When it has all codings nothing is being made of the other any more.
  expect(await untilCompressed('/rss.xml', live.address)).toBe('br')
  expect(await untilCompressed('/atom.xml', live.address)).toBe('br')
})

describe('the tag of a large file', () => {
  const name = 'archive.mp3'
  const text = (letter: string) => Buffer.from(letter.repeat(400_000))
  const tagOf = async (place: string) => {
    await using live = await open({ root: place })
    return (await ask(live.address, `/${name}`, { method: 'HEAD' })).headers.etag
  }

  test('is another for another version of the same length, a moment later', async () => {
    using place = makeTemporaryFolder()
    const output = OutputFolder.open(place.path)
    const tags = []
    for (const letter of ['a', 'b', 'c']) {
      await output.replace([{ path: name, bytes: text(letter) }])
      tags.push(await tagOf(place.path))
    }
    expect(new Set(tags).size).toBe(3)
  })

  test('is the same after a restart, and for the same file on another disk', async () => {
    using place = makeTemporaryFolder()
    await OutputFolder.open(place.path).replace([{ path: name, bytes: text('a') }])
    const tag = await tagOf(place.path)
    expect(await tagOf(place.path)).toBe(tag)
    mkdirSync(place.at('copy'))
    cpSync(place.at(name), place.at(`copy/${name}`), { preserveTimestamps: true })
    // Copying keeps milliseconds; a disk that keeps less has its own tags.
    const { mtimeMs } = statSync(place.at(`copy/${name}`))
    utimesSync(place.at(name), mtimeMs / 1000, mtimeMs / 1000)
    expect(await tagOf(place.at('copy'))).toBe(await tagOf(place.path))
  })
})

describe('nothing leaves out/', () => {
  const hostile = [
    '/../outside.html',
    '/articles/../../outside.html',
    '/%2e%2e/outside.html',
    '/..%2foutside.html',
    '/articles%2f2026/01/trip.html',
    '/..%5coutside.html',
    '/..\\outside.html',
    '/atom.xml%00.html',
    '/%00',
    '/%0d%0aX-Header:%201',
    '/%c0%ae%c0%ae/outside.html',
    '/%ff',
    '/%',
    '/%zz',
    '//atom.xml',
    '//evil.example/',
    '/articles//2026',
    '/./atom.xml',
    '/.secret',
    '/%2esecret',
    '/.atom.xml.tmp',
    '/articles/.hidden/page.html',
    '/link.html',
    '/linked/page.html',
    '/linked',
    '/linked/',
    '/atom.xml/',
    '/atom.xml/more',
    `/${'x'.repeat(300)}`,
    '/__proto__',
    '/constructor',
  ]

  test.each(hostile)('%s is not found', async (path) => {
    const { status, text } = await get(path)
    expect([status, text]).toEqual([404, 'There is no such page.\n'])
  })

  test('bytes that are no address get no file', async () => {
    for (const target of ['atom.xml', '../outside.html', 'ftp://x/atom.xml', '\u0080']) {
      const reply = await sendRaw(
        server.address,
        Buffer.from(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`, 'latin1'),
      )
      expect(reply, target).toMatch(/^HTTP\/1\.1 40[04] /)
      expect(reply).not.toContain('outside')
    }
  })
})

describe('whatever is asked', () => {
  const bits = fc.constantFrom(
    '/',
    '..',
    '.',
    '%2e',
    '%2f',
    '%5c',
    '%00',
    '?',
    '#',
    'atom.xml',
    '%',
  )
  const target = fc
    .array(fc.oneof(bits, fc.string({ unit: 'binary', maxLength: 5 })), { maxLength: 12 })
    .map((parts) => `/${parts.join('')}`)

  test('a path has only plain, visible names', () => {
    fc.assert(
      fc.property(target, (url) => {
        const path = toServedPath(url)?.path ?? ''
        const names = path === '' ? [] : path.split('/')
        // oxlint-disable-next-line no-control-regex -- Control characters are what it is about.
        expect(names.filter((name) => /^\.|^$|[\\\u0000-\u001f]/u.test(name))).toEqual([])
      }),
      { numRuns: 2000 },
    )
  })

  test('headers of any kind get an answer, and never a wrong body', async () => {
    const words = fc.constantFrom(
      '"',
      'W/',
      ',',
      ';',
      'q=',
      '0',
      '*',
      'gzip',
      'br',
      '=',
      '-',
      'bytes=',
    )
    const value = fc
      .array(fc.oneof(words, fc.stringMatching(/^[\u0020-\u007e]{0,4}$/)), { maxLength: 8 })
      .map((parts) => parts.join(''))
    const names = [
      'a-im',
      'accept-encoding',
      'if-none-match',
      'if-modified-since',
      'if-range',
      'range',
    ]
    const agent = new Agent({ keepAlive: true })
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.constantFrom(...names), value)), async (pairs) => {
        const headers = Object.fromEntries(pairs)
        const reply = await ask(server.address, '/atom.xml', { headers, agent })
        expect([200, 206, 304, 406, 416]).toContain(reply.status)
        expect(toWhole(reply)).toBe(toExpectedText(reply))
      }),
      { numRuns: 500 },
    )
    agent.destroy()
  })

  test('a client that breaks off is nobody’s fault', async () => {
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(server.address).port) })
    socket.write('GET /long.mp3 HTTP/1.1\r\nHost: x\r\n\r\n')
    await once(socket, 'readable')
    socket.resetAndDestroy()
    await once(socket, 'close')
    expect((await get('/sound.mp3', { range: 'bytes=0-0' })).status).toBe(206)
    expect(faults).toEqual([])
  })
})

describe('limits', () => {
  test('an address that is too long, a head that is too large, a body', async () => {
    expect((await get(`/${'x'.repeat(3000)}`)).status).toBe(414)
    expect((await get('/', { 'x-large': 'x'.repeat(20_000) })).status).toBe(431)
    for (const body of ['Content-Length: 5\r\n\r\nhello', 'Transfer-Encoding: chunked\r\n\r\n']) {
      const reply = await sendRaw(server.address, `GET / HTTP/1.1\r\nHost: x\r\n${body}`)
      expect(reply).toMatch(/^HTTP\/1\.1 413 /)
    }
    const expecting =
      'POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n'
    expect(await sendRaw(server.address, expecting)).toMatch(/^HTTP\/1\.1 413 /)
  })

  test('a client that is slow to ask is let go', async () => {
    await using strict = await open({ limits: { headersMs: 100, idleMs: 1000 } })
    expect(await sendRaw(strict.address, 'GET / HTTP/1.1\r\nHost: x\r\nX-Sl')).toMatch(
      /^HTTP\/1\.1 408 /,
    )
  })

  test('a form comes whole, in time and small, or not at all', async () => {
    const taken: string[] = []
    const take = async (form: string) => {
      taken.push(form)
      return await Promise.resolve({ status: 202, sentence: 'Taken.' })
    }
    await using strict = await open({
      form: { path: 'hub', take },
      limits: { headersMs: 200, idleMs: 1000 },
    })
    const toForm = (path: string, lengthBytes: number) =>
      `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${lengthBytes}\r\n\r\n`
    expect(await sendRaw(strict.address, `${toForm('/hub?a=b', 3)}a=b`)).toMatch(/^HTTP\/1\.1 202 /)
    expect(await sendRaw(strict.address, `${toForm('/hub', 9)}slow=`)).toMatch(/^HTTP\/1\.1 408 /)
    expect(await sendRaw(strict.address, toForm('/hub', 8193))).toMatch(/^HTTP\/1\.1 413 /)
    for (const path of ['/hub/', '/HUB', '/hub/x', '/']) {
      expect(await sendRaw(strict.address, `${toForm(path, 3)}a=b`), path).toMatch(
        /^HTTP\/1\.1 413 /,
      )
    }
    expect(taken).toEqual(['a=b'])
  })

  test('pages beyond the budget of memory are served all the same, feeds stay at hand', async () => {
    await using small = await open({ limits: { memoryBytesMax: 1 } })
    for (const path of ['articles/2026/01/trip.html', 'atom.xml', 'categories/general/atom.xml']) {
      const { status, text } = await ask(small.address, `/${path}`, {
        headers: { 'accept-encoding': 'gzip' },
      })
      expect([status, text]).toEqual([200, files[path]])
    }
  })

  test('a port that is in use is named, with what to do', async () => {
    const port = Number(new URL(server.address).port)
    await expect(open({ port })).rejects.toThrow(
      `cannot serve on 127.0.0.1 port ${port}: another program uses this port; choose another with --port`,
    )
  })
})

function toDocument(generation: number): string {
  return `<feed><id>${generation}</id>${`Generation ${generation}. `.repeat(2000)}</feed>\n`
}

/** A reader that polls without a pause, by tag, by date or with neither. */
async function poll(state: PollState, path: string, coding: string): Promise<void> {
  let tag = ''
  let date = ''
  let text = ''
  for (let turn = 0; !state.isOver; turn += 1) {
    const published = state.generation
    const conditions = [{ 'if-modified-since': date }, { 'if-none-match': tag }, {}][turn % 3]
    const headers = { 'accept-encoding': coding, ...conditions }
    const reply = await ask(state.address, path, { headers, agent: state.agent })
    state.reads += 1
    if (reply.status === 304) state.unchanged += 1
    else {
      text = reply.text
      tag = reply.headers.etag ?? ''
      date = reply.headers['last-modified'] ?? ''
    }
    const seen = Number(/<id>(\d+)/.exec(text)?.[1])
    const isWhole = text === toDocument(seen) && tag.slice(1, 23) === toTagHash(text)
    if (!isWhole) state.wrong.push(`torn: ${reply.status} ${text.slice(0, 100)}`)
    if (seen < published) state.wrong.push(`stale: ${reply.status} ${seen} after ${published}`)
  }
}

/** The document of a generation without what the one of another had already. */
function toSince(generation: number, base = Number.NEGATIVE_INFINITY): string {
  const entries = [0, 1, 2, 3, 4].map((age) => generation - age).filter((entry) => entry > base)
  return `<feed>\n  <id>${generation}</id>${entries.map(toEntry).join('')}\n</feed>\n`
}

/** A reader that takes what is new since the version it has; every so many versions, or without a pause. */
async function pollNews(
  state: PollState,
  path: string,
  { coding, pause }: { readonly coding: string; readonly pause: number },
): Promise<void> {
  let tag = ''
  let seen = Number.NEGATIVE_INFINITY
  while (!state.isOver) {
    const next = state.generation + pause
    await waitFor(() => state.isOver || state.generation >= next)
    const asked = state.generation
    const headers = { 'accept-encoding': coding, ...(tag === '' ? {} : since(tag)) }
    const reply = await ask(state.address, path, { headers, agent: state.agent })
    state.reads += 1
    const base = seen
    if (reply.status === 304) state.unchanged += 1
    else {
      seen = Number(/<id>(\d+)/.exec(reply.text)?.[1])
      tag = reply.headers.etag ?? ''
      const expected = toSince(seen, reply.status === 226 ? base : undefined)
      if (reply.text !== expected) state.wrong.push(`wrong: ${reply.status} ${seen} since ${base}`)
      if (reply.status === 226) state.deltas += 1
    }
    if (tag.slice(1, 23) !== toTagHash(toSince(seen))) state.wrong.push(`tag: ${tag} of ${seen}`)
    if (seen < asked) state.wrong.push(`stale: ${reply.status} ${seen} after ${asked}`)
  }
}

type PollState = {
  readonly address: string
  readonly agent: Agent
  readonly wrong: string[]
  generation: number
  reads: number
  unchanged: number
  deltas: number
  isOver: boolean
}

describe('a publication', () => {
  test('is seen whole by whoever reads meanwhile: 200 of them under concurrent reads', async () => {
    using place = makeTemporaryFolder()
    const output = OutputFolder.open(place.path)
    const publish = async (generation: number) => {
      const bytes = Buffer.from(toDocument(generation))
      const pair = ['atom.xml', 'rss.xml'].map((path) => ({ path, bytes }))
      return (await output.replace(pair)).written
    }
    await publish(0)
    await using live = await open({ root: place.path })
    const agent = new Agent({ keepAlive: true, maxSockets: 32 })
    const state: PollState = {
      address: live.address,
      agent,
      wrong: [],
      generation: 0,
      reads: 0,
      unchanged: 0,
      deltas: 0,
      isOver: false,
    }
    const codings = ['', 'gzip', 'br', 'zstd', 'gzip, br']
    const polls = Array.from({ length: 10 }, (_, index) =>
      poll(state, index % 2 === 0 ? '/atom.xml' : '/rss.xml', codings[index % 5] ?? ''),
    )
    for (let next = 1; next <= 200; next += 1) {
      live.refresh(await publish(next), [])
      state.generation = next
      const enough = state.reads + 40
      await waitFor(() => state.reads > enough)
    }
    state.isOver = true
    await Promise.all(polls)
    agent.destroy()
    expect(state.wrong).toEqual([])
    expect(state.reads).toBeGreaterThan(4000)
    expect(state.unchanged).toBeGreaterThan(1000)
  })

  test('is seen by whoever takes only what is new: 200 of them, each with what it had not', async () => {
    using place = makeTemporaryFolder()
    await using memory = SqliteStore.open(place.at('state'))
    const generations = new Generations(memory.generations)
    const output = OutputFolder.open(place.at('out'))
    const publish = async (generation: number) => {
      const bytes = Buffer.from(toSince(generation))
      const written = [{ path: 'atom.xml', bytes }]
      await output.replace(written)
      await generations.remember(written.map(toGeneration))
      return written.map(({ path }) => path)
    }
    await publish(0)
    await using live = await open({ root: place.at('out'), deltas: generations.find })
    const agent = new Agent({ keepAlive: true, maxSockets: 32 })
    const state: PollState = {
      address: live.address,
      agent,
      wrong: [],
      generation: 0,
      reads: 0,
      unchanged: 0,
      deltas: 0,
      isOver: false,
    }
    const polls = Array.from({ length: 10 }, (_, index) =>
      pollNews(state, '/atom.xml', {
        coding: ['', 'gzip', 'br'][index % 3] ?? '',
        pause: index < 7 ? 0 : index - 6,
      }),
    )
    for (let next = 1; next <= 200; next += 1) {
      live.refresh(await publish(next), [])
      state.generation = next
      const enough = state.reads + 20
      await waitFor(() => state.reads > enough)
    }
    state.isOver = true
    await Promise.all(polls)
    agent.destroy()
    expect(state.wrong).toEqual([])
    expect(state.reads).toBeGreaterThan(2000)
    expect(state.unchanged).toBeGreaterThan(500)
    expect(state.deltas).toBeGreaterThan(500)
  })

  test('moves Last-Modified on by a second at least, and only where the bytes changed', async () => {
    write('atom.xml', feed)
    await using live = await open()
    const dates: number[] = []
    for (const text of ['a', 'b', 'c', 'c', 'd']) {
      write('atom.xml', text)
      live.refresh(['atom.xml'], [])
      const { headers } = await ask(live.address, '/atom.xml')
      dates.push(Date.parse(headers['last-modified'] ?? ''))
    }
    write('atom.xml', feed)
    expect(dates).toEqual([1, 2, 3, 3, 4].map((seconds) => changedAtMs + seconds * 1000))
  })

  test('that removes a page takes it away', async () => {
    write('going.html', 'still here')
    await using live = await open({ isGone: () => true })
    expect((await ask(live.address, '/going.html')).status).toBe(200)
    OutputFolder.open(out).remove(['going.html'])
    live.refresh([], ['going.html'])
    expect((await ask(live.address, '/going.html')).status).toBe(410)
  })
})

describe('a server that is to stop', () => {
  test('ends responses in flight, and takes no more', async () => {
    const stopping = await open()
    const { port } = new URL(stopping.address)
    const idle = new Agent({ keepAlive: true })
    await ask(stopping.address, '/', { agent: idle })
    const socket = connect({ host: '127.0.0.1', port: Number(port) })
    socket.write('GET /long.mp3 HTTP/1.1\r\nHost: x\r\n\r\n')
    await once(socket, 'readable')
    const stopped = stopping[Symbol.asyncDispose]()
    await expect(ask(stopping.address, '/')).rejects.toThrow('ECONNREFUSED')
    let length = 0
    socket.on('data', (part) => {
      length += part.length
    })
    await Promise.all([once(socket, 'close'), stopped])
    expect(length).toBeGreaterThan(20_000_000)
    idle.destroy()
  })

  test('waits for nobody for ever', async () => {
    const stopping = await open({ limits: { stopMs: 50 } })
    const { port } = new URL(stopping.address)
    const socket = connect({ host: '127.0.0.1', port: Number(port) })
    socket.write('GET /long.mp3 HTTP/1.1\r\nHost: x\r\n\r\n')
    await once(socket, 'readable')
    socket.on('error', () => {})
    await stopping[Symbol.asyncDispose]()
    socket.resume()
    if (!socket.closed) await once(socket, 'close')
    expect(socket.bytesRead).toBeLessThan(20_000_000)
  })
})
