import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/**
 * Makes this process the only one that writes with this state folder, until disposed. The lock is the
 * operating system's on an open file, so that it is free again the moment its owner dies, however.
 * @throws Error that names the process that has it
 */
export function holdLock(folder: string): Disposable {
  mkdirSync(folder, { recursive: true })
  const lock = new DatabaseSync(join(folder, 'lock.sqlite'))
  const ownerFile = join(folder, 'lock.pid')
  try {
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    throw new Error(
      `Another dropfeed (process ${readOwner(ownerFile)}) is at work with ${folder}; stop it first`,
      { cause: error },
    )
  }
  writeFileSync(ownerFile, `${process.pid}\n`)
  return {
    [Symbol.dispose]() {
      lock.close()
    },
  }
}

function readOwner(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return 'unknown'
  }
}
