import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** What the person who runs dropfeed can do, by SQLite's primary result code. */
const advice: Readonly<Record<number, string>> = {
  3: 'permission denied; let the user that runs dropfeed write there',
  8: 'it may not be written; let the user that runs dropfeed write there',
  10: 'the disk reports an error; check it',
  11: 'it is damaged; move its folder elsewhere, and what is published is read back from out/',
  13: 'the disk is full; free some space',
  14: 'it cannot be opened; let the user that runs dropfeed write there',
  26: 'it is no file of dropfeed; move it elsewhere, and what is published is read back from out/',
}

/** SQLite's code for a file that another process holds. */
const busyCode = 5

/**
 * Opens an SQLite file and makes its folder when that is missing; closes it again when `prepare` throws.
 * @param timeoutMs how long each statement waits for another process
 * @throws Error with a plain sentence that says what to do, and the `cause`
 */
export function openDatabase(
  { folder, name, timeoutMs }: { folder: string; name: string; timeoutMs: number },
  prepare: (database: DatabaseSync, file: string) => void,
): DatabaseSync {
  const file = join(folder, name)
  let database: DatabaseSync | undefined
  try {
    makeFolder(folder)
    database = new DatabaseSync(file, { timeout: timeoutMs })
    prepare(database, file)
    return database
  } catch (error) {
    database?.close()
    const code = sqliteCodeOf(error)
    if (code === undefined) throw error
    const reason = advice[code] ?? 'the operation failed'
    throw new Error(`cannot use ${file}: ${reason}`, { cause: error })
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true })
  } catch (error) {
    throw new Error(
      `cannot make the folder ${folder}; mend what is in the way, or choose another with --state`,
      { cause: error },
    )
  }
}

/** Says whether another process holds the file, from what `openDatabase` threw. */
export function isBusy(error: unknown): boolean {
  return error instanceof Error && sqliteCodeOf(error.cause) === busyCode
}

/** The primary result code; the higher bits of a code tell more than is needed here. */
function sqliteCodeOf(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode & 0xff
    : undefined
}
