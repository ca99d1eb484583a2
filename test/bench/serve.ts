import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { ask } from '../support/ask.ts'
import { makeTemporaryFolder } from '../support/temporary-folder.ts'
import { startCaddy, startNginx } from '../support/web-server.ts'
import { startServing, toProse } from './serving.ts'
import { writeDocs } from './write-docs.ts'

// How fast feeds are served: dropfeed beside Debian's nginx and Caddy with the configurations of docs/, the
// same files, a feed of 250 KB. wrk has one core, the server under test the other. What counts are ratios
// to nginx within a round; medians over the rounds. Before that all are asked for everything several times,
// in turns, as they are in a day: code that has met one kind of request only is compiled anew at the next.
//   BENCH_ROUNDS=5 BENCH_SECONDS=2 npm run bench:serve -- --write-docs      (the last for docs/)

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5)
const seconds = Number(process.env['BENCH_SECONDS'] ?? 2)
const warmUpRounds = 5
const connections = 16
const serverCore = '1'
const wrkCore = '0'
const before = ['taskset', '-c', serverCore]
const path = '/atom.xml'

type Measure = { readonly perSecond: number; readonly p99Ms: number; readonly cpuUs: number }
type Headers = Readonly<Record<string, string>>
type Row = { readonly name: string; readonly status: number; readonly headers: Headers }

const run = promisify(execFile)

/** User and system time of a process and its children, in ticks of 10 ms. */
function ticksOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ')
  return children
    .filter(Boolean)
    .reduce((sum, child) => sum + ticksOf(Number(child)), Number(fields[11]) + Number(fields[12]))
}

type Asked = { readonly address: string; readonly pid: number }

async function measure(
  { address, pid }: Asked,
  headers: Headers,
  time = seconds,
): Promise<Measure> {
  const lines = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
  const words = ['-c', wrkCore, 'wrk', '-t1', `-c${connections}`, `-d${time}s`, '--latency']
  const ticks = ticksOf(pid)
  const { stdout } = await run('taskset', [...words, ...lines, new URL(path, address).href])
  if (/Socket errors|Non-2xx/.test(stdout)) throw new Error(stdout)
  const perSecond = Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1])
  const [, amount, unit = ''] = /99%\s+([\d.]+)(us|ms|s)/.exec(stdout) ?? []
  const p99Ms = Number(amount) * ({ us: 0.001, ms: 1, s: 1000 }[unit] ?? Number.NaN)
  const requests = Number(/(\d+) requests in/.exec(stdout)?.[1])
  return { perSecond, p99Ms, cpuUs: ((ticksOf(pid) - ticks) * 10_000) / requests }
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN
}

/** What a poller sends that has the newest version, by what each server answers to its coding. */
async function toRows(address: string): Promise<readonly Row[]> {
  const reader = { 'Accept-Encoding': 'gzip' }
  const { headers } = await ask(address, path, { headers: reader })
  return [
    { name: '304', status: 304, headers: { ...reader, 'If-None-Match': headers.etag ?? '' } },
    { name: 'gzip', status: 200, headers: reader },
    { name: 'br', status: 200, headers: { 'Accept-Encoding': 'br' } },
    { name: 'identity', status: 200, headers: {} },
  ]
}

using folder = makeTemporaryFolder()
mkdirSync(folder.at('inbox'))
writeFileSync(
  folder.at('feed.yaml'),
  'title: Bench\ntimezone: UTC\nprecompress: true\nlimits: { arrivalHours: 0 }\n',
)
for (let count = 0; count < 60; count += 1) {
  writeFileSync(folder.at(`inbox/${count}.md`), `# Article ${count}\n\n${toProse(count, 4600)}\n`)
}
for (const name of ['nginx', 'caddy']) mkdirSync(folder.at(name))
await using dropfeed = await startServing(folder.path, before)
await using nginx = await startNginx('nginx.conf', {
  folder: folder.at('nginx'),
  behind: folder.at('out'),
  before,
})
await using caddy = await startCaddy('Caddyfile', {
  folder: folder.at('caddy'),
  behind: folder.at('out'),
  before,
})
const earlier = await ask(dropfeed.address, path)
writeFileSync(folder.at('inbox/new.md'), `# New\n\n${toProse(99, 4600)}\n`)
while ((await ask(dropfeed.address, path)).headers.etag === earlier.headers.etag) continue
await dropfeed.untilCompressed(path)

const servers = { dropfeed, nginx, caddy }
const names = ['dropfeed', 'nginx', 'caddy'] as const
const found = new Map<string, Measure[]>()
const add = (key: string, one: Measure) => found.set(key, [...(found.get(key) ?? []), one])
const delta: Row = {
  name: '226',
  status: 226,
  headers: { 'A-IM': 'feed', 'If-None-Match': earlier.headers.etag ?? '' },
}
const hasDelta = (await ask(dropfeed.address, path, { headers: delta.headers })).status === 226
const rowNames = ['304', 'gzip', 'br', 'identity']
for (let round = -warmUpRounds; round < rounds; round += 1) {
  for (const name of names) {
    const { address } = servers[name]
    const rows = await toRows(address)
    for (const { name: row, headers, status } of name === 'dropfeed' && hasDelta
      ? [...rows, delta]
      : rows) {
      const reply = await ask(address, path, { headers })
      if (reply.status !== status) throw new Error(`${name} ${row}: ${reply.status}`)
      const one = await measure(servers[name], headers, round < 0 ? 1 : seconds)
      if (round >= 0) add(`${name} ${row}`, one)
    }
  }
}

/** While a publication a second is compressed. */
async function measureChanging(): Promise<Measure> {
  const over = new AbortController()
  const drops = (async () => {
    for (let count = 0; !over.signal.aborted; count += 1) {
      writeFileSync(folder.at('next.md'), `# Next ${count}\n\n${toProse(count, 4600)}\n`)
      renameSync(folder.at('next.md'), folder.at('inbox/next.md'))
      await pause(1_000)
    }
  })()
  const one = await measure(dropfeed, { 'Accept-Encoding': 'gzip' }, seconds * 3)
  over.abort()
  await drops
  return one
}
for (let round = 0; round < rounds; round += 1) add('changing', await measureChanging())

/** Of the feed, as it is sent. */
async function lengthOf(coding: string): Promise<number> {
  const headers = { 'Accept-Encoding': coding }
  await dropfeed.untilCompressed(path)
  return (await ask(dropfeed.address, path, { headers })).body.length
}
const bodyBytes = { identity: await lengthOf('identity'), gzip: await lengthOf('gzip') }

const ratio = (row: string, other: string, key: 'perSecond' | 'cpuUs' = 'perSecond') =>
  median(
    (found.get(`dropfeed ${row}`) ?? []).map((one, round) => {
      const same = found.get(`${other} ${row}`)?.[round]?.[key] ?? Number.NaN
      return key === 'cpuUs' ? same / one[key] : one[key] / same
    }),
  )
const of = (name: string, row: string, key: keyof Measure) =>
  median((found.get(`${name} ${row}`) ?? []).map((one) => one[key]))
const feed = readFileSync(folder.at('out/atom.xml')).length
const line = (cells: readonly string[]) =>
  process.stdout.write(`${cells.map((cell) => cell.padStart(13)).join('')}\n`)

process.stdout.write(
  `${cpus().length} × ${cpus()[0]?.model ?? '?'}, Node ${process.version}; feed ${feed} bytes, ` +
    `${connections} connections, medians of ${rounds} rounds of ${seconds} s\n`,
)
// By processor time too, which what else the machine does disturbs less.
line([
  '',
  'requests/s',
  'p99 ms',
  'nginx p99',
  'Caddy p99',
  'of nginx',
  'of Caddy',
  'CPU of nginx',
  'of Caddy',
])
for (const row of [...rowNames, ...(hasDelta ? ['226'] : [])]) {
  const cells = [row, of('dropfeed', row, 'perSecond').toFixed(0)]
  cells.push(of('dropfeed', row, 'p99Ms').toFixed(2))
  if (row !== '226') {
    cells.push(of('nginx', row, 'p99Ms').toFixed(2), of('caddy', row, 'p99Ms').toFixed(2))
    for (const key of ['perSecond', 'cpuUs'] as const) {
      cells.push(ratio(row, 'nginx', key).toFixed(2), ratio(row, 'caddy', key).toFixed(2))
    }
  }
  line(cells)
}
const whileChanging = (key: keyof Measure) =>
  median((found.get('changing') ?? []).map((one) => one[key]))
line(['gzip, changing', whileChanging('perSecond').toFixed(0), whileChanging('p99Ms').toFixed(2)])

if (process.argv.includes('--write-docs')) {
  const keys = names.flatMap((name) => rowNames.map((row) => [name, row] as const))
  const cpuUs = keys.map(([name, row]) => [`${name} ${row}`, of(name, row, 'cpuUs')] as const)
  await writeDocs({
    serving: {
      machine: `${cpus().length} × ${cpus()[0]?.model ?? '?'}, Node ${process.version}`,
      ranAt: new Date().toISOString().slice(0, 10),
      bodyBytes,
      cpuUs: Object.fromEntries(cpuUs),
    },
  })
}
