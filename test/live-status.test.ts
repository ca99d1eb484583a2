import { closeSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { noOutcomes } from '../src/core/entry/outcome.ts'
import { FeedServer } from '../src/out/server.ts'
import { isFromThisMachine, isLoopbackUrl } from '../src/status/access.ts'
import { Board, eventsMax } from '../src/status/board.ts'
import type { TakenFile } from '../src/status/event.ts'
import { StatusPages } from '../src/status/pages.ts'
import { renderParts } from '../src/status/page.ts'
import type { Shown } from '../src/status/page.ts'
import { ask } from './support/ask.ts'
import { openStream } from './support/event-stream.ts'
import { LivePublication, toArticle } from './support/live-publication.ts'
import { makeTemporaryFolder } from './support/temporary-folder.ts'
import type { TemporaryFolder } from './support/temporary-folder.ts'
import { waitFor } from './support/wait-for.ts'

// The running watcher tells what happens, at once, and only to who sits at this machine.

const events = '/_status/events'

describe('a file is seen to pass', () => {
  test('moved in: seen, settling, read, published, with its title, its page and how long it took', async () => {
    await using publication = await LivePublication.start()
    using stream = await openStream(publication.address, events)
    renameSync(publication.prepare('trip.md', toArticle('Trip')), publication.in('trip.md'))
    await publication.until(() => stream.passage('trip.md').endsWith('published'))
    expect(stream.passage('trip.md')).toMatch(/^seen (?:settling )?read published$/)
    const published = stream.events().at(-1)
    expect(published).toMatchObject({ kind: 'published', path: 'trip.md', title: 'Trip' })
    expect(published?.ms).toBeGreaterThan(0)
    const { status, text } = await ask(publication.address, `/${published?.page}`)
    expect([status, text.includes('Thus ends Trip.')]).toEqual([200, true])
  })

  test('written bit by bit: it is settling for as long as that takes', async () => {
    await using publication = await LivePublication.start()
    using stream = await openStream(publication.address, events)
    const handle = openSync(publication.in('slow.md'), 'w')
    writeSync(handle, '# Slow\n\n')
    await publication.until(() => {
      writeSync(handle, 'Another word. ')
      return stream.passage('slow.md') === 'seen settling'
    })
    closeSync(handle)
    await publication.until(() =>
      stream.passage('slow.md').startsWith('seen settling read published'),
    )
    expect(stream.events().find(({ kind }) => kind === 'published')?.title).toBe('Slow')
  })

  test('written in place, edited, saved again, moved, deleted', async () => {
    await using publication = await LivePublication.start()
    using stream = await openStream(publication.address, events)
    const until = async (path: string, passage: RegExp) => {
      await publication.until(() => passage.test(stream.passage(path)))
    }
    publication.write('a.md', toArticle('A'))
    await until('a.md', /^seen (?:settling )?read published$/)
    publication.write('a.md', toArticle('A', 'It is another text now.'))
    await until('a.md', /read updated$/)
    publication.write('a.md', toArticle('A', 'It is another text now.'))
    await until('a.md', /updated .*read unchanged$/)
    renameSync(publication.in('a.md'), publication.in('b.md'))
    await until('b.md', /^seen .*unchanged$/)
    rmSync(publication.in('b.md'))
    await until('b.md', /unchanged .*retracted$/)
    expect((await publication.status()).outcomes.published).toBe(0)
  })

  test('one that is held says why, each time it is saved; a copy, a draft and a scheduled one say so', async () => {
    await using publication = await LivePublication.start()
    using stream = await openStream(publication.address, events)
    const bad = '---\ntitle: [\n---\n\nSome text.\n'
    publication.write('bad.md', bad)
    await publication.until(() => stream.passage('bad.md').endsWith('read problem'))
    publication.write('bad.md', `${bad}More of it.\n`)
    await publication.until(() => /problem .*read problem$/.test(stream.passage('bad.md')))
    expect(stream.events().at(-1)?.message).toMatch(/^bad\.md:2: cannot read the front matter/)
    publication.write('slides.pdf', 'x')
    await publication.until(() => stream.passage('slides.pdf').startsWith('seen problem'))
    publication.write('a.md', toArticle('A'))
    await publication.until(() => stream.passage('a.md').endsWith('published'))
    publication.write('copy.md', toArticle('A'))
    await publication.until(() => stream.passage('copy.md').endsWith('read notice copy'))
    publication.write('_named.md', toArticle('Named'))
    await publication.until(() => stream.passage('_named.md').startsWith('draft'))
    publication.write('draft.md', '---\ndraft: true\n---\n\nNot finished.\n')
    await publication.until(() => stream.passage('draft.md').endsWith('read draft'))
    publication.write('later.md', '---\ntitle: Later\ndate: 2990-01-01\n---\n\nOne day.\n')
    await publication.until(() => stream.passage('later.md').endsWith('read scheduled'))
    const status = JSON.parse((await ask(publication.address, '/_status.json')).text) as Shown
    expect(status).toMatchObject({
      outcomes: { held: 2, copy: 1, draft: 2, scheduled: 1, published: 1 },
      scheduled: [{ path: 'later.md', title: 'Later' }],
    })
  })

  test('one that a scheduled moment publishes is told of', async () => {
    await using publication = await LivePublication.start()
    using stream = await openStream(publication.address, events)
    const soon = new Date(Date.now() + 1_500).toISOString()
    publication.write('soon.md', `---\ntitle: Soon\ndate: ${soon}\n---\n\nNearly there.\n`)
    await publication.until(() => stream.passage('soon.md').endsWith('scheduled published'))
    expect((await publication.status()).outcomes.published).toBe(1)
  })

  test('a name that is used again after its file was gone unread is seen anew', async () => {
    await using publication = await LivePublication.start()
    using stream = await openStream(publication.address, events)
    writeFileSync(publication.in('brief.md'), '')
    rmSync(publication.in('brief.md'))
    await publication.pass()
    publication.write('brief.md', toArticle('Brief'))
    await publication.until(() => stream.passage('brief.md').endsWith('read published'))
    expect(stream.passage('brief.md')).toMatch(/^seen (?:settling )?seen/)
  })

  test('the page without its script, and the JSON, tell the same', async () => {
    await using publication = await LivePublication.start((inbox) =>
      writeFileSync(inbox('a<b>.md'), toArticle('<i>&amp; A')),
    )
    publication.write('b&.pdf', 'x')
    await publication.untilStatus(({ problems }) => problems.length > 0)
    const page = await ask(publication.address, '/_status')
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(page.text).toContain('<dt>published</dt><dd>1</dd>')
    expect(page.text).toContain('<bdi>b&amp;.pdf: .pdf files are not articles;')
    await waitFor(() => publication.versions.length > 0)
    expect(page.text).toContain('a&lt;b&gt;.md')
    expect(page.text).not.toContain('<i>')
    const { events: told, ...status } = JSON.parse(
      (await ask(publication.address, '/_status.json')).text,
    ) as { readonly events: readonly { readonly kind: string }[] }
    expect(told.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['published', 'problem']))
    expect(status).toEqual(JSON.parse(JSON.stringify(await publication.status())))
    const head = await ask(publication.address, '/_status', { method: 'HEAD' })
    expect([head.status, head.text]).toEqual([200, ''])
    const post = await ask(publication.address, '/_status', { method: 'POST' })
    expect(post.status).toBe(405)
  })

  test('a stop ends the streams, and waits for none of them', async () => {
    await using publication = await LivePublication.start()
    using one = await openStream(publication.address, events)
    using other = await openStream(publication.address, events)
    await publication.stop()
    await waitFor(() => one.hasEnded() && other.hasEnded())
    expect([one.isWhole(), other.isWhole()]).toEqual([true, true])
    publication.address = ''
    publication.restart()
    await publication.until(() => publication.address !== '')
    using again = await openStream(publication.address, events, {
      'last-event-id': one.messages.findLast(({ id }) => id !== '')?.id ?? 'other-1',
    })
    await publication.until(() => again.messages.some(({ event }) => event === 'restart'))
  })
})

const origin = (headers: Readonly<Record<string, string>>, remoteAddress = '127.0.0.1') => ({
  headers,
  rawHeaders: Object.entries(headers).flat(),
  socket: { remoteAddress },
})

type Headers = Readonly<Record<string, string>>
type Sight = readonly [address: string, headers: Headers]

/** Each from this machine, as by a proxy on it. */
const silent = (list: readonly Headers[]): Sight[] => list.map((headers) => ['127.0.0.1', headers])

describe('only who sits at this machine is answered', () => {
  test.each([
    ['127.0.0.1', { host: 'localhost:8080' }],
    ['127.0.0.1', { host: '127.0.0.1:8080' }],
    ['127.8.9.1', { host: 'LocalHost' }],
    ['::1', { host: '[::1]:8080' }],
    ['::ffff:127.0.0.1', { host: 'localhost:8080' }],
    ['127.0.0.1', { host: 'localhost:1', origin: 'http://localhost:1' }],
    ['127.0.0.1', { host: 'localhost:1', 'sec-fetch-site': 'same-origin' }],
    [
      '127.0.0.1',
      { host: 'localhost', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
    ],
  ])('from %s with %j', (address, headers) => {
    expect(isFromThisMachine(origin(headers, address))).toBe(true)
  })

  test.each([
    ['192.0.2.2', { host: 'localhost:8080' }],
    ['10.0.0.1', { host: 'localhost:8080' }],
    ['::ffff:10.127.0.0', { host: 'localhost:8080' }],
    ['fe80::1', { host: 'localhost:8080' }],
    ['::ffff:7f00:1', { host: 'evil.example' }],
    ['', { host: 'localhost:8080' }],
    ...silent([
      {},
      { host: '' },
      { host: 'evil.example:8080' },
      { host: 'localhost.evil.example' },
      { host: '127.0.0.1.evil.example' },
      { host: 'evil.example:127.0.0.1' },
      { host: '128.0.0.1' },
      { host: '0.0.0.0:8080' },
      { host: '127.1' },
      { host: '[::]' },
      { host: '[::ffff:10.0.0.1]' },
      { host: 'localhost@evil.example' },
      { host: 'localhost:8080, evil.example' },
      { host: 'localhost', forwarded: 'for=192.0.2.60' },
      { host: 'localhost', via: '1.1 Caddy' },
      { host: 'localhost', 'x-forwarded-for': '192.0.2.60' },
      { host: 'localhost', 'x-forwarded-host': 'localhost' },
      { host: 'localhost', 'x-forwarded-proto': 'https' },
      { host: 'localhost', 'x-forwarded-whatever': '' },
      { host: 'localhost', 'x-forwarded': '' },
      { host: 'localhost', 'x-real-ip': '127.0.0.1' },
      { host: 'localhost', 'cf-connecting-ip': '192.0.2.60' },
      { host: 'localhost', origin: 'https://evil.example' },
      { host: 'localhost', origin: 'null' },
      { host: 'localhost', origin: 'http://localhost:3000' },
      { host: 'localhost', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
      { host: 'localhost', 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' },
    ]),
  ] satisfies Sight[])('not from %s with %j', (address, headers) => {
    expect(isFromThisMachine(origin(headers, address))).toBe(false)
  })

  test('not when there are two hosts', () => {
    const rawHeaders = ['Host', 'localhost', 'host', 'evil.example']
    expect(isFromThisMachine({ ...origin({ host: 'localhost' }), rawHeaders })).toBe(false)
  })

  test.each([
    ['http://localhost:8080/', true],
    ['http://127.0.0.1/news/', true],
    ['http://[::1]:80/', true],
    ['https://example.org/', false],
    ['http://localhost.example.org/', false],
    ['http://192.168.1.5:8080/', false],
  ])('%s is an address of this machine: %s', (url, isLoopback) => {
    expect(isLoopbackUrl(url)).toBe(isLoopback)
  })
})

describe('the server', () => {
  let folder: TemporaryFolder
  beforeEach(() => {
    folder = makeTemporaryFolder()
  })
  afterEach(() => folder[Symbol.dispose]())

  const shown: Shown = {
    outcomes: noOutcomes,
    scheduled: [],
    waiting: [],
    problems: [],
  }

  async function open({ host = '127.0.0.1', baseUrl = 'http://localhost:8080/' } = {}) {
    const board = new Board(Date.now)
    const readStatus = () => Promise.resolve(shown)
    const pages = new StatusPages({ board, title: 'Test', timezone: 'UTC', baseUrl, readStatus })
    const server = await FeedServer.open({
      root: folder.path,
      host,
      port: 0,
      baseUrl,
      ownPages: pages,
      log: { fault: (sentence) => expect(sentence).toBe('no fault') },
    })
    return { board, pages, server, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
  }

  const addresses = ['/_status', '/_status.json', events]

  test('says the same of its own pages to others as of pages that are not there', async () => {
    await using served = await open({ host: '0.0.0.0' })
    const never = await ask(served.server.address, '/never')
    for (const path of addresses) {
      for (const headers of [
        { host: 'example.org' },
        { 'x-forwarded-for': '192.0.2.60' },
        { via: '1.1 proxy' },
      ]) {
        const reply = await ask(served.server.address, path, { headers })
        expect({ ...reply.headers, date: '' }).toEqual({ ...never.headers, date: '' })
        expect([reply.status, reply.text]).toEqual([404, never.text])
      }
    }
    for (const path of [
      '/_status/',
      '/_statuses',
      '/_status/events/',
      '/_status.json/',
      '/_STATUS',
    ]) {
      expect((await ask(served.server.address, path)).status).toBe(404)
    }
    const absolute = await ask(served.server.address, 'http://localhost/_status')
    expect(absolute.status).toBe(404)
  })

  const own = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')?.address
  if (own === undefined) {
    process.stderr.write('SKIPPED: this machine has no address but that of its own loopback\n')
  }

  test.skipIf(own === undefined)(
    'answers nobody who comes by another address, whatever the headers say',
    async () => {
      for (const host of ['0.0.0.0', own ?? '']) {
        await using served = await open({ host })
        const { port } = new URL(served.server.address)
        for (const path of addresses) {
          const headers = { host: `localhost:${port}` }
          expect((await ask(`http://${own}:${port}/`, path, { headers })).status).toBe(404)
        }
      }
    },
  )

  test('where the publication has a public address, who asks has to know the key of this run', async () => {
    await using served = await open({ baseUrl: 'https://example.org/' })
    const { address } = served.server
    // As a proxy asks that says nothing of itself.
    const headers = { host: `127.0.0.1:${new URL(address).port}` }
    for (const path of addresses) {
      for (const query of ['', '?key=', '?key=undefined', `?after=x-1&key=${'A'.repeat(22)}`]) {
        expect((await ask(address, `${path}${query}`, { headers })).status).toBe(404)
      }
    }
    const [, query = ''] = served.pages.path.split('?')
    expect(query).toMatch(/^key=[\w-]{22}$/)
    const page = await ask(address, `/${served.pages.path}`)
    expect(page.status).toBe(200)
    expect(page.headers['referrer-policy']).toBe('no-referrer')
    const streamPath = /data-events="([^"]*)"/.exec(page.text)?.[1]?.replaceAll('&amp;', '&') ?? ''
    expect(streamPath).toContain(query)
    using stream = await openStream(address, `/${streamPath}`)
    expect(stream.status).toBe(200)
    expect((await ask(address, `/_status.json?${query}`)).status).toBe(200)
  })

  test('lets nobody keep, frame or read its own pages from elsewhere', async () => {
    await using served = await open()
    for (const path of addresses) {
      const { status, headers } = await ask(served.server.address, path, { method: 'HEAD' })
      expect(status).toBe(200)
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'cross-origin-resource-policy': 'same-origin',
        'content-security-policy': expect.stringMatching(
          /^default-src 'none'; style-src 'sha256-[^']*'; script-src 'sha256-[^']*'; .*frame-ancestors 'none'$/,
        ),
      })
      expect(headers['access-control-allow-origin']).toBeUndefined()
    }
  })

  test('keeps ten streams open, and the page works without one', async () => {
    await using served = await open()
    const { address } = served.server
    const streams = await Promise.all(Array.from({ length: 10 }, () => openStream(address, events)))
    const refused = await ask(address, events)
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '10'])
    expect((await ask(address, '/_status')).status).toBe(200)
    streams[0]?.[Symbol.dispose]()
    for (;;) {
      using stream = await openStream(address, events)
      if (stream.status === 200) break
    }
    for (const stream of streams) stream[Symbol.dispose]()
  })

  test('each event comes to each stream once, however it falls between the page and the stream', async () => {
    await using served = await open()
    const { board, server } = served
    using early = await openStream(server.address, events)
    board.seen('a.md')
    const { text } = await ask(server.address, '/_status')
    board.seen('b.md')
    const path = /data-events="([^"]*)"/.exec(text)?.[1] ?? ''
    using late = await openStream(server.address, `/${path}`)
    board.seen('c.md')
    await waitFor(() => late.events().length >= 2 && early.events().length >= 3)
    const last = late.messages.findLast(({ id }) => id !== '')?.id ?? ''
    board.seen('d.md')
    using back = await openStream(server.address, `/${path}`, { 'last-event-id': last })
    board.seen('e.md')
    await waitFor(() => [early, late, back].every((each) => each.passage('e.md') !== ''))
    const told = [early, late, back].map((each) => each.events().map((event) => event.path))
    expect(told).toEqual([
      ['a.md', 'b.md', 'c.md', 'd.md', 'e.md'],
      ['b.md', 'c.md', 'd.md', 'e.md'],
      ['d.md', 'e.md'],
    ])
  })

  test('what hubs answer has its place on the page, as text', () => {
    const hub = { address: 'https://hub.example/', untold: 2, answer: '<500>', isLeftOut: true }
    expect(renderParts({ ...shown, hubs: [hub] }, 'UTC').more).toContain(
      '<bdi>https://hub.example/</bdi> <span class="quiet">untold 2, answer &lt;500&gt;, left out true</span>',
    )
  })

  test('who reads nothing is let go, and holds nothing up', async () => {
    await using served = await open()
    const { board, server } = served
    const idle = connect(Number(new URL(server.address).port), '127.0.0.1')
    idle.on('error', () => {})
    idle.write(`GET ${events} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
    idle.pause()
    using other = await openStream(server.address, events)
    let heardBytes = 0
    for (let number = 0; number < 10; number += 1) {
      for (let count = 0; count < 20; count += 1) {
        board.fault(`${number} ${count} ${'x'.repeat(50_000)}`)
      }
      await waitFor(() => other.events().at(-1)?.message?.startsWith(`${number} 19 `))
    }
    for (const { data } of other.messages) heardBytes += data.length
    let readBytes = 0
    idle.on('data', ({ length }) => (readBytes += length)).resume()
    let isClosed = false
    idle.on('close', () => (isClosed = true))
    await waitFor(() => isClosed)
    expect(heardBytes).toBeGreaterThan(20_000_000)
    expect(readBytes).toBeLessThan(heardBytes - 5_000_000)
    expect(other.hasEnded()).toBe(false)
  })
})

describe('the board', () => {
  const taken = (file: Partial<TakenFile>): TakenFile => ({
    path: 'a.md',
    outcome: 'published',
    isRead: true,
    isVisible: true,
    problems: [],
    ...file,
  })
  const kinds = (board: Board) => board.events.map(({ kind, path }) => `${kind} ${path}`)

  test('remembers the latest hundred events of thousands, and is not slow about it', () => {
    const board = new Board(Date.now)
    for (let number = 0; number < 30_000; number += 1) board.seen(`${number}.md`)
    expect(board.events).toHaveLength(eventsMax)
    expect(board.events.at(-1)).toMatchObject({ number: 30_000, path: '29999.md' })
  })

  test('says published only when the feeds and the page are in place', () => {
    const board = new Board(Date.now)
    board.taken([taken({ page: 'articles/a.html' })])
    board.published(['atom.xml'])
    expect(kinds(board)).toEqual(['read a.md'])
    board.taken([taken({ path: 'b.md', page: 'articles/b.html' })])
    board.published(['articles/a.html'])
    expect(kinds(board)).toEqual(['read a.md', 'read b.md', 'published b.md'])
    board.published([])
    expect(kinds(board)).toHaveLength(3)
  })

  test('tells both of an entry that goes and of one that takes its place', () => {
    const board = new Board(Date.now)
    board.taken([taken({})])
    board.taken([taken({ outcome: 'retracted', isRead: false })])
    board.published([])
    expect(kinds(board)).toEqual(['read a.md', 'published a.md', 'retracted a.md'])
  })

  test('tells a problem of the whole once, one of a file with each reading', () => {
    const board = new Board(Date.now)
    const problem = { code: 'text-empty', path: 'a.md' } as const
    const held = taken({ outcome: 'held', isVisible: false, problems: [problem] })
    board.taken([held])
    board.problem(problem)
    board.taken([held])
    expect(kinds(board)).toEqual(['read a.md', 'problem a.md', 'read a.md', 'problem a.md'])
  })
})
