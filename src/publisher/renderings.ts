import type { Article } from '../core/article/article.ts'
import { toTerm } from '../core/article/hashtags.ts'
import { categoryTidier, toEntry } from '../core/entry/entry.ts'
import type { CategoryRules, Entry, ToCategories } from '../core/entry/entry.ts'
import { feedFormats } from '../core/feed/feed.ts'
import type { FeedFormat, Fragment, Fragments } from '../core/feed/feed.ts'
import type { Site } from '../core/site.ts'
import type { Place, ScratchFile } from '../store/scratch-file.ts'
import type { LiveEntry, Store } from '../store/store.ts'
import type { Rendered, Unrendered } from './craft.ts'
import type { Crew } from './crew.ts'

/** What was rendered of one version of an entry: a fragment for each of these formats, and what lists tell of it. */
export type Rendering<Format extends FeedFormat = FeedFormat> = Fragments<Format> &
  Pick<Entry, 'summary' | 'language'>

/** For some formats. */
type Partly = Partial<Fragments> & Pick<Entry, 'summary' | 'language'>

type RenderingParts = {
  readonly store: Store
  /** Closed with the renderings. */
  readonly scratch: ScratchFile
  readonly crew: Crew
}

/** Labels remembered as written; beyond that they are asked for anew. */
const labelsMax = 20_000
/** Bytes of rendered entries that are kept in memory. */
const heldBytesMax = 32 * 1024 * 1024

type Held = {
  readonly version: string
  readonly rendering: Partly
  readonly lengthBytes: number
}

type PutAway = {
  readonly version: string
  readonly place: Place
  readonly formats: readonly FeedFormat[]
  /** Of the pieces, in their order. */
  readonly lengths: readonly number[]
}

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
  readonly #away = new Map<string, PutAway>()

  constructor(
    { store, scratch, crew }: RenderingParts,
    { site, categories }: { readonly site: Site; readonly categories: CategoryRules },
  ) {
    this.#store = store
    this.#scratch = scratch
    this.#crew = crew
    this.#site = site
    this.#rules = categories
    this.#toCategories = this.#makeTidier()
  }

  [Symbol.dispose](): void {
    this.#scratch[Symbol.dispose]()
  }

  /** Gives what was rendered of these entries for these formats, and renders what was not. */
  async render<Format extends FeedFormat>(
    records: readonly LiveEntry[],
    formats: readonly Format[],
  ): Promise<ReadonlyMap<string, Rendering<Format>>> {
    const rendered = new Map<string, Rendering<Format>>()
    const unknown: { readonly record: LiveEntry; readonly formats: readonly Format[] }[] = []
    for (const record of records) {
      const rendering = this.#find(record)
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
    const version = toVersion(record)
    return ![this.#held, this.#away].some((known) => known.get(record.id)?.version === version)
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
    const version = toVersion(record)
    const held = this.#held.get(id)
    if (held?.version === version) {
      this.#held.delete(id)
      this.#held.set(id, held)
      return held.rendering
    }
    const away = this.#away.get(id)
    if (away?.version !== version) return undefined
    const rendering = unpack(id, this.#scratch.read(away.place), away)
    this.#hold(id, { version, rendering, lengthBytes: away.place.lengthBytes })
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

  #putAway(id: string, { version, rendering }: Held): void {
    const formats = feedFormats.filter((format) => rendering[format] !== undefined)
    const away = this.#away.get(id)
    if (away?.version === version && away.formats.length === formats.length) return
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

function hasAll<Format extends FeedFormat>(
  rendering: Partly | undefined,
  formats: readonly Format[],
): rendering is Rendering<Format> {
  return rendering !== undefined && formats.every((format) => rendering[format] !== undefined)
}

/** What is not in the bytes of the fragments comes first. Nothing is kept of what was refused. */
function pack(
  { summary, language, ...fragments }: Partly,
  formats: readonly FeedFormat[],
): readonly Uint8Array[] | undefined {
  const some = formats.flatMap((format) => fragments[format] ?? [])
  if (some.some(({ refusal }) => refusal !== undefined)) return undefined
  const rest: Rest = { summary, language, prefixes: some.map(({ prefixes }) => prefixes) }
  return [Buffer.from(JSON.stringify(rest)), ...some.map(({ bytes }) => bytes)]
}

function unpack(
  id: string,
  bytes: Uint8Array,
  { formats, lengths }: Pick<PutAway, 'formats' | 'lengths'>,
): Partly {
  let end = 0
  const [head, ...pieces] = lengths.map((length) => {
    end += length
    return bytes.subarray(end - length, end)
  })
  // Written above.
  const { summary, language, prefixes } = JSON.parse(utf8.decode(head)) as Rest
  const fragments = formats.map((format, index): [FeedFormat, Fragment] => [
    format,
    { id, bytes: pieces[index] ?? new Uint8Array(), prefixes: prefixes[index] ?? [] },
  ])
  return { ...Object.fromEntries(fragments), summary, language }
}

type Rest = Pick<Rendering, 'summary' | 'language'> & {
  readonly prefixes: readonly Fragment['prefixes'][]
}

const utf8 = new TextDecoder()

function lengthOf(rendering: Partly): number {
  return feedFormats.reduce((sum, format) => sum + (rendering[format]?.bytes.length ?? 0), 0)
}

function toVersion({ updatedAtMs, publishedAtMs, articleKey, permalink }: LiveEntry): string {
  return `${updatedAtMs} ${publishedAtMs} ${articleKey} ${permalink}`
}

/** Of the format in which it is longest. */
export function lengthBytesOf(rendering: Rendering | undefined): number {
  if (rendering === undefined) return 0
  return Math.max(...feedFormats.map((format) => rendering[format].bytes.length))
}
