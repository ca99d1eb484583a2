import { Notices } from './notices.ts'
import type { Notice } from './notices.ts'
import { parentOf } from './path.ts'
import { compareSnapshots, takeSnapshot } from './poll.ts'
import type { Snapshot } from './poll.ts'
import { folderIdentity, listFolders } from './scan.ts'
import { isSharedMount } from './settle.ts'

export type FolderHandlers = {
  readonly onNotice: (notice: Notice) => void
  /** A listing found a path that is new, changed or gone; `atMs` is when its folder was noticed. */
  readonly onListed: (path: string, atMs: number) => void
  /** A folder that was not known, or is another one than was known by this name. */
  readonly onFolder: (path: string) => void
  /** The inbox itself was moved, deleted or replaced. */
  readonly onInbox: () => void
  /** A folder was replaced, and perhaps the old one is still watched: all has to be watched anew. */
  readonly onReplaced: () => void
  /** Notices may have been lost. */
  readonly onLost: (reason: string) => void
  /** The system refuses to watch more folders; this one is listed again and again instead. */
  readonly onLimit: (folder: string, reason: string) => void
}

/**
 * A folder that is being watched anew is scanned so long afterwards: soon, and once more for a busy machine. Each
 * takes a millisecond or some.
 */
const rewatchedMs = [50, 1000]

/** The first look at the inbox does not wait longer than this for all folders to be watched. */
const startMsMax = 200

/** Sees to it that each folder of the inbox is watched, or else listed again and again. */
export class WatchedFolders implements AsyncDisposable {
  readonly #root: string
  readonly #handlers: FolderHandlers
  readonly #notices: Notices
  /** Which folder each path was when it was last entered. */
  readonly #identities = new Map<string, string>()
  /** What a folder held that is polled, or is about to be watched. */
  readonly #snapshots = new Map<string, Snapshot>()
  readonly #polled = new Set<string>()
  /** Folders that are to be watched as soon as the system gets to it. */
  readonly #awaited = new Set<string>()
  /** For folders that are being watched anew. */
  readonly #timers = new Map<string, NodeJS.Timeout>()
  #onStarted: (() => void) | undefined
  #isStarted = false
  #isClosed = false

  constructor(root: string, handlers: FolderHandlers) {
    this.#root = root
    this.#handlers = handlers
    this.#notices = new Notices(root, {
      onNotice: handlers.onNotice,
      onWatched: (folder) => this.#check(folder),
      onUnwatched: (folder) => this.#leave(folder),
      onRefused: (folder, reason) => this.#refuse(folder, reason),
      onTouched: (folder) => this.#scanSoon(folder),
      onInbox: handlers.onInbox,
      onLost: ({ message }) => handlers.onLost(message),
    })
  }

  /**
   * Watches all folders there are.
   * @returns whether all are watched: nothing is missed from then on; if not, a large inbox takes
   *   its time, and `onFolder` tells of each folder that is watched later
   */
  async start(): Promise<boolean> {
    for (const folder of listFolders(this.#root, '')) this.#begin(folder)
    this.#notices.add('')
    if (this.#awaited.size > 0) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#onStarted = resolve
      const timer = setTimeout(resolve, startMsMax)
      await promise
      clearTimeout(timer)
    }
    this.#isStarted = true
    return this.#awaited.size === 0
  }

  /**
   * A folder was noticed: unless it is known and still the same, it is watched, and what it holds
   * is told, once before (nothing waits for the system) and once after (nothing falls in between).
   */
  enter(path: string, atMs: number): void {
    const stack = [path]
    for (let folder = stack.pop(); folder !== undefined; folder = stack.pop()) {
      const identity = folderIdentity(this.#root, folder)
      const known = this.#identities.get(folder)
      if (identity === undefined || identity === known) continue
      if (known !== undefined && inodeOf(known) === inodeOf(identity)) {
        // Made anew so fast that it got the old one's number: chokidar may hold on to the old one.
        this.#handlers.onReplaced()
      }
      this.forget(folder)
      this.#handlers.onFolder(folder)
      const snapshot = takeSnapshot(this.#root, folder) ?? new Map()
      for (const [below, stamp] of snapshot) {
        if (stamp === 'folder') stack.push(below)
        else this.#handlers.onListed(below, atMs)
      }
      this.#snapshots.set(folder, snapshot)
      this.#begin(folder)
    }
  }

  /** Enters all folders that are not known: their notices may have been lost. */
  refresh(atMs: number): void {
    for (const folder of listFolders(this.#root, '')) {
      this.enter(folder, atMs)
      if (this.#awaited.has(folder)) this.#notices.add(folder)
    }
  }

  /** A folder is gone, and with it those below. */
  forget(path: string): void {
    if (!this.#identities.has(path)) return
    const below = `${path}/`
    for (const folder of this.#identities.keys()) {
      if (folder !== path && !folder.startsWith(below)) continue
      this.#identities.delete(folder)
      this.#snapshots.delete(folder)
      this.#polled.delete(folder)
      this.#awaited.delete(folder)
    }
  }

  /** Lists the folders that cannot be watched, and tells what differs from the last time. */
  poll(nowMs: number): void {
    for (const folder of this.#polled) this.#compare(folder, nowMs)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#onStarted?.()
    await this.#notices[Symbol.asyncDispose]()
  }

  #begin(folder: string): void {
    const identity = folderIdentity(this.#root, folder)
    // The inbox itself may be a link; whether it is still the same is for its watcher to see.
    if (folder === '' || identity !== undefined) this.#identities.set(folder, identity ?? '')
    const isWatchable = this.#notices.canWatch(folder) && !this.#isBelowPolled(folder)
    if (!isWatchable || isSharedMount(this.#root)) this.#startPolling(folder)
    if (!isWatchable) return
    if (this.#notices.isWatched(folder)) this.#check(folder)
    else this.#awaited.add(folder)
  }

  /** Nothing is heard of the folders below one that is not watched. */
  #isBelowPolled(folder: string): boolean {
    return folder !== '' && this.#polled.has(parentOf(folder)) && !isSharedMount(this.#root)
  }

  /** The folder is watched from now on: what happened since it was listed was not heard. */
  #check(folder: string): void {
    if (this.#isClosed) return
    this.#stopAwaiting(folder)
    if (!this.#isStarted) return
    if (!this.#snapshots.has(folder)) {
      this.#handlers.onFolder(folder)
      return
    }
    this.#compare(folder, performance.now())
    if (!this.#polled.has(folder)) this.#snapshots.delete(folder)
  }

  /** It may be there again by now, or be another one: its path is looked at like any other. */
  #leave(folder: string): void {
    const wasKnown = this.#identities.has(folder)
    this.forget(folder)
    if (folder === '') {
      this.#handlers.onInbox()
      return
    }
    const isThere = (path: string) => folderIdentity(this.#root, path) !== undefined
    // Gone for good with the folder above, which tells of itself, or told of already.
    if (!isThere(folder) && (!wasKnown || !isThere(parentOf(folder)))) return
    this.#handlers.onListed(folder, performance.now())
  }

  #refuse(folder: string, reason: string): void {
    this.#startPolling(folder)
    this.#stopAwaiting(folder)
    if (reason === 'ENOSPC' || reason === 'EMFILE') this.#handlers.onLimit(folder, reason)
  }

  /** What chokidar finds when it watches a folder anew it tells of folders only. */
  #scanSoon(folder: string, [delayMs, ...others] = rewatchedMs): void {
    clearTimeout(this.#timers.get(folder))
    this.#timers.delete(folder)
    if (delayMs === undefined || this.#isClosed) return
    const scan = () => {
      // One that went away is told of by whoever waits for the other end of its move.
      const known = this.#identities.get(folder)
      if (folder === '' || (known !== undefined && known === folderIdentity(this.#root, folder)))
        this.#handlers.onFolder(folder)
      this.#scanSoon(folder, others)
    }
    this.#timers.set(folder, setTimeout(scan, delayMs))
  }

  #startPolling(folder: string): void {
    this.#polled.add(folder)
    if (this.#snapshots.has(folder)) return
    this.#snapshots.set(folder, takeSnapshot(this.#root, folder) ?? new Map())
  }

  #stopAwaiting(folder: string): void {
    this.#awaited.delete(folder)
    if (this.#awaited.size === 0) this.#onStarted?.()
  }

  #compare(folder: string, nowMs: number): void {
    const later = takeSnapshot(this.#root, folder)
    // It cannot be read: nothing is known to have gone.
    if (later === undefined) return
    const earlier = this.#snapshots.get(folder) ?? new Map()
    this.#snapshots.set(folder, later)
    for (const { path, isFolder } of compareSnapshots(earlier, later)) {
      if (isFolder) this.enter(path, nowMs)
      else this.#handlers.onListed(path, nowMs)
    }
  }
}

function inodeOf(identity: string): string {
  return identity.slice(0, identity.lastIndexOf(':'))
}
