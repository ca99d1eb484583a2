import { describe, expect, test } from 'vitest'
import { openForWriting } from '../src/inbox/settle.ts'
import { isLong, report } from './support/chaos-table.ts'
import { appendAtOnce, burst, removeWhileRead, replaceOften } from './support/trials.ts'
import type { Outcome } from './support/trials.ts'

// Many changes at once, to a real watcher at work, by another process.

const sound = { lost: 0, doubled: 0, half: 0, changedIds: 0 }

// In a container whose processes are not all seen, only quiet tells that a writer is done.
const areWritersSeen = openForWriting([import.meta.filename]) !== undefined
if (!areWritersSeen) process.stderr.write('SKIPPED: who writes a file is not known here\n')

function tell(what: string, outcome: Outcome): Outcome {
  const { articles, lost, doubled, half, changedIds } = outcome
  report({ what: `a burst: ${what}`, times: articles, lost, doubled, half, changedIds })
  return outcome
}

describe('in a burst', () => {
  test('each article is published once, and the feed is refreshed while it lasts', async () => {
    const outcome = await burst(isLong ? 10_000 : 2_500)
    expect(tell('moved in at once', outcome)).toMatchObject(sound)
    // One a second; a busy machine may need several for one.
    expect(outcome.versions).toBeGreaterThan(outcome.tookMs / 15_000)
  })

  test.skipIf(!areWritersSeen)(
    'of a hundred writers that append, none is published by half',
    async () => {
      expect(tell('a hundred writers', await appendAtOnce(100, 50))).toMatchObject(sound)
    },
  )

  test('of files replaced a hundred times, the last versions stand, under their first ids', async () => {
    expect(tell('replaced in turn', await replaceOften(isLong ? 100 : 10, 100))).toMatchObject(
      sound,
    )
  })

  test('of files deleted while they are read, what is back is published', async () => {
    expect(tell('deleted while read', await removeWhileRead(10, isLong ? 50 : 8))).toMatchObject(
      sound,
    )
  })
})
