import { getHeapStatistics } from 'node:v8'

/** Work comes in bursts: so long after the last there is time to tidy up. */
const quietMs = 2_000
/** Below this, most of it is in use. */
const heapBytesMin = 72 * 1024 * 1024

/**
 * Gives the memory of a large batch back to the system once it is done: a heap that has grown is not
 * looked through again before it has grown further, and who only waits makes nothing grow. It takes some
 * 50 ms, when nobody publishes. Where Node does not offer it (`--expose-gc`) nothing is given back.
 */
export class SpareMemory implements Disposable {
  #timer: NodeJS.Timeout | undefined

  /** Something was done, and more may follow. */
  noteWork(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(giveBack, quietMs)
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
  }
}

function giveBack(): void {
  if (getHeapStatistics().total_heap_size < heapBytesMin) return
  // Also the pages that are kept for a heap that grows again.
  globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}
