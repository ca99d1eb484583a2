import { toTerm } from '../core/article/hashtags.ts'
import { categoryTidier, toEntry } from '../core/entry/entry.ts'
import type { CategoryRules } from '../core/entry/entry.ts'
import type { EntryRecord } from '../core/entry/catalogue.ts'
import { checkDocument } from '../core/feed/gate.ts'
import { feedFiles, renderDocument, renderFragment } from '../core/feed/feed.ts'
import type { FeedFormat, FeedHead } from '../core/feed/feed.ts'
import type { Problem } from '../core/problem.ts'
import type { Site } from '../core/site.ts'
import type { Output, OutputChange, OutputFile } from '../out/folder.ts'
import type { Rendering, Store } from '../store/store.ts'

export type DocumentRules = {
  readonly site: Site
  readonly categories: CategoryRules
  readonly feedLength: number
  readonly feedLengthMin: number
  readonly feedBytesMax: number
}

/** The order in which the feeds become visible. */
const formats = ['rss', 'atom', 'json'] as const satisfies readonly FeedFormat[]

/** Bytes that a feed's head may need; the window leaves room for it. */
const headBytesMax = 16_384
/** A document with the fewest entries allowed may pass the limit, but not without any bound. */
const documentBytesMax = 64 * 1024 * 1024

type Rendered = { readonly version: string; readonly rendering: Rendering }

/** Keeps the documents in `out/` true to the catalogue: renders what is new, splices, checks, replaces. */
export class Documents {
  readonly #store: Store
  readonly #output: Output
  readonly #rules: DocumentRules
  /** What was rendered of the entries that the documents hold now. */
  #held = new Map<string, Rendered>()

  constructor(store: Store, output: Output, rules: DocumentRules) {
    this.#store = store
    this.#output = output
    this.#rules = rules
  }

  /** Drops what was rendered under other settings, or by another version of this program. */
  async open(fingerprint: string): Promise<void> {
    if ((await this.#store.readValue('rendering-rules')) === fingerprint) return
    await this.#store.keepRenderings(new Map(), 'all')
    await this.#store.writeValue('rendering-rules', fingerprint)
  }

  /** Publishes the main feeds. Its cost follows the length of a feed, not the number of entries. */
  async publish(): Promise<OutputChange & { readonly problems: readonly Problem[] }> {
    const { feedLength, site } = this.#rules
    const records = await this.#store.newest(feedLength)
    const rendered = await this.#render(records)
    const window = this.#cut(records, rendered)
    const language = site.language ?? (await this.#store.commonLanguage())
    const head: FeedHead = {
      site: { ...site, language },
      folder: '',
      updatedAtMs: newestChange(window, site, await this.#store.newestDeletionAtMs()),
    }
    const files: OutputFile[] = []
    const problems: Problem[] = []
    for (const format of formats) {
      const fragments = window.flatMap(({ id }) => rendered.get(id)?.rendering[format] ?? [])
      const document = renderDocument(format, head, fragments)
      const path = feedFiles[format].name
      const refusal = checkDocument(format, document, {
        ids: window.map(({ id }) => id),
        bytesMax: documentBytesMax,
      })
      if (refusal === undefined) files.push({ path, bytes: Buffer.from(document) })
      else problems.push({ code: 'document-refused', path, found: refusal })
    }
    // The feeds tell the same at every moment, or all keep telling the last.
    const change =
      problems.length === 0 ? this.#output.replace(files) : { written: [], unchanged: [] }
    return { ...change, problems }
  }

  /** Gives what was rendered of these entries, and renders what was not. */
  async #render(records: readonly EntryRecord[]): Promise<ReadonlyMap<string, Rendered>> {
    const rendered = new Map<string, Rendered>()
    const unknown: EntryRecord[] = []
    for (const record of records) {
      const held = this.#held.get(record.id)
      if (held?.version === toVersion(record)) rendered.set(record.id, held)
      else unknown.push(record)
    }
    const stored = await this.#store.renderings(unknown.map(({ id }) => id))
    const missing = unknown.filter(({ id }) => !stored.has(id))
    const made = await this.#renderAnew(missing)
    for (const record of unknown) {
      const rendering = stored.get(record.id) ?? made.get(record.id)
      if (rendering !== undefined) {
        rendered.set(record.id, { version: toVersion(record), rendering })
      }
    }
    const dropped = [...this.#held.keys()].filter((id) => !rendered.has(id))
    await this.#store.keepRenderings(made, dropped)
    this.#held = rendered
    return rendered
  }

  async #renderAnew(records: readonly EntryRecord[]): Promise<ReadonlyMap<string, Rendering>> {
    const made = new Map<string, Rendering>()
    if (records.length === 0) return made
    const { site, categories } = this.#rules
    const articles = await this.#store.articles(records.map(({ id }) => id))
    const labels = [...articles.values()].flatMap((article) => article.categories)
    const known = await this.#store.labels([...new Set(labels.map((label) => toTerm(label)))])
    const toCategories = categoryTidier(categories, (term) => known.get(term))
    for (const record of records) {
      const article = articles.get(record.id)
      const { id, publishedAtMs, updatedAtMs, permalink } = record
      if (article === undefined || permalink === undefined) {
        throw new Error(`The store has no article for the entry ${id}`)
      }
      const registration = { id, publishedAtMs, updatedAtMs, permalink }
      const entry = toEntry(article, registration, site, toCategories)
      made.set(id, {
        rss: renderFragment('rss', entry),
        atom: renderFragment('atom', entry),
        json: renderFragment('json', entry),
      })
    }
    return made
  }

  /** The newest entries that fit in every format, the same for all; never fewer than the least number. */
  #cut(
    records: readonly EntryRecord[],
    rendered: ReadonlyMap<string, Rendered>,
  ): readonly EntryRecord[] {
    const { feedLengthMin, feedBytesMax } = this.#rules
    const lengthsBytes = { rss: headBytesMax, atom: headBytesMax, json: headBytesMax }
    for (const [index, { id }] of records.entries()) {
      const rendering = rendered.get(id)?.rendering
      for (const format of formats)
        lengthsBytes[format] += Buffer.byteLength(rendering?.[format] ?? '')
      const isFull = Math.max(...Object.values(lengthsBytes)) > feedBytesMax
      if (isFull && index >= feedLengthMin) return records.slice(0, index)
    }
    return records
  }
}

function toVersion({ updatedAtMs, publishedAtMs, articleKey, permalink }: EntryRecord): string {
  return `${updatedAtMs} ${publishedAtMs} ${articleKey} ${permalink}`
}

/** The newest change the feed contains, never the clock: an edit, an arrival or a deletion. */
function newestChange(
  window: readonly EntryRecord[],
  site: Site,
  deletedAtMs: number | undefined,
): number {
  return window.reduce(
    (newest, { updatedAtMs, arrivedAtMs }) => Math.max(newest, updatedAtMs, arrivedAtMs),
    deletedAtMs ?? (window.length === 0 ? site.createdAtMs : 0),
  )
}
