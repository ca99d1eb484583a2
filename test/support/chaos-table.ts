import { appendFileSync } from 'node:fs'

/** What became of a publication that was treated badly so many times; all but `times` is to be zero. */
export type ChaosRow = {
  /** What was done to it. */
  readonly what: string
  readonly times: number
  /** Articles that subscribers cannot find. */
  readonly lost: number
  /** Entries that a document or a walk through the archive has twice. */
  readonly doubled: number
  /** Files that were not whole when they were looked at. */
  readonly half: number
  /** Entries whose id is another one than before. */
  readonly changedIds: number
}

const long = process.env['TEST_LONG']

/** `TEST_LONG=1`: trials in full size, which take minutes; `TEST_LONG=all`: hours. */
export const isLong = long === '1' || long === 'all'

/** How much of a suite to run: a sample in the normal tests, a large one in the long form, or all of it. */
export function pick<Value>(forms: {
  readonly short: Value
  readonly long: Value
  readonly all: Value
}): Value {
  if (long === 'all') return forms.all
  return isLong ? forms.long : forms.short
}

/** Adds a row to the table that `npm run test:chaos` prints at its end. */
export function report(row: ChaosRow): void {
  const file = process.env['CHAOS_TABLE']
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(row)}\n`)
}
