import { writeFileSync } from 'node:fs'
import { startServing } from './serving.ts'
import { makeTemporaryFolder } from '../support/temporary-folder.ts'
import { fuzz } from '../support/fuzz.ts'
import { mkdirSync } from 'node:fs'

// Asks a real server what nobody should ask, 100,000 times (FUZZ_REQUESTS), from a seed (FUZZ_SEED).
//   npm run bench:fuzz

const requests = Number(process.env['FUZZ_REQUESTS'] ?? 100_000)
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 1_000_000)

using folder = makeTemporaryFolder()
mkdirSync(folder.at('inbox'))
writeFileSync(folder.at('feed.yaml'), 'title: Fuzz\ntimezone: UTC\nprecompress: true\n')
writeFileSync(folder.at('inbox/a.md'), `# A\n\n${'Some words. '.repeat(200)}\n`)
await using dropfeed = await startServing(folder.path)
const startedAtMs = performance.now()
const { answered, statuses, leaks } = await fuzz(dropfeed.address, {
  requests,
  seed,
  secretRoot: folder.path,
})
const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1)
process.stdout.write(`seed ${seed}: ${requests} requests, ${answered} answers in ${seconds} s\n`)
process.stdout.write(`${JSON.stringify(Object.fromEntries(statuses))}\n`)
if (leaks.length > 0 || /fault|cannot answer/.test(dropfeed.said())) {
  process.stdout.write(`${leaks.join('\n')}\n${dropfeed.said()}\n`)
  process.exitCode = 1
}
