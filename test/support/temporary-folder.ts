import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type TemporaryFolder = Disposable & {
  readonly path: string
  /** The path of a name in the folder. */
  readonly at: (name: string) => string
}

/** The machine's own folder in memory: there it costs nothing to wait for the disk, where that is not the test. */
const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

/**
 * Makes an empty folder that is removed when the test's block ends.
 * @param isInMemory true where the test writes much and a disk is no part of it
 */
export function makeTemporaryFolder(isInMemory = false): TemporaryFolder {
  const path = realpathSync(mkdtempSync(join(isInMemory ? memory : tmpdir(), 'dropfeed-')))
  return {
    path,
    at: (name) => `${path}/${name}`,
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  }
}
