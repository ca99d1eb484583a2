import { writeFileSync, mkdirSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'

/** What stands in files beside `out/`, and in hidden ones within it. */
const secret = 'SECRET-8d1f6c'

export type Fuzzed = {
  readonly answered: number
  /** How often each status was given. */
  readonly statuses: ReadonlyMap<string, number>
  /** What came that must not come, or did not come that must; empty when all is well. */
  readonly leaks: readonly string[]
}

type Random = (max: number) => number

/** Mulberry32: small, and the same everywhere. */
function toRandom(seed: number): Random {
  let state = seed >>> 0
  return (max) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % max
  }
}

const methods = 'GET GET GET GET GET GET HEAD OPTIONS POST PUT DELETE TRACE'.split(' ')
const noMethods = ['CONNECT', 'PRI', 'get', 'G\u0000T', '']
const real = ['/', '/atom.xml', '/feed.json', '/articles', '/articles/a.html']
const versions = ['HTTP/1.0', 'HTTP/2.0', 'HTTP/9', '', 'HTTP/1.1 ']
const parts =
  `atom.xml rss.xml feed.json index.html articles categories .. . .secret .git ... %2e%2e %2E. %2f %5c \\ %00 %0a
  %c0%ae%c0%ae %ff %25%32%65 %u002e // ; ? # * é %C3%A9 .atom.xml.tmp atom.xml.gz secret.txt ..;
  etc/passwd link constructor __proto__ a ~ con nul %`.split(/\s+/)
const names =
  `Host Accept-Encoding If-None-Match If-Modified-Since If-Match If-Unmodified-Since If-Range Range A-IM Accept
  Origin Access-Control-Request-Method Cookie X-Forwarded-Host __proto__ constructor Content-Type TE Trailer`.split(
    /\s+/,
  )
const framing = ['Transfer-Encoding', 'Content-Length', 'Expect', 'Upgrade', 'Connection']
const values =
  `* * gzip br zstd,gzip;q=0 *;q=0 identity;q=0 ;q= gzip;q=1.0001 * "" W/"" "a" W/"x", "y" "unclosed bytes=0-0 bytes=-1 bytes=5-1
  bytes=0-,1-2 bytes=999999999999999999999- feed feed,vcdiff chunked 0 -1 18446744073709551616 5 100-continue
  keep-alive close websocket, evil.example 127.0.0.1 ../../ \u00ff\u00fe ,,,, ; =`.split(/\s+/)
const dates = [
  'Fri, 31 Dec 2049 12:00:00 GMT',
  'Sat, 31 Jan 2026 12:00:00 GMT',
  'Fri, 99 Foo 0000 99:99:99 GMT',
  'Sat, 31 Jan 2026 12:00:00 +0000',
]

/** A message that means something odd, or one that is broken as a message. */
function toRequest(random: Random, isBroken: boolean): string {
  const pick = (list: readonly string[]) => list[random(list.length)] ?? ''
  const once = (chance: number) => isBroken && random(chance) === 0
  const noise = () =>
    Array.from({ length: random(12) }, () => String.fromCharCode(random(256))).join('')
  const part = () => (once(9) ? noise() : pick(parts))
  let path = random(3) === 0 ? pick(real) : ''
  if (path === '') path = `/${Array.from({ length: random(7) }, part).join('/')}`
  if (once(20)) path = `/${pick(parts).repeat(random(3000))}`
  if (random(15) === 0) path = `http://${pick(values)}${path}`
  if (once(20)) path = noise()
  if (random(10) === 0) path += `?${isBroken ? noise() : pick(parts)}`
  const lines = once(8) ? [] : ['Host: x']
  for (let count = random(6); count > 0; count -= 1) {
    const name = once(10) ? noise() : pick(isBroken ? [...names, ...framing] : names)
    const choices = [pick(values), pick(values), pick(dates), pick(values).repeat(random(40))]
    lines.push(`${name}${once(15) ? ' ' : ''}: ${once(3) ? noise() : pick(choices)}`)
  }
  const end = once(10) ? '\n' : '\r\n'
  const method = pick(isBroken ? [...methods, ...noMethods] : methods)
  const head = [`${method} ${path} ${once(3) ? pick(versions) : 'HTTP/1.1'}`, ...lines]
  return `${head.join(end)}${end}${end}${once(4) ? noise() : ''}`
}

/** Requests on one connection. */
const pipelined = 10
const together = 16
/** How long one connection may take before it counts as stuck. */
const connectionMsMax = 15_000

/**
 * Sends so many requests that nobody should send, pipelined on raw connections, and reads all that comes.
 * The server is to give whole answers of the kinds it has, nothing from outside `out/`, nothing hidden,
 * and still to be there at the end.
 * @param secretRoot the folder of `out/`; files that are not to be seen are written there
 */
export async function fuzz(
  address: string,
  {
    requests,
    seed,
    secretRoot,
  }: { readonly requests: number; readonly seed: number; readonly secretRoot: string },
): Promise<Fuzzed> {
  for (const path of [
    'secret.txt',
    '.secret',
    'out/.secret',
    'out/.git/a',
    'out/articles/.secret',
  ]) {
    mkdirSync(join(secretRoot, path, '..'), { recursive: true })
    writeFileSync(join(secretRoot, path), secret)
  }
  const random = toRandom(seed)
  const statuses = new Map<string, number>()
  const leaks: string[] = []
  let answered = 0
  let left = requests
  const worker = async () => {
    while (left > 0) {
      const count = Math.min(left, 1 + random(pipelined))
      left -= count
      // Broken ones stay among themselves: each ends its connection.
      const isBroken = random(3) === 0
      const some = Array.from({ length: count }, () => toRequest(random, isBroken)).join('')
      const sent = isBroken ? some : some + closing
      const got = await exchange(address, sent, isBroken)
      if (got === undefined) leaks.push(`no end: ${JSON.stringify(sent)}`)
      else if (got.includes(secret) || got.includes('root:'))
        leaks.push(`told: ${JSON.stringify(sent)}`)
      for (const [, status = ''] of (got ?? '').matchAll(/^HTTP\/1\.1 (\d{3}) /gm)) {
        answered += 1
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
        if (!known.has(status)) leaks.push(`${status}: ${JSON.stringify(sent)}`)
      }
    }
  }
  await Promise.all(Array.from({ length: together }, worker))
  const after = await exchange(address, closing, false)
  if (after?.startsWith('HTTP/1.1 200 OK\r\n') !== true) leaks.push(`at the end: ${after}`)
  return { answered, statuses, leaks }
}

const closing = 'GET /atom.xml HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'

/** 500 is none of them. */
const known = new Set(
  '200 204 206 226 301 304 400 404 405 406 408 410 412 413 414 416 417 431'.split(' '),
)

/**
 * Sends bytes.
 * @param isLast tells the server that nothing more will come, whatever it still waits for
 * @returns all that came until the server closed the connection; `undefined` when it never does
 */
async function exchange(
  address: string,
  text: string,
  isLast: boolean,
): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(address).port) })
  const timer = setTimeout(() => {
    socket.destroy()
    resolve(undefined)
  }, connectionMsMax)
  let got = ''
  socket.setEncoding('latin1').on('data', (part: string) => {
    got += part
  })
  // A server that has said all may close before it has read all.
  socket.on('error', () => {})
  socket.on('close', () => {
    clearTimeout(timer)
    resolve(got)
  })
  const bytes = Buffer.from(text, 'latin1')
  if (isLast) socket.end(bytes)
  else socket.write(bytes)
  return await promise
}
