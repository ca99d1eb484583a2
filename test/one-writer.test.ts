import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { ask } from './support/ask.ts'
import { Outage } from './support/outage.ts'
import { runProgram, startProgram } from './support/program.ts'
import { makeTemporaryFolder } from './support/temporary-folder.ts'
import type { TemporaryFolder } from './support/temporary-folder.ts'
import { waitFor } from './support/wait-for.ts'
import { listDrafts } from './support/whole.ts'

function prepare(): TemporaryFolder {
  const folder = makeTemporaryFolder()
  mkdirSync(folder.at('inbox'))
  writeFileSync(folder.at('feed.yaml'), 'title: Test\ntimezone: UTC\n')
  writeFileSync(folder.at('inbox/a.txt'), 'An article that is published by the first of two.\n')
  return folder
}

async function startWatch(folder: TemporaryFolder) {
  const program = startProgram(folder.path, ['watch', '--no-serve'])
  await waitFor(
    () => /published entries=/.test(program.said()),
    () => program.said(),
  )
  return program
}

test('a second dropfeed with the same out/ and another state folder is refused, and told of the first', async () => {
  using folder = prepare()
  await using first = await startWatch(folder)
  const before = readFileSync(folder.at('out/atom.xml'), 'utf8')
  const { code, stderr } = await runProgram(folder.path, ['build', '--quiet', '--state', 'other'])
  expect(code).toBe(1)
  const since = String.raw`since \d{4}-\d\d-\d\dT[\d:.]+Z`
  expect(stderr).toMatch(
    new RegExp(
      `^fault: Another dropfeed \\(process ${first.child.pid}, state folder ${folder.at('.dropfeed')}, ${since}\\) ` +
        `is at work with ${folder.at('out')}; stop it first`,
    ),
  )
  expect(readFileSync(folder.at('out/atom.xml'), 'utf8')).toBe(before)
})

test('a second dropfeed with the same state folder and another out/ is refused, and told of the first', async () => {
  using folder = prepare()
  await using first = await startWatch(folder)
  const { code, stderr } = await runProgram(folder.path, ['build', '--quiet', '--out', 'other'])
  expect(code).toBe(1)
  expect(stderr).toContain(`Another dropfeed (process ${first.child.pid}, state folder`)
  expect(stderr).toContain(`is at work with ${folder.at('.dropfeed')}; stop it first`)
})

test('the lock of one that was killed is free at once, also for another state folder', async () => {
  using folder = prepare()
  await using first = await startWatch(folder)
  const exit = once(first.child, 'exit')
  first.child.kill('SIGKILL')
  await exit
  expect(await runProgram(folder.path, ['build', '--quiet'])).toMatchObject({ code: 0, stderr: '' })
  const other = await runProgram(folder.path, ['build', '--quiet', '--state', 'other'])
  expect(other).toMatchObject({ code: 0, stderr: '' })
})

test('of two that start at the same moment one works, and the other is refused', async () => {
  using folder = prepare()
  for (let round = 0; round < 3; round += 1) {
    const ended = await Promise.all(
      ['.dropfeed', 'other'].map((state) =>
        runProgram(folder.path, ['build', '--quiet', '--state', state]),
      ),
    )
    const codes = ended.map(({ code }) => code)
    expect(codes).toContain(0)
    // The one may have ended before the other began.
    for (const { stderr } of ended) expect(stderr).toMatch(/^(?:fault: Another dropfeed|$)/)
  }
})

test('the lock is nobody else’s business: not served, and readable by its owner alone', async () => {
  await using outage = new Outage()
  await outage.start()
  await waitFor(() => outage.address !== '')
  expect((await ask(outage.address, '/.dropfeed.lock')).status).toBe(404)
  expect(statSync(outage.folder.at('out/.dropfeed.lock')).mode & 0o777).toBe(0o600)
})

test('a lock that was taken away while in use is taken again', async () => {
  await using outage = new Outage()
  await outage.start()
  rmSync(outage.folder.at('out/.dropfeed.lock'))
  outage.drop('new.md', 'New')
  await outage.untilPublished('New')
  const second = await runProgram(outage.folder.path, ['build', '--quiet', '--state', 'other'])
  expect(second).toMatchObject({ code: 1, stderr: expect.stringContaining('Another dropfeed') })
})

test('SIGTERM and SIGINT finish the run in hand, and leave nothing behind', async () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    using folder = prepare()
    for (let number = 0; number < 700; number += 1) {
      writeFileSync(folder.at(`inbox/${number}.txt`), `Article number ${number}, one of many.\n`)
    }
    await using program = startProgram(folder.path, ['watch', '--no-serve'])
    await waitFor(() => program.said().includes('watching'))
    const exit = once(program.child, 'exit')
    program.child.kill(signal)
    expect(await exit, program.said()).toEqual([0, null])
    expect(program.said()).toMatch(/published entries=701 .*\nstopped\n$/)
    expect(listDrafts(folder.at('out'))).toEqual([])
    expect(await runProgram(folder.path, ['build'])).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/ written=0 /),
    })
  }
})

test('drafts that a crash left are gone with the next start', async () => {
  using folder = prepare()
  mkdirSync(folder.at('out/articles/2020/01'), { recursive: true })
  for (const path of ['.atom.xml.tmp', 'articles/2020/01/.a.html.tmp']) {
    writeFileSync(folder.at(`out/${path}`), 'half a f')
    chmodSync(folder.at(`out/${path}`), 0o444)
  }
  expect(await runProgram(folder.path, ['build', '--quiet'])).toMatchObject({ code: 0 })
  expect(listDrafts(folder.at('out'))).toEqual([])
})
