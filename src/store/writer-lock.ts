import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isBusy, openDatabase } from './open-database.ts'

/**
 * Makes this process the only one that writes with this state folder, until disposed. The lock is the
 * operating system's on an open file, so that it is free again the moment its owner dies, however.
 * @throws Error that names the process that has it, or says why the folder cannot be used
 */
export function holdLock(folder: string): Disposable {
  const ownerFile = join(folder, 'lock.pid')
  try {
    const lock = openDatabase({ folder, name: 'lock.sqlite', timeoutMs: 0 }, (database) => {
      database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
      writeFileSync(ownerFile, `${process.pid}\n`)
    })
    return {
      [Symbol.dispose]() {
        lock.close()
      },
    }
  } catch (error) {
    if (!isBusy(error)) throw error
    throw new Error(
      `Another dropfeed (process ${readOwner(ownerFile)}) is at work with ${folder}; stop it first`,
      { cause: error },
    )
  }
}

function readOwner(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return 'unknown'
  }
}
