import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { FeedServer } from '../src/out/server.ts'
import { ask } from './support/ask.ts'
import { Publication } from './support/publication.ts'
import { makeTemporaryFolder } from './support/temporary-folder.ts'
import { missingServer, startCaddy, startNginx } from './support/web-server.ts'

// The configurations in docs/, as they are there, in the servers that Debian has.

const settings = 'title: Test\ntimezone: UTC\nprecompress: true\nbaseUrl: https://example.org/\n'
const toArticle = (word: string) => `# Tide\n\n${`It is about ${word}. `.repeat(60)}#tide\n`
/** Longer than the second that file times are told apart by. */
const generationMs = 1_100

const servers = [
  {
    name: 'nginx',
    missing: missingServer('nginx'),
    start: (folder: string, behind: string) => startNginx('nginx.conf', { folder, behind }),
    startBefore: (folder: string, behind: string) =>
      startNginx('nginx-proxy.conf', { folder, behind }),
    codings: ['identity', 'gzip', 'br'],
    folderStatus: 301,
  },
  {
    name: 'Caddy',
    missing: missingServer('caddy'),
    start: (folder: string, behind: string) => startCaddy('Caddyfile', { folder, behind }),
    startBefore: (folder: string, behind: string) =>
      startCaddy('Caddyfile.proxy', { folder, behind }),
    codings: ['identity', 'gzip', 'br', 'zstd'],
    folderStatus: 308,
  },
] as const

async function publish(): Promise<Publication> {
  const publication = Publication.make(settings)
  for (const name of ['a', 'b', 'c'])
    publication.write(`${name}.md`, `${toArticle(name)}#${name}\n`)
  writeFileSync(publication.path('../.secret'), 'outside')
  await publication.run()
  return publication
}

describe.each(servers)('$name', ({ missing, start, startBefore, codings, folderStatus }) => {
  const types = [
    ['atom.xml', 'application/xml; charset=utf-8', 'max-age=300'],
    ['rss.xml', 'application/xml; charset=utf-8', 'max-age=300'],
    ['feeds.opml', 'application/xml; charset=utf-8', 'max-age=300'],
    ['feed.json', 'application/feed+json', 'max-age=300'],
    ['categories/tide/feed.json', 'application/feed+json', 'max-age=300'],
    ['index.html', 'text/html; charset=utf-8', 'max-age=60'],
    ['style.css', 'text/css; charset=utf-8', 'max-age=3600'],
  ] as const

  test.skipIf(missing !== undefined)(
    'sends what dropfeed’s own server sends, in each coding, and nothing hidden',
    async () => {
      await using publication = await publish()
      using folder = makeTemporaryFolder()
      await using server = await start(folder.path, publication.settings.out)
      for (const [path, type, cache] of types) {
        for (const coding of codings) {
          const question = { headers: { 'accept-encoding': coding } }
          const reply = await ask(server.address, `/${path}`, question)
          const isLong = Buffer.byteLength(publication.read(path)) >= 1024
          const { headers } = reply
          expect(reply.status, path).toBe(200)
          expect(reply.text, path).toBe(publication.read(path))
          expect(headers['content-encoding'] ?? 'identity').toBe(isLong ? coding : 'identity')
          expect(headers['content-type']).toBe(type)
          expect(headers['cache-control']).toBe(cache)
          expect(headers['x-content-type-options']).toBe('nosniff')
          expect(headers.vary, `${path} ${coding}`).toMatch(/^Accept-Encoding/)
          expect(headers.etag).toMatch(/^"/)
          const isDocument = /\.(?:xml|opml|html)$/.test(path)
          expect(headers['content-security-policy'] ?? '').toMatch(isDocument ? /none/ : /^$/)
          expect(headers['access-control-allow-origin']).toBe(
            cache.includes('300') ? '*' : undefined,
          )
        }
      }
      expect((await ask(server.address, '/')).text).toBe(publication.read('index.html'))
      const moved = await ask(server.address, '/categories/tide')
      expect([moved.status, moved.headers.location]).toEqual([folderStatus, '/categories/tide/'])
      mkdirSync(join(publication.settings.out, '.hidden'))
      writeFileSync(join(publication.settings.out, '.hidden/page.html'), 'hidden')
      writeFileSync(join(publication.settings.out, '.atom.xml.tmp'), 'hidden')
      for (const path of [
        '/.hidden/page.html',
        '/.atom.xml.tmp',
        '/%2eatom.xml.tmp',
        '/atom.xml.gz',
        '/atom.xml.br',
        '/feed.json.zst',
        '/categories/',
        '/none.xml',
      ]) {
        const { status, headers } = await ask(server.address, path)
        expect([path, status, headers['cache-control']]).toEqual([path, 404, 'no-cache'])
      }
      for (const path of ['/../.secret', '/%2e%2e/.secret', '/categories/..%2f..%2f.secret']) {
        const { status, text } = await ask(server.address, path)
        expect([400, 404], path).toContain(status)
        expect(text).not.toContain('outside')
      }
      expect((await ask(server.address, '/atom.xml', { method: 'POST' })).status).toBe(405)
    },
  )

  test.skipIf(missing !== undefined)(
    'shows each change, also one of the same length, and says 304 to nothing else',
    async () => {
      await using publication = await publish()
      using folder = makeTemporaryFolder()
      await using server = await start(folder.path, publication.settings.out)
      const known = new Map<string, Readonly<Record<string, string>>>()
      const paths = ['atom.xml', 'feed.json', 'index.html']
      for (const word of ['ebb', 'low', 'sea']) {
        publication.write('a.md', `${toArticle(word)}#a\n`)
        await publication.run()
        for (const path of paths) {
          for (const coding of codings) {
            const key = `${path} ${coding}`
            const base = { 'accept-encoding': coding }
            const fresh = await ask(server.address, `/${path}`, {
              headers: { ...base, ...known.get(key) },
            })
            expect([key, fresh.status]).toEqual([key, 200])
            expect(fresh.text).toBe(publication.read(path))
            expect(fresh.text).toContain(`about ${word}`)
            const validators = {
              'if-none-match': fresh.headers.etag ?? '',
              'if-modified-since': fresh.headers['last-modified'] ?? '',
            }
            known.set(key, validators)
            for (const one of Object.entries(validators)) {
              const headers = { ...base, ...Object.fromEntries([one]) }
              const idle = await ask(server.address, `/${path}`, { headers })
              expect([key, one, idle.status]).toEqual([key, one, 304])
            }
          }
        }
        await pause(generationMs)
      }
    },
  )

  test.skipIf(missing !== undefined)(
    'before dropfeed’s own server changes nothing of what it says',
    async () => {
      await using publication = await publish()
      using folder = makeTemporaryFolder()
      await using own = await FeedServer.open({
        root: publication.settings.out,
        host: '127.0.0.1',
        port: 0,
        baseUrl: publication.settings.baseUrl,
        isGone: (path) => path === 'articles/gone.html',
        log: { fault: (sentence) => expect(sentence).toBe('') },
      })
      await using server = await startBefore(folder.path, own.address)
      const questions: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
        ['/atom.xml', {}],
        ['/atom.xml', { 'accept-encoding': 'gzip' }],
        ['/atom.xml', { 'if-none-match': '*' }],
        ['/feed.json', { range: 'bytes=0-9' }],
        ['/categories/tide', {}],
        ['/articles/gone.html', {}],
        ['/none', {}],
      ]
      // Both see the same: what is compressed later is compressed by now.
      while (
        !(await ask(own.address, '/atom.xml', { headers: { 'accept-encoding': 'gzip' } })).headers[
          'content-encoding'
        ]
      ) {
        await pause(5)
      }
      const ofThisHop = new Set(['date', 'server', 'connection', 'keep-alive', 'transfer-encoding'])
      for (const [path, headers] of questions) {
        const direct = await ask(own.address, path, { headers })
        const behind = await ask(server.address, path, { headers })
        const told = (reply: typeof direct) =>
          Object.fromEntries(Object.entries(reply.headers).filter(([name]) => !ofThisHop.has(name)))
        expect(behind.status, path).toBe(direct.status)
        expect(behind.body.equals(direct.body), path).toBe(true)
        expect(told(behind)).toEqual(told(direct))
      }
    },
  )
})

const analyze = spawnSync('systemd-analyze', ['--version']).status === 0
if (!analyze) process.stderr.write('SKIPPED: the unit file, for systemd-analyze is missing\n')

test.skipIf(!analyze)('the unit file is one that systemd takes, and as tight as it says', () => {
  using folder = makeTemporaryFolder()
  const root = join(import.meta.dirname, '..')
  const text = readFileSync(join(root, 'docs/dropfeed.service'), 'utf8')
  const unit = folder.at('dropfeed.service')
  // Verification asks whether the command is there; here it is in this folder.
  writeFileSync(unit, text.replaceAll('/opt/dropfeed', root))
  const { status, stderr } = spawnSync('systemd-analyze', ['verify', unit], { encoding: 'utf8' })
  expect([status, stderr]).toEqual([0, ''])
  const words = ['security', '--offline=true', '--threshold=14', '--no-pager', unit]
  const judged = spawnSync('systemd-analyze', words, { encoding: 'utf8' })
  expect(judged.status, judged.stdout).toBe(0)
})

test('docs tells of each configuration there is', () => {
  const docs = join(import.meta.dirname, '../docs')
  const told = readdirSync(docs)
    .filter((name) => name.endsWith('.md'))
    .map((name) => readFileSync(join(docs, name), 'utf8'))
    .join('\n')
  const named = readdirSync(docs).filter((name) => /^(?:nginx.*\.conf|Caddyfile.*)$/.test(name))
  expect(named).toHaveLength(4)
  expect(named.filter((name) => !told.includes(`(${name})`))).toEqual([])
})
