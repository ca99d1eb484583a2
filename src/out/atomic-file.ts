import { basename, dirname, join } from 'node:path'
import { codeOf, toFault } from './fault.ts'
import { nodeFileCalls, openFolder, openToCreate, openToRead } from './file-calls.ts'
import type { FileCalls } from './file-calls.ts'

export type Replacement = {
  /** Where the file is to stand; its folder exists. */
  readonly path: string
  readonly bytes: Uint8Array
}

/** Gives so many bytes of memory, whatever they hold. */
export type Allocate = (lengthBytes: number) => Uint8Array

export type Replaced = {
  /** Paths whose bytes are now others than before, in the order given. */
  readonly written: readonly string[]
  readonly unchanged: readonly string[]
}

/**
 * Old files held open while their successors take their place: freeing an old file is what costs,
 * so it is put off until all new ones can be seen. Beyond this many they are freed at once.
 */
const heldFilesMax = 200

/**
 * A file is at least this much younger than the one whose place it takes, whatever the clock does: servers
 * and readers tell versions apart by a time in whole seconds. Source: RFC 9110 §8.8.2, §13.1.3.
 */
const stepMs = 1_000
/** A file from further in the future was given its time by a clock that was wrong, and has no successor in time. */
const aheadMsMax = 24 * 3_600_000

/**
 * Replaces groups of files so that nobody ever sees part of one, nor one of a group without all of the
 * groups before it, also after a power loss: every draft is written beside its target, then all are synced
 * (the disk is then busy with all of them at once), then group after group is renamed and its folders
 * synced. A file that already has these bytes is not touched; the modification time of one that has
 * others moves on by a second at least.
 *
 * When it throws before the first rename nothing has changed, later some files are new and whole, the
 * others old and whole; drafts are removed. A crash leaves at most one draft for each target, see
 * `isDraftName`. A symbolic link at a target is replaced, not followed; the folders above it are the
 * caller's to check.
 * @throws Error with a plain sentence that names the file and what to do, and the `cause`
 */
export async function replaceInOrder(
  groups: readonly (readonly Replacement[])[],
  calls: FileCalls = nodeFileCalls,
): Promise<Replaced> {
  const unchanged: string[] = []
  const written: string[][] = []
  const held: number[] = []
  const drafts = new Set<string>()
  const unsynced: Opened[] = []
  try {
    for (const files of groups) {
      const fresh: string[] = []
      for (const file of files) {
        const earlier = compare(file, calls, held)
        if (earlier.isSame) {
          unchanged.push(file.path)
          continue
        }
        const draft = toDraftPath(file.path)
        if (drafts.has(draft)) throw new Error(`${file.path} is to be written twice at once`)
        drafts.add(draft)
        attempt('write', file.path, () => {
          const handle = createDraft(draft, calls)
          unsynced.push({ path: file.path, handle })
          writeDraft(handle, file.bytes, earlier.modifiedMs, calls)
        })
        fresh.push(file.path)
        if (unsynced.length >= unsyncedMax) await syncDrafts(unsynced, calls)
      }
      written.push(fresh)
    }
    await syncDrafts(unsynced, calls)
    for (const paths of written) await putInPlace(paths, drafts, calls)
    return { written: written.flat(), unchanged }
  } finally {
    for (const { handle } of unsynced) closeQuietly(handle, calls)
    for (const draft of drafts) unlinkQuietly(draft, calls)
    for (const handle of held) calls.closeAside(handle)
  }
}

/** Takes from `drafts` what has become a file. */
async function putInPlace(
  paths: readonly string[],
  drafts: Set<string>,
  calls: FileCalls,
): Promise<void> {
  for (const path of paths) {
    const draft = toDraftPath(path)
    attempt('write', path, () => calls.rename(draft, path))
    drafts.delete(draft)
  }
  await syncFolders(new Set(paths.map((path) => dirname(path))), calls)
}

/** The one draft a target can have: `.rss.xml.tmp` beside `rss.xml`. */
export function toDraftPath(path: string): string {
  return join(dirname(path), `.${basename(path)}.tmp`)
}

/** Says whether a file of this name is a draft that a crash may have left. */
export function isDraftName(name: string): boolean {
  return name.length > '..tmp'.length && name.startsWith('.') && name.endsWith('.tmp')
}

/**
 * Makes names in a folder last through a power loss.
 * @throws Error with a plain sentence and the `cause`
 */
export function syncFolder(folder: string, calls: FileCalls = nodeFileCalls): void {
  attempt('write', folder, () => {
    const handle = calls.open(folder, openFolder)
    try {
      calls.sync(handle)
    } catch (error) {
      if (!isRefusal(error)) throw error
    } finally {
      calls.close(handle)
    }
  })
}

async function syncFolders(folders: Iterable<string>, calls: FileCalls): Promise<void> {
  const opened: Opened[] = []
  try {
    for (const path of folders) {
      attempt('write', path, () => opened.push({ path, handle: calls.open(path, openFolder) }))
    }
    await syncAll(opened, calls, isRefusal)
  } finally {
    for (const { handle } of opened) closeQuietly(handle, calls)
  }
}

/** Some file systems cannot sync a folder and need not; Windows has no such call. */
function isRefusal(error: unknown): boolean {
  return folderSyncRefusals.has(codeOf(error) ?? '')
}

const folderSyncRefusals = new Set(
  process.platform === 'win32' ? ['EPERM', 'EINVAL', 'EBADF'] : ['EINVAL', 'ENOTSUP'],
)

/**
 * Reads a regular file whole; `undefined` where there is none.
 * @throws the file operation's own error
 */
export function readRegularFile(
  path: string,
  calls: FileCalls = nodeFileCalls,
  allocate?: Allocate,
): Uint8Array | undefined {
  const file = openIfRegular(path, calls)
  if (file === undefined) return undefined
  try {
    return readBytes(file, calls, allocate)
  } finally {
    calls.close(file.handle)
  }
}

/**
 * The same, in another thread as far as it may take long.
 * @throws the file operation's own error
 */
export async function readRegularFileAside(
  path: string,
  calls: FileCalls,
  allocate: Allocate,
): Promise<Uint8Array | undefined> {
  const file = openIfRegular(path, calls)
  if (file === undefined) return undefined
  const { handle, sizeBytes } = file
  try {
    const bytes = allocate(sizeBytes)
    let offset = 0
    while (offset < sizeBytes) {
      const count = await calls.readAside(handle, bytes, offset)
      if (count === 0) break
      offset += count
    }
    return bytes.subarray(0, offset)
  } finally {
    calls.closeAside(handle)
  }
}

type Earlier = { readonly isSame: boolean; readonly modifiedMs: number | undefined }

/** Keeps the old file open in `held` when it is to be replaced. */
function compare(file: Replacement, calls: FileCalls, held: number[]): Earlier {
  let old: OldFile | undefined
  let isSame = false
  try {
    old = openIfRegular(file.path, calls)
    isSame =
      old?.sizeBytes === file.bytes.length &&
      Buffer.compare(readBytes(old, calls), file.bytes) === 0
  } catch {
    // What cannot be read cannot be known to be the same; writing it says what is wrong, if anything.
  } finally {
    if (old !== undefined) {
      if (isSame || held.length >= heldFilesMax) closeQuietly(old.handle, calls)
      else held.push(old.handle)
    }
  }
  return { isSame, modifiedMs: old?.modifiedMs }
}

type OldFile = {
  readonly handle: number
  readonly sizeBytes: number
  readonly modifiedMs: number
}

function openIfRegular(path: string, calls: FileCalls): OldFile | undefined {
  let handle: number
  try {
    handle = calls.open(path, openToRead)
  } catch (error) {
    if (notThere.has(codeOf(error) ?? '')) return undefined
    throw error
  }
  try {
    const stats = calls.stat(handle)
    if (stats.isFile()) return { handle, sizeBytes: stats.size, modifiedMs: stats.mtimeMs }
  } catch (error) {
    closeQuietly(handle, calls)
    throw error
  }
  closeQuietly(handle, calls)
  return undefined
}

/** ELOOP: a symbolic link; ENXIO: a socket or device; EISDIR: Windows, for a folder. */
const notThere = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO', 'EISDIR'])

function readBytes(
  { handle, sizeBytes }: OldFile,
  calls: FileCalls,
  allocate: Allocate = (lengthBytes) => Buffer.allocUnsafe(lengthBytes),
): Uint8Array {
  const bytes = allocate(sizeBytes)
  let offset = 0
  while (offset < sizeBytes) {
    const count = calls.read(handle, bytes, offset)
    if (count === 0) break
    offset += count
  }
  return bytes.subarray(0, offset)
}

type Opened = {
  /** Of a draft: that of its target. */
  readonly path: string
  readonly handle: number
}

/** Drafts that are open at a time. */
const unsyncedMax = 64

function writeDraft(
  handle: number,
  bytes: Uint8Array,
  earlierMs: number | undefined,
  calls: FileCalls,
): void {
  let offset = 0
  while (offset < bytes.length) {
    const count = calls.write(handle, bytes, offset)
    if (count <= 0) throw new Error('the file system took no bytes')
    offset += count
  }
  if (earlierMs !== undefined) moveOn(handle, earlierMs, calls)
}

/** Takes from the list what it closes. */
async function syncDrafts(drafts: Opened[], calls: FileCalls): Promise<void> {
  await syncAll(drafts, calls)
  for (let draft = drafts.pop(); draft !== undefined; draft = drafts.pop()) {
    const { handle, path } = draft
    // Some file systems report a failed write only now, so this may throw.
    attempt('write', path, () => calls.close(handle))
  }
}

/** Several at a time, in other threads; for one it is not worth asking another. */
async function syncAll(
  files: readonly Opened[],
  calls: FileCalls,
  isHarmless: (error: unknown) => boolean = () => false,
): Promise<void> {
  const sync = files.length === 1 ? async (handle: number) => calls.sync(handle) : calls.syncAside
  const outcomes = await Promise.allSettled(files.map(async ({ handle }) => sync(handle)))
  for (const [index, { path }] of files.entries()) {
    const outcome = outcomes[index]
    if (outcome?.status === 'rejected' && !isHarmless(outcome.reason)) {
      throw toFault(outcome.reason, { verb: 'write', path })
    }
  }
}

/** By the file system's own clock, which need not be this machine's. */
function moveOn(handle: number, earlierMs: number, calls: FileCalls): void {
  const nowMs = calls.stat(handle).mtimeMs
  if (nowMs >= earlierMs + stepMs || earlierMs > nowMs + aheadMsMax) return
  // A millisecond more, for what is lost where times are kept in other units.
  calls.setModified(handle, Math.ceil(earlierMs) + stepMs + 1)
}

/** What stands in the way is a draft of an earlier crash, or a symbolic link that must not be followed. */
function createDraft(draft: string, calls: FileCalls): number {
  try {
    return calls.open(draft, openToCreate)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
    calls.unlink(draft)
    return calls.open(draft, openToCreate)
  }
}

function attempt(verb: string, path: string, operation: () => void): void {
  try {
    operation()
  } catch (error) {
    throw toFault(error, { verb, path })
  }
}

/** The fault that is on its way matters more; the next run removes the draft. */
function unlinkQuietly(path: string, calls: FileCalls): void {
  try {
    calls.unlink(path)
  } catch {}
}

/** Only for files that were read: closing them can lose nothing. */
function closeQuietly(handle: number, calls: FileCalls): void {
  try {
    calls.close(handle)
  } catch {}
}
