import type { Article } from '../core/article/article.ts'
import { toTerm } from '../core/article/hashtags.ts'
import type { EntryRecord } from '../core/entry/catalogue.ts'
import { categoryTidier, toEntry } from '../core/entry/entry.ts'
import type { CategoryRules, Entry, ToCategories } from '../core/entry/entry.ts'
import { renderFragment } from '../core/feed/feed.ts'
import type { Site } from '../core/site.ts'
import type { Rendering, Store } from '../store/store.ts'

/** Labels remembered as written; beyond that they are asked for anew. */
const labelsMax = 20_000
/** Characters of rendered entries that are kept at hand. */
const heldLengthMax = 24 * 1024 * 1024

type Held = { readonly version: string; readonly rendering: Rendering }

/**
 * Renders each version of an entry once, for every document that holds it. What was used last is at
 * hand; what the main feeds hold is kept in the store across restarts.
 */
export class Renderings {
  readonly #store: Store
  readonly #site: Site
  readonly #toCategories: ToCategories
  /** Labels as written that were asked for, and what is known of their terms. */
  readonly #written = new Set<string>()
  readonly #labels = new Map<string, string>()
  /** In the order of their last use. */
  readonly #held = new Map<string, Held>()
  #heldLength = 0
  #kept: ReadonlySet<string> | undefined

  constructor(store: Store, site: Site, categories: CategoryRules) {
    this.#store = store
    this.#site = site
    this.#toCategories = categoryTidier(categories, (term) => this.#labels.get(term))
  }

  /** Gives what was rendered of these entries, and renders what was not; one may be named twice. */
  async render(records: readonly EntryRecord[]): Promise<ReadonlyMap<string, Rendering>> {
    const rendered = new Map<string, Rendering>()
    const unknown: EntryRecord[] = []
    for (const record of new Map(records.map((each) => [each.id, each])).values()) {
      const held = this.#held.get(record.id)
      if (held?.version === toVersion(record)) {
        this.#hold(record, held.rendering)
        rendered.set(record.id, held.rendering)
      } else unknown.push(record)
    }
    const stored = await this.#store.renderings(unknown.map(({ id }) => id))
    const entries = await this.toEntries(unknown.filter(({ id }) => !stored.has(id)))
    for (const record of unknown) {
      const entry = entries.get(record.id)
      const rendering = stored.get(record.id) ?? (entry && renderEntry(entry))
      if (rendering === undefined) throw new Error(`The store has no article of ${record.id}`)
      rendered.set(record.id, rendering)
      this.#hold(record, rendering)
    }
    return rendered
  }

  /** Makes entries as documents show them, from what the store has. */
  async toEntries(records: readonly EntryRecord[]): Promise<ReadonlyMap<string, Entry>> {
    const entries = new Map<string, Entry>()
    if (records.length === 0) return entries
    const articles = await this.#store.articles(records.map(({ id }) => id))
    await this.#learnLabels(articles.values())
    for (const { id, publishedAtMs, updatedAtMs, permalink } of records) {
      const article = articles.get(id)
      if (article === undefined || permalink === undefined) continue
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

  /** Keeps these renderings across a restart, and those kept before no longer. */
  async keep(rendered: ReadonlyMap<string, Rendering>): Promise<void> {
    const kept = this.#kept
    this.#kept = new Set(rendered.keys())
    if (kept === undefined) {
      const stored = await this.#store.renderings([...rendered.keys()])
      const isComplete = stored.size === rendered.size
      if (!isComplete) await this.#store.keepRenderings(rendered, 'all')
      return
    }
    const made = new Map([...rendered].filter(([id]) => !kept.has(id)))
    const stored = await this.#store.renderings([...kept].filter((id) => rendered.has(id)))
    for (const [id, rendering] of rendered) if (!stored.has(id)) made.set(id, rendering)
    const dropped = [...kept].filter((id) => !rendered.has(id))
    await this.#store.keepRenderings(made, dropped)
  }

  #hold(record: EntryRecord, rendering: Rendering): void {
    const before = this.#held.get(record.id)
    if (before !== undefined) {
      this.#held.delete(record.id)
      this.#heldLength -= lengthOf(before.rendering)
    }
    this.#held.set(record.id, { version: toVersion(record), rendering })
    this.#heldLength += lengthOf(rendering)
    for (const [id, held] of this.#held) {
      if (this.#heldLength <= heldLengthMax) break
      this.#held.delete(id)
      this.#heldLength -= lengthOf(held.rendering)
    }
  }
}

function renderEntry(entry: Entry): Rendering {
  return {
    rss: renderFragment('rss', entry),
    atom: renderFragment('atom', entry),
    json: renderFragment('json', entry),
  }
}

function lengthOf({ rss, atom, json }: Rendering): number {
  return rss.length + atom.length + json.length
}

function toVersion({ updatedAtMs, publishedAtMs, articleKey, permalink }: EntryRecord): string {
  return `${updatedAtMs} ${publishedAtMs} ${articleKey} ${permalink}`
}
