import * as fs from 'node:fs'
import { promisify } from 'node:util'

/** The file operations that writing `out/` needs; a value, so that a test can make any of them fail. */
export type FileCalls = {
  readonly open: (path: string, flags: number) => number
  /** May take fewer bytes than it was given; returns how many. */
  readonly write: (handle: number, bytes: Uint8Array, offset: number) => number
  readonly read: (handle: number, bytes: Uint8Array, offset: number) => number
  /** The same in another thread. */
  readonly readAside: (handle: number, bytes: Uint8Array, offset: number) => Promise<number>
  readonly stat: (handle: number) => fs.Stats
  readonly sync: (handle: number) => void
  /** The same in another thread. */
  readonly syncAside: (handle: number) => Promise<void>
  /** Says when a file was last modified, in milliseconds since 1970 UTC. */
  readonly setModified: (handle: number, atMs: number) => void
  readonly close: (handle: number) => void
  /** Closes a file that was only read, in another thread, soon: the last one to close an old file frees its room. */
  readonly closeAside: (handle: number) => void
  readonly rename: (from: string, to: string) => void
  readonly unlink: (path: string) => void
  readonly lstat: (path: string) => fs.Stats | undefined
  readonly makeFolder: (path: string) => void
  readonly removeFolder: (path: string) => void
  readonly list: (path: string) => readonly fs.Dirent[]
}

const read = promisify(fs.read)

/** Node's calls, synchronous but for those that say so. `lstat` gives `undefined` for what is not there; the others throw. */
export const nodeFileCalls: FileCalls = {
  open: (path, flags) => fs.openSync(path, flags, 0o666),
  write: (handle, bytes, offset) => fs.writeSync(handle, bytes, offset, bytes.length - offset),
  read: (handle, bytes, offset) => fs.readSync(handle, bytes, offset, bytes.length - offset, null),
  readAside: async (handle, bytes, offset) => {
    const { bytesRead } = await read(handle, bytes, offset, bytes.length - offset, null)
    return bytesRead
  },
  stat: (handle) => fs.fstatSync(handle),
  sync: (handle) => fs.fsyncSync(handle),
  syncAside: promisify(fs.fsync),
  setModified: (handle, atMs) => fs.futimesSync(handle, atMs / 1000, atMs / 1000),
  close: (handle) => fs.closeSync(handle),
  closeAside: (handle) => fs.close(handle, () => {}),
  rename: (from, to) => fs.renameSync(from, to),
  unlink: (path) => fs.unlinkSync(path),
  lstat: (path) => fs.lstatSync(path, { throwIfNoEntry: false }),
  makeFolder: (path) => fs.mkdirSync(path, { recursive: false }),
  removeFolder: (path) => fs.rmdirSync(path),
  list: (path) => fs.readdirSync(path, { withFileTypes: true }),
}

// Windows has neither flag; there an ordinary open must do.
const noFollow = fs.constants.O_NOFOLLOW ?? 0
const noBlock = fs.constants.O_NONBLOCK ?? 0

/** Opens a regular file that is not behind a symbolic link; a FIFO does not hang it. */
export const openToRead = fs.constants.O_RDONLY | noFollow | noBlock
/** Makes a new file, never opens what is there. */
export const openToCreate =
  fs.constants.O_WRONLY | fs.constants.O_CREAT | fs.constants.O_EXCL | noFollow
export const openFolder = fs.constants.O_RDONLY
