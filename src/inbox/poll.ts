import { isSameStamp, listFolder } from './scan.ts'
import type { FileStamp } from './scan.ts'

/** What one folder held when it was looked at. */
export type Snapshot = ReadonlyMap<string, FileStamp | 'folder'>

/** What differs between two looks at a folder: something new or changed, or something gone. */
export type Difference = { readonly path: string; readonly isFolder: boolean }

/** Looks at what a folder holds, not below; `undefined` if it cannot be read. */
export function takeSnapshot(root: string, folder: string): Snapshot | undefined {
  const snapshot = new Map<string, FileStamp | 'folder'>()
  for (const found of listFolder(root, folder)) {
    if (found.kind === 'folder') snapshot.set(found.path, 'folder')
    else if (found.kind !== 'unreadable') snapshot.set(found.path, found.stamp)
    else if (found.path === folder) return undefined
  }
  return snapshot
}

/** Yields the paths in which the later snapshot differs; those gone come last. */
export function* compareSnapshots(earlier: Snapshot, later: Snapshot): Generator<Difference> {
  for (const [path, stamp] of later) {
    const before = earlier.get(path)
    const isSame =
      before === stamp ||
      (typeof before === 'object' && typeof stamp === 'object' && isSameStamp(before, stamp))
    if (!isSame) yield { path, isFolder: stamp === 'folder' }
  }
  for (const path of earlier.keys()) if (!later.has(path)) yield { path, isFolder: false }
}
