import type { Article } from '../core/article/article.ts'
import { toTerm } from '../core/article/hashtags.ts'
import { categoryTidier, toEntry } from '../core/entry/entry.ts'
import type { CategoryRules, Entry, ToCategories } from '../core/entry/entry.ts'
import { feedFormats } from '../core/feed/feed.ts'
import type { FeedFormat } from '../core/feed/feed.ts'
import type { Site } from '../core/site.ts'
import type { Place, ScratchFile } from '../store/scratch-file.ts'
import type { LiveEntry, Store } from '../store/store.ts'
import type { Rendered, Unrendered } from './craft.ts'
import type { Crew } from './crew.ts'
import type { PublishedPieces } from './published-pieces.ts'
import {
  hasAll,
  inOwnMemory,
  isSameVersion,
  lengthOf,
  pack,
  toVersion,
  unpack,
} from './rendering.ts'
import type { Packed, Partly, Rendering, Version } from './rendering.ts'

type RenderingParts = {
  readonly store: Store
  /** Closed with the renderings. */
  readonly scratch: ScratchFile
  readonly crew: Crew
  readonly published: PublishedPieces
}

/** Labels remembered as written; beyond that they are asked for anew. */
const labelsMax = 20_000
/** Fewer are rendered in the time in which the documents of a folder are read. */
const publishedMin = 3
/** Bytes of rendered entries that are kept in memory. */
const heldBytesMax = 32 * 1024 * 1024

type Held = {
  readonly version: Version
  readonly rendering: Partly
  readonly lengthBytes: number
  /** It came from `out/`, and need not be put away. */
  readonly isPublished?: boolean
}

type PutAway = Packed & { readonly version: Version; readonly place: Place }

/**
 * Renders each version of an entry once for each format, for every document that holds it. What was used last is in
 * memory, what was used before that in a file that ends with this process.
 */
export class Renderings implements Disposable {
  readonly #store: Store
  readonly #crew: Crew
  readonly #site: Site
  readonly #rules: CategoryRules
  #toCategories: ToCategories
  /** Labels as written that were asked for, and what is known of their terms. */
  readonly #written = new Set<string>()
  readonly #labels = new Map<string, string>()
  /** In the order of their last use. */
  readonly #held = new Map<string, Held>()
  #heldBytes = 0
  readonly #scratch: ScratchFile
  readonly #published: PublishedPieces
  readonly #away = new Map<string, PutAway>()

  constructor(
    { store, scratch, crew, published }: RenderingParts,
    { site, categories }: { readonly site: Site; readonly categories: CategoryRules },
  ) {
    this.#store = store
    this.#scratch = scratch
    this.#published = published
    this.#crew = crew
    this.#site = site
    this.#rules = categories
    this.#toCategories = this.#makeTidier()
  }

  [Symbol.dispose](): void {
    this.#scratch[Symbol.dispose]()
  }

  /**
   * Has at hand what the published feeds of a folder show of these entries, if much of it is not, in the place of what
   * another folder's do; the rest is rendered when it is asked for.
   */
  async recall(folder: string, records: readonly LiveEntry[]): Promise<void> {
    const unknown = records.filter((record) => !hasAll(this.#find(record), feedFormats))
    if (unknown.length < publishedMin) return
    await this.#published.open(folder)
    // The main feeds show it again at the next change; where that of a category will be is not known.
    if (folder !== '') return
    for (const record of unknown) {
      const found = this.#published.find(record)
      if (found === undefined) continue
      const lengthBytes = lengthOf(found)
      const rendering = inOwnMemory(found)
      this.#hold(record.id, {
        version: toVersion(record),
        rendering,
        lengthBytes,
        isPublished: true,
      })
    }
  }

  /** As `render`; bytes that were recalled are true until those of another folder are. */
  async renderRecalled<Format extends FeedFormat>(
    records: readonly LiveEntry[],
    formats: readonly Format[],
  ): Promise<ReadonlyMap<string, Rendering<Format>>> {
    return this.#render(records, formats, (record) => {
      const known = this.#find(record)
      return hasAll(known, formats) ? known : (this.#published.find(record) ?? known)
    })
  }

  /** Gives what was rendered of these entries for these formats, and renders what was not. */
  async render<Format extends FeedFormat>(
    records: readonly LiveEntry[],
    formats: readonly Format[],
  ): Promise<ReadonlyMap<string, Rendering<Format>>> {
    return this.#render(records, formats, (record) => this.#find(record))
  }

  async #render<Format extends FeedFormat>(
    records: readonly LiveEntry[],
    formats: readonly Format[],
    find: (record: LiveEntry) => Partly | undefined,
  ): Promise<ReadonlyMap<string, Rendering<Format>>> {
    const rendered = new Map<string, Rendering<Format>>()
    const unknown: { readonly record: LiveEntry; readonly formats: readonly Format[] }[] = []
    for (const record of records) {
      const rendering = find(record)
      if (hasAll(rendering, formats)) rendered.set(record.id, rendering)
      else {
        const missing = formats.filter((format) => rendering?.[format] === undefined)
        unknown.push({ record, formats: missing })
      }
    }
    if (unknown.length === 0) return rendered
    const entries = await this.toEntries(unknown.map(({ record }) => record))
    const items = unknown.map(({ record, formats: missing }): Unrendered => {
      const entry = entries.get(record.id)
      if (entry === undefined) throw new Error(`The store has no article of ${record.id}`)
      return { entry, formats: missing }
    })
    const results = await this.#crew.renderNow({ context: undefined, items })
    for (const [index, { record }] of unknown.entries()) {
      const [item, result] = [items[index], results[index]]
      if (item === undefined || result === undefined) continue
      const rendering = this.keep(record, item.entry, result)
      if (!hasAll(rendering, formats)) throw new Error(`${record.id} was not rendered`)
      rendered.set(record.id, rendering)
    }
    return rendered
  }

  /** Whether nothing is at hand that was rendered of this version of an entry. */
  isNew(record: LiveEntry): boolean {
    return ![this.#held, this.#away].some((known) => isOf(record, known.get(record.id)))
  }

  /** Has at hand what was rendered of an entry, beside what was rendered of that version before. */
  keep(record: LiveEntry, { summary, language }: Entry, { fragments }: Rendered): Partly {
    const rendering = { ...this.#find(record), ...fragments, summary, language }
    const lengthBytes = lengthOf(rendering)
    this.#hold(record.id, { version: toVersion(record), rendering, lengthBytes })
    return rendering
  }

  /** Asks for all labels anew: a category that had none when it was asked for may have one now. */
  forgetLabels(): void {
    this.#written.clear()
    this.#labels.clear()
    this.#toCategories = this.#makeTidier()
  }

  #makeTidier(): ToCategories {
    return categoryTidier(this.#rules, (term) => this.#labels.get(term))
  }

  /** The categories of entries, under the rules of now. */
  async toCategories(
    records: readonly LiveEntry[],
  ): Promise<readonly Pick<Entry, 'id' | 'categories'>[]> {
    const entries = await this.toEntries(records)
    return [...entries.values()].map(({ id, categories }) => ({ id, categories }))
  }

  /** Makes entries as documents show them, from what the store has. */
  async toEntries(records: readonly LiveEntry[]): Promise<ReadonlyMap<string, Entry>> {
    const entries = new Map<string, Entry>()
    if (records.length === 0) return entries
    const articles = await this.#store.articles(records.map(({ id }) => id))
    await this.#learnLabels(articles.values())
    for (const { id, publishedAtMs, updatedAtMs, permalink } of records) {
      const article = articles.get(id)
      if (article === undefined) continue
      const registration = { id, publishedAtMs, updatedAtMs, permalink }
      entries.set(id, toEntry(article, registration, this.#site, this.#toCategories))
    }
    return entries
  }

  /** A category's label never changes once it is known, so each is asked for once. */
  async #learnLabels(articles: Iterable<Article>): Promise<void> {
    const written = new Set<string>()
    for (const { categories } of articles) {
      for (const label of categories) if (!this.#written.has(label)) written.add(label)
    }
    if (written.size === 0) return
    if (this.#written.size > labelsMax) {
      this.#written.clear()
      this.#labels.clear()
    }
    const terms = new Set([...written].map((label) => toTerm(label)))
    for (const [term, label] of await this.#store.labels([...terms])) this.#labels.set(term, label)
    // Last, so that whoever asks meanwhile does not take them for known.
    for (const label of written) this.#written.add(label)
  }

  #find(record: LiveEntry): Partly | undefined {
    const { id } = record
    const held = this.#held.get(id)
    if (isOf(record, held)) {
      this.#held.delete(id)
      this.#held.set(id, held)
      return held.rendering
    }
    const away = this.#away.get(id)
    if (!isOf(record, away)) return undefined
    const rendering = unpack(id, this.#scratch.read(away.place), away)
    this.#hold(id, { version: away.version, rendering, lengthBytes: away.place.lengthBytes })
    return rendering
  }

  #hold(id: string, held: Held): void {
    this.#heldBytes += held.lengthBytes - (this.#held.get(id)?.lengthBytes ?? 0)
    this.#held.delete(id)
    this.#held.set(id, held)
    for (const [oldest, dropped] of this.#held) {
      if (this.#heldBytes <= heldBytesMax) break
      this.#held.delete(oldest)
      this.#heldBytes -= dropped.lengthBytes
      this.#putAway(oldest, dropped)
    }
  }

  #putAway(id: string, { version, rendering, isPublished }: Held): void {
    if (isPublished === true) return
    const formats = feedFormats.filter((format) => rendering[format] !== undefined)
    const away = this.#away.get(id)
    if (isOf(version, away) && away.formats.length === formats.length) return
    const pieces = pack(rendering, formats)
    if (pieces === undefined) return
    const bytes = Buffer.concat(pieces)
    let place = this.#scratch.write(bytes)
    if (place === undefined) {
      this.#away.clear()
      this.#scratch.clear()
      place = this.#scratch.write(bytes)
    }
    if (place === undefined) return
    const lengths = pieces.map(({ length }) => length)
    this.#away.set(id, { version, place, formats, lengths })
  }
}

function isOf<Known extends { readonly version: Version }>(
  version: Version,
  known: Known | undefined,
): known is Known {
  return known !== undefined && isSameVersion(known.version, version)
}
