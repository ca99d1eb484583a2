// A program that dies within a run. Each run is cut off before each of its commits (or, where that is said,
// before each file it puts in place) in turn; the next one must publish what a run gives that nothing disturbed.
import { copyFileSync, cpSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { silentLog } from '../src/log.ts'
import { Publisher } from '../src/publisher/publisher.ts'
import { confirmRetractions } from '../src/publisher/status.ts'
import { Faults } from './support/faults.ts'
import { Publication } from './support/publication.ts'
import { readTree } from './support/whole.ts'

type Change = {
  readonly name: string
  /** All happens at once, after 25 articles were published. */
  readonly change: (publication: Publication) => void | Promise<void>
  readonly cutAt?: 'rename'
}

const text = (number: number) =>
  `---\ntitle: Note ${number}\ndate: 2025-05-${String(number + 1).padStart(2, '0')}\n---\n\nText number ${number}, by itself. #all\n`

const changes: readonly Change[] = [
  {
    name: 'a moved article',
    change: (publication) => {
      mkdirSync(publication.path('moved'))
      renameSync(publication.path('3.md'), publication.path('moved/three.md'))
    },
  },
  {
    name: 'an article that takes the place of another',
    change: (publication) => renameSync(publication.path('3.md'), publication.path('4.md')),
  },
  {
    name: 'an edited original whose copy becomes the article',
    change: (publication) => publication.write('0.md', text(0).replace('by itself', 'edited')),
  },
  {
    name: 'a category that is published for the first time',
    cutAt: 'rename',
    change: (publication) => {
      for (const name of ['a', 'b', 'c']) publication.write(`${name}.txt`, `Text ${name}. #boats\n`)
    },
  },
  {
    name: 'a deliberate mass deletion',
    change: async (publication) => {
      for (let number = 1; number < 20; number += 1) publication.remove(`${number}.md`)
      await publication.run()
      await confirmRetractions(publication.settings)
    },
  },
]

async function prepare({ change }: Change): Promise<Publication> {
  const publication = Publication.make('title: Test\ntimezone: UTC\n')
  for (let number = 0; number < 25; number += 1) publication.write(`${number}.md`, text(number))
  copyFileSync(publication.path('0.md'), publication.path('zero.md'))
  await publication.run()
  await change(publication)
  return publication
}

/** Runs until so many operations of this name were done; the next one never is. */
async function cutOff(
  publication: Publication,
  { at, count }: { readonly at: string; readonly count: number },
): Promise<boolean> {
  let met = 0
  const isAt = ({ name }: { readonly name: string }) => name === at && (met += 1) > count
  using faults = new Faults('dies', isAt)
  const opening = Publisher.open(publication.settings, {
    log: silentLog,
    now: () => publication.nowMs + 60_000,
    fileCalls: faults.fileCalls,
  })
  let publisher: Publisher | undefined
  try {
    publisher = await opening
    await publisher.run({ kind: 'all' })
  } catch {
    return true
  }
  await publisher[Symbol.asyncDispose]()
  return false
}

test.for(changes)('$name is published as if the run had not been cut off', async (change) => {
  await using undisturbed = await prepare(change)
  const kept = join(undisturbed.root, 'kept')
  const folders = ['out', '.dropfeed']
  for (const name of folders) {
    cpSync(join(undisturbed.root, name), join(kept, name), { recursive: true })
  }
  const nowMs = undisturbed.nowMs
  await undisturbed.run()
  const expected = readTree(join(undisturbed.root, 'out'))
  let cuts = 0
  for (let isCut = true; isCut; cuts += 1) {
    for (const name of folders) {
      rmSync(join(undisturbed.root, name), { recursive: true })
      cpSync(join(kept, name), join(undisturbed.root, name), { recursive: true })
    }
    undisturbed.nowMs = nowMs
    isCut = await cutOff(undisturbed, { at: change.cutAt ?? 'COMMIT', count: cuts })
    await undisturbed.run()
    expect(readTree(join(undisturbed.root, 'out')), `cut after ${cuts}`).toEqual(expected)
  }
  expect(cuts).toBeGreaterThan(2)
})

test('a publication that fails keeps nobody waiting for its end', async () => {
  await using publication = Publication.make()
  publication.write('a.md', text(1))
  using faults = new Faults('throws', ({ name }) => name === 'rename')
  await using publisher = await Publisher.open(publication.settings, {
    log: silentLog,
    now: () => publication.nowMs,
    fileCalls: faults.fileCalls,
  })
  await expect(publisher.run({ kind: 'all' })).rejects.toThrow('cannot write')
  expect(publisher.hubs.isPublishing()).toBe(false)
})
