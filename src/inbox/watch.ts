import { resolve } from 'node:path'
import { WatchedFolders } from './folders.ts'
import type { Notice } from './notices.ts'
import { classify, joinPath, parentOf, toInboxPath } from './path.ts'
import { inboxState } from './scan.ts'
import { forgetMount, isSharedMount } from './settle.ts'
import { addNotice, lookAround } from './waiting.ts'
import type { WaitingRoom } from './waiting.ts'

/** What is to be looked at anew: hints, the folder is the truth. */
export type Marks =
  | { readonly kind: 'all' }
  /**
   * Paths inside the inbox: files that are whole now, what is gone (a file, or a folder with all
   * that was below it), and folders to be scanned. Only a file that is named itself is known to be
   * whole, not one that a scan finds below a path.
   */
  | { readonly kind: 'some'; readonly paths: readonly string[] }

export type WatchOptions = {
  readonly root: string
  /** How long a file has to be quiet where it cannot be known whether it is still being written. */
  readonly settleMs: number
  /** All is looked at anew this often, whatever was noticed. */
  readonly rescanMs: number
  /** There is something to `take`; called outside of any file system event. */
  readonly onReady: () => void
  /** Something about a file moved; called inside of events, again and again: it only remembers. */
  readonly onSeen?: (path: string, isDraft: boolean) => void
  /** A file was looked at and is not whole yet. */
  readonly onSettling?: (path: string) => void
  /** A file is whole, or gone: the next mark names it. */
  readonly onSettled?: (path: string) => void
  /** The machine failed us (no more file handles, no memory); without it the fault is thrown. */
  readonly onFault?: (error: unknown) => void
  readonly log?: WatchLog
}

/** The part of the program's log that is needed here. */
type WatchLog = {
  event(sentence: string, values?: Readonly<Record<string, string | number | boolean>>): void
  fault(sentence: string): void
}

/** Half of what Linux queues (`max_queued_events`) before it drops notices without a word. */
const noticesPerTurnMax = 8192
/** How often it is looked whether the inbox is still there, and the same one. */
const statePeriodMs = 1000
/** The part of the time that may be spent on asking who has files open, when many come one by one. */
const askDutyMax = 0.2
/** How often folders are listed that cannot be watched; a slow listing makes it rarer. */
const pollPeriodMs = 2000
const pollPeriodMsMax = 60_000
const pollDutyMax = 0.05
/**
 * Watches the inbox and marks what has to be looked at, when it is whole.
 *
 * The first mark is `all`; so is that after a rescan, after notices were lost, and when the inbox
 * went away or came back (ask `inboxState`). What a scan made for `all` or for a folder finds, or
 * finds gone, is left alone while `isWaiting`: its mark comes later. Of the rest, what
 * `findUnsettled` or `readArticle` says is still moving goes to `defer`.
 */
export class InboxWatcher implements AsyncDisposable {
  readonly #options: WatchOptions
  readonly #root: string
  readonly #waiting: WaitingRoom = new Map()
  readonly #ready = new Set<string>()
  readonly #repeating = new Set<NodeJS.Timeout>()
  #folders: WatchedFolders | undefined
  /** Which folder the inbox was when its watching began; `undefined` while it is missing. */
  #identity: string | undefined
  #starting: Promise<void> | undefined
  #lookTimer: NodeJS.Timeout | undefined
  #lookAtMs = Number.POSITIVE_INFINITY
  #pollTimer: NodeJS.Timeout | undefined
  #askFromMs = 0
  #turnNotices = 0
  #isAll = true
  #hasNews = false
  #isClosed = false
  #hasSaidLimit = false

  private constructor(options: WatchOptions) {
    this.#options = options
    this.#root = resolve(options.root)
  }

  /**
   * Begins to watch; when it returns, nothing that happens from then on is missed, and the first
   * mark can be taken. The inbox need not be there (yet).
   */
  static async open(options: WatchOptions): Promise<InboxWatcher> {
    const watcher = new InboxWatcher(options)
    watcher.#checkInbox()
    await watcher.#starting
    watcher.#repeat(statePeriodMs, () => watcher.#checkInbox())
    watcher.#repeat(options.rescanMs, () => watcher.#rescan())
    watcher.#poll()
    return watcher
  }

  /** Hands over and forgets what is ready; `undefined` when nothing is. */
  take(): Marks | undefined {
    if (this.#isAll) {
      this.#isAll = false
      this.#ready.clear()
      return { kind: 'all' }
    }
    if (this.#ready.size === 0) return undefined
    const paths = [...this.#ready]
    this.#ready.clear()
    return { kind: 'some', paths }
  }

  /** How much there is to `take`. */
  get ready(): number {
    return this.#ready.size
  }

  /** Has a file looked at again: it moved while it was read, or is still being written. */
  defer(path: string): void {
    if (this.#waiting.has(path)) return
    addNotice(this.#waiting, { path, hint: 'listed' }, performance.now())
    this.#lookSoon(performance.now() + 1)
  }

  /**
   * Says whether the mark of a path, or of a folder above it, is still to come: it is seen but not whole yet, gone but
   * perhaps not for good, or ready and not taken.
   */
  isWaiting(path: string): boolean {
    for (let at = path; at !== ''; at = parentOf(at)) {
      if (this.#waiting.has(at) || this.#ready.has(at)) return true
    }
    return false
  }

  /** Files seen but not whole yet. */
  get waiting(): readonly string[] {
    return [...this.#waiting.values()].flatMap(({ path, seen }) => (seen === 'gone' ? [] : [path]))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    for (const timer of this.#repeating) clearInterval(timer)
    clearTimeout(this.#lookTimer)
    clearTimeout(this.#pollTimer)
    // A start that waits for the system ends at once when its folders are closed.
    await this.#folders?.[Symbol.asyncDispose]()
    await this.#starting
    await this.#folders?.[Symbol.asyncDispose]()
  }

  /** The inbox went away, came back, or is another folder by now: all hints so far are void. */
  #checkInbox(): void {
    if (this.#isClosed || this.#starting !== undefined) return
    const state = inboxState(this.#root)
    const identity = state.kind === 'present' ? state.identity : undefined
    if (identity === this.#identity) return
    if (state.kind === 'missing') {
      this.#options.log?.event('inbox cannot be read', { reason: state.reason })
    } else if (this.#folders !== undefined) {
      this.#options.log?.event('inbox was replaced')
    }
    this.#identity = identity
    this.#starting = this.#restart(identity !== undefined)
      .catch((error: unknown) => this.#fail(error))
      .finally(() => (this.#starting = undefined))
  }

  async #restart(isPresent: boolean): Promise<void> {
    forgetMount(this.#root)
    this.#waiting.clear()
    this.#ready.clear()
    await this.#folders?.[Symbol.asyncDispose]()
    this.#folders = undefined
    if (isPresent && !this.#isClosed) {
      const folders = new WatchedFolders(this.#root, {
        onNotice: (notice) => this.#note(notice),
        onInbox: () => setImmediate(() => this.#attempt(() => this.#checkInbox())),
        onListed: (path, atMs) => this.#wait(path, 'listed', atMs),
        onFolder: (path) => this.#mark(path),
        onReplaced: () => {
          this.#identity = undefined
          setImmediate(() => this.#attempt(() => this.#checkInbox()))
        },
        onLost: (reason) => {
          this.#options.log?.event('notices may be lost', { reason })
          setImmediate(() => this.#rescan())
        },
        onLimit: (folder, reason) => this.#sayLimit(folder, reason),
      })
      this.#folders = folders
      await folders.start()
    }
    this.#markAll()
  }

  /** Only remembers: this runs inside an event. */
  #note({ event, folder, name }: Notice): void {
    this.#turnNotices += 1
    if (this.#turnNotices === 1) setImmediate(() => (this.#turnNotices = 0))
    if (this.#turnNotices === noticesPerTurnMax) setImmediate(() => this.#rescan())
    if (name !== undefined) {
      this.#wait(joinPath(folder, toInboxPath(name)), event, performance.now())
      return
    }
    this.#mark(folder)
  }

  #mark(path: string): void {
    this.#ready.add(path)
    this.#hasNews = true
    this.#lookSoon(performance.now())
  }

  #wait(path: string, hint: 'rename' | 'change' | 'listed', atMs: number): void {
    const kind = classify(path)
    if (kind === 'ignored') return
    this.#options.onSeen?.(path, kind === 'draft')
    if (kind === 'draft') return
    addNotice(this.#waiting, { path, hint }, atMs)
    this.#lookSoon(atMs)
  }

  #lookSoon(atMs: number): void {
    if (atMs >= this.#lookAtMs || this.#isClosed) return
    this.#lookAtMs = atMs
    clearTimeout(this.#lookTimer)
    const delayMs = Math.ceil(atMs - performance.now())
    if (delayMs > 0) this.#lookTimer = setTimeout(() => this.#look(), delayMs)
    else setImmediate(() => this.#look())
  }

  #look(): void {
    this.#lookAtMs = Number.POSITIVE_INFINITY
    if (this.#isClosed || this.#folders === undefined) return
    const options = {
      root: this.#root,
      settleMs: this.#options.settleMs,
      isShared: isSharedMount(this.#root),
      askFromMs: this.#askFromMs,
    }
    try {
      const nowMs = performance.now()
      const looked = lookAround(this.#waiting, options, nowMs)
      const { whole, gone, folders, nextMs, askedMs } = looked
      for (const path of looked.settling) this.#options.onSettling?.(path)
      if (askedMs > 0) this.#askFromMs = nowMs + askedMs / askDutyMax
      for (const { path, noticedAtMs } of folders) this.#folders.enter(path, noticedAtMs)
      if (gone.length > 0 && !this.#isSameInbox()) {
        // Nothing was deleted: it is the inbox that went away.
        this.#checkInbox()
        return
      }
      for (const path of gone) this.#folders.forget(path)
      for (const path of [...whole, ...gone]) {
        this.#ready.add(path)
        this.#options.onSettled?.(path)
      }
      this.#hasNews ||= whole.length + gone.length > 0
      if (nextMs !== undefined) this.#lookSoon(nextMs)
    } catch (error) {
      this.#fail(error)
    }
    this.#announce()
  }

  #isSameInbox(): boolean {
    const state = inboxState(this.#root)
    return state.kind === 'present' && state.identity === this.#identity
  }

  #markAll(): void {
    this.#isAll = true
    this.#hasNews = true
    this.#announce()
  }

  #announce(): void {
    if (!this.#hasNews || this.#isClosed) return
    this.#hasNews = false
    this.#options.onReady()
  }

  #rescan(): void {
    this.#attempt(() => this.#folders?.refresh(performance.now()))
    this.#markAll()
  }

  #poll(): void {
    const beganMs = performance.now()
    this.#attempt(() => this.#folders?.poll(beganMs))
    const tookMs = performance.now() - beganMs
    const delayMs = Math.min(Math.max(tookMs / pollDutyMax, pollPeriodMs), pollPeriodMsMax)
    if (!this.#isClosed) this.#pollTimer = setTimeout(() => this.#poll(), delayMs)
  }

  #repeat(periodMs: number, task: () => void): void {
    this.#repeating.add(setInterval(() => this.#attempt(task), periodMs))
  }

  #attempt(task: () => void): void {
    try {
      task()
    } catch (error) {
      this.#fail(error)
    }
  }

  /** Hints may be lost now; the next look at everything makes up for it. */
  #fail(error: unknown): void {
    if (this.#options.onFault === undefined) throw error
    this.#lookSoon(performance.now() + statePeriodMs)
    this.#options.onFault(error)
  }

  #sayLimit(folder: string, reason: string): void {
    if (this.#hasSaidLimit) return
    this.#hasSaidLimit = true
    this.#options.log?.fault(
      `the system watches no more folders (${reason}, at ${folder}), so the others are listed every ` +
        'few seconds; raise fs.inotify.max_user_watches',
    )
  }
}
