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
  /** Whether the thread that writes does some of it while it would wait. */
  readonly helps: boolean
  /** The module that each thread runs. */
  readonly script: URL
}

/** With more of them the thread that writes is what all wait for. */
const threadsMax = 3
/** Fewer items are done sooner than they are handed over. */
const sharedMin = 8
/** Items that are handed over together: some milliseconds of work, so that nobody waits long for whoever has the last. */
const pieceLength = 16
/**
 * Pieces that a thread has at hand: it goes on while this one is busy with a commit for a quarter of a second, or
 * writes some pages. The rest is left for whoever is free first.
 */
const piecesMax = { read: 48, render: 16 } as const

/** What a task leaves behind is to be cleared away soon, not to pile up. */
const maxYoungGenerationSizeMb = 12

const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js'

export const defaultCrew: CrewRules = {
  worksMin: 1_000,
  threads: Math.min(availableParallelism() - 1, threadsMax),
  helps: true,
  script: new URL(`worker-thread.${ending}`, import.meta.url),
}

/**
 * Does the work that is pure, for a large batch in threads of its own: the outcome is the same. A
 * thread that ends before its work is done is a fault, which ends the run.
 */
export class Crew implements AsyncDisposable {
  readonly #rules: CrewRules
  #hands: readonly Hand[] = []
  /** What nobody has begun yet, in the order in which it was asked for. */
  readonly #pieces: Piece[] = []
  #isHelping = false

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
    this.#pieces.length = 0
    await Promise.all(hands.map((hand) => hand[Symbol.asyncDispose]()))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end()
  }

  /** @returns what became of each file, in their order */
  async read(task: Omit<Reading, 'kind'>): Promise<readonly Intake[]> {
    return toIntakes(await this.#do(split({ ...task, kind: 'read' }, pieceLength)))
  }

  /** @returns what was rendered of each entry, in their order */
  async render(task: Omit<Rendering, 'kind'>): Promise<readonly Rendered[]> {
    return toRendered(await this.#do(split({ ...task, kind: 'render' }, pieceLength)))
  }

  /** As `render`, for whoever has nothing else to do: this thread takes its share, and waits for no other work. */
  async renderNow(task: Omit<Rendering, 'kind'>): Promise<readonly Rendered[]> {
    const { length } = task.items
    const idle = length < sharedMin ? [] : this.#hands.filter((hand) => hand.waiting === 0)
    const share = Math.ceil(length / (idle.length + 1))
    const asked = split({ ...task, kind: 'render' }, share).map(async (some, index) => {
      const hand = idle[index]
      return hand === undefined ? perform(some) : hand.ask(some)
    })
    return toRendered(await Promise.all(asked))
  }

  async #do(tasks: readonly Task[]): Promise<readonly Outcome[]> {
    if (this.#hands.length === 0) return tasks.map((task) => perform(task))
    const outcomes = tasks.map(async (task) => {
      return new Promise<Outcome>((resolve, reject) => {
        this.#pieces.push({ task, resolve, reject })
      })
    })
    this.#handOut()
    this.#help()
    return Promise.all(outcomes)
  }

  #handOut(): void {
    for (const hand of this.#hands) {
      for (let piece = this.#pieces[0]; piece !== undefined; piece = this.#pieces[0]) {
        if (hand.waiting >= piecesMax[piece.task.kind]) break
        this.#pieces.shift()
        const handOn = () => this.#handOut()
        hand.ask(piece.task).then(piece.resolve, piece.reject).then(handOn, handOn)
      }
    }
  }

  /** Does a piece whenever this thread would wait: what it waits for comes first. */
  #help(): void {
    if (this.#isHelping || !this.#rules.helps || this.#pieces.length === 0) return
    this.#isHelping = true
    setImmediate(() => {
      this.#isHelping = false
      const piece = this.#pieces.shift()
      if (piece === undefined) return
      try {
        piece.resolve(perform(piece.task))
      } catch (error) {
        piece.reject(error)
      }
      this.#help()
    })
  }
}

type Piece = {
  readonly task: Task
  readonly resolve: (outcome: Outcome) => void
  readonly reject: (reason: unknown) => void
}

/** Tasks of so many items each that are together this one. */
function split<Whole extends Task>(task: Whole, length: number): readonly Whole[] {
  const count = Math.ceil(task.items.length / length)
  return Array.from({ length: count }, (_, n) => {
    return { ...task, items: task.items.slice(n * length, (n + 1) * length) }
  })
}

function toIntakes(outcomes: readonly Outcome[]): readonly Intake[] {
  return outcomes.flatMap((outcome) => (outcome.kind === 'read' ? outcome.results : []))
}

function toRendered(outcomes: readonly Outcome[]): readonly Rendered[] {
  return outcomes.flatMap((outcome) => (outcome.kind === 'render' ? outcome.results : []))
}

type Asked = {
  readonly resolve: (outcome: Outcome) => void
  readonly reject: (reason: unknown) => void
}

/** One thread, which answers in the order in which it is asked. */
class Hand implements AsyncDisposable {
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

  /** Tasks that were not answered yet. */
  get waiting(): number {
    return this.#asked.length
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
