import type { Article } from '../core/article/article.ts'
import { toTerm } from '../core/article/hashtags.ts'
import { categoryTidier, toEntry } from '../core/entry/entry.ts'
import type { CategoryRules, Entry, ToCategories } from '../core/entry/entry.ts'
import { renderFragments } from '../core/feed/feed.ts'
import type { FeedFormat, Fragment } from '../core/feed/feed.ts'
import type { Site } from '../core/site.ts'
import type { LiveEntry, Store } from '../store/store.ts'

/** What was rendered of one version of an entry: a fragment for each format, and what lists tell of it. */
export type Rendering = Readonly<Record<FeedFormat, Fragment>> & Pick<Entry, 'summary' | 'language'>

/** Labels remembered as written; beyond that they are asked for anew. */
const labelsMax = 20_000
/** Bytes of rendered entries that are kept at hand. */
const heldBytesMax = 48 * 1024 * 1024

type Held = {
  readonly version: string
  readonly rendering: Rendering
  readonly lengthBytes: number
}

/** Renders each version of an entry once, for every document that holds it; what was used last is at hand. */
export class Renderings {
  readonly #store: Store
  readonly #site: Site
  readonly #toCategories: ToCategories
  /** Labels as written that were asked for, and what is known of their terms. */
  readonly #written = new Set<string>()
  readonly #labels = new Map<string, string>()
  /** In the order of their last use. */
  readonly #held = new Map<string, Held>()
  #heldBytes = 0

  constructor(store: Store, site: Site, categories: CategoryRules) {
    this.#store = store
    this.#site = site
    this.#toCategories = categoryTidier(categories, (term) => this.#labels.get(term))
  }

  /** Gives what was rendered of these entries, and renders what was not. */
  async render(records: readonly LiveEntry[]): Promise<ReadonlyMap<string, Rendering>> {
    const rendered = new Map<string, Rendering>()
    const unknown: LiveEntry[] = []
    for (const record of records) {
      const held = this.#held.get(record.id)
      if (held?.version === toVersion(record)) {
        this.#held.delete(record.id)
        this.#held.set(record.id, held)
        rendered.set(record.id, held.rendering)
      } else unknown.push(record)
    }
    const entries = await this.toEntries(unknown)
    for (const record of unknown) {
      const entry = entries.get(record.id)
      if (entry === undefined) throw new Error(`The store has no article of ${record.id}`)
      const rendering = toRendering(entry)
      rendered.set(record.id, rendering)
      this.#hold(record, rendering)
    }
    return rendered
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
    for (const label of written) this.#written.add(label)
    const terms = new Set([...written].map((label) => toTerm(label)))
    for (const [term, label] of await this.#store.labels([...terms])) this.#labels.set(term, label)
  }

  #hold(record: LiveEntry, rendering: Rendering): void {
    this.#drop(record.id)
    const held = { version: toVersion(record), rendering, lengthBytes: lengthOf(rendering) }
    this.#held.set(record.id, held)
    this.#heldBytes += held.lengthBytes
    for (const id of this.#held.keys()) {
      if (this.#heldBytes <= heldBytesMax) break
      this.#drop(id)
    }
  }

  #drop(id: string): void {
    this.#heldBytes -= this.#held.get(id)?.lengthBytes ?? 0
    this.#held.delete(id)
  }
}

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
