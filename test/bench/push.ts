import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Correspondent, findFreePort, sendForm } from '../support/correspondent.ts'
import { toArticle } from '../support/live-publication.ts'
import { startProgram } from '../support/program.ts'
import { waitFor } from '../support/wait-for.ts'

// How fast a drop reaches a subscriber of the built-in hub, and whether hubs elsewhere miss changes:
// `npm run bench:push`, or with a number of drops after `--` and what to measure: `delivery`, `direct`,
// `nginx`, which a number of seconds may follow for which nginx does not look at a file again, as in
// `npm run bench:push -- 10 nginx 60`. Everything runs on this machine, each side in a process of its own; a hub elsewhere
// reads the feed once, at the moment it is told.

const drops = Number(process.argv[2] ?? 100)
const parts = process.argv.slice(3)
/** More than the shortest time between two publications. */
const restMs = 1_100
/** How long nginx may show an old file; its default is a minute. */
const nginxValidS = Number(parts.find((word) => /^\d+$/.test(word)) ?? 3)
const arrivalMsMax = 60_000 + 2 * nginxValidS * 1_000
const topics = 3

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function makeFolder(yaml: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'dropfeed-bench-'))
  for (const name of ['inbox', 'elsewhere']) mkdirSync(join(folder, name))
  for (let number = 0; number < 50; number += 1) {
    const body = 'A sentence of some words that stands here for many others. '.repeat(80)
    writeFileSync(join(folder, 'inbox', `old-${number}.md`), toArticle(`Old ${number}`, body))
  }
  writeFileSync(join(folder, 'feed.yaml'), `title: Bench\n${yaml}`)
  return folder
}

/** Moves an article into the inbox. @returns the moment of the rename */
function drop(folder: string, title: string): number {
  const path = join(folder, 'elsewhere', `${title}.md`)
  writeFileSync(path, toArticle(title))
  const atMs = performance.timeOrigin + performance.now()
  renameSync(path, join(folder, 'inbox', `${title}.md`))
  return atMs
}

function toPercentile(values: readonly number[], share: number): string {
  const sorted = values.toSorted((a, b) => a - b)
  const value =
    sorted[Math.min(Math.ceil(sorted.length * share) - 1, sorted.length - 1)] ?? Number.NaN
  return value.toFixed(1)
}

async function measureDelivery(): Promise<void> {
  const port = await findFreePort()
  const baseUrl = `http://127.0.0.1:${port}/`
  const folder = makeFolder(`baseUrl: ${baseUrl}\nhub: builtin\nhubPrivate: true\n`)
  await using subscriber = await Correspondent.start()
  await using program = startProgram(folder, ['watch', '--port', String(port)])
  await waitFor(() => program.said().includes('published'), program.said)
  await sendForm(`${baseUrl}hub`, {
    'hub.mode': 'subscribe',
    'hub.topic': `${baseUrl}atom.xml`,
    'hub.callback': subscriber.address,
    'hub.secret': 'bench',
  })
  await waitFor(() => subscriber.requests.length === 1)
  await pause(restMs)
  const delays: number[] = []
  for (let number = 0; number < drops; number += 1) {
    const title = `Drop ${number}`
    const atMs = drop(folder, title)
    const found = await waitFor(() =>
      subscriber.posts().find(({ body }) => body.includes(`Thus ends ${title}.`)),
    )
    const signature = createHmac('sha256', 'bench').update(found.body).digest('hex')
    if (found.headers['x-hub-signature'] !== `sha256=${signature}`) throw new Error('ill signed')
    delays.push(found.atMs - atMs)
    await pause(restMs)
  }
  const [p50, p95, p100] = [0.5, 0.95, 1].map((share) => toPercentile(delays, share))
  say(
    `built-in hub: rename to signed delivery, ${drops} drops: p50 ${p50} ms, p95 ${p95} ms, max ${p100} ms`,
  )
  say(`built-in hub: ${subscriber.posts().length} deliveries for ${drops} drops`)
  rmSync(folder, { recursive: true, force: true })
}

async function countLost(name: string, server: 'dropfeed' | 'nginx'): Promise<void> {
  const [port, nginxPort] = [await findFreePort(), await findFreePort()]
  await using hub = await Correspondent.start()
  const baseUrl = `http://127.0.0.1:${server === 'nginx' ? nginxPort : port}/`
  const folder = makeFolder(`baseUrl: ${baseUrl}\nhub: ${hub.address}\n`)
  const nginx = server === 'nginx' ? await startNginx(folder, nginxPort) : undefined
  await using program = startProgram(folder, ['watch', '--port', String(port)])
  await waitFor(() => hub.fetched.length >= topics, program.said)
  let lost = 0
  let early = 0
  const pings: number[] = []
  const delays: number[] = []
  for (let number = 0; number < drops; number += 1) {
    const title = `Drop ${number}`
    const atMs = drop(folder, title)
    const endMs = atMs + arrivalMsMax
    const isThere = () => readFileSync(join(folder, 'out', 'atom.xml'), 'utf8').includes(title)
    while (!isThere()) await pause(1)
    // What a hub would read that is told at once.
    const seen = await (await fetch(`${baseUrl}atom.xml`)).text()
    if (!seen.includes(`Thus ends ${title}.`)) early += 1
    const hasArrived = () => {
      const read = hub.fetched.filter(({ text }) => text.includes(`Thus ends ${title}.`))
      return new Set(read.map(({ url }) => url)).size === topics
    }
    // The tellings of one feed, one after the other.
    while (!hasArrived() && performance.timeOrigin + performance.now() < endMs) await pause(5)
    pings.push(hub.posts().length)
    if (hasArrived()) delays.push(performance.timeOrigin + performance.now() - atMs)
    else lost += 1
    hub.fetched.splice(0)
    hub.requests.splice(0)
    await pause(restMs)
  }
  const [p50, p95] = [0.5, 0.95].map((share) => toPercentile(delays, share))
  say(`hub elsewhere, ${name}: ${lost} of ${drops} updates lost (${early} if told at once)`)
  say(
    `hub elsewhere, ${name}: rename to read by the hub: p50 ${p50} ms, p95 ${p95} ms, told ${toPercentile(pings, 0.5)} times (p50)`,
  )
  if (nginx !== undefined) {
    nginx.kill('SIGTERM')
    await once(nginx, 'exit')
  }
  rmSync(folder, { recursive: true, force: true })
}

async function startNginx(folder: string, port: number): Promise<ChildProcess> {
  const file = join(folder, 'nginx.conf')
  const at = (name: string) => join(folder, name)
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${at(name)};`,
  )
  writeFileSync(
    file,
    `worker_processes 2; daemon off; pid ${at('nginx.pid')}; error_log ${at('nginx.log')}; user root;
events { worker_connections 256; }
http {
  ${temporary.join(' ')}
  access_log off;
  open_file_cache max=1000 inactive=600s;
  open_file_cache_valid ${nginxValidS}s;
  server { listen 127.0.0.1:${port}; root ${at('out')}; }
}
`,
  )
  const nginx = spawn('nginx', ['-e', at('nginx.log'), '-p', folder, '-c', file], {
    stdio: 'inherit',
  })
  await pause(500)
  return nginx
}

const isAsked = (part: string) => parts.length === 0 || parts.includes(part)
if (isAsked('delivery')) await measureDelivery()
if (isAsked('direct')) await countLost('served by dropfeed', 'dropfeed')
if (isAsked('nginx')) {
  if (spawnSync('nginx', ['-v']).error !== undefined) say('SKIPPED: nginx is not installed')
  else await countLost(`behind nginx with open_file_cache_valid ${nginxValidS}s`, 'nginx')
}
