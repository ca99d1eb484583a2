import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'

/** Source: `include/uapi/linux/magic.h`. */
const tmpfsMagic = 0x01021994

/** What is to be removed when whoever waits has seen enough. */
const roots = new Set<string>()

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    // Else what they still write would stay.
    for (const pid of childrenOfThis()) process.kill(pid, 'SIGKILL')
    const removal = { recursive: true, force: true, maxRetries: 20, retryDelay: 50 } as const
    for (const root of roots) rmSync(root, removal)
    process.exit(1)
  })
}

function childrenOfThis(): readonly number[] {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8')
  return children.split(' ').filter(Boolean).map(Number)
}

/**
 * An empty folder that is removed when the measuring is over, and no sooner: making files after many were
 * removed is several times slower on some file systems.
 */
export function makeGround(above: string) {
  const root = mkdtempSync(join(above, 'dropfeed-bench-'))
  roots.add(root)
  return {
    at: (name: string) => join(root, name),
    make(name: string): string {
      mkdirSync(join(root, name), { recursive: true })
      return join(root, name)
    },
    [Symbol.dispose](): void {
      rmSync(root, { recursive: true, force: true })
      roots.delete(root)
    },
  }
}

export type Ground = ReturnType<typeof makeGround>

export function isRamDisk(folder: string): boolean {
  return statfsSync(folder).type === tmpfsMagic
}

/** All files below a folder by path, with what tells one version of a file from another. */
export function takeStock(folder: string): ReadonlyMap<string, string> {
  const stock = new Map<string, string>()
  for (const [path, { ino, mtimeNs }] of filesBelow(folder)) stock.set(path, `${ino} ${mtimeNs}`)
  return stock
}

/** How many files of the second stock the first does not have as they are. */
export function countWritten(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): number {
  return [...after].filter(([path, version]) => before.get(path) !== version).length
}

export function sizeOf(folder: string): { readonly files: number; readonly bytes: number } {
  let files = 0
  let bytes = 0
  for (const [, { size }] of filesBelow(folder)) {
    files += 1
    bytes += Number(size)
  }
  return { files, bytes }
}

function* filesBelow(folder: string) {
  const folders = [folder]
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    for (const item of readdirSync(next, { withFileTypes: true })) {
      const path = join(next, item.name)
      if (item.isDirectory()) folders.push(path)
      else yield [path, statSync(path, { bigint: true })] as const
    }
  }
}
