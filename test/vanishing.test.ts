import { expect, test } from 'vitest'
import { silentLog } from '../src/log.ts'
import { Publisher } from '../src/publisher/publisher.ts'
import { Vanishing } from '../src/publisher/vanishing.ts'
import { Publication } from './support/publication.ts'

const files = (count: number) => Array.from({ length: count }, (_, number) => `${number}.md`)

test('a handful of files that vanish are judged at once', () => {
  const vanishing = new Vanishing()
  expect(vanishing.isMoreToCome(files(5), 0)).toBe(false)
  expect(vanishing.waitMs(0)).toBeUndefined()
  // Later ones are another removal.
  expect(vanishing.isMoreToCome(files(5), 10_000)).toBe(false)
})

test('more are judged when none has followed for a second', () => {
  const vanishing = new Vanishing()
  expect(vanishing.isMoreToCome(files(6), 0)).toBe(true)
  expect(vanishing.waitMs(400)).toBe(600)
  expect(vanishing.isMoreToCome(files(7), 900)).toBe(true)
  expect(vanishing.isMoreToCome(files(7), 1_500)).toBe(true)
  expect(vanishing.isMoreToCome(files(7), 1_900)).toBe(false)
  expect(vanishing.waitMs(1_900)).toBeUndefined()
})

test('a few at a time are many in the end', () => {
  const vanishing = new Vanishing()
  expect(vanishing.isMoreToCome(['a', 'b', 'c'], 0)).toBe(false)
  expect(vanishing.isMoreToCome(['d', 'e', 'f'], 1_000)).toBe(true)
})

test('a removal without an end is judged after half a minute', () => {
  const vanishing = new Vanishing()
  let count = 10
  let atMs = 0
  for (; vanishing.isMoreToCome(files(count), atMs); atMs += 500) count += 1
  expect(atMs).toBe(30_000)
})

test('what came back is waited for no more', () => {
  const vanishing = new Vanishing()
  expect(vanishing.isMoreToCome(files(6), 0)).toBe(true)
  expect(vanishing.isMoreToCome([], 100)).toBe(false)
  expect(vanishing.waitMs(100)).toBeUndefined()
})

test('files that vanish, and a moment later lie elsewhere, were moved', async () => {
  await using publication = Publication.make()
  for (const name of files(10)) publication.write(name, `# Note ${name}\n\nAll about it.\n`)
  await publication.run()
  const before = publication.items()
  const edges = { log: silentLog, now: () => publication.nowMs }
  await using publisher = await Publisher.open(publication.settings, edges)
  const run = async (paths: readonly string[]) =>
    await publisher.run({ kind: 'some', paths }, () => false, true)
  const moved = files(10).slice(0, 6)
  for (const name of moved) publication.remove(name)
  const report = await run(moved)
  expect([report.entries, report.removed, report.problems]).toEqual([10, 0, []])
  expect(report.judgeInMs).toBeGreaterThan(0)
  for (const name of moved) {
    publication.write(`deep/${name}`, `# Note ${name}\n\nAll about it now.\n`)
  }
  const after = await run(moved.map((name) => `deep/${name}`))
  expect([after.entries, after.removed, after.problems]).toEqual([10, 0, []])
  expect(after.judgeInMs).toBeUndefined()
  expect(publication.items().map(({ id }) => id)).toEqual(before.map(({ id }) => id))
})
