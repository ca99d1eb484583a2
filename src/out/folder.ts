import type { Stats } from 'node:fs'
import { dirname, join } from 'node:path'
import {
  isDraftName,
  readRegularFile,
  readRegularFileAside,
  replaceInOrder,
  syncFolder,
} from './atomic-file.ts'
import { codeOf, toFault } from './fault.ts'
import { nodeFileCalls } from './file-calls.ts'
import type { Allocate } from './atomic-file.ts'
import type { FileCalls } from './file-calls.ts'

export type OutputFile = {
  /** Below `out/`, `/` between folders: `categories/general/rss.xml`. */
  readonly path: string
  readonly bytes: Uint8Array
}

/** A file of text, in UTF-8. */
export function toOutputFile(path: string, text: string): OutputFile {
  return { path, bytes: Buffer.from(text) }
}

export type OutputChange = {
  /** In the order given. */
  readonly written: readonly string[]
  readonly unchanged: readonly string[]
}

/** Where finished files go. All paths are those of `OutputFile`. */
export type Output = {
  /**
   * Replaces these files, those of a group visible together, and none before all groups before it are; those
   * with the same bytes are not touched. When it returns all is written but for the disk's answer, which
   * the promise waits for.
   */
  replace(...groups: readonly (readonly OutputFile[])[]): Promise<OutputChange>
  /** Removes these files, and the folders they leave empty; a missing file is fine. */
  remove(paths: readonly string[]): void
  /** What stands there now; `undefined` when nothing does. */
  read(path: string): Uint8Array | undefined
  /**
   * The same in another thread.
   * @param allocate gives the memory for it
   */
  readAside(path: string, allocate: Allocate): Promise<Uint8Array | undefined>
  /** A word that is another one whenever the file is changed or replaced, by whomever; `undefined` when none stands there. */
  stamp(path: string): string | undefined
  /** Says whether a file stands there. */
  has(path: string): boolean
  /** The names of the files in a folder (`categories/general`); none where there is no folder. */
  list(folder: string): ReadonlySet<string>
  /** Removes the drafts that a crash left; to be called before the first `replace`, by the only writer. */
  sweep(): void
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * An output on a folder of this machine. It is made when the first file is written; it may itself be a
 * symbolic link, but none below it is followed: one in the place of a file is replaced, one in the
 * place of a folder is a fault. Nothing is removed but what `remove` names and drafts.
 *
 * Each method throws an Error with a plain sentence and the `cause`: a full disk, no permission, or a
 * path that leads outside (which is a broken invariant).
 */
export class OutputFolder implements Output {
  readonly #root: string
  readonly #calls: FileCalls

  private constructor(root: string, calls: FileCalls) {
    this.#root = root
    this.#calls = calls
  }

  /** @param root absolute path; it need not exist */
  static open(root: string, calls: FileCalls = nodeFileCalls): OutputFolder {
    return new OutputFolder(root, calls)
  }

  async replace(...groups: readonly (readonly OutputFile[])[]): Promise<OutputChange> {
    const files = groups.flat()
    if (files.length === 0) return { written: [], unchanged: [] }
    const paths = new Map<string, string>()
    const folders = new Set<string>()
    for (const { path } of files) {
      paths.set(this.#toFilePath(path), path)
      folders.add(toFolder(path))
    }
    this.#makeFolders(folders)
    const { written, unchanged } = await replaceInOrder(
      groups.map((group) =>
        group.map(({ path, bytes }) => ({ path: this.#toFilePath(path), bytes })),
      ),
      this.#calls,
    )
    const toOutputPath = (path: string) => paths.get(path) ?? path
    return { written: written.map(toOutputPath), unchanged: unchanged.map(toOutputPath) }
  }

  remove(paths: readonly string[]): void {
    const emptied = new Set<string>()
    const changed = new Set<string>()
    const known = new Map<string, Standing>()
    for (const path of paths) {
      const file = this.#toFilePath(path)
      const folder = toFolder(path)
      try {
        const standing = this.#standingOf(folder, known)
        if (standing === 'other') continue
        const found = standing === 'folder' ? this.#calls.lstat(file) : undefined
        if (found !== undefined && !found.isFile()) continue
        // Where the file is gone already a crash may have left its folder.
        emptied.add(folder)
        if (found === undefined) continue
        this.#calls.unlink(file)
        changed.add(folder)
      } catch (error) {
        if (codeOf(error) !== 'ENOENT') throw toFault(error, { verb: 'remove', path: file })
      }
    }
    for (const folder of emptied) this.#removeEmptyFolders(folder, changed)
    for (const folder of changed) syncFolder(this.#toFolderPath(folder), this.#calls)
  }

  read(path: string): Uint8Array | undefined {
    const file = this.#toFilePath(path)
    try {
      if (this.#standingOf(toFolder(path), new Map()) !== 'folder') return undefined
      return readRegularFile(file, this.#calls)
    } catch (error) {
      throw toFault(error, { verb: 'read', path: file })
    }
  }

  async readAside(path: string, allocate: Allocate): Promise<Uint8Array | undefined> {
    const file = this.#toFilePath(path)
    try {
      if (this.#standingOf(toFolder(path), new Map()) !== 'folder') return undefined
      return await readRegularFileAside(file, this.#calls, allocate)
    } catch (error) {
      throw toFault(error, { verb: 'read', path: file })
    }
  }

  stamp(path: string): string | undefined {
    const found = this.#find(path)
    return found && [found.ino, found.size, found.mtimeMs, found.ctimeMs].join(' ')
  }

  has(path: string): boolean {
    return this.#find(path) !== undefined
  }

  #find(path: string): Stats | undefined {
    const file = this.#toFilePath(path)
    try {
      if (this.#standingOf(toFolder(path), new Map()) !== 'folder') return undefined
      const found = this.#calls.lstat(file)
      return found?.isFile() === true ? found : undefined
    } catch (error) {
      throw toFault(error, { verb: 'read', path: file })
    }
  }

  list(folder: string): ReadonlySet<string> {
    const path = this.#toFilePath(folder)
    try {
      if (this.#standingOf(folder, new Map()) !== 'folder') return new Set()
      const files = this.#calls.list(path).filter((item) => item.isFile())
      return new Set(files.map(({ name }) => name))
    } catch (error) {
      throw toFault(error, { verb: 'list', path })
    }
  }

  sweep(): void {
    const folders = [this.#root]
    for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
      try {
        for (const item of this.#calls.list(folder)) {
          if (item.isDirectory()) folders.push(join(folder, item.name))
          else if (item.isFile() && isDraftName(item.name)) {
            this.#calls.unlink(join(folder, item.name))
          }
        }
      } catch (error) {
        // A folder that is gone has no drafts.
        if (codeOf(error) !== 'ENOENT') throw toFault(error, { verb: 'tidy up', path: folder })
      }
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve()
  }

  #toFilePath(path: string): string {
    const parts = path.split('/')
    const name = parts.at(-1) ?? ''
    if (!parts.every(isPlainName) || isDraftName(name) || Buffer.byteLength(name) > nameBytesMax) {
      throw new Error(`${JSON.stringify(path)} is no path for a file below ${this.#root}`)
    }
    return join(this.#root, ...parts)
  }

  #toFolderPath(folder: string): string {
    return folder === '' ? this.#root : join(this.#root, ...folder.split('/'))
  }

  /** Says what stands at a folder's path, without following a symbolic link; remembers it in `known`. */
  #standingOf(folder: string, known: Map<string, Standing>): Standing {
    if (folder === '') return 'folder'
    const earlier = known.get(folder)
    if (earlier !== undefined) return earlier
    const above = this.#standingOf(toFolder(folder), known)
    const standing = above === 'folder' ? this.#look(this.#toFolderPath(folder)) : above
    known.set(folder, standing)
    return standing
  }

  #look(path: string): Standing {
    const found = this.#calls.lstat(path)
    if (found === undefined) return 'nothing'
    return found.isDirectory() ? 'folder' : 'other'
  }

  #makeFolders(folders: ReadonlySet<string>): void {
    makeRoot(this.#root, this.#calls)
    const seen = new Set([''])
    const changed = new Set<string>()
    for (const folder of folders) {
      for (const ancestor of [...ancestorsOf(folder).toReversed(), folder]) {
        if (seen.has(ancestor)) continue
        seen.add(ancestor)
        if (makeFolder(this.#toFolderPath(ancestor), this.#calls)) changed.add(toFolder(ancestor))
      }
    }
    for (const folder of changed) syncFolder(this.#toFolderPath(folder), this.#calls)
  }

  /** Climbs while what it finds is empty; keeps `changed` to folders that stand and lost something. */
  #removeEmptyFolders(start: string, changed: Set<string>): void {
    for (let folder = start; folder !== ''; folder = toFolder(folder)) {
      const outcome = this.#removeIfEmpty(folder)
      if (outcome === 'stands') return
      changed.delete(folder)
      if (outcome === 'removed') changed.add(toFolder(folder))
    }
  }

  #removeIfEmpty(folder: string): 'removed' | 'missing' | 'stands' {
    const path = this.#toFolderPath(folder)
    try {
      this.#calls.removeFolder(path)
      return 'removed'
    } catch (error) {
      const code = codeOf(error)
      if (code === 'ENOENT') return 'missing'
      if (code === 'ENOTEMPTY' || code === 'EEXIST') return 'stands'
      throw toFault(error, { verb: 'remove', path })
    }
  }
}

/** `other`: a file, or a symbolic link, wherever it leads. */
type Standing = 'folder' | 'nothing' | 'other'

/** Room for the dot and the ending of a draft within the 255 bytes a name may have. */
const nameBytesMax = 250

function isPlainName(name: string): boolean {
  return !['', '.', '..'].includes(name) && !name.includes('\\') && !name.includes('\0')
}

/** `categories/general` for `categories/general/rss.xml`; '' is `out/` itself. */
function toFolder(path: string): string {
  const end = path.lastIndexOf('/')
  return end < 0 ? '' : path.slice(0, end)
}

/** Nearest first, without `out/` itself. */
function ancestorsOf(folder: string): readonly string[] {
  const ancestors: string[] = []
  for (let above = toFolder(folder); above !== ''; above = toFolder(above)) ancestors.push(above)
  return ancestors
}

/** Makes the output folder with all above it; a symbolic link to a folder is as good as one. */
function makeRoot(root: string, calls: FileCalls): void {
  const missing: string[] = []
  for (let folder = root; isMissing(folder, calls); folder = dirname(folder)) missing.push(folder)
  for (const folder of missing.toReversed()) {
    if (makeFolder(folder, calls)) syncFolder(dirname(folder), calls)
  }
}

function isMissing(path: string, calls: FileCalls): boolean {
  try {
    return calls.lstat(path) === undefined
  } catch (error) {
    throw toFault(error, { verb: 'reach', path })
  }
}

/** Returns whether it had to be made. */
function makeFolder(path: string, calls: FileCalls): boolean {
  try {
    const found = calls.lstat(path)
    if (found?.isDirectory() === true) return false
    if (found?.isSymbolicLink() === true) {
      throw Object.assign(new Error(`${path} is a symbolic link`), { code: 'ELOOP' })
    }
    if (found !== undefined) throw Object.assign(new Error('not a folder'), { code: 'ENOTDIR' })
    calls.makeFolder(path)
    return true
  } catch (error) {
    throw toFault(error, { verb: 'make the folder', path })
  }
}
