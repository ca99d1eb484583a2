import { lstatSync, readdirSync, readlinkSync, statfsSync, statSync } from 'node:fs'
import { toFilePath } from './path.ts'
import type { FileStamp, Found } from './scan.ts'

/**
 * When is a file whole? Node has no notice of a file being closed, so this is put together from
 * what can be known; each rule was measured to give no half-written file. One that is wrong all the
 * same is corrected by the writer's next change.
 */

/**
 * A write follows the creation of its file within this time, or the file was moved in. What is told of a
 * write comes when it ends, so that only a long one can be seen before it is told of: where there is little
 * yet, that is a file of one short write, told of by now, or one that is growing and has moved by then.
 */
const renameQuietMs = 4
const smallQuietMs = 1
const smallBytesMax = 64 * 1024
/** … and a large file gets more time: its first bytes may take longer to come. */
const renameBytesPerMs = 500_000
/** Writers that keep times (`rsync`, `cp -p`, `tar`) set them last; others leave no such gap. */
const timesGapNs = 20_000_000n
/** Quiet after a write before it is worth asking whether somebody still has the file open. */
const writeQuietMs = 20
/** A file that somebody keeps open for writing is looked at again between these, the rarer the longer. */
const openRecheckMsMin = 20
const openRecheckMsMax = 1000
/** Somebody has kept it open all this time and written nothing: it is taken as it is. */
const openQuietMsMax = 600_000
/** On a shared mount the other side's writes come late and in lumps. */
const sharedSettleMsMin = 2000

/** Whether some process can still write to a file. */
export type Writers = 'none' | 'some' | 'unknown'

/** All that is known of a file when it is judged. */
export type Sight = {
  readonly stamp: FileStamp
  /** Bare `rename` notices and no `change`: it was moved or linked here. */
  readonly isRenameOnly: boolean
  /** For how long neither a notice came nor the stamp moved. */
  readonly quietMs: number
  readonly settleMs: number
  /** Nobody can be asked, and nothing is heard of the other side. */
  readonly isShared: boolean
  /** Left out while nobody has been asked. */
  readonly writers?: Writers
}

/** `ask` means: find out who writes to it, then judge again. */
export type Verdict =
  | { readonly kind: 'whole' }
  | { readonly kind: 'ask' }
  | { readonly kind: 'wait'; readonly waitMs: number }

/** Decides whether a file is whole, or when to look again. */
export function judge(sight: Sight): Verdict {
  const { stamp, quietMs, settleMs } = sight
  if (sight.isShared) return quietFor(Math.max(settleMs, sharedSettleMsMin), quietMs)
  const isEmpty = stamp.sizeBytes === 0
  const keepsTimes = stamp.ctimeNs - stamp.mtimeNs >= timesGapNs
  if (sight.isRenameOnly && !isEmpty) {
    // Written well before it came here: nothing to wait for.
    if (keepsTimes) return { kind: 'whole' }
    const isSmall = stamp.sizeBytes <= smallBytesMax
    const neededMs = isSmall ? smallQuietMs : renameQuietMs + stamp.sizeBytes / renameBytesPerMs
    return quietFor(neededMs, quietMs)
  }
  // Nothing is more likely than that the text of an empty file is still to come.
  const quietMsMin = isEmpty ? settleMs : Math.min(writeQuietMs, settleMs)
  if (quietMs < quietMsMin) return quietFor(quietMsMin, quietMs)
  if (sight.writers === undefined) return { kind: 'ask' }
  if (sight.writers === 'some' && quietMs < openQuietMsMax) {
    const waitMs = Math.min(Math.max(quietMs / 8, openRecheckMsMin), openRecheckMsMax)
    return { kind: 'wait', waitMs }
  }
  const isUnsure = sight.writers === 'unknown' && (isEmpty || !keepsTimes)
  return isUnsure ? quietFor(settleMs, quietMs) : { kind: 'whole' }
}

function quietFor(neededMs: number, quietMs: number): Verdict {
  return quietMs >= neededMs ? { kind: 'whole' } : { kind: 'wait', waitMs: neededMs - quietMs }
}

/**
 * Says whether a file changed so recently that it may still be being written. A time in the future
 * (another machine's clock) counts as recent only within the same margin.
 * @param nowMs milliseconds since 1970 UTC
 */
export function unsettled(root: string, found: Found, nowMs: number, settleMs: number): boolean {
  if (found.type !== 'file') return false
  const marginMs = isSharedMount(root) ? Math.max(settleMs, sharedSettleMsMin) : settleMs
  return Math.abs(nowMs - Number(found.stamp.ctimeNs) / 1e6) < marginMs
}

/**
 * Picks out of a scan the files that must not be read yet: those that somebody has open for
 * writing, however long ago the last write was, and, where that cannot be known, those that changed
 * just now. One look at all processes for the whole scan (2 to 10 ms).
 * @returns paths inside the inbox
 */
export function findUnsettled(
  root: string,
  files: readonly Found[],
  nowMs: number,
  settleMs: number,
): ReadonlySet<string> {
  const isShared = isSharedMount(root)
  const regular = files.filter((found) => found.type === 'file')
  const look = isShared
    ? undefined
    : new WriterLook(regular.map(({ path }) => toFilePath(root, path)))
  const held = regular.filter((found) => {
    const isRecent = unsettled(root, found, nowMs, settleMs)
    const writers = look?.writersOf(toFilePath(root, found.path)) ?? 'unknown'
    // An empty file that was made just now: its text is still to come.
    const isMade = isRecent && found.stamp.sizeBytes === 0
    return writers === 'some' || isMade || (writers === 'unknown' && isRecent)
  })
  return new Set(held.map(({ path }) => path))
}

/**
 * Says which of these files some process has open for writing.
 * @param paths absolute
 * @returns `undefined` where that cannot be known: another system than Linux, processes of other
 * users while not root, or a container, from which those outside are not seen
 */
export function openForWriting(paths: readonly string[]): Set<string> | undefined {
  const look = new WriterLook(paths)
  const writers = paths.map((path) => look.writersOf(path))
  if (writers.includes('unknown')) return undefined
  return new Set(paths.filter((_, index) => writers[index] === 'some'))
}

/**
 * One look at what all processes have open (Linux `/proc/<pid>/fd`): its mode says whether for
 * writing, and the inode that it is the very file, whatever name or mount it was opened by.
 */
export class WriterLook {
  readonly #open: OpenFiles
  readonly #seen: 'all' | 'own' | 'none'

  constructor(files: readonly (string | Buffer)[]) {
    const names = new Set(files.map(baseOf))
    this.#seen = seenProcesses()
    this.#open = findOpenFiles(names)
  }

  writersOf(file: string | Buffer): Writers {
    if (this.#open.names.has(baseOf(file))) {
      const stats = statOf(file)
      if (stats === undefined) return 'none'
      if (this.#open.inodes.has(`${stats.dev}:${stats.ino}`)) return 'some'
    }
    if (this.#seen !== 'own') return this.#seen === 'all' ? 'none' : 'unknown'
    // The writer of a file is nearly always its owner; nobody writes to one that is gone.
    const stats = statOf(file)
    return stats === undefined || Number(stats.uid) === process.geteuid?.() ? 'none' : 'unknown'
  }
}

type OpenFiles = { readonly names: ReadonlySet<string>; readonly inodes: ReadonlySet<string> }

/** The inode of the first PID namespace is a constant of Linux (`PROC_PID_INIT_INO`). */
const firstPidNamespace = 'pid:[4026531836]'

/** Whose open files can be seen: everybody's, only those of processes like this one, or nobody's. */
function seenProcesses(): 'all' | 'own' | 'none' {
  if (process.platform !== 'linux') return 'none'
  try {
    if (readlinkSync('/proc/self/ns/pid') !== firstPidNamespace) return 'none'
  } catch {
    return 'none'
  }
  return process.geteuid?.() === 0 ? 'all' : 'own'
}

/** Names are compared first: an unrelated file, perhaps on a dead file server, is never touched. */
function findOpenFiles(wanted: ReadonlySet<string>): OpenFiles {
  const open = { names: new Set<string>(), inodes: new Set<string>() }
  if (process.platform !== 'linux' || wanted.size === 0) return open
  for (const pid of namesIn('/proc')) {
    const first = pid.charCodeAt(0)
    if (first < 48 || first > 57) continue
    const folder = `/proc/${pid}/fd`
    for (const number of namesIn(folder)) {
      const link = `${folder}/${number}`
      try {
        const target = readlinkSync(link, 'latin1')
        if (target.charCodeAt(0) !== 47) continue
        const name = target.slice(target.lastIndexOf('/') + 1)
        // The link's own mode tells how the file was opened.
        if (!wanted.has(name) || (lstatSync(link).mode & 0o200) === 0) continue
        const { dev, ino } = statSync(link, { bigint: true })
        open.names.add(name)
        open.inodes.add(`${dev}:${ino}`)
      } catch {
        // Closed, or its process ended, while we looked.
      }
    }
  }
  return open
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    // The process ended, or is another user's: `seenProcesses` accounts for those.
    return []
  }
}

function statOf(file: string | Buffer) {
  try {
    return lstatSync(file, { bigint: true, throwIfNoEntry: false })
  } catch {
    return undefined
  }
}

/** `latin1` keeps each byte of a name, UTF-8 or not. */
function baseOf(file: string | Buffer): string {
  if (typeof file === 'string') {
    const name = file.slice(file.lastIndexOf('/') + 1)
    return /^[ -~]*$/.test(name) ? name : Buffer.from(name, 'utf8').toString('latin1')
  }
  const name = file.toString('latin1')
  return name.slice(name.lastIndexOf('/') + 1)
}

/**
 * Numbers by which `statfs` names the file systems whose other side is another machine or another
 * kernel: NFS, SMB, CIFS, SMB2, 9P, VirtualBox, FUSE (sshfs, Docker Desktop), AFS, Ceph, Coda,
 * GFS2, OCFS2, VMware. Source: Linux `include/uapi/linux/magic.h`.
 */
const sharedTypes: ReadonlySet<number> = new Set([
  0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x01021997, 0x786f4256, 0x65735546, 0x5346414f,
  0x6b414653, 0x00c36400, 0x73757245, 0x01161970, 0x7461636f, 0xbacbacbc,
])

const sharedRoots = new Map<string, boolean>()

/**
 * Says whether the inbox is on a mount where changes from the other side give no notice. Looked up
 * once for each inbox and again after `forgetMount`.
 */
export function isSharedMount(root: string): boolean {
  const known = sharedRoots.get(root)
  if (known !== undefined) return known
  const isShared = process.platform === 'linux' && sharedTypes.has(mountTypeOf(root))
  sharedRoots.set(root, isShared)
  return isShared
}

/** The inbox was replaced: what it is mounted on may be another thing now. */
export function forgetMount(root: string): void {
  sharedRoots.delete(root)
}

function mountTypeOf(root: string): number {
  try {
    // Some systems hand the number over as a signed one.
    return statfsSync(root).type >>> 0
  } catch {
    return 0
  }
}
