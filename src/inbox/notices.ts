import { lstatSync, realpathSync } from 'node:fs'
import type { Stats } from 'node:fs'
import { basename } from 'node:path'
import { watch } from 'chokidar'
import type { FSWatcher } from 'chokidar'
import { classify, toFilePath, toInboxPath } from './path.ts'

/** A hint of the operating system, not yet a fact: something about a name in a folder moved. */
export type Notice = {
  readonly event: 'rename' | 'change'
  /** Path of the folder inside the inbox. */
  readonly folder: string
  /**
   * The name in the folder as the system gave it; on macOS and Windows a path below the folder.
   * `undefined` where it cannot be known: the whole folder has to be looked at.
   */
  readonly name: string | undefined
}

export type NoticeHandlers = {
  readonly onNotice: (notice: Notice) => void
  /** The folder is watched from now on: what happened in it until now was not heard. */
  readonly onWatched: (folder: string) => void
  /** The folder is not watched any more, since it went away. */
  readonly onUnwatched: (folder: string) => void
  /** The folder cannot be watched; `reason` is the system's own word, as `ENOSPC`. */
  readonly onRefused: (folder: string, reason: string) => void
  /** A folder's own times or rights were set: it may be watched anew, and what happens until then is not heard. */
  readonly onTouched: (folder: string) => void
  /** The inbox itself was moved, deleted or replaced. */
  readonly onInbox: () => void
  /** Notices may have been lost. */
  readonly onLost: (error: Error) => void
}

/** There one watch covers all folders below. */
const isRecursive = process.platform === 'darwin' || process.platform === 'win32'

/**
 * Hears what the operating system says of the inbox and all folders in it. Only chokidar's bare
 * notices are used: they come at once, while its own events wait until it has re-read a folder. Its
 * bookkeeping is spared by ignoring whatever is no folder; nothing is read or decided here.
 */
export class Notices implements AsyncDisposable {
  readonly #root: string
  readonly #handlers: NoticeHandlers
  readonly #watcher: FSWatcher
  /** By the path that chokidar calls them. */
  readonly #folders = new Map<string, string>()

  constructor(root: string, handlers: NoticeHandlers) {
    // A link is watched as a link; the inbox may be one.
    this.#root = realpathSync.native(root)
    this.#handlers = handlers
    this.#watcher = watch([], {
      ignored: (path, stats) => this.#isIgnored(path, stats),
      ignoreInitial: false,
      followSymlinks: false,
      atomic: false,
      awaitWriteFinish: false,
      ignorePermissionErrors: false,
      persistent: true,
    })
    this.#watcher.on('raw', (event, name, details) => this.#pass(event, name, details))
    this.#watcher.on('addDir', (path) => {
      const folder = this.#folderOf(path)
      if (folder === undefined) return
      this.#folders.set(path, folder)
      // chokidar tells of the folder just before it watches it.
      setImmediate(handlers.onWatched, folder)
    })
    this.#watcher.on('unlinkDir', (path) => {
      const folder = this.#folders.get(path)
      this.#folders.delete(path)
      if (folder !== undefined) handlers.onUnwatched(folder)
    })
    this.#watcher.on('error', (error) => this.#fail(error))
  }

  /**
   * Begins to watch a folder and all below it; `onWatched` or `onRefused` follows for each. Folders
   * that come later are found by themselves: this is for the inbox, and for what was not found.
   */
  add(folder: string): void {
    const file = toFilePath(this.#root, folder)
    if (typeof file === 'string' && !this.#folders.has(file)) this.#watcher.add(file)
  }

  /** Says whether a folder is watched, as far as is known. */
  isWatched(folder: string): boolean {
    if (isRecursive && folder !== '' && this.#folders.has(this.#root)) return true
    const file = toFilePath(this.#root, folder)
    return typeof file === 'string' && this.#folders.has(file)
  }

  /** Says whether a folder's name can be watched at all: chokidar takes only UTF-8, and no backslash. */
  canWatch(folder: string): boolean {
    const file = toFilePath(this.#root, folder)
    return typeof file === 'string' && (process.platform === 'win32' || !file.includes('\\'))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#folders.clear()
    await this.#watcher.close()
  }

  /** Asked for every name it hears of, mostly files: a look is cheaper than what it does otherwise. */
  #isIgnored(path: string, stats: Stats | undefined): boolean {
    if (stats !== undefined && !stats.isDirectory()) return true
    if (this.#folders.has(path)) return false
    const folder = this.#folderOf(path)
    const kind = folder === undefined ? 'ignored' : classify(folder)
    if (kind === 'ignored' || kind === 'draft') return true
    return (stats ?? statOf(path))?.isDirectory() !== true
  }

  #folderOf(path: string): string | undefined {
    if (path === this.#root) return ''
    return path.startsWith(`${this.#root}/`)
      ? toInboxPath(path.slice(this.#root.length + 1))
      : undefined
  }

  #pass(event: string, name: string | null, details: unknown): void {
    const folder = this.#folders.get(watchedPathOf(details))
    if (folder === undefined) return
    // What happens to a watched folder itself is told under its own name. chokidar takes it for one that
    // was deleted and made again, and watches the new one.
    const isItself = name === null || name === basename(folder === '' ? this.#root : folder)
    if (isItself) this.#handlers.onTouched(folder)
    if (isItself && folder === '') this.#handlers.onInbox()
    const isKnown = typeof name === 'string' && name !== '' && !name.includes('\uFFFD')
    const local = isKnown && process.platform === 'win32' ? name.replaceAll('\\', '/') : name
    this.#handlers.onNotice({
      event: event === 'change' ? 'change' : 'rename',
      folder,
      name: isKnown && local !== null ? local : undefined,
    })
  }

  #fail(error: unknown): void {
    const fault = error instanceof Error ? error : new Error(String(error))
    const folder = 'path' in fault ? this.#folderOf(String(fault.path)) : undefined
    const code = 'code' in fault ? String(fault.code) : fault.message
    const isRefusal = ('syscall' in fault && fault.syscall === 'watch') || isDenial(code)
    if (folder !== undefined && isRefusal) this.#handlers.onRefused(folder, code)
    else this.#handlers.onLost(fault)
  }
}

/** Who may not list a folder is not told of it either. */
function isDenial(code: string): boolean {
  return code === 'EACCES' || code === 'EPERM'
}

function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch {
    // Whatever it is, it is no folder that can be watched.
    return undefined
  }
}

function watchedPathOf(details: unknown): string {
  const isObject = typeof details === 'object' && details !== null
  return isObject && 'watchedPath' in details ? String(details.watchedPath) : ''
}
