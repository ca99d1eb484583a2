import { getHeapStatistics } from 'node:v8'

/** Work comes in bursts: so long after the last there is time to tidy up. */
const quietMs = 2_000
/** Below this, most of it is in use. */
const heapBytesMin = 72 * 1024 * 1024
/** While there is work, the heap is looked at so often. */
const lookMs = 100
/** So much more than was in use is most likely not. */
const spareBytesMax = 48 * 1024 * 1024

/**
 * Gives memory back that is not in use: a heap that has grown is not looked through again before it has grown by
 * several times as much, and one that does not grow any more never is. A large inbox that is listed leaves 200 MB.
 * While there is work this is asked for when the heap has grown by half, and once all is done. It takes 10 to 50 ms. Where Node does not offer it (`--expose-gc`) nothing is given back.
 */
export class SpareMemory implements Disposable {
  #quiet: NodeJS.Timeout | undefined
  #looks: NodeJS.Timeout | undefined
  /** The least that was in use since it was last tidied up. */
  #usedBytes = Number.POSITIVE_INFINITY

  constructor() {
    this.noteWork()
  }

  /** Something was done, and more may follow. */
  noteWork(): void {
    clearTimeout(this.#quiet)
    this.#quiet = setTimeout(() => this.#rest(), quietMs)
    this.#looks ??= setInterval(() => this.#look(), lookMs)
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#quiet)
    clearInterval(this.#looks)
  }

  #look(): void {
    const { used_heap_size: usedBytes } = getHeapStatistics()
    this.#usedBytes = Math.min(this.#usedBytes, usedBytes)
    if (usedBytes < this.#usedBytes + Math.max(spareBytesMax, this.#usedBytes / 2)) return
    this.#tidyUp('regular')
    this.noteWork()
  }

  #rest(): void {
    clearInterval(this.#looks)
    this.#looks = undefined
    // Also gives back the pages that are kept for a heap that grows again.
    if (getHeapStatistics().total_heap_size >= heapBytesMin) this.#tidyUp('last-resort')
  }

  #tidyUp(flavor: 'regular' | 'last-resort'): void {
    globalThis.gc?.({ type: 'major', execution: 'sync', flavor })
    this.#usedBytes = getHeapStatistics().used_heap_size
  }
}
