import { setTimeout as pause } from 'node:timers/promises'
import type { Settings } from '../config.ts'
import type { Problem } from '../core/problem.ts'
import type { Store } from '../store/store.ts'
import type { Documents } from './documents.ts'
import type { FeedNotes } from './feed-notes.ts'
import type { Generations } from './generations.ts'
import { toNamedHubs } from './named-hubs.ts'
import { letEventsIn, msToGeneration, toChunkLength } from './pace.ts'
import type { Precompression } from './precompression.ts'
import { nothingPublished } from './publication.ts'
import type { Publication } from './publication.ts'

type RefresherParts = {
  readonly settings: Settings
  readonly edges: {
    /** Milliseconds since 1970 UTC. */
    readonly now: () => number
    readonly onPublication?: ((publication: Publication) => void) | undefined
  }
  readonly store: Store
  readonly documents: Documents
  readonly notes: FeedNotes
  readonly generations: Generations
  readonly precompression: Precompression
}

/** The feeds are refreshed at least this often while many files are taken in, or many pages written. */
const refreshMs = 1_000
/** More pages than this are not written while the feeds wait. */
const pagesAtOnceMax = 1_000
/** Pages written before it is known how fast they are. */
const pagesAtFirst = 100

/** Decides when the documents are published, and how many of them at once. */
export class Refresher {
  readonly #parts: RefresherParts
  #publishedAtMs = 0
  /** How long the last publication took. */
  #publishingMs = 0
  #isWithheld = false
  #isUnfinished = false
  #isOutOther = false
  #refused: readonly Problem[] = []

  constructor(parts: RefresherParts) {
    this.#parts = parts
  }

  /** Pages are left for which no feed waits. */
  get isUnfinished(): boolean {
    return this.#isUnfinished
  }

  /** Something is left to be published, whether anything changes or not. */
  get isLeft(): boolean {
    return this.#isUnfinished || this.#isWithheld || this.#isOutOther
  }

  /** What the last publication left as it was; the next one tries again. */
  get refused(): readonly Problem[] {
    return this.#refused
  }

  /** The folder for the documents is another one than before. */
  noteOtherOutput(): void {
    this.#isOutOther = true
  }

  /**
   * Whether it is time to refresh the feeds in the midst of a run: what takes no longer than that goes out at once, and
   * on a slow machine half of the time is for other work all the same.
   * @param beganMs when the run began
   */
  isDue(beganMs: number): boolean {
    const sinceMs = performance.now() - Math.max(this.#publishedAtMs, beganMs)
    return sinceMs >= Math.max(refreshMs, this.#publishingMs)
  }

  /** @param isPartial more is to come at once: only the main feeds and the pages they name */
  async publish(isPartial = false): Promise<Publication> {
    if (await this.#isToWithhold()) return nothingPublished
    await this.#markOutdated()
    return await this.#publish(isPartial)
  }

  async #publish(isPartial: boolean): Promise<Publication> {
    const { edges, store, documents, notes, generations, precompression } = this.#parts
    const pages = await this.#awaitGeneration()
    // Somebody may have deleted all meanwhile.
    await this.#markOutdated()
    const beganMs = performance.now()
    notes.isPublishing = true
    let published: Publication
    try {
      const { change, rest } = await documents.publish(isPartial, async (step) => {
        await generations.remember(step.generations)
        edges.onPublication?.(step)
        // Who waits for the feeds is answered before the rest is written.
        await letEventsIn()
      })
      published = change
      this.#isOutOther = false
      this.#refused = change.problems
      await generations.remember(rest.generations)
      if (!isPartial) {
        await precompression.settle()
        this.#isUnfinished = false
      }
      edges.onPublication?.(rest)
    } finally {
      notes.isPublishing = false
    }
    this.#publishedAtMs = performance.now()
    this.#publishingMs = this.#publishedAtMs - beganMs
    if (published.written.length > 0) {
      await store.writeValue('published-at-ms', String(edges.now()))
    }
    return toSum(pages, published)
  }

  /** Many pages are worth beginning with while the second of the last publication is not over. */
  async #awaitGeneration(): Promise<Publication> {
    const { store, edges } = this.#parts
    const waitMs = await msToGeneration(store, edges.now())
    if (waitMs === 0) return nothingPublished
    const endMs = performance.now() + waitMs
    const { change } = await this.#publishPages(await this.#manyPages(), endMs)
    await pause(Math.max(endMs - performance.now(), 0))
    return change
  }

  /**
   * Many changes make many pages: what the feeds show goes out first, and the rest the next times, for as long as
   * others may wait.
   * @param isChanged the feeds may show something else
   */
  async publishInTurns(isChanged: boolean): Promise<Publication> {
    if (await this.#isToWithhold()) return nothingPublished
    const isOutdated = await this.#markOutdated()
    const pages = await this.#manyPages()
    if (pages.length === 0) return this.#publish(false)
    this.#isUnfinished = true
    if (isChanged || isOutdated) return this.#publish(true)
    const { change, isDone } = await this.#publishPages(pages, performance.now() + refreshMs)
    return isDone ? toSum(change, await this.#publish(false)) : change
  }

  /** All that is to be written is known before it is decided how much of it is. */
  async #markOutdated(): Promise<boolean> {
    const { settings, store, documents, notes } = this.#parts
    notes.hubs = await toNamedHubs(settings, store.hubs.announcements)
    return documents.markOutdated()
  }

  /** Publishes pages until then, or all of them. */
  async #publishPages(
    pages: readonly string[],
    endMs: number,
  ): Promise<{ readonly change: Publication; readonly isDone: boolean }> {
    const { documents, edges } = this.#parts
    let sum = nothingPublished
    let length = pagesAtFirst
    let done = 0
    while (done < pages.length && performance.now() < endMs) {
      const beganMs = performance.now()
      const change = await documents.publishPages(pages.slice(done, done + length))
      edges.onPublication?.(change)
      sum = toSum(sum, change)
      done += length
      length = toChunkLength(length, performance.now() - beganMs)
      await letEventsIn()
    }
    return { change: sum, isDone: done >= pages.length }
  }

  /** The pages to be written, if they are more than are written while the feeds wait; else none. */
  async #manyPages(): Promise<readonly string[]> {
    const { store, documents } = this.#parts
    let stale = await store.publication.stale()
    if (stale.pages.length + stale.links.length <= pagesAtOnceMax) return []
    // A page links to the categories that have a feed.
    if (await documents.nameCategories(stale.categories)) stale = await store.publication.stale()
    return [...stale.pages, ...stale.links]
  }

  /** What a lost store knew is in the published feeds: they stay until all of it is known again. */
  async #isToWithhold(): Promise<boolean> {
    this.#isWithheld = (await this.#parts.store.entryCounts()).recovered > 0
    return this.#isWithheld
  }
}

function toSum(first: Publication, second: Publication): Publication {
  return {
    written: [...first.written, ...second.written],
    unchanged: [...first.unchanged, ...second.unchanged],
    removed: [...first.removed, ...second.removed],
    problems: [...first.problems, ...second.problems],
    generations: [...first.generations, ...second.generations],
  }
}
