import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { Announcer } from '../src/hub/announce.ts'
import type { AnnouncerLimits } from '../src/hub/announce.ts'
import { createLog } from '../src/log.ts'
import { toAnnouncedHubs } from '../src/publisher/named-hubs.ts'
import { build } from '../src/publisher/build.ts'
import { Publisher } from '../src/publisher/publisher.ts'
import { readStatus } from '../src/publisher/status.ts'
import { Correspondent, findFreePort } from './support/correspondent.ts'
import { ask } from './support/ask.ts'
import { LivePublication, toArticle } from './support/live-publication.ts'
import { startProgram } from './support/program.ts'
import { Publication } from './support/publication.ts'
import { readStrictly } from './support/strict-reading.ts'
import { makeTemporaryFolder } from './support/temporary-folder.ts'
import { waitFor } from './support/wait-for.ts'

// Hubs elsewhere, in other processes: told of each change once the public address serves it. A hub reads
// a feed once, at the moment it is told, as real ones do.

const topics = ['atom.xml', 'feed.json', 'rss.xml'] as const

/** What a hub was told of, sorted; the parameters of each ping are checked. */
function toldOf(hub: Correspondent, baseUrl: string): readonly string[] {
  return hub
    .posts()
    .map(({ body, headers }) => {
      const form = new URLSearchParams(body)
      expect(headers['content-type']).toBe('application/x-www-form-urlencoded')
      expect(form.get('hub.mode')).toBe('publish')
      expect(form.get('hub.topic')).toBe(form.get('hub.url'))
      return (form.get('hub.url') ?? '').slice(baseUrl.length)
    })
    .toSorted((a, b) => (a < b ? -1 : 1))
}

/** A server before another that may keep what it has seen for a while. */
async function startCache(port: number) {
  let isFrozen = false
  const kept = new Map<string, { readonly status: number; readonly body: Buffer }>()
  const server = createServer((asked, reply) => {
    const { url = '/' } = asked
    const known = isFrozen ? kept.get(url) : undefined
    if (known !== undefined) {
      reply.writeHead(known.status).end(known.body)
      return
    }
    request({ host: '127.0.0.1', port, path: url, agent: false }, (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.on('end', () => {
        const status = answer.statusCode ?? 500
        kept.set(url, { status, body: Buffer.concat(parts) })
        reply.writeHead(status).end(Buffer.concat(parts))
      })
    })
      .on('error', () => reply.writeHead(502).end())
      .end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('the cache has no port')
  return {
    address: `http://127.0.0.1:${bound.port}/`,
    freeze: (frozen: boolean) => {
      isFrozen = frozen
    },
    async [Symbol.asyncDispose](): Promise<void> {
      server.close()
      server.closeAllConnections()
      await Promise.resolve()
    },
  }
}

test('a hub is told of every change when it can read it, behind a server that lags too', async () => {
  await using hub = await Correspondent.start()
  const port = await findFreePort()
  await using cache = await startCache(port)
  await using publication = await LivePublication.start(
    () => {},
    `port: ${port}\nbaseUrl: ${cache.address}\nhub: ${hub.address}\n`,
  )
  await waitFor(() => hub.fetched.length === topics.length)
  expect(toldOf(hub, cache.address)).toEqual(topics)
  for (const title of ['A', 'B', 'C']) {
    for (const path of topics) await ask(cache.address, `/${path}`)
    cache.freeze(true)
    publication.write(`${title}.md`, toArticle(title))
    await publication.entry(title)
    const before = hub.fetched.length
    for (let asked = 0; asked < 20; asked += 1) {
      expect((await ask(cache.address, '/atom.xml')).text).not.toContain(`Thus ends ${title}.`)
    }
    expect(hub.fetched).toHaveLength(before)
    cache.freeze(false)
    await waitFor(() => hub.fetched.length >= before + topics.length)
    for (const { text } of hub.fetched.slice(before)) expect(text).toContain(`Thus ends ${title}.`)
  }
  const status = await publication.untilStatus(({ hubs = [] }) =>
    hubs.every((each) => 'untold' in each && each.untold === 0),
  )
  expect(status.hubs).toEqual([
    {
      address: hub.address,
      untold: 0,
      answer: '200',
      answeredAtMs: expect.any(Number),
      isLeftOut: false,
    },
  ])
})

test('a hub that hangs delays neither publications nor other hubs, and is not asked again meanwhile', async () => {
  await using hanging = await Correspondent.start('hang')
  await using well = await Correspondent.start()
  const port = await findFreePort()
  const baseUrl = `http://127.0.0.1:${port}/`
  await using publication = await LivePublication.start(
    () => {},
    `port: ${port}\nbaseUrl: ${baseUrl}\nhub: [${hanging.address}, ${well.address}]\n`,
  )
  await waitFor(() => hanging.posts().length === 1)
  for (const title of ['A', 'B']) {
    publication.write(`${title}.md`, toArticle(title))
    await publication.entry(title)
    await waitFor(() => well.fetched.some(({ text }) => text.includes(`Thus ends ${title}.`)))
  }
  expect(hanging.posts()).toHaveLength(1)
})

test('a killed program tells the hub after its restart, once; a restart without a change tells nothing', async () => {
  using folder = makeTemporaryFolder()
  await using hub = await Correspondent.start()
  const port = await findFreePort()
  const baseUrl = `http://127.0.0.1:${port}/`
  const words = ['watch', '--port', String(port)]
  mkdirSync(folder.at('inbox'))
  writeFileSync(folder.at('feed.yaml'), `title: T\nbaseUrl: ${baseUrl}\nhub: ${hub.address}\n`)
  {
    await using program = startProgram(folder.path, words)
    await waitFor(() => hub.fetched.length === topics.length, program.said)
    await hub.kill()
    for (const title of ['A', 'B']) {
      writeFileSync(folder.at(`inbox/${title}.md`), toArticle(title))
      await waitFor(() => program.said().split('added=1').length === (title === 'A' ? 2 : 3))
    }
    program.child.kill('SIGKILL')
  }
  await hub.revive()
  {
    await using program = startProgram(folder.path, words)
    await waitFor(() => hub.fetched.length === 2 * topics.length, program.said)
    for (const { text } of hub.fetched.slice(topics.length)) {
      for (const title of ['A', 'B']) expect(text).toContain(`Thus ends ${title}.`)
    }
    expect((await program.end()).code).toBe(0)
  }
  {
    await using program = startProgram(folder.path, words)
    await waitFor(() => program.said().includes('watching'), program.said)
    expect((await ask(baseUrl, '/atom.xml')).text).toContain('Thus ends B.')
    writeFileSync(folder.at('inbox/C.md'), toArticle('C'))
    await waitFor(() => hub.fetched.length === 3 * topics.length, program.said)
    for (const { text } of hub.fetched.slice(2 * topics.length)) expect(text).toContain('ends C.')
    expect((await program.end()).code).toBe(0)
  }
  expect(hub.posts()).toHaveLength(3 * topics.length)
})

const quick: Partial<AnnouncerLimits> = {
  look: { firstMs: 5, capMs: 20 },
  retry: { firstMs: 5, capMs: 40 },
  pingMs: 300,
}

/** A publication that another server serves, and its announcer. */
async function openAnnouncer(
  toYaml: (baseUrl: string) => string,
  limits: Partial<AnnouncerLimits> = {},
) {
  const served: {
    root: Publication | undefined
    isAltered: boolean
    old: 'nobody' | 'hubs' | 'everybody'
    asked: number
  } = { root: undefined, isAltered: false, old: 'nobody', asked: 0 }
  const kept = new Map<string, string>()
  const server = createServer(({ url = '/', headers }, reply) => {
    try {
      served.asked += 1
      const isHub = headers['user-agent'] !== 'dropfeed'
      if (served.old === 'everybody' || (served.old === 'hubs' && isHub)) {
        reply.end(kept.get(url) ?? '')
        return
      }
      if (served.old === 'nobody') kept.set(url, served.root?.read(url.slice(1)) ?? '')
      reply.end(`${served.root?.read(url.slice(1)) ?? ''}${served.isAltered ? '<!-- -->' : ''}`)
    } catch {
      reply.writeHead(404).end()
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const bound = server.address()
  const baseUrl = `http://127.0.0.1:${typeof bound === 'object' ? bound?.port : 0}/`
  const publication = Publication.make(
    `title: T\ntimezone: UTC\nbaseUrl: ${baseUrl}\n${toYaml(baseUrl)}`,
  )
  mkdirSync(publication.path(''), { recursive: true })
  served.root = publication
  const said: string[] = []
  const log = createLog((line) => said.push(line), Date.now, {
    json: false,
    quiet: false,
    colour: false,
  })
  const publisher = await Publisher.open(publication.settings, {
    log,
    now: () => publication.nowMs,
  })
  await publisher.run({ kind: 'all' })
  let changes = 0
  const announcer = new Announcer({
    store: publisher.hubs.store.announcements,
    hubs: toAnnouncedHubs(publication.settings),
    baseUrl,
    // The clock of the test, which goes on so that what waits has its turn.
    now: () => publication.nowMs + Math.floor(performance.now()),
    log,
    onChange: () => (changes += 1),
    limits: { ...quick, ...limits },
  })
  return {
    publication,
    baseUrl,
    said,
    changes: () => changes,
    /** Requests since the last call of `keepOld`. */
    asked: () => served.asked,
    /** Who sees the feeds as they were. */
    keepOld(old: 'nobody' | 'hubs' | 'everybody') {
      served.old = old
      served.asked = 0
    },
    alter: (isAltered: boolean) => {
      served.isAltered = isAltered
    },
    async publish(name?: string, text = '') {
      if (name !== undefined) publication.write(name, text)
      await publisher.run(name === undefined ? { kind: 'some', paths: [] } : { kind: 'all' })
      announcer.ring()
    },
    status: async () => (await readStatus(publication.settings)).hubs ?? [],
    async [Symbol.asyncDispose]() {
      await announcer[Symbol.asyncDispose]()
      await publisher[Symbol.asyncDispose]()
      await publication[Symbol.asyncDispose]()
      server.close()
      server.closeAllConnections()
    },
  }
}

test('a hub that has taken nothing for a day is left out of the feeds until it does', async () => {
  await using hub = await Correspondent.start('500')
  await using bench = await openAnnouncer(() => `hub: ${hub.address}\ncategories: {feedMin: 1}\n`)
  await bench.publish('a.md', `${toArticle('A')}\n#sea\n`)
  const paths = [...topics, ...topics.map((path) => `categories/sea/${path}`)]
  const naming = () => paths.filter((path) => bench.publication.read(path).includes(hub.address))
  await waitFor(() => hub.posts().length >= 2)
  expect(naming()).toEqual(paths)
  expect(bench.changes()).toBe(0)
  bench.publication.nowMs += 86_400_000
  await waitFor(() => bench.changes() === 1)
  await bench.publish()
  expect(naming()).toEqual([])
  const updated = bench.publication.items().map(({ date_modified: at }) => at)
  expect(await bench.status()).toEqual([
    expect.objectContaining({
      answer: '500',
      isLeftOut: true,
      failingSinceAtMs: expect.any(Number),
    }),
  ])
  await hub.behave('204')
  await waitFor(() => bench.changes() === 2)
  await bench.publish()
  expect(naming()).toEqual(paths)
  expect(bench.publication.items().map(({ date_modified: at }) => at)).toEqual(updated)
  expect(bench.said.filter((line) => line.startsWith('fault'))).toEqual([
    expect.stringMatching(/has not taken anything for a day \(500\), so the feeds do not name it/),
  ])
})

test('however many changes, a hub that was away is told of each feed once; a redirect is not followed', async () => {
  await using hub = await Correspondent.start('redirect')
  await using bench = await openAnnouncer(() => `hub: ${hub.address}\n`)
  for (const title of ['A', 'B', 'C']) await bench.publish(`${title}.md`, toArticle(title))
  await waitFor(() => hub.posts().length >= 3)
  await hub.behave('200')
  const taken = () => hub.posts().filter(({ answered }) => answered === '200')
  await waitFor(() => hub.fetched.filter(({ text }) => text.includes('ends C.')).length >= 3)
  await waitFor(() => taken().length >= topics.length)
  expect(taken()).toHaveLength(topics.length)
  expect(hub.requests.every(({ url }) => url === '/')).toBe(true)
  expect(bench.said.filter((line) => line.includes('told again later'))).toHaveLength(1)
})

test('a hub that refuses one feed is told of the others, and stays named for a day', async () => {
  await using hub = await Correspondent.start('404')
  await using bench = await openAnnouncer(() => `hub: ${hub.address}\n`)
  await waitFor(() => new Set(toldOf(hub, bench.baseUrl)).size === topics.length)
  await hub.behave('200')
  await waitFor(() => hub.posts().filter(({ answered }) => answered === '200').length === 3)
  expect(bench.changes()).toBe(0)
})

test('where the public address never serves what was written, hubs are told after a while, and it is said once', async () => {
  await using hub = await Correspondent.start()
  await using bench = await openAnnouncer(() => `hub: ${hub.address}\n`, { lookMsMax: 60 })
  await waitFor(() => hub.posts().length === topics.length)
  bench.alter(true)
  await bench.publish('a.md', toArticle('A'))
  await waitFor(() => hub.posts().length === 2 * topics.length)
  expect(bench.said.filter((line) => line.startsWith('fault'))).toEqual([
    expect.stringMatching(
      // Which feed is looked at for so long first is nobody's promise.
      /(atom\.xml|rss\.xml|feed\.json) does not serve what was written there; hubs are told all the same/,
    ),
  ])
})

test('where some still see an older feed, a hub is told again, and a hub of an address that never lags is not', async () => {
  await using hub = await Correspondent.start()
  await using bench = await openAnnouncer(() => `hub: ${hub.address}\n`, {
    repeatsMs: [5_000, 60_000],
  })
  await waitFor(() => hub.fetched.length === topics.length)
  await bench.publish('a.md', toArticle('A'))
  await waitFor(() => hub.fetched.length === 2 * topics.length)
  bench.publication.nowMs += 600_000
  // One server of several shows the change late, and the hub meets one that shows it later still.
  bench.keepOld('everybody')
  await bench.publish('b.md', toArticle('B'))
  await waitFor(() => bench.asked() > 2)
  bench.keepOld('hubs')
  await waitFor(() => hub.fetched.length === 3 * topics.length)
  for (const { text } of hub.fetched.slice(2 * topics.length)) expect(text).not.toContain('ends B.')
  bench.keepOld('nobody')
  for (const [round, afterMs] of [5_000, 60_000].entries()) {
    bench.publication.nowMs += afterMs
    await waitFor(() => hub.fetched.length === (4 + round) * topics.length)
  }
  for (const { text } of hub.fetched.slice(3 * topics.length)) expect(text).toContain('ends B.')
  expect((await bench.status())[0]).toMatchObject({ untold: 0 })
})

test('a build tells hubs within its time, and leaves the rest to the next', async () => {
  await using hub = await Correspondent.start()
  const port = await findFreePort()
  await using publication = Publication.make(
    `title: T\nbaseUrl: http://127.0.0.1:${port}/\nhub: ${hub.address}\n`,
  )
  publication.write('a.md', toArticle('A'))
  const server = createServer(({ url = '/' }, reply) => reply.end(publication.read(url.slice(1))))
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const said: string[] = []
  const log = createLog((line) => said.push(line), Date.now, {
    json: false,
    quiet: false,
    colour: false,
  })
  await build(publication.settings, { log, now: Date.now })
  expect(hub.posts()).toHaveLength(topics.length)
  await build(publication.settings, { log, now: Date.now })
  expect(hub.posts()).toHaveLength(topics.length)
  expect(said.some((line) => line.includes('next run'))).toBe(false)
  server.close()
  server.closeAllConnections()
})

test('while baseUrl is an address of this machine, hubs elsewhere are neither told nor named', async () => {
  await using publication = await LivePublication.start(
    () => {},
    'port: 0\nhub: https://hub.example/\n',
  )
  publication.write('a.md', toArticle('A'))
  await publication.entry('A')
  for (const path of topics) {
    expect((await ask(publication.address, `/${path}`)).text).not.toContain('hub.example')
  }
})

test('WebSub §4: each feed names its hubs and itself, in the document and in its headers', async () => {
  const port = await findFreePort()
  await using other = await Correspondent.start()
  const baseUrl = `http://127.0.0.1:${port}/`
  await using _ = await LivePublication.start(
    (inbox) => writeFileSync(inbox('a.md'), `${toArticle('A')}\n#sea\n`),
    `port: ${port}\nbaseUrl: ${baseUrl}\nhub: [builtin, ${other.address}]\ncategories: {feedMin: 1}\n`,
  )
  await waitFor(() => other.fetched.length === 2 * topics.length)
  const hubs = [`${baseUrl}hub`, other.address]
  for (const folder of ['', 'categories/sea/']) {
    const got = await Promise.all(topics.map((path) => ask(baseUrl, `/${folder}${path}`)))
    for (const [index, path] of topics.entries()) {
      const links = [
        `<${baseUrl}${folder}${path}>; rel="self"`,
        ...hubs.map((hub) => `<${hub}>; rel="hub"`),
      ]
      expect(got[index]?.headers['link']).toBe(links.join(', '))
    }
    const [atom, json, rss] = got.map(({ text }) => text)
    for (const hub of hubs) {
      expect(atom).toContain(`<link rel="hub" href="${hub}"/>`)
      expect(rss).toContain(`<atom:link rel="hub" href="${hub}"/>`)
    }
    expect(JSON.parse(json ?? '')).toMatchObject({
      feed_url: `${baseUrl}${folder}feed.json`,
      hubs: hubs.map((url) => ({ type: 'WebSub', url })),
    })
    expect(readStrictly('atom', atom ?? '')).toHaveLength(1)
    expect(readStrictly('rss', rss ?? '')).toHaveLength(1)
  }
  expect((await ask(baseUrl, '/feeds.opml')).headers['link']).not.toContain('hub')
})
