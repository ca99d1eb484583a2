import type { Settings } from '../config.ts'
import type { Marks } from '../inbox/watch.ts'
import type { HubAnswer } from '../hub/hub.ts'
import { describeFault } from '../log.ts'
import type { ServerSettings } from '../out/server.ts'
import { Hubs } from './hubs.ts'
import { hubPath } from './named-hubs.ts'
import type { Status } from './status.ts'
import { WriterLocks } from './writer.ts'
import { Publisher } from './publisher.ts'
import type { Edges, RunReport } from './run.ts'

/** The pause before a failed run is tried again doubles from one to the other. */
const retryMsMin = 250
const retryMsMax = 30_000
/** Of each kind, what is told of how things stood before a fault. */
const statusMax = 200

export type LastingEdges = Edges & {
  /** Told when runs succeed again, after at least one had failed. */
  readonly onRecovered?: () => void
  /** Told when the feeds are to name other hubs. */
  readonly onHubChange?: () => void
}

/** What lives on one opened store. */
type Bench = { readonly publisher: Publisher; readonly hubs: Hubs }

/** What the server asks. */
type Served = Pick<ServerSettings, 'deltas' | 'isGone' | 'hubs' | 'form'>

/**
 * A publisher, with its hubs, that outlives the faults of the machine: a full disk, a folder taken away,
 * a damaged or deleted store. After a fault nothing is kept in memory; the next run opens all anew and
 * looks at everything.
 */
export class LastingPublisher implements AsyncDisposable {
  readonly #settings: Settings
  readonly #edges: LastingEdges
  /** Held also while there is no bench: nobody else takes over because a disk is full. */
  #locks: WriterLocks | undefined
  #bench: Bench | undefined
  #isNew = false
  /** Those that the feeds name, as far as is known. */
  #hubs: readonly string[] = []
  #status: Status | undefined
  #failures = 0
  readonly #said = new Set<string>()

  private constructor(settings: Settings, edges: LastingEdges) {
    this.#settings = settings
    this.#edges = {
      ...edges,
      onPublication: (publication) => {
        edges.onPublication?.(publication)
        this.#bench?.hubs.ring()
      },
    }
  }

  /** @throws Error as `Publisher.open` does: what is wrong at the start is for a person to see at once */
  static async open(settings: Settings, edges: LastingEdges): Promise<LastingPublisher> {
    const lasting = new LastingPublisher(settings, edges)
    try {
      lasting.#bench = await lasting.#open()
    } catch (error) {
      await lasting[Symbol.asyncDispose]()
      throw error
    }
    lasting.#isNew = lasting.#bench.publisher.isNew
    return lasting
  }

  /** Whether the store was made when this was opened. */
  get isNew(): boolean {
    return this.#isNew
  }

  /** How long to wait before the next run; 0 when the last one succeeded. */
  get retryMs(): number {
    return this.#failures === 0 ? 0 : Math.min(retryMsMin * 2 ** (this.#failures - 1), retryMsMax)
  }

  /** @returns undefined when the machine failed it; a run to come makes up for it, whatever its marks */
  async run(marks: Marks, isWaiting: (path: string) => boolean): Promise<RunReport | undefined> {
    return await this.#attempt(async () => {
      const isAgain = this.#failures > 0
      this.#bench ??= await this.#open()
      const { publisher } = this.#bench
      const report = await publisher.run(isAgain ? { kind: 'all' } : marks, isWaiting, true)
      if (isAgain) this.#recover()
      return report
    })
  }

  /**
   * What stands, as `Publisher.status` tells it; while nothing can be read, what stood before.
   * @throws Error when that is not known either
   */
  async status(limit: number): Promise<Status> {
    if (this.#bench !== undefined) this.#status = await this.#bench.publisher.status(limit)
    if (this.#status === undefined) throw new Error('the catalogue cannot be read at the moment')
    return this.#status
  }

  async nextDueAtMs(): Promise<number | undefined> {
    return await this.#attempt(() => this.#bench?.publisher.nextDueAtMs())
  }

  /**
   * Says whether a run is due though nothing was marked: the feeds are to name other hubs, or a person has
   * released held retractions.
   */
  async isOwed(isHeld: boolean): Promise<boolean> {
    const isOwed = await this.#attempt(async () => {
      const publisher = this.#bench?.publisher
      if (isHeld && (await publisher?.isConfirmed()) === true) return true
      return publisher?.areHubsOthers()
    })
    return isOwed ?? false
  }

  /** What the server asks; while the machine fails us it knows less, and goes on serving. */
  get served(): Served {
    const { hubs, serve } = this.#settings
    const take = (form: string): Promise<HubAnswer> =>
      this.#bench?.hubs.served.form?.take(form) ??
      Promise.resolve({ status: 503, sentence: 'The hub is out of order; try again later.' })
    return {
      deltas: (document, bases) => this.#bench?.publisher.findDelta(document, bases),
      isGone: (path) => this.#bench?.publisher.isGone(path) ?? false,
      hubs: () => (this.#hubs = this.#bench?.publisher.hubs.named() ?? this.#hubs),
      ...(hubs.isBuiltin && serve ? { form: { path: hubPath, take } } : {}),
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close()
    this.#locks?.[Symbol.dispose]()
  }

  async #close(): Promise<void> {
    const bench = this.#bench
    this.#bench = undefined
    await bench?.hubs[Symbol.asyncDispose]()
    await bench?.publisher[Symbol.asyncDispose]()
  }

  async #open(): Promise<Bench> {
    if (this.#locks?.areInPlace === false) {
      this.#locks[Symbol.dispose]()
      this.#locks = undefined
    }
    this.#locks ??= WriterLocks.hold(this.#settings, this.#edges)
    const publisher = await Publisher.open(this.#settings, this.#edges, this.#locks.lend())
    const { log, now, onHubChange } = this.#edges
    try {
      const hubs = await Hubs.open(this.#settings, publisher.hubs, {
        log,
        now,
        isBuiltinRun: this.#settings.serve,
        ...(onHubChange && { onChange: onHubChange }),
      })
      return { publisher, hubs }
    } catch (error) {
      await publisher[Symbol.asyncDispose]()
      throw error
    }
  }

  async #attempt<Result>(
    work: () => Promise<Result> | undefined,
  ): Promise<Awaited<Result> | undefined> {
    try {
      return await work()
    } catch (error) {
      this.#failures += 1
      this.#say(error)
      await this.status(statusMax).catch(() => undefined)
      await this.#close().catch((second: unknown) => this.#say(second))
      return undefined
    }
  }

  /** Each kind once, however often it comes back; which file it hit first does not make it another fault. */
  #say(error: unknown): void {
    const kind = kindOf(error)
    if (this.#said.has(kind)) return
    this.#said.add(kind)
    this.#edges.log.fault(`${describeFault(error)}; trying again`)
  }

  #recover(): void {
    this.#edges.log.event('at work again', { failures: this.#failures })
    this.#failures = 0
    this.#said.clear()
    this.#edges.onRecovered?.()
  }
}

/** The code of what went wrong at the bottom of it, else its words. */
function kindOf(error: unknown): string {
  let bottom = error
  for (let depth = 0; depth < causesMax; depth += 1) {
    if (!(bottom instanceof Error) || bottom.cause === undefined) break
    bottom = bottom.cause
  }
  if (!(bottom instanceof Error)) return String(bottom)
  if ('errcode' in bottom) return `sqlite ${String(bottom.errcode)}`
  return 'code' in bottom ? String(bottom.code) : bottom.message
}

const causesMax = 5
