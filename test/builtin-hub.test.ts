import { createHmac } from 'node:crypto'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { BuiltinHub } from '../src/hub/hub.ts'
import type { HubLimits } from '../src/hub/hub.ts'
import { silentLog } from '../src/log.ts'
import { toBuiltinAddress } from '../src/publisher/named-hubs.ts'
import { Publisher } from '../src/publisher/publisher.ts'
import { ask, sendRaw } from './support/ask.ts'
import { Correspondent, findFreePort, sendForm } from './support/correspondent.ts'
import { LivePublication, toArticle } from './support/live-publication.ts'
import { startProgram } from './support/program.ts'
import { Publication } from './support/publication.ts'
import { readStrictly } from './support/strict-reading.ts'
import { makeTemporaryFolder } from './support/temporary-folder.ts'
import { waitFor } from './support/wait-for.ts'

// The hub that the watcher runs, and subscribers in other processes that obey, fail, hang and die.

const quick: Partial<HubLimits> = {
  retry: { firstMs: 5, capMs: 40 },
  answerMs: 400,
  stopMs: 50,
}

async function startWithHub(
  more = 'hubPrivate: true\n',
  prepare: (inbox: (name: string) => string) => void = () => {},
): Promise<LivePublication> {
  const port = await findFreePort()
  return await LivePublication.start(
    prepare,
    `port: ${port}\nbaseUrl: http://127.0.0.1:${port}/\nhub: builtin\n${more}`,
  )
}

type Wish = {
  readonly path?: string
  readonly mode?: string
  readonly secret?: string
  readonly leaseS?: number
  readonly callback?: string
}

function toForm(baseUrl: string, subscriber: Correspondent, wish: Wish): Record<string, string> {
  const { path = 'atom.xml', mode = 'subscribe', secret, leaseS, callback } = wish
  return {
    'hub.mode': mode,
    'hub.topic': baseUrl + path,
    'hub.callback': callback ?? `${subscriber.address}push?of=${path}`,
    ...(secret === undefined ? {} : { 'hub.secret': secret }),
    ...(leaseS === undefined ? {} : { 'hub.lease_seconds': String(leaseS) }),
  }
}

async function subscribe(
  publication: LivePublication,
  subscriber: Correspondent,
  wish: Wish = {},
): Promise<void> {
  const { baseUrl } = publication.settings
  const { status, text } = await sendForm(`${baseUrl}hub`, toForm(baseUrl, subscriber, wish))
  expect([status, text]).toEqual([202, 'The request is being verified.\n'])
}

async function untilSubscribed(publication: LivePublication, count: number): Promise<void> {
  await publication.untilStatus(({ hubs = [] }) =>
    hubs.some((hub) => 'subscriptions' in hub && hub.subscriptions === count),
  )
}

test('WebSub §5.3, §7: a subscriber is asked, and then sent what is new, changed or deleted, and nothing else', async () => {
  await using publication = await startWithHub()
  await using subscriber = await Correspondent.start()
  publication.write('old.md', toArticle('Old'))
  await publication.entry('Old')
  await subscribe(publication, subscriber, { secret: 'shh', leaseS: 86_400 })
  await untilSubscribed(publication, 1)
  const { baseUrl } = publication.settings
  const [asked] = subscriber.requests
  const parameters = new URL(asked?.url ?? '', subscriber.address).searchParams
  expect(Object.fromEntries(parameters)).toEqual({
    of: 'atom.xml',
    'hub.mode': 'subscribe',
    'hub.topic': `${baseUrl}atom.xml`,
    'hub.challenge': expect.stringMatching(/^[\w-]{32}$/),
    'hub.lease_seconds': '86400',
  })

  publication.write('new.md', toArticle('New'))
  const item = await publication.entry('New')
  const [first] = await waitFor(() => subscriber.posts().length === 1 && subscriber.posts())
  const { body = '', headers = {} } = first ?? {}
  expect(readStrictly('atom', body).map(({ id }) => id)).toEqual([item.id])
  expect(body).toContain('Thus ends New.')
  expect(headers['content-type']).toBe('application/atom+xml; charset=utf-8')
  expect(headers['link']).toBe(`<${baseUrl}hub>; rel="hub", <${baseUrl}atom.xml>; rel="self"`)
  const signature = createHmac('sha256', 'shh').update(body).digest('hex')
  expect(headers['x-hub-signature']).toBe(`sha256=${signature}`)

  publication.write('new.md', toArticle('New', 'It was changed.'))
  const [, second] = await waitFor(() => subscriber.posts().length === 2 && subscriber.posts())
  expect(readStrictly('atom', second?.body ?? '').map(({ id }) => id)).toEqual([item.id])
  expect(second?.body).toContain('It was changed.')

  rmSync(publication.in('new.md'))
  const [, , third] = await waitFor(() => subscriber.posts().length === 3 && subscriber.posts())
  expect(third?.body).toContain(`<at:deleted-entry ref="${item.id}"`)
  expect(third?.body).not.toContain('<entry')
})

test('each format of each feed has its own subscribers, and a delivery is a whole document of it', async () => {
  await using publication = await startWithHub('hubPrivate: true\n', (inbox) => {
    for (const title of ['A', 'B', 'C']) {
      writeFileSync(inbox(`${title}.md`), `${toArticle(title)}\n#sea\n`)
    }
  })
  await using subscriber = await Correspondent.start()
  await waitFor(() => existsSync(join(publication.settings.out, 'feeds.opml')))
  const paths = ['rss.xml', 'feed.json', 'categories/sea/atom.xml', 'categories/sea/rss.xml']
  for (const path of paths) await subscribe(publication, subscriber, { path })
  await untilSubscribed(publication, paths.length)
  publication.write('D.md', toArticle('D'))
  const item = await publication.entry('D')
  await waitFor(() => subscriber.posts().length === 2)
  publication.write('E.md', `${toArticle('E')}\n#sea\n`)
  const atSea = await publication.entry('E')
  await waitFor(() => subscriber.posts().length === 6)
  const sentTo = (path: string) =>
    subscriber.posts().filter(({ url }) => url.endsWith(`of=${path}`))
  const idsOf = (path: string, format: 'rss' | 'atom' | 'json') =>
    sentTo(path).map(({ body }) => readStrictly(format, body).map(({ id }) => id))
  expect(idsOf('rss.xml', 'rss')).toEqual([[item.id], [atSea.id]])
  expect(idsOf('feed.json', 'json')).toEqual([[item.id], [atSea.id]])
  expect(idsOf('categories/sea/atom.xml', 'atom')).toEqual([[atSea.id]])
  expect(idsOf('categories/sea/rss.xml', 'rss')).toEqual([[atSea.id]])
  expect(sentTo('categories/sea/rss.xml')[0]?.body).toContain('Test – sea')
  expect(sentTo('rss.xml')[0]?.headers['content-type']).toBe('application/rss+xml; charset=utf-8')
  expect(sentTo('feed.json')[0]?.headers['content-type']).toBe('application/feed+json')
})

test('a request that is none is refused, and says why', async () => {
  await using publication = await startWithHub()
  await using subscriber = await Correspondent.start()
  const { baseUrl } = publication.settings
  const hub = `${baseUrl}hub`
  const good = toForm(baseUrl, subscriber, {})
  const tell = async (different: Record<string, string>) =>
    await sendForm(hub, { ...good, ...different })
  expect(await tell({ 'hub.mode': 'observe' })).toMatchObject({ status: 400 })
  expect(await tell({ 'hub.mode': 'publish' })).toMatchObject({ status: 400 })
  expect(await tell({ 'hub.callback': 'nonsense' })).toMatchObject({ status: 400 })
  expect(await tell({ 'hub.callback': 'ftp://example.org/' })).toMatchObject({ status: 400 })
  expect(await tell({ 'hub.callback': 'http://a:b@example.org/' })).toMatchObject({ status: 400 })
  expect(await tell({ 'hub.callback': 'http://example.org:25/' })).toMatchObject({ status: 400 })
  expect(await tell({ 'hub.callback': 'http://example.org:6379/' })).toMatchObject({ status: 400 })
  for (const topic of ['https://example.org/atom.xml', `${baseUrl}index.html`, `${baseUrl}../a`]) {
    expect(await tell({ 'hub.topic': topic })).toMatchObject({ status: 400 })
  }
  expect(await tell({ 'hub.secret': 'é'.repeat(100) })).toMatchObject({ status: 400 })
  expect(await tell({ filler: 'x'.repeat(9000) })).toMatchObject({ status: 413 })
  expect((await fetch(hub, { method: 'POST', body: 'hub.mode=subscribe' })).status).toBe(415)
  const got = await ask(baseUrl, '/hub')
  expect([got.status, got.headers.allow]).toEqual([405, 'POST'])
  expect((await fetch(`${baseUrl}atom.xml`, { method: 'POST', body: 'a=b' })).status).toBe(413)
  const head =
    'POST /hub HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n'
  const chunks = `Transfer-Encoding: chunked\r\n\r\n1000\r\n${'x'.repeat(4096)}\r\n`
  const endless = await sendRaw(
    baseUrl,
    `${head}${chunks}${`1000\r\n${'x'.repeat(4096)}\r\n`.repeat(40)}`,
  )
  expect(endless).toMatch(/^HTTP\/1\.1 413 /)
  expect(subscriber.requests).toEqual([])
  expect((await ask(baseUrl, '/atom.xml')).status).toBe(200)
})

describe('without hubPrivate nothing is sent to addresses that are not public', () => {
  test('hosts that are such addresses, in any spelling, are refused at once', async () => {
    await using publication = await startWithHub('')
    await using subscriber = await Correspondent.start()
    const { baseUrl } = publication.settings
    const hosts = [
      '127.0.0.1',
      '2130706433',
      '0x7f000001',
      '0177.0.0.1',
      '127.1',
      '0.0.0.0',
      'localhost',
      'a.localhost',
      '10.1.2.3',
      '172.16.0.1',
      '192.168.0.1',
      '169.254.169.254',
      '100.64.0.1',
      '224.0.0.1',
      '255.255.255.255',
      '192.0.2.1',
      '[::1]',
      '[::]',
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
      '[::127.0.0.1]',
      '[fe80::1]',
      '[fc00::1]',
      '[ff02::1]',
      '[64:ff9b::7f00:1]',
      '[2002:7f00:1::]',
      '[2001:db8::1]',
      '[2001:0:1::1]',
      '127.0.0.1.',
    ]
    for (const host of hosts) {
      const callback = `http://${host}:${subscriber.port}/`
      const form = toForm(baseUrl, subscriber, { callback })
      const answer = await sendForm(`${baseUrl}hub`, form)
      expect(answer, host).toEqual({ status: 400, text: 'hub.callback is no public address.\n' })
    }
    expect(subscriber.requests).toEqual([])
  })

  test('a name that leads to one is asked nothing', async () => {
    await using publication = await startWithHub('')
    await using subscriber = await Correspondent.start()
    // The name of this machine leads to one of its own addresses, if anywhere.
    const callback = `http://${hostname()}:${subscriber.port}/`
    await subscribe(publication, subscriber, { callback })
    const { exchange } = await import('../src/hub/client.ts')
    const result = await exchange({
      method: 'GET',
      url: `http://localhost:${subscriber.port}/`,
      timeoutMs: 10_000,
      bodyBytesMax: 100,
      isPublicOnly: true,
      stop: new AbortController().signal,
    })
    expect(result).toEqual({ kind: 'none', reason: 'its address is not public' })
    publication.write('a.md', toArticle('A'))
    await publication.entry('A')
    expect(subscriber.requests).toEqual([])
  })
})

/** A publication at a clock of the test, its hub, and subscribers to it. */
async function openHub(yaml = '', limits: Partial<HubLimits> = {}) {
  const publication = Publication.make(
    `title: Test\ntimezone: UTC\nbaseUrl: https://example.org/\nhub: builtin\nhubPrivate: true\n${yaml}`,
  )
  mkdirSync(publication.path(''), { recursive: true })
  const publisher = await Publisher.open(publication.settings, {
    log: silentLog,
    now: () => publication.nowMs,
  })
  await publisher.run({ kind: 'all' })
  const faults: string[] = []
  const { settings } = publication
  const hub = new BuiltinHub({
    store: publisher.hubs.store.subscriptions,
    render: publisher.hubs.render,
    baseUrl: settings.baseUrl,
    address: toBuiltinAddress(settings),
    allowsPrivate: true,
    subscriptionsMax: settings.hubs.subscriptionsMax,
    feedBytesMax: settings.limits.feedBytesMax,
    // The clock of the test, which goes on so that what waits has its turn.
    now: () => publication.nowMs + Math.floor(performance.now()),
    log: { fault: (sentence) => faults.push(sentence) },
    limits: { ...quick, ...limits },
  })
  const store = publisher.hubs.store.subscriptions
  return {
    publication,
    store,
    hub,
    faults,
    async take(subscriber: Correspondent, wish: Wish = {}) {
      const form = toForm(settings.baseUrl, subscriber, wish)
      return await hub.take(new URLSearchParams(form).toString())
    },
    async untilCount(count: number) {
      await waitFor(() => Number(store.countSubscriptions(0)) === count)
    },
    async publish(name: string, text: string) {
      publication.write(name, text)
      await publisher.run({ kind: 'all' })
      hub.ring()
    },
    async retract(...names: readonly string[]) {
      for (const name of names) publication.remove(name)
      await publisher.run({ kind: 'all' })
      hub.ring()
    },
    async [Symbol.asyncDispose]() {
      await hub[Symbol.asyncDispose]()
      await publisher[Symbol.asyncDispose]()
      await publication[Symbol.asyncDispose]()
      expect(faults).toEqual([])
    },
  }
}

test('WebSub §5.3: who does not return the challenge has no subscription', async () => {
  await using bench = await openHub()
  await using subscriber = await Correspondent.start('204')
  for (const behaviour of ['204', '404', '500', 'redirect', 'reset', 'hang', 'endless'] as const) {
    await subscriber.behave(behaviour)
    const before = subscriber.requests.length
    expect(await bench.take(subscriber)).toMatchObject({ status: 202 })
    await waitFor(() => bench.store.countVerifications() === 0)
    expect(subscriber.requests.length, behaviour).toBeGreaterThan(before)
    expect(subscriber.requests.length - before, behaviour).toBeLessThanOrEqual(3)
    expect(bench.store.countSubscriptions(0), behaviour).toBe(0)
  }
  expect(subscriber.requests.every(({ url }) => url.startsWith('/push'))).toBe(true)
})

test('WebSub §7: what fails is sent again, with all that came meanwhile, and not again after success', async () => {
  await using bench = await openHub()
  await using subscriber = await Correspondent.start()
  await bench.take(subscriber)
  await bench.untilCount(1)
  const failures = ['500', 'redirect', 'reset', 'hang'] as const
  for (const behaviour of failures) {
    await subscriber.behave(behaviour)
    const before = subscriber.posts().length
    await bench.publish(`${behaviour}.md`, toArticle(behaviour))
    await waitFor(() => subscriber.posts().length >= before + 2)
  }
  await subscriber.kill()
  await bench.publish('killed.md', toArticle('killed'))
  await subscriber.revive()
  await waitFor(() => Number(bench.store.countDeliveries()) === 0)
  const taken = subscriber.posts().filter(({ answered }) => answered === '200')
  const titles = taken.flatMap(({ body }) => readStrictly('atom', body).map(({ title }) => title))
  expect(titles.toSorted()).toEqual(['500', 'hang', 'killed', 'redirect', 'reset'])
  await bench.publish('last.md', toArticle('last'))
  await waitFor(() => Number(bench.store.countDeliveries()) === 0)
  const [last] = subscriber.posts().slice(-1)
  expect(readStrictly('atom', last?.body ?? '').map(({ title }) => title)).toEqual(['last'])
  expect(subscriber.requests.every(({ url }) => url.startsWith('/push'))).toBe(true)
})

test('a subscriber that answers without end or after its time keeps nobody else from deliveries', async () => {
  await using bench = await openHub()
  await using hanging = await Correspondent.start()
  await using endless = await Correspondent.start()
  await using well = await Correspondent.start()
  for (const subscriber of [hanging, endless, well]) await bench.take(subscriber)
  await bench.untilCount(3)
  await hanging.behave('hang')
  await endless.behave('endless')
  await bench.publish('a.md', toArticle('A'))
  await waitFor(() => well.posts().length === 1)
  // An answer that begins well is one; its end is not waited for.
  await waitFor(() => endless.posts().length === 1 && bench.store.countDeliveries() === 1)
  expect(well.posts()).toHaveLength(1)
})

test('WebSub §7: 410 ends a subscription', async () => {
  await using bench = await openHub()
  await using subscriber = await Correspondent.start()
  await bench.take(subscriber)
  await bench.untilCount(1)
  await subscriber.behave('410')
  await bench.publish('a.md', toArticle('A'))
  await bench.untilCount(0)
  expect(subscriber.posts()).toHaveLength(1)
})

test('WebSub §5.1: a lease ends, is kept within bounds, and can be renewed', async () => {
  await using bench = await openHub()
  await using subscriber = await Correspondent.start()
  const leaseOf = ({ url }: { readonly url: string }) =>
    new URL(url, subscriber.address).searchParams.get('hub.lease_seconds')
  for (const leaseS of [1, 10 ** 9])
    await bench.take(subscriber, { leaseS, path: `${leaseS === 1 ? 'rss' : 'atom'}.xml` })
  await bench.untilCount(2)
  expect(new Set(subscriber.requests.map(leaseOf))).toEqual(new Set(['2592000', '300']))
  bench.publication.nowMs += 301_000
  await bench.publish('a.md', toArticle('A'))
  await bench.untilCount(1)
  await waitFor(() => subscriber.posts().length === 1)
  expect(subscriber.posts()[0]?.url).toContain('atom.xml')
  bench.publication.nowMs += 2_592_000_000 - 302_000
  await bench.take(subscriber, { leaseS: 600, secret: 'new' })
  await waitFor(() => bench.store.countVerifications() === 0)
  await bench.publish('b.md', toArticle('B'))
  await waitFor(() => subscriber.posts().length === 2)
  expect(subscriber.posts()[1]?.headers['x-hub-signature']).toMatch(/^sha256=/)
})

test('WebSub §5.1: unsubscribing is verified too', async () => {
  await using bench = await openHub()
  await using subscriber = await Correspondent.start()
  await bench.take(subscriber)
  await bench.untilCount(1)
  await subscriber.behave('404')
  await bench.take(subscriber, { mode: 'unsubscribe' })
  await waitFor(() => bench.store.countVerifications() === 0)
  expect(bench.store.countSubscriptions(0)).toBe(1)
  await subscriber.behave('200')
  await bench.take(subscriber, { mode: 'unsubscribe' })
  await bench.untilCount(0)
})

test('WebSub §5.2: beyond the limits, and for a feed that there is not, a subscription is denied', async () => {
  await using bench = await openHub('limits:\n  subscriptionsMax: 2\n')
  await using subscriber = await Correspondent.start()
  const reasons = () =>
    subscriber.requests.flatMap(({ url }) => {
      const { searchParams } = new URL(url, subscriber.address)
      return searchParams.get('hub.mode') === 'denied' ? [searchParams.get('hub.reason')] : []
    })
  await bench.take(subscriber, { path: 'categories/none/atom.xml' })
  await waitFor(() => reasons().length === 1)
  for (const path of ['rss.xml', 'atom.xml']) await bench.take(subscriber, { path })
  await bench.untilCount(2)
  await bench.take(subscriber, { path: 'feed.json' })
  await waitFor(() => reasons().length === 2)
  // One that is renewed is not one more.
  await bench.take(subscriber, { path: 'rss.xml' })
  await waitFor(() => bench.store.countVerifications() === 0)
  expect(reasons()).toEqual(['there is no such feed', 'there are too many subscriptions'])
  expect(bench.store.countSubscriptions(0)).toBe(2)
})

test('one host has so many subscriptions and no more, and so many requests that wait', async () => {
  await using bench = await openHub('', { subscriptionsPerHostMax: 2, verificationsPerHostMax: 3 })
  await using subscriber = await Correspondent.start()
  const wish = (number: number) => ({ callback: `${subscriber.address}${number}` })
  for (const number of [1, 2, 3]) await bench.take(subscriber, wish(number))
  await waitFor(() => bench.store.countVerifications() === 0)
  expect(bench.store.countSubscriptions(0)).toBe(2)
  await subscriber.behave('hang')
  for (const number of [4, 5, 6]) {
    expect(await bench.take(subscriber, { ...wish(number), mode: 'unsubscribe' })).toMatchObject({
      status: 202,
    })
  }
  expect(await bench.take(subscriber, wish(7))).toMatchObject({ status: 503 })
})

test('the subscribers of a category that is no more are told so', async () => {
  await using bench = await openHub('categories:\n  feedMin: 1\n')
  await using subscriber = await Correspondent.start()
  await bench.publish('a.md', `${toArticle('A')}\n#sea\n`)
  await bench.take(subscriber, { path: 'categories/sea/rss.xml' })
  await bench.untilCount(1)
  await bench.retract('a.md')
  await bench.untilCount(0)
  const last = await waitFor(() => subscriber.requests.find(({ url }) => url.includes('denied')))
  expect(last.url).toContain('hub.reason=there+is+no+such+feed+any+more')
})

test('an entry that comes back into a feed because others left is not sent again', async () => {
  await using bench = await openHub(
    'limits:\n  feedLength: 1\n  feedLengthMin: 1\n  arrivalHours: 0\n',
  )
  await using subscriber = await Correspondent.start()
  await bench.publish('a.md', `---\ndate: 2026-01-01\n---\n\n${toArticle('A')}`)
  await bench.take(subscriber)
  await bench.untilCount(1)
  await bench.publish('b.md', `---\ndate: 2026-01-02\n---\n\n${toArticle('B')}`)
  await waitFor(() => subscriber.posts().length === 1)
  await bench.retract('b.md')
  await waitFor(() => subscriber.posts().length === 2)
  const [, second] = subscriber.posts()
  expect(second?.body).toContain('at:deleted-entry')
  expect(second?.body).not.toContain('<entry')
  expect(bench.publication.items().map(({ title }) => title)).toEqual(['A'])
})

test('what is more than a feed may be is sent in parts', async () => {
  await using bench = await openHub('limits:\n  feedBytesMax: 65536\n  feedLengthMin: 10\n')
  await using subscriber = await Correspondent.start()
  await bench.take(subscriber)
  await bench.untilCount(1)
  await subscriber.behave('500')
  const long = 'A long sentence of many words that fills the page. '.repeat(600)
  for (const title of ['A', 'B', 'C', 'D', 'E']) {
    await bench.publish(`${title}.md`, toArticle(title, long))
  }
  await subscriber.behave('200')
  await waitFor(() => Number(bench.store.countDeliveries()) === 0)
  const taken = subscriber.posts().filter(({ answered }) => answered === '200')
  const titles = taken.map(({ body }) => readStrictly('atom', body).map(({ title }) => title))
  expect(titles.length).toBeGreaterThan(1)
  expect(titles.flat().toSorted()).toEqual(['A', 'B', 'C', 'D', 'E'])
})

test('a program that is killed while it delivers has it delivered by the next', async () => {
  using folder = makeTemporaryFolder()
  const port = await findFreePort()
  const baseUrl = `http://127.0.0.1:${port}/`
  mkdirSync(folder.at('inbox'))
  writeFileSync(
    folder.at('feed.yaml'),
    `title: Test\nbaseUrl: ${baseUrl}\nhub: builtin\nhubPrivate: true\n`,
  )
  const words = ['watch', '--port', String(port)]
  await using subscriber = await Correspondent.start()
  {
    await using program = startProgram(folder.path, words)
    await waitFor(() => program.said().includes('watching'), program.said)
    await sendForm(`${baseUrl}hub`, toForm(baseUrl, subscriber, {}))
    await waitFor(() => subscriber.requests.length === 1)
    // Its answer is on the way: the next request is answered after it was taken in.
    await sendForm(`${baseUrl}hub`, toForm(baseUrl, subscriber, { path: 'rss.xml' }))
    await waitFor(() => subscriber.requests.length === 2)
    await subscriber.behave('hang')
    writeFileSync(folder.at('inbox/a.md'), toArticle('A'))
    await waitFor(() => subscriber.posts().length === 2)
    program.child.kill('SIGKILL')
  }
  await subscriber.behave('200')
  await using program = startProgram(folder.path, words)
  await waitFor(() => subscriber.posts().length >= 4, program.said)
  writeFileSync(folder.at('inbox/b.md'), toArticle('B'))
  await waitFor(() => subscriber.posts().length >= 6, program.said)
  const taken = subscriber.posts().filter(({ answered }) => answered === '200')
  const titles = taken.map(({ url, body }) => {
    const format = url.endsWith('rss.xml') ? 'rss' : 'atom'
    return `${format} ${readStrictly(format, body)
      .map(({ title }) => title)
      .join(', ')}`
  })
  expect(titles.toSorted()).toEqual(['atom A', 'atom B', 'rss A', 'rss B'])
  expect((await program.end()).code).toBe(0)
})
