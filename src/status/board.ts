import { describe, isToMend } from '../core/problem.ts'
import type { Problem } from '../core/problem.ts'
import type { StatusEvent, TakenFile } from './event.ts'

/** Events that are remembered. */
export const eventsMax = 100
/** Files that are followed at a time; of more, the oldest are let go. */
const followedMax = 1_000
/** A draft that is saved again within this time is told of once. */
const draftMs = 1_000

/** Where an entry must be shown before its file counts as published. */
const mainFeeds: ReadonlySet<string> = new Set(['atom.xml', 'rss.xml', 'feed.json'])

type Followed = { readonly sinceMs: number; readonly stage: 'seen' | 'settling' | 'settled' }

/** Follows files from the moment they are seen until readers see them, and remembers the latest events. */
export class Board {
  /** Called after each event; it must return at once. */
  onEvent: () => void = () => {}
  readonly #now: () => number
  readonly #events: StatusEvent[] = []
  /** Files that were seen and not read yet. */
  readonly #followed = new Map<string, Followed>()
  /** What readers are to see next, by what becomes of it and its path. */
  readonly #pending = new Map<string, TakenFile & { readonly sinceMs: number | undefined }>()
  #number = 0

  /** @param now milliseconds since 1970 UTC */
  constructor(now: () => number) {
    this.#now = now
  }

  /** The latest, oldest first. */
  get events(): readonly StatusEvent[] {
    return this.#events
  }

  /** The number of the newest event; 0 when there was none. */
  get number(): number {
    return this.#number
  }

  /** Something about a file moved; may be told again and again. */
  seen(path: string): void {
    const stage = this.#followed.get(path)?.stage
    if (stage === 'seen' || stage === 'settling') return
    keep(this.#followed, path, { sinceMs: performance.now(), stage: 'seen' })
    this.#add({ kind: 'seen', path })
  }

  /** A file is not whole yet. */
  settling(path: string): void {
    const followed = this.#followed.get(path)
    if (followed?.stage === 'settling') return
    keep(this.#followed, path, {
      sinceMs: followed?.sinceMs ?? performance.now(),
      stage: 'settling',
    })
    this.#add({ kind: 'settling', path })
  }

  /** A file is whole, or gone. If a run finds nothing new in it, no more is heard of it. */
  settled(path: string): void {
    const followed = this.#followed.get(path)
    if (followed !== undefined) this.#followed.set(path, { ...followed, stage: 'settled' })
  }

  /** A file that is a draft by its name was seen. */
  draft(path: string): void {
    const last = this.#events.findLast((event) => event.path === path)
    if (last?.kind === 'draft' && this.#now() - last.atMs < draftMs) return
    this.#add({ kind: 'draft', path })
  }

  /** A run has read these files, and decided about them for good. */
  taken(files: readonly TakenFile[]): void {
    for (const file of files) this.#take(file)
  }

  /**
   * What was read is in place.
   * @param refused documents that were not replaced
   */
  published(refused: readonly string[]): void {
    if (refused.some((path) => mainFeeds.has(path))) return
    for (const { path, outcome, title, page, sinceMs } of this.#pending.values()) {
      if (outcome === 'held' || (page !== undefined && refused.includes(page))) continue
      const ms = sinceMs === undefined ? undefined : Math.round(performance.now() - sinceMs)
      const isThere = outcome !== 'retracted'
      this.#add({ kind: outcome, path, title, page: isThere ? page : undefined, ms })
    }
    this.#pending.clear()
  }

  /** A problem came up; one that a file told of itself is not told twice. */
  problem(problem: Problem): void {
    const { message } = toEvent(problem)
    if (this.#events.some((event) => event.message === message)) return
    this.#add(toEvent(problem))
  }

  fault(message: string): void {
    this.#add({ kind: 'fault', message })
  }

  #take(file: TakenFile): void {
    const { path, outcome, title, problems } = file
    const sinceMs = this.#followed.get(path)?.sinceMs
    this.#followed.delete(path)
    if (file.isRead) this.#add({ kind: 'read', path, title })
    for (const problem of problems) this.#add(toEvent(problem))
    if (file.isVisible) keep(this.#pending, `${outcome} ${path}`, { ...file, sinceMs })
    else if (outcome !== 'held') {
      this.#add({ kind: outcome, path, title, publishedAtMs: file.publishedAtMs })
    }
  }

  #add(event: Omit<StatusEvent, 'number' | 'atMs'>): void {
    this.#number += 1
    this.#events.push({ number: this.#number, atMs: this.#now(), ...event })
    if (this.#events.length > eventsMax) this.#events.shift()
    this.onEvent()
  }
}

function toEvent(problem: Problem) {
  const { path, code } = problem
  const kind = isToMend(problem) ? 'problem' : 'notice'
  return { kind, path, code, message: describe(problem) } as const
}

/** Sets a value as the newest; beyond the limit the oldest goes. */
function keep<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key)
  map.set(key, value)
  if (map.size <= followedMax) return
  for (const oldest of map.keys()) {
    map.delete(oldest)
    return
  }
}
