import { setTimeout as pause } from 'node:timers/promises'
import type { Settings } from '../config.ts'
import type { Problem } from '../core/problem.ts'
import type { Stale, Store } from '../store/store.ts'
import type { Documents } from './documents.ts'
import type { FeedNotes } from './feed-notes.ts'
import type { Generations } from './generations.ts'
import { toNamedHubs } from './named-hubs.ts'
import { letEventsIn, msToGeneration } from './pace.ts'
import type { Precompression } from './precompression.ts'
import { nothingPublished } from './publication.ts'
import type { Publication } from './publication.ts'

type RefresherParts = {
  readonly settings: Settings
  readonly edges: {
    /** Milliseconds since 1970 UTC. */
    readonly now: () => number
    readonly onPublication?: ((publication: Publication) => void) | undefined
    /** See `Edges`. */
    readonly turnMs?: number | undefined
  }
  readonly store: Store
  readonly documents: Documents
  readonly notes: FeedNotes
  readonly generations: Generations
  readonly precompression: Precompression
}

/** The feeds are refreshed at least this often while many files are taken in, or many documents written. */
const refreshMs = 1_000
/** More pages than this are not written while the feeds wait. */
const pagesAtOnceMax = 1_000
/** So many are written in the time that an archive page or the folder of a category takes. */
const pagesPerFeed = 10

/**
 * `feeds`: only the main feeds and the pages they name, as the rest takes turns; `feeds so far`: the same, while files are
 * still being taken in.
 */
type Extent = 'all' | 'feeds' | 'feeds so far'

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

  /** Documents are left for which no feed waits. */
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

  /** Publishes what is stale, in one go. */
  async publish(extent: Extent): Promise<Publication> {
    if (await this.#isToWithhold()) return nothingPublished
    await this.#markOutdated()
    return await this.#publish(extent)
  }

  /**
   * Many changes make many documents: the main feeds go out first, and the rest the next times, for as long as
   * others may wait.
   * @param isChanged the feeds may show something else
   */
  async publishInTurns(isChanged: boolean): Promise<Publication> {
    if (await this.#isToWithhold()) return nothingPublished
    const isOutdated = await this.#markOutdated()
    const stale = await this.#parts.documents.stale()
    if (!isMuch(stale)) return this.#publish('all')
    if (isChanged || isOutdated || !this.#isUnfinished) {
      this.#isUnfinished = true
      return this.#publish('feeds')
    }
    const { turnMs = refreshMs } = this.#parts.edges
    const change = await this.#publishSome(stale, performance.now() + turnMs)
    if (change.problems.length === 0) return change
    // What is refused stays stale, and the next turn would begin with it.
    return toSum(change, await this.#publish('all'))
  }

  /** All that is to be written is known before it is decided how much of it is. */
  async #markOutdated(): Promise<boolean> {
    const { settings, store, documents, notes } = this.#parts
    notes.hubs = await toNamedHubs(settings, store.hubs.announcements)
    return documents.markOutdated()
  }

  async #publish(extent: Extent): Promise<Publication> {
    const { edges, store, documents, notes, generations, precompression } = this.#parts
    const before = await this.#awaitGeneration(extent)
    // Somebody may have deleted all meanwhile.
    await this.#markOutdated()
    const beganMs = performance.now()
    notes.isPublishing = true
    let published: Publication
    try {
      const { change, rest } =
        extent === 'all'
          ? await documents.publish(async (step) => {
              await generations.remember(step.generations)
              edges.onPublication?.(step)
              // Who waits for the feeds is answered before the rest is written.
              await letEventsIn()
            })
          : await documents.publishFeeds({ isMoreToCome: extent === 'feeds so far' })
      published = change
      this.#isOutOther = false
      this.#refused = change.problems
      await generations.remember(rest.generations)
      if (extent === 'all') {
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
    return toSum(before, published)
  }

  /** Much is worth beginning with while the second of the last publication is not over. */
  async #awaitGeneration(extent: Extent): Promise<Publication> {
    const { store, edges, documents } = this.#parts
    const waitMs = await msToGeneration(store, edges.now())
    if (waitMs === 0) return nothingPublished
    const endMs = performance.now() + waitMs
    let change = nothingPublished
    if (extent !== 'feeds so far') {
      const stale = await documents.stale()
      if (isMuch(stale)) change = await this.#publishSome(stale, endMs)
    }
    await pause(Math.max(endMs - performance.now(), 0))
    return change
  }

  /** A turn of what no feed waits for; ends soon after the given moment. */
  async #publishSome(stale: Stale, endMs: number): Promise<Publication> {
    const { documents, notes, generations, edges } = this.#parts
    notes.isPublishing = true
    let change: Publication
    try {
      change = await documents.publishSome(stale, () => performance.now() >= endMs)
      await generations.remember(change.generations)
      edges.onPublication?.(change)
    } finally {
      notes.isPublishing = false
    }
    // Hubs are told, and what was dropped is marked, before the next turn.
    await letEventsIn()
    return change
  }

  /** What a lost store knew is in the published feeds: they stay until all of it is known again. */
  async #isToWithhold(): Promise<boolean> {
    this.#isWithheld = (await this.#parts.store.entryCounts()).recovered > 0
    return this.#isWithheld
  }
}

/** Whether the feeds are not to wait for all of it. */
function isMuch({ pages, links, archivePages, categories }: Stale): boolean {
  const feeds = archivePages.length + categories.length
  return pages.length + links.length + feeds * pagesPerFeed > pagesAtOnceMax
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
