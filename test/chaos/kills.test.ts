// A real watcher is killed at random moments, again and again, while articles arrive, change, move and
// vanish, and a subscriber looks at the feeds all the time.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { walk } from '../support/archive-reader.ts'
import { pick, report } from '../support/chaos-table.ts'
import { FeedObserver } from '../support/feed-observer.ts'
import { runProgram, startProgram } from '../support/program.ts'
import { RestlessInbox, randomFrom } from '../support/restless-inbox.ts'
import { makeTemporaryFolder } from '../support/temporary-folder.ts'
import { faultOf, listDrafts, readTree } from '../support/whole.ts'

const settingsYaml = `title: Test
timezone: UTC
baseUrl: https://example.org/
settleMs: 50
limits: { feedLength: 20, feedLengthMin: 1, arrivalHours: 0 }
categories: { feedMin: 2 }
`

/** Far longer than a publication takes to begin. */
const publicationMsMax = 20_000
const kills = pick({ short: 6, long: 200, all: 1000 })
const seed = Number(process.env['CHAOS_SEED'] ?? 20_260_131)

test(`killed ${kills} times, it loses nothing (seed ${seed})`, { timeout: 3_600_000 }, async () => {
  using folder = makeTemporaryFolder(true)
  mkdirSync(folder.at('inbox'))
  writeFileSync(folder.at('feed.yaml'), settingsYaml)
  const random = randomFrom(seed)
  const inbox = new RestlessInbox(folder.at('inbox'), random)
  const observer = new FeedObserver(folder.at('out'))
  for (let count = 0; count < 30; count += 1) inbox.act()
  const looking = setInterval(() => observer.look(), 4)
  let killed = 0
  while (killed < kills) {
    await using program = startProgram(folder.path, ['watch', '--no-serve'])
    const looks = observer.looks
    // Every other time amid a publication, else at any moment, also before it has begun.
    const isAmid = random() < 0.5
    const endMs = performance.now() + (isAmid ? publicationMsMax : 100 + random() * 1_500)
    const isMoment = () => performance.now() >= endMs || (isAmid && observer.looks > looks)
    while (!isMoment()) {
      inbox.act()
      await pause(random() * 60)
    }
    await pause(random() * 15)
    expect(program.child.exitCode, program.said()).toBeNull()
    program.child.kill('SIGKILL')
    killed += 1
  }
  clearInterval(looking)
  const { stderr, code } = await runProgram(folder.path, ['build', '--quiet'])
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
  observer.look()
  const tree = readTree(folder.at('out'))
  const entries = walk((path) => readFileSync(join(folder.at('out'), path), 'utf8'))
  const met = entries.map(({ title }) => RestlessInbox.markerOf(title) ?? title)
  const wanted = [...inbox.files.values()].map(({ marker }) => marker)
  const lost = wanted.filter((marker) => !met.includes(marker))
  const surplus = met.filter(
    (marker, index) => !wanted.includes(marker) || met.indexOf(marker) < index,
  )
  const half = [...tree].flatMap(([path, text]) => faultOf(path, text) ?? [])
  const changed = [...observer.ids].filter(([, ids]) => ids.size > 1).map(([marker]) => marker)
  report({
    what: 'a watcher is killed (SIGKILL)',
    times: killed,
    lost: lost.length,
    doubled: surplus.length + observer.doubled.length,
    half: half.length + observer.half.length,
    changedIds: changed.length,
  })
  expect({ lost, surplus, changed }).toEqual({ lost: [], surplus: [], changed: [] })
  expect([...half, ...observer.half, ...observer.doubled]).toEqual([])
  expect(listDrafts(folder.at('out'))).toEqual([])
  expect(observer.looks).toBeGreaterThan(kills / 4)
})
