import { closeSync, openSync, renameSync, writeFileSync, writeSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { scanFolder } from '../src/inbox/scan.ts'
import type { Found } from '../src/inbox/scan.ts'
import { findUnsettled, judge, openForWriting, unsettled } from '../src/inbox/settle.ts'
import type { Sight } from '../src/inbox/settle.ts'
import { makeTemporaryFolder } from './support/temporary-folder.ts'

const stamp = {
  sizeBytes: 5000,
  mtimeNs: 10n ** 18n,
  ctimeNs: 10n ** 18n,
  birthtimeNs: 0n,
  inode: 1n,
}
/** Written a second before the inode was last touched: moved, or given its old times. */
const older = { ...stamp, mtimeNs: stamp.ctimeNs - 10n ** 9n }
const empty = { ...stamp, sizeBytes: 0 }
const sight: Sight = { stamp, isRenameOnly: false, quietMs: 0, settleMs: 250, isShared: false }

// In a container nobody can tell what those outside of it have open.
const seesWriters = (() => {
  using folder = makeTemporaryFolder()
  writeFileSync(folder.at('probe'), 'x')
  return openForWriting([folder.at('probe')]) !== undefined
})()

describe('a file is whole', () => {
  it.each<readonly [string, Partial<Sight>]>([
    [
      'at once when it was moved in and had been written before',
      { isRenameOnly: true, stamp: older },
    ],
    ['when it was moved in and nothing is written for 1 ms', { isRenameOnly: true, quietMs: 1 }],
    ['when nobody has it open 20 ms after it was written', { quietMs: 20, writers: 'none' }],
    ['after settleMs where nobody can be asked', { quietMs: 250, writers: 'unknown' }],
    [
      'when its times were set last, where nobody can be asked',
      { stamp: older, quietMs: 20, writers: 'unknown' },
    ],
    ['when it stays empty', { stamp: empty, quietMs: 250, writers: 'none' }],
    ['on a shared mount after two quiet seconds', { isShared: true, quietMs: 2000 }],
    [
      'when somebody keeps it open and writes nothing for ten minutes',
      { quietMs: 600_000, writers: 'some' },
    ],
  ])('%s', (_, change) => {
    expect(judge({ ...sight, ...change })).toEqual({ kind: 'whole' })
  })
})

describe('a file is waited for', () => {
  it.each<readonly [string, Partial<Sight>, number]>([
    ['that was moved in just now', { isRenameOnly: true, quietMs: 0.25 }, 0.75],
    [
      'that is not small, a little longer',
      { isRenameOnly: true, quietMs: 1.2, stamp: { ...stamp, sizeBytes: 100_000 } },
      3,
    ],
    [
      'that is large, longer',
      { isRenameOnly: true, stamp: { ...stamp, sizeBytes: 5_000_000 } },
      14,
    ],
    ['that was written just now', { quietMs: 5 }, 15],
    ['that is empty', { stamp: empty, quietMs: 50 }, 200],
    ['that is empty and came by a rename', { stamp: empty, isRenameOnly: true, quietMs: 50 }, 200],
    ['that somebody has open', { quietMs: 100, writers: 'some' }, 20],
    ['that somebody keeps open, the rarer the longer', { quietMs: 4000, writers: 'some' }, 500],
    ['of which nobody knows', { quietMs: 50, writers: 'unknown' }, 200],
    ['on a shared mount', { isShared: true, isRenameOnly: true, stamp: older }, 2000],
  ])('%s', (_, change, waitMs) => {
    const verdict = judge({ ...sight, ...change })
    expect(verdict.kind).toBe('wait')
    expect(verdict.kind === 'wait' && verdict.waitMs).toBeCloseTo(waitMs, 5)
  })
})

describe('a file that changed just now', () => {
  const found: Found = { path: 'a.txt', kind: 'plain', type: 'file', stamp }
  const changedMs = 10 ** 12

  it.each([
    [0, true],
    [249, true],
    [250, false],
    [86_400_000, false],
    [-249, true],
    // A clock that is ahead must not hold a file for ever.
    [-3_600_000, false],
  ])('%i ms ago is unsettled: %s', (agoMs, isUnsettled) => {
    expect(unsettled('/', found, changedMs + agoMs, 250)).toBe(isUnsettled)
  })

  it('is never unsettled when it is no file', () => {
    expect(unsettled('/', { ...found, type: 'FIFO' }, changedMs, 250)).toBe(false)
  })
})

describe.runIf(seesWriters)('who has a file open for writing', () => {
  it('is known by the file, not by the name it was opened with', () => {
    using folder = makeTemporaryFolder()
    for (const name of ['written.txt', 'read.txt', 'closed.txt', 'other-written.txt']) {
      writeFileSync(folder.at(name), 'x')
    }
    const writing = openSync(folder.at('written.txt'), 'a')
    const reading = openSync(folder.at('read.txt'), 'r')
    try {
      renameSync(folder.at('written.txt'), folder.at('moved.txt'))
      const names = ['moved.txt', 'read.txt', 'closed.txt', 'other-written.txt', 'gone.txt']
      expect(openForWriting(names.map(folder.at))).toEqual(new Set([folder.at('moved.txt')]))
    } finally {
      closeSync(writing)
      closeSync(reading)
    }
    expect(openForWriting([folder.at('moved.txt')])).toEqual(new Set())
  })

  it('holds a file back however long ago it was written, and lets the others go', () => {
    using folder = makeTemporaryFolder()
    writeFileSync(folder.at('done.txt'), 'x')
    writeFileSync(folder.at('made.txt'), '')
    const handle = openSync(folder.at('slow é.txt'), 'w')
    try {
      writeSync(handle, 'half')
      const files = [...scanFolder(folder.path, '')].filter((one): one is Found => 'type' in one)
      const look = (atMs: number) => [...findUnsettled(folder.path, files, atMs, 250)].toSorted()
      expect(look(Date.now())).toEqual(['made.txt', 'slow é.txt'])
      expect(look(Date.now() + 3_600_000)).toEqual(['slow é.txt'])
    } finally {
      closeSync(handle)
    }
  })
})
