import type { Settings } from '../config.ts'
import type { Log } from '../log.ts'
import { setAsideDamaged } from '../store/damage.ts'
import type { Store } from '../store/store.ts'
import { holdOutputLock, holdStateLock } from '../store/writer-lock.ts'
import type { Lock } from '../store/writer-lock.ts'

type WriterEdges = { readonly log: Log; readonly now: () => number }

/** What a publisher needs of them. */
export type Locks = Disposable & Pick<WriterLocks, 'renew'>

/** The locks that make this process the only one that works with a state folder and writes into `out/`. */
export class WriterLocks implements Disposable {
  readonly #settings: Settings
  readonly #edges: WriterEdges
  readonly #stateLock: Lock
  /** None where there can be none; undefined where it was lost and not taken again yet. */
  #outputLock: Lock | 'none' | undefined

  private constructor(settings: Settings, edges: WriterEdges, stateLock: Lock) {
    this.#settings = settings
    this.#edges = edges
    this.#stateLock = stateLock
  }

  /** @throws Error that names the dropfeed that has one of them, or says why a folder cannot be used */
  static hold(settings: Settings, edges: WriterEdges): WriterLocks {
    const stateLock = holdStateLock(settings.state, edges.now())
    const locks = new WriterLocks(settings, edges, stateLock)
    try {
      locks.#holdOutput()
      return locks
    } catch (error) {
      stateLock[Symbol.dispose]()
      throw error
    }
  }

  /**
   * Looks whether the locks and the store are still where they were, and takes the lock of an output folder
   * that was removed or replaced again.
   * @returns whether the output folder is another one, and so has to be written anew
   * @throws Error when another dropfeed has it now, or the store was taken away
   */
  async renew(store: Store): Promise<boolean> {
    const { state, out } = this.#settings
    if (!this.#stateLock.isInPlace() || !(await store.isInPlace())) {
      throw new Error(
        `what was in ${state} was removed or replaced; what is published is read back from out/`,
      )
    }
    if (this.#outputLock === 'none' || this.#outputLock?.isInPlace() === true) return false
    this.#releaseOutput()
    this.#holdOutput()
    this.#edges.log.event('out/ was removed or replaced, so it is written anew', { out })
    return true
  }

  /** False: the state folder was taken away, and another dropfeed could begin to work with a new one. */
  get areInPlace(): boolean {
    return this.#stateLock.isInPlace()
  }

  /** Lets somebody use them who releases them, without their being released. */
  lend(): Locks {
    return { renew: (store) => this.renew(store), [Symbol.dispose]: () => {} }
  }

  [Symbol.dispose](): void {
    this.#releaseOutput()
    this.#stateLock[Symbol.dispose]()
  }

  #holdOutput(): void {
    const { state, out } = this.#settings
    this.#outputLock = holdOutputLock(out, state) ?? 'none'
    if (this.#outputLock !== 'none') return
    const sentence =
      'out/ is on a file system without locks, so see to it that nobody else writes there'
    this.#edges.log.event(sentence, { out })
  }

  #releaseOutput(): void {
    if (this.#outputLock !== 'none') this.#outputLock?.[Symbol.dispose]()
    this.#outputLock = undefined
  }
}

/** Makes way for a new catalogue when the old one is damaged, and says so. */
export function setAsideDamage(state: string, { log, now }: WriterEdges): void {
  const damage = setAsideDamaged(state, now())
  if (damage === undefined) return
  log.fault(
    `the catalogue is damaged (${damage.found}) and was kept as ${damage.aside}; ` +
      'what is published is read back from out/',
  )
}
