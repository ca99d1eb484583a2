import { watch } from 'node:fs'
import type { FSWatcher } from 'node:fs'

/** Far beyond what any of the programs needs. */
const waitMsMax = 600_000

type Waiter = {
  readonly name: string
  readonly holds: () => boolean
  readonly resolve: (atMs: number) => void
}

/** Sees files take their place in one folder, by the kernel's notices alone: it costs no time while nothing happens. */
export class Lookout implements Disposable {
  readonly #watcher: FSWatcher
  readonly #waiters = new Set<Waiter>()
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
    this.#watcher = watch(folder, (_, name) => this.#notice(name, performance.now()))
  }

  /**
   * Waits for the first notice of this name after which the condition holds.
   * @returns when the notice came, by `performance.now()`
   * @throws Error when it never comes
   */
  async until(name: string, holds: () => boolean): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>()
    const waiter = { name, holds, resolve }
    const inVain = () => reject(new Error(`waited in vain for ${name} in ${this.#folder}`))
    const timer = setTimeout(inVain, waitMsMax)
    this.#waiters.add(waiter)
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      this.#waiters.delete(waiter)
    }
  }

  [Symbol.dispose](): void {
    this.#watcher.close()
  }

  #notice(name: string | null, atMs: number): void {
    for (const waiter of this.#waiters) {
      if (waiter.name === name && waiter.holds()) waiter.resolve(atMs)
    }
  }
}
