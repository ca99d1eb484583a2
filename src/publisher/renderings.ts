import type { Article } from '../core/article/article.ts'
import { toTerm } from '../core/article/hashtags.ts'
import { categoryTidier, toEntry } from '../core/entry/entry.ts'
import type { CategoryRules, Entry, ToCategories } from '../core/entry/entry.ts'
import { renderFragments } from '../core/feed/feed.ts'
import type { FeedFormat, Fragment } from '../core/feed/feed.ts'
import type { Site } from '../core/site.ts'
import type { Place, ScratchFile } from '../store/scratch-file.ts'
import type { LiveEntry, Store } from '../store/store.ts'

/** What was rendered of one version of an entry: a fragment for each format, and what lists tell of it. */
export type Rendering = Readonly<Record<FeedFormat, Fragment>> & Pick<Entry, 'summary' | 'language'>

/** Labels remembered as written; beyond that they are asked for anew. */
const labelsMax = 20_000
/** Bytes of rendered entries that are kept in memory. */
const heldBytesMax = 32 * 1024 * 1024

type Held = {
  readonly version: string
  readonly rendering: Rendering
  readonly lengthBytes: number
}

type PutAway = {
  readonly version: string
  readonly place: Place
  /** Of the pieces, in their order. */
  readonly lengths: readonly number[]
}

/**
 * Renders each version of an entry once, for every document that holds it. What was used last is in
 * memory, what was used before that in a file that ends with this process.
 */
export class Renderings implements Disposable {
  readonly #store: Store
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

  /** @param scratch is closed with this */
  constructor(store: Store, scratch: ScratchFile, site: Site, categories: CategoryRules) {
    this.#store = store
    this.#scratch = scratch
    this.#site = site
    this.#rules = categories
    this.#toCategories = this.#makeTidier()
  }

  [Symbol.dispose](): void {
    this.#scratch[Symbol.dispose]()
  }

  /** Gives what was rendered of these entries, and renders what was not. */
  async render(records: readonly LiveEntry[]): Promise<ReadonlyMap<string, Rendering>> {
    const rendered = new Map<string, Rendering>()
    const unknown: LiveEntry[] = []
    for (const record of records) {
      const rendering = this.#find(record)
      if (rendering === undefined) unknown.push(record)
      else rendered.set(record.id, rendering)
    }
    const entries = await this.#makeEntries(unknown)
    for (const record of unknown) {
      const entry = entries.get(record.id)
      if (entry === undefined) throw new Error(`The store has no article of ${record.id}`)
      rendered.set(record.id, this.#render(record, entry))
    }
    return rendered
  }

  /**
   * Makes entries as documents show them, from what the store has, and renders them where they are not
   * yet: who asks for an entry is followed by its feeds.
   */
  async toEntries(records: readonly LiveEntry[]): Promise<ReadonlyMap<string, Entry>> {
    const entries = await this.#makeEntries(records)
    for (const record of records) {
      const entry = entries.get(record.id)
      if (entry !== undefined && !this.#isKnown(record)) this.#render(record, entry)
    }
    return entries
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
    const entries = await this.#makeEntries(records)
    return [...entries.values()].map(({ id, categories }) => ({ id, categories }))
  }

  async #makeEntries(records: readonly LiveEntry[]): Promise<ReadonlyMap<string, Entry>> {
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

  #isKnown(record: LiveEntry): boolean {
    const version = toVersion(record)
    return [this.#held, this.#away].some((known) => known.get(record.id)?.version === version)
  }

  #find(record: LiveEntry): Rendering | undefined {
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
    const rendering = unpack(id, this.#scratch.read(away.place), away.lengths)
    this.#hold(id, { version, rendering, lengthBytes: away.place.lengthBytes })
    return rendering
  }

  #render(record: LiveEntry, entry: Entry): Rendering {
    const rendering = toRendering(entry)
    const lengthBytes = lengthOf(rendering)
    this.#hold(record.id, { version: toVersion(record), rendering, lengthBytes })
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
    if (this.#away.get(id)?.version === version) return
    const pieces = pack(rendering)
    if (pieces === undefined) return
    const bytes = Buffer.concat(pieces)
    let place = this.#scratch.write(bytes)
    if (place === undefined) {
      this.#away.clear()
      this.#scratch.clear()
      place = this.#scratch.write(bytes)
    }
    if (place === undefined) return
    this.#away.set(id, { version, place, lengths: pieces.map(({ length }) => length) })
  }
}

/** What is not in the bytes of the fragments comes first. Nothing is kept of what was refused. */
function pack({
  rss,
  atom,
  json,
  summary,
  language,
}: Rendering): readonly Uint8Array[] | undefined {
  const fragments = [rss, atom, json]
  if (fragments.some(({ refusal }) => refusal !== undefined)) return undefined
  const rest: Rest = { summary, language, prefixes: fragments.map(({ prefixes }) => prefixes) }
  return [Buffer.from(JSON.stringify(rest)), rss.bytes, atom.bytes, json.bytes]
}

function unpack(id: string, bytes: Uint8Array, lengths: readonly number[]): Rendering {
  let end = 0
  const [head, rss, atom, json] = lengths.map((length) => {
    end += length
    return bytes.subarray(end - length, end)
  })
  // Written above.
  const { summary, language, prefixes } = JSON.parse(utf8.decode(head)) as Rest
  const toFragment = (piece: Uint8Array | undefined, index: number): Fragment => ({
    id,
    bytes: piece ?? new Uint8Array(),
    prefixes: prefixes[index] ?? [],
  })
  return {
    rss: toFragment(rss, 0),
    atom: toFragment(atom, 1),
    json: toFragment(json, 2),
    summary,
    language,
  }
}

type Rest = Pick<Rendering, 'summary' | 'language'> & {
  readonly prefixes: readonly Fragment['prefixes'][]
}

const utf8 = new TextDecoder()

function toRendering(entry: Entry): Rendering {
  const { summary, language } = entry
  return { ...renderFragments(entry), summary, language }
}

function lengthOf({ rss, atom, json }: Rendering): number {
  return rss.bytes.length + atom.bytes.length + json.bytes.length
}

function toVersion({ updatedAtMs, publishedAtMs, articleKey, permalink }: LiveEntry): string {
  return `${updatedAtMs} ${publishedAtMs} ${articleKey} ${permalink}`
}

/** Of the format in which it is longest. */
export function lengthBytesOf(rendering: Rendering | undefined): number {
  if (rendering === undefined) return 0
  return Math.max(
    ...[rendering.rss, rendering.atom, rendering.json].map(({ bytes }) => bytes.length),
  )
}
