import { feedFiles, feedFormats, renderDocument } from '../core/feed/feed.ts'
import type { FeedFormat, FeedHead, Fragments } from '../core/feed/feed.ts'
import { toTtlMinutes } from '../core/feed/rhythm.ts'
import { Window } from '../core/feed/window.ts'
import type { WindowRules } from '../core/feed/window.ts'
import type { Problem } from '../core/problem.ts'
import type { Site } from '../core/site.ts'
import type { LiveEntry, Store } from '../store/store.ts'
import { findCandidates } from './candidates.ts'
import type { Continuity } from './continuity.ts'
import { newestChange } from './feed-date.ts'
import type { FeedFile } from './generations.ts'
import { lengthBytesOf } from './rendering.ts'
import type { Renderings } from './renderings.ts'

export type FeedRules = WindowRules & {
  readonly site: Site
  readonly feedLength: number
  readonly arrivalHours: number
  readonly tombstoneDays: number
}

/** A document with the fewest entries allowed may pass the limit, but not without any bound. */
const documentBytesMax = 64 * 1024 * 1024
/** Tombstones in a feed; the head has room for so many. */
const tombstonesMax = 100
/** Entries of a window rendered before it is asked whether it is full. */
const candidatesMax = 50

const dayMs = 86_400_000

type FeedMakers = {
  readonly store: Store
  readonly renderings: Renderings
  readonly continuity: Continuity
  /** Gives memory for a document, which is its own until it is written. */
  readonly allocate: (lengthBytes: number) => Uint8Array
  /** Is told of each document that is not to be published. */
  readonly refuse: (problem: Problem) => void
}

/** Makes feed documents of what the store has at this moment. */
export class Feeds {
  readonly #store: Store
  readonly #renderings: Renderings
  readonly #rules: FeedRules
  readonly #continuity: Continuity
  readonly #allocate: FeedMakers['allocate']
  readonly #refuse: (problem: Problem) => void

  constructor(parts: FeedMakers, rules: FeedRules) {
    this.#store = parts.store
    this.#renderings = parts.renderings
    this.#continuity = parts.continuity
    this.#allocate = parts.allocate
    this.#refuse = parts.refuse
    this.#rules = rules
  }

  /**
   * What the feed of a category shows; that of all for ''.
   * @param folder where that feed is
   */
  async pickWindow(term: string, folder: string): Promise<readonly LiveEntry[]> {
    const candidates = await findCandidates(this.#store.publication, term, this.#rules)
    const window = new Window<LiveEntry>(this.#rules)
    // Few of many large entries fit, and only those are to be rendered.
    for (let done = 0; done < candidates.length; done += candidatesMax) {
      const some = candidates.slice(done, done + candidatesMax)
      await this.#renderings.recall(folder, some)
      const rendered = await this.#renderings.renderRecalled(some, feedFormats)
      for (const each of some) window.take(each, lengthBytesOf(rendered.get(each.id)))
      if (window.isFull) break
    }
    return window.entries
  }

  /** The head of the feed of a category, of all for '', that shows these entries, and what it says of deleted ones. */
  async toLiveHead(term: string, entries: readonly LiveEntry[]): Promise<FeedHead> {
    const { publication } = this.#store
    const head = await this.toHead(entries, await publication.newestDeletionAtMs(term))
    // Days before the feed's own newest change, not before now: an idle feed stays as it is.
    const sinceMs = head.updatedAtMs - this.#rules.tombstoneDays * dayMs
    return { ...head, tombstones: await publication.tombstones(term, sinceMs, tombstonesMax) }
  }

  async toHead(entries: readonly LiveEntry[], deletedAtMs?: number): Promise<FeedHead> {
    const { site } = this.#rules
    const language = site.language ?? (await this.#store.commonLanguage())
    const updatedAtMs = newestChange(entries, site, deletedAtMs)
    const ttlMinutes = toTtlMinutes(entries.map(({ arrivedAtMs }) => arrivedAtMs))
    return { site: { ...site, language }, folder: '', updatedAtMs, ttlMinutes }
  }

  /**
   * The feeds of one folder tell the same at every moment, or all keep telling the last.
   * @returns what is to be written; nothing where one of them was refused
   */
  async render(
    head: FeedHead,
    window: readonly LiveEntry[],
  ): Promise<readonly FeedFile[] | undefined> {
    const broken = await this.#continuity.check(head.folder, window)
    if (broken !== undefined) {
      const path = head.folder + feedFiles.atom.name
      this.#refuse({ code: 'changes-refused', path, found: broken })
      return undefined
    }
    const rendered = await this.#renderings.renderRecalled(window, feedFormats)
    const files = feedFormats.flatMap((format) => {
      const path = `${head.folder}${feedFiles[format].name}`
      return this.#renderOne({ format, path, head }, window, rendered) ?? []
    })
    if (files.length < feedFormats.length) return undefined
    this.#continuity.note(head.folder, window)
    return files
  }

  /** One document of Atom under each of these heads, as they are named; fewer where some were refused. */
  async renderPages(
    heads: ReadonlyMap<string, FeedHead>,
    entries: readonly LiveEntry[],
  ): Promise<readonly FeedFile[]> {
    const rendered = await this.#renderings.render(entries, ['atom'])
    return [...heads].flatMap(
      ([path, head]) => this.#renderOne({ format: 'atom', path, head }, entries, rendered) ?? [],
    )
  }

  #renderOne<Format extends FeedFormat>(
    {
      format,
      path,
      head,
    }: { readonly format: Format; readonly path: string; readonly head: FeedHead },
    entries: readonly LiveEntry[],
    rendered: ReadonlyMap<string, Fragments<Format>>,
  ): FeedFile | undefined {
    const fragments = entries.flatMap(({ id }) => rendered.get(id)?.[format] ?? [])
    const room = { bytesMax: documentBytesMax, allocate: this.#allocate }
    const document = renderDocument(format, head, fragments, room)
    if (document.kind === 'document') {
      const { bytes, frame, layout } = document
      return { path, bytes, madeOf: { fragments, frame, layout } }
    }
    this.#refuse({ code: 'document-refused', path, found: document.reason })
    return undefined
  }
}
