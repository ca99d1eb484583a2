import { classify } from '../../src/inbox/path.ts'
import { readArticle } from '../../src/inbox/read.ts'
import type { ReadArticle } from '../../src/inbox/read.ts'
import { inboxState, scanFolder, scanPath } from '../../src/inbox/scan.ts'
import type { Found, Unreadable } from '../../src/inbox/scan.ts'
import { findUnsettled } from '../../src/inbox/settle.ts'
import { InboxWatcher } from '../../src/inbox/watch.ts'
import type { Marks } from '../../src/inbox/watch.ts'
import { waitFor } from './wait-for.ts'

const articleBytesMax = 64 * 1024 * 1024

/**
 * The least that follows an inbox by the watcher's marks alone: it keeps what each article said when
 * it was last read. Whatever happens in the inbox, the mirror has to become equal to it.
 */
export class Mirror implements AsyncDisposable {
  /** Path to text, or to what stands in the way of reading it. */
  readonly files = new Map<string, string>()
  /** All texts that were ever read, in order, as `path=text`. */
  readonly readings: string[] = []
  /** All paths that were ever found gone, in order. */
  readonly retractions: string[] = []
  readonly marks: Marks[] = []
  readonly faults: unknown[] = []
  readonly #root: string
  #watcher: InboxWatcher | undefined

  private constructor(root: string) {
    this.#root = root
  }

  static async open(
    root: string,
    options: { readonly settleMs?: number; readonly rescanMs?: number } = {},
  ): Promise<Mirror> {
    const mirror = new Mirror(root)
    mirror.#watcher = await InboxWatcher.open({
      root,
      settleMs: options.settleMs ?? 100,
      rescanMs: options.rescanMs ?? 3_600_000,
      onReady: () => mirror.follow(),
      onFault: (fault) => mirror.faults.push(fault),
    })
    mirror.follow()
    return mirror
  }

  get watcher(): InboxWatcher {
    if (this.#watcher === undefined) throw new Error('not open')
    return this.#watcher
  }

  /** Takes what is ready and looks at it. */
  follow(): void {
    const marks = this.#watcher?.take()
    if (marks === undefined) return
    this.marks.push(marks)
    if (inboxState(this.#root).kind === 'missing') return
    for (const path of marks.kind === 'all' ? [''] : marks.paths) this.#followPath(path)
  }

  async waitForFile(path: string, text: string): Promise<void> {
    await waitFor(
      () => this.files.get(path) === text,
      () => `for ${path}; found ${JSON.stringify([...this.files])}`,
    )
  }

  async waitForGone(path: string): Promise<void> {
    await waitFor(() => !this.files.has(path))
  }

  /** Waits until the mirror is equal to the inbox. */
  async waitForTruth(): Promise<void> {
    await waitFor(
      () => isEqual(this.files, readTruth(this.#root)),
      () =>
        `\n${show(this.files)}\n${show(readTruth(this.#root))}\n${this.watcher.waiting.join(' ')}`,
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#watcher?.[Symbol.asyncDispose]()
  }

  #followPath(marked: string): void {
    const found = [...scanPath(this.#root, marked)]
    const files = found.filter((one): one is Found => one.kind !== 'unreadable')
    const below = files.filter(({ path }) => path !== marked)
    const unsettled = findUnsettled(this.#root, below, Date.now(), 100)
    for (const file of files) {
      if (this.watcher.isWaiting(file.path)) continue
      if (unsettled.has(file.path)) this.watcher.defer(file.path)
      else this.#read(file)
    }
    const present = new Set(found.map(({ path }) => path))
    for (const path of this.files.keys()) {
      const isBelow = marked === '' || path === marked || path.startsWith(`${marked}/`)
      if (!isBelow || present.has(path) || this.watcher.isWaiting(path)) continue
      if (isUnreadable(found, path)) continue
      this.files.delete(path)
      this.retractions.push(path)
    }
  }

  #read(file: Found): void {
    const result = readArticle(this.#root, file.path, articleBytesMax)
    if (result.kind === 'changed') this.watcher.defer(file.path)
    const text = toText(file, result)
    if (text === undefined || this.files.get(file.path) === text) return
    this.files.set(file.path, text)
    this.readings.push(`${file.path}=${text}`)
  }
}

function isUnreadable(found: readonly (Found | Unreadable)[], path: string): boolean {
  return found.some((one) => one.kind === 'unreadable' && path.startsWith(one.path))
}

function toText(file: Found, result: ReadArticle): string | undefined {
  if (file.kind === 'unsupported') return 'unsupported'
  if (result.kind === 'read') return Buffer.from(result.bytes).toString('latin1')
  if (result.kind === 'special') return result.type
  return result.kind === 'changed' || result.kind === 'missing' ? undefined : result.kind
}

function readTruth(root: string): Map<string, string> {
  const truth = new Map<string, string>()
  for (const found of scanFolder(root, '')) {
    if (found.kind === 'unreadable' || classify(found.path) === 'ignored') continue
    const text = toText(found, readArticle(root, found.path, articleBytesMax))
    if (text !== undefined) truth.set(found.path, text)
  }
  return truth
}

function isEqual(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  return one.size === other.size && [...one].every(([path, text]) => other.get(path) === text)
}

function show(files: ReadonlyMap<string, string>): string {
  return JSON.stringify(Object.fromEntries(files)).slice(0, 1000)
}
