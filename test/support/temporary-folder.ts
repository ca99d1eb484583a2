import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type TemporaryFolder = Disposable & {
  readonly path: string
  /** The path of a name in the folder. */
  readonly at: (name: string) => string
}

/** Makes an empty folder that is removed when the test's block ends. */
export function makeTemporaryFolder(): TemporaryFolder {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'dropfeed-')))
  return {
    path,
    at: (name) => `${path}/${name}`,
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  }
}
