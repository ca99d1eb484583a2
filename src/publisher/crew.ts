import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { perform } from './craft.ts'
import type { Outcome, Rendered, Rendering, Reading, Task } from './craft.ts'
import type { Intake } from './intake.ts'
import type { Answer } from './worker-thread.ts'

export type CrewRules = {
  /** Files to read or pages to write at once from which on threads are worth their start. */
  readonly worksMin: number
  /** Threads beside the one that has the store and writes; none: that one does all. */
  readonly threads: number
  /** The module that each thread runs. */
  readonly script: URL
}

/** With more of them the thread that writes is what all wait for. */
const threadsMax = 3
/** Fewer items are done sooner than they are handed over. */
const sharedMin = 8

/** What a task leaves behind is to be cleared away soon, not to pile up. */
const maxYoungGenerationSizeMb = 12

const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js'

export const defaultCrew: CrewRules = {
  worksMin: 1_000,
  threads: Math.min(availableParallelism() - 1, threadsMax),
  script: new URL(`worker-thread.${ending}`, import.meta.url),
}

/**
 * Does the work that is pure, for a large batch in threads of its own: the outcome is the same. A
 * thread that ends before its work is done is a fault, which ends the run.
 */
export class Crew implements AsyncDisposable {
  readonly #rules: CrewRules
  #hands: readonly Hand[] = []

  constructor(rules: CrewRules = defaultCrew) {
    this.#rules = rules
  }

  /** Brings threads in if so much work is worth it. */
  begin(works: number): void {
    if (this.#hands.length > 0 || works < this.#rules.worksMin) return
    const { threads, script } = this.#rules
    this.#hands = Array.from({ length: threads }, () => new Hand(script))
  }

  /** How much to ask for before it is needed: what threads do is done while the one who asks does something else. */
  get ahead(): 0 | 2 {
    return this.#hands.length > 0 ? 2 : 0
  }

  /** Lets the threads go; they may be brought in again. */
  async end(): Promise<void> {
    const hands = this.#hands
    this.#hands = []
    await Promise.all(hands.map((hand) => hand[Symbol.asyncDispose]()))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end()
  }

  /** @returns what became of each file, in their order */
  async read(task: Omit<Reading, 'kind'>): Promise<readonly Intake[]> {
    const outcomes = await this.#do(task.items, this.#hands, (items) => {
      return { ...task, kind: 'read', items }
    })
    return outcomes.flatMap((outcome) => (outcome.kind === 'read' ? outcome.results : []))
  }

  /** @returns what was rendered of each entry, in their order */
  async render(task: Omit<Rendering, 'kind'>): Promise<readonly Rendered[]> {
    return this.#render(task, this.#hands)
  }

  /** As `render`, for whoever has nothing else to do: this thread takes its share, and waits for no other work. */
  async renderNow(task: Omit<Rendering, 'kind'>): Promise<readonly Rendered[]> {
    const idle = task.items.length < sharedMin ? [] : this.#hands.filter((hand) => hand.isIdle)
    return this.#render(task, [...idle, own])
  }

  async #render(
    task: Omit<Rendering, 'kind'>,
    hands: readonly Doer[],
  ): Promise<readonly Rendered[]> {
    const outcomes = await this.#do(task.items, hands, (items) => {
      return { ...task, kind: 'render', items }
    })
    return outcomes.flatMap((outcome) => (outcome.kind === 'render' ? outcome.results : []))
  }

  /** Each gets as many items as the others. */
  async #do<Item>(
    items: readonly Item[],
    hands: readonly Doer[],
    toTask: (items: readonly Item[]) => Task,
  ): Promise<readonly Outcome[]> {
    const doers = hands.length === 0 ? [own] : hands
    const share = Math.ceil(items.length / doers.length)
    return Promise.all(
      doers.flatMap((doer, index) => {
        const some = items.slice(index * share, (index + 1) * share)
        return some.length === 0 ? [] : [doer.ask(toTask(some))]
      }),
    )
  }
}

type Doer = { readonly ask: (task: Task) => Promise<Outcome> }

/** The thread that asks. */
const own: Doer = { ask: async (task) => Promise.resolve(perform(task)) }

type Asked = {
  readonly resolve: (outcome: Outcome) => void
  readonly reject: (reason: unknown) => void
}

/** One thread, which answers in the order in which it is asked. */
class Hand implements Doer, AsyncDisposable {
  readonly #worker: Worker
  readonly #asked: Asked[] = []
  #fault: Error | undefined

  constructor(script: URL) {
    this.#worker = new Worker(script, { resourceLimits: { maxYoungGenerationSizeMb } })
    this.#worker.on('message', (answer: Answer) => {
      const asked = this.#asked.shift()
      if (answer.kind === 'done') asked?.resolve(answer.outcome)
      else asked?.reject(answer.error)
    })
    this.#worker.on('messageerror', (error) => this.#break(error))
    this.#worker.on('error', (error) => this.#break(error))
    this.#worker.on('exit', (code) => this.#break(new Error(`its exit code is ${code}`)))
  }

  get isIdle(): boolean {
    return this.#asked.length === 0
  }

  async ask(task: Task): Promise<Outcome> {
    if (this.#fault !== undefined) throw this.#fault
    return new Promise((resolve, reject) => {
      this.#asked.push({ resolve, reject })
      this.#worker.postMessage(task, [])
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate()
  }

  #break(cause: unknown): void {
    this.#fault ??= new Error('a worker thread ended before its work was done', { cause })
    for (const { reject } of this.#asked.splice(0)) reject(this.#fault)
  }
}
