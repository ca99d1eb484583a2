import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** What the person who runs dropfeed can do, by SQLite's primary result code. */
const advice: Readonly<Record<number, string>> = {
  3: 'permission denied; let the user that runs dropfeed write there',
  8: 'it may not be written; let the user that runs dropfeed write there',
  10: 'the disk reports an error; check it',
  11: 'it is damaged; the next start keeps it aside, and reads back from out/ what is published',
  13: 'the disk is full; free some space',
  14: 'it cannot be opened; let the user that runs dropfeed write there',
  26: 'it is no file of dropfeed; move it elsewhere, and what is published is read back from out/',
}

/** SQLite's code for a file that another process holds. */
const busyCode = 5

/** Its codes for a file system that refuses locks as such (SQLITE_IOERR_LOCK and its like). */
const lockRefusals: ReadonlySet<number | undefined> = new Set([2058, 2314, 3594, 3850])

/** Its codes for a file that is not as it was written, or none of its own. */
const damageCodes: ReadonlySet<number | undefined> = new Set([11, 26])

export type DatabasePlace = {
  readonly folder: string
  readonly name: string
  /** How long each statement waits for another process. */
  readonly timeoutMs: number
  /** What chooses another folder. */
  readonly option?: '--state' | '--out'
}

/**
 * Opens an SQLite file and makes its folder when that is missing; closes it again when `prepare` throws.
 * @throws Error with a plain sentence that says what to do, and the `cause`
 */
export function openDatabase(
  { folder, name, timeoutMs, option = '--state' }: DatabasePlace,
  prepare: (database: DatabaseSync, file: string) => void,
): DatabaseSync {
  const file = join(folder, name)
  let database: DatabaseSync | undefined
  try {
    makeFolder(folder, option)
    database = new DatabaseSync(file, { timeout: timeoutMs })
    prepare(database, file)
    return database
  } catch (error) {
    database?.close()
    throw toStoreFault(error, file)
  }
}

/** Says what to do about an error of SQLite; gives any other as it is. */
export function toStoreFault(error: unknown, file: string): unknown {
  const code = primaryCodeOf(error)
  if (code === undefined) return error
  const reason = advice[code] ?? 'the operation failed'
  return new Error(`cannot use ${file}: ${reason}`, { cause: error })
}

function makeFolder(folder: string, option: string): void {
  try {
    mkdirSync(folder, { recursive: true })
  } catch (error) {
    throw new Error(
      `cannot make the folder ${folder}; mend what is in the way, or choose another with ${option}`,
      { cause: error },
    )
  }
}

/** Says whether another process holds the file, from what `openDatabase` threw. */
export function isBusy(error: unknown): boolean {
  return primaryCodeOf(causeOf(error)) === busyCode
}

/** Says whether it was the file system that knows no locks, from what `openDatabase` threw. */
export function isUnlockable(error: unknown): boolean {
  return lockRefusals.has(sqliteCodeOf(causeOf(error)))
}

/** Says whether a file turned out to be damaged, from what `openDatabase` or a statement threw. */
export function isDamage(error: unknown): boolean {
  return damageCodes.has(primaryCodeOf(error)) || damageCodes.has(primaryCodeOf(causeOf(error)))
}

/** Which file stands at a path; another one of the same name has another identity. */
export function fileIdentity(file: string): string | undefined {
  const stats = statSync(file, { bigint: true, throwIfNoEntry: false })
  return stats && `${stats.dev}:${stats.ino}:${stats.birthtimeNs}`
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined
}

/** The higher bits of a code tell more than is needed for most. */
function primaryCodeOf(error: unknown): number | undefined {
  const code = sqliteCodeOf(error)
  return code === undefined ? undefined : code & 0xff
}

function sqliteCodeOf(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode
    : undefined
}
