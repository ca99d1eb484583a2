import { chmodSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { formatRfc3339 } from '../core/dates.ts'
import { fileIdentity, isBusy, isUnlockable, openDatabase } from './open-database.ts'
import { optionalText } from './rows.ts'

export type Lock = Disposable & {
  /** Whether others can still see it: who removes its file takes the lock away. */
  isInPlace(): boolean
}

const stateLockName = 'lock.sqlite'
/** Hidden, so that dropfeed's own server gives it to nobody. */
const outputLockName = '.dropfeed.lock'

/**
 * Makes this process the only one that works with a state folder, until disposed. The lock is the
 * operating system's on an open file, so that it is free again the moment its owner dies, however.
 * @param sinceMs when it began to work; milliseconds since 1970 UTC
 * @throws Error that names the process that has it, or says why the folder cannot be used
 */
export function holdStateLock(folder: string, sinceMs: number): Lock {
  const place = { folder, name: stateLockName, option: '--state' } as const
  try {
    return hold(place, (database) => {
      database.exec(
        'CREATE TABLE IF NOT EXISTS owner (process INTEGER, since_ms INTEGER); DELETE FROM owner',
      )
      const sql = 'INSERT INTO owner (process, since_ms) VALUES (?, ?)'
      database.prepare(sql).run(process.pid, sinceMs)
    })
  } catch (error) {
    if (!isBusy(error)) throw error
    throw refusal(folder, folder, error)
  }
}

/**
 * Makes this process the only one that writes in an output folder, until disposed. The file of the lock
 * is written only when it has to name another state folder: a run with nothing to do leaves all of
 * `out/` as it is.
 * @param state the state folder, absolute
 * @returns undefined where the file system of the folder knows no locks
 * @throws Error that names the process that has it, or says why the folder cannot be used
 */
export function holdOutputLock(folder: string, state: string): Lock | undefined {
  const place = { folder, name: outputLockName, option: '--out' } as const
  try {
    return hold(place, (database, file) => {
      database.exec('CREATE TABLE IF NOT EXISTS owner (state TEXT)')
      const named = database.prepare('SELECT state FROM owner').get()?.['state']
      if (named === state) return
      database.exec('DELETE FROM owner')
      database.prepare('INSERT INTO owner (state) VALUES (?)').run(state)
      // Whose it is, is nobody's business where the folder is served by another server.
      chmodSync(file, 0o600)
    })
  } catch (error) {
    if (isUnlockable(error)) return undefined
    if (!isBusy(error)) throw error
    throw refusal(folder, readRow(join(folder, outputLockName), 'state'), error)
  }
}

type Place = {
  readonly folder: string
  readonly name: string
  readonly option: '--state' | '--out'
}

/** Reserved, not exclusive: others cannot have it too, but can read whose it is. */
function hold(place: Place, write: (database: DatabaseSync, file: string) => void): Lock {
  const file = join(place.folder, place.name)
  const database = openDatabase({ ...place, timeoutMs: 0 }, (opened) => {
    opened.exec('BEGIN IMMEDIATE')
    write(opened, file)
    opened.exec('COMMIT; BEGIN IMMEDIATE')
  })
  const held = fileIdentity(file)
  return {
    isInPlace: () => fileIdentity(file) === held,
    [Symbol.dispose]: () => database.close(),
  }
}

function refusal(folder: string, state: string | undefined, cause: unknown): Error {
  const pid = state && readRow(join(state, stateLockName), 'process')
  const since = state && readRow(join(state, stateLockName), 'since_ms')
  const owner = [
    `process ${pid ?? 'unknown'}`,
    `state folder ${state ?? 'unknown'}`,
    ...(since === undefined || since === '' ? [] : [`since ${formatRfc3339(Number(since))}`]),
  ]
  return new Error(
    `Another dropfeed (${owner.join(', ')}) is at work with ${folder}; stop it first`,
    { cause },
  )
}

/** Undefined when the file is just being written, or is that of an earlier version: then nobody knows. */
function readRow(file: string, column: 'process' | 'since_ms' | 'state'): string | undefined {
  if (!existsSync(file)) return undefined
  try {
    using database = new DatabaseSync(file, { readOnly: true, timeout: 0 })
    const row = database.prepare('SELECT * FROM owner').get()
    return row && optionalText(row, column)
  } catch {
    return undefined
  }
}
