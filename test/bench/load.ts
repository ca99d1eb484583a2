import { execFile } from 'node:child_process'
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { ask } from '../support/ask.ts'
import { makeTemporaryFolder } from '../support/temporary-folder.ts'
import { startServing, toProse } from './serving.ts'

// How long a drop takes to be in the served feed, with nobody else asking and under 10,000 polls a second.
//   LOAD_SECONDS=60 LOAD_DROPS=50 npm run bench:load      (drops a minute)

const seconds = Number(process.env['LOAD_SECONDS'] ?? 60)
const dropsAMinute = Number(process.env['LOAD_DROPS'] ?? 50)
const wanted = 10_000
/** Each asks again so long after its answer: together about as often as wanted. */
const delayMs = 4
const connections = 56
const run = promisify(execFile)

using folder = makeTemporaryFolder()
mkdirSync(folder.at('inbox'))
writeFileSync(folder.at('feed.yaml'), 'title: Load\ntimezone: UTC\nlimits: { arrivalHours: 0 }\n')
for (let count = 0; count < 60; count += 1) {
  writeFileSync(folder.at(`inbox/${count}.md`), `# Article ${count}\n\n${toProse(count, 4600)}\n`)
}
await using dropfeed = await startServing(folder.path)
let drops = 0

/** Drops articles at an even pace. @returns milliseconds from each rename to the first answer that has it */
async function drop(): Promise<readonly number[]> {
  const took: number[] = []
  const intervalMs = 60_000 / dropsAMinute
  const count = Math.round((seconds * 1000) / intervalMs)
  for (let done = 0; done < count; done += 1) {
    const nextMs = performance.now() + intervalMs
    drops += 1
    const title = `Dropped ${drops}.`
    writeFileSync(folder.at('next.md'), `# ${title}\n\n${toProse(drops, 4600)}\n`)
    renameSync(folder.at('next.md'), folder.at(`inbox/dropped-${drops}.md`))
    const startedAtMs = performance.now()
    let etag = ''
    for (;;) {
      const reply = await ask(dropfeed.address, '/atom.xml', { headers: { 'if-none-match': etag } })
      if (reply.status === 200 && reply.text.includes(title)) break
      etag = reply.headers.etag ?? ''
      await pause(2)
    }
    took.push(performance.now() - startedAtMs)
    await pause(Math.max(nextMs - performance.now(), 0))
  }
  return took.toSorted((one, other) => one - other)
}

/** Polls as readers do, by the tag of what was seen last: each change once in full, else a 304. */
const script = `
etag = ''
request = function()
  wrk.headers['If-None-Match'] = etag
  wrk.headers['Accept-Encoding'] = 'gzip'
  return wrk.format()
end
response = function(status, headers)
  if status == 200 then etag = headers['ETag'] end
end
delay = function() return ${delayMs} end
`

async function poll(): Promise<string> {
  writeFileSync(folder.at('poll.lua'), script)
  const words = [
    '-t1',
    `-c${connections}`,
    `-d${seconds}s`,
    '--latency',
    '-s',
    folder.at('poll.lua'),
  ]
  const { stdout } = await run('wrk', [...words, new URL('/atom.xml', dropfeed.address).href])
  return stdout
}

const at = (sorted: readonly number[], part: number) =>
  (sorted[Math.min(Math.floor(sorted.length * part), sorted.length - 1)] ?? 0).toFixed(0)
const tell = (name: string, took: readonly number[]) =>
  process.stdout.write(
    `${name}: ${took.length} drops, p50 ${at(took, 0.5)} ms, p95 ${at(took, 0.95)} ms, p99 ${at(took, 0.99)} ms\n`,
  )

process.stdout.write(`${cpus().length} × ${cpus()[0]?.model ?? '?'}, Node ${process.version}\n`)
const idle = await drop()
tell('idle', idle)
const [loaded, said] = await Promise.all([drop(), poll()])
tell('under load', loaded)
const perSecond = Number(/Requests\/sec:\s+([\d.]+)/.exec(said)?.[1])
const errors = /Socket errors.*|Non-2xx.*/.exec(said)?.[0] ?? 'none'
process.stdout.write(
  `${perSecond.toFixed(0)} requests/s (${wanted} wanted), errors: ${errors}\n` +
    `p99 under load is ${((loaded.at(-1) ?? 0) / (idle.at(-1) ?? 1)).toFixed(2)} of the idle one\n`,
)
