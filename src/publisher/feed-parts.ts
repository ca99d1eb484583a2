import { renderDocument } from '../core/feed/feed.ts'
import type { FeedHead } from '../core/feed/feed.ts'
import type { Site } from '../core/site.ts'
import type { FeedPart } from '../hub/delivery.ts'
import type { Store } from '../store/store.ts'
import type { Renderings } from './renderings.ts'

/** Renders feed documents that hold some of a feed's entries, for those who have the others. */
export class FeedParts {
  readonly #store: Store
  readonly #renderings: Renderings
  readonly #site: Site

  constructor(store: Store, renderings: Renderings, site: Site) {
    this.#store = store
    this.#renderings = renderings
    this.#site = site
  }

  /**
   * Renders the entries that are live, newest published first, under the head of their feed.
   * @returns `undefined` when nothing is left to say
   * @throws Error when the document is not what it should be
   */
  async render(
    { format, folder, ids, tombstones }: FeedPart,
    hubs: readonly string[],
  ): Promise<Uint8Array | undefined> {
    const records = (await this.#store.entries(ids))
      .flatMap(({ state, permalink, ...record }) =>
        state === 'live' && permalink !== undefined ? [{ ...record, permalink }] : [],
      )
      .toSorted((a, b) => b.publishedAtMs - a.publishedAtMs || (a.id < b.id ? -1 : 1))
    if (records.length + tombstones.length === 0) return undefined
    const rendered = await this.#renderings.render(records, [format])
    const instants = [
      ...records.flatMap(({ updatedAtMs, arrivedAtMs }) => [updatedAtMs, arrivedAtMs]),
      ...tombstones.map(({ deletedAtMs }) => deletedAtMs),
    ]
    const head: FeedHead = {
      site: await this.#toSite(folder),
      folder,
      updatedAtMs: instants.reduce((newest, instant) => Math.max(newest, instant), 0),
      tombstones,
      hubs,
    }
    const fragments = records.flatMap(({ id }) => rendered.get(id)?.[format] ?? [])
    const document = renderDocument(format, head, fragments)
    if (document.kind === 'document') return document.bytes
    throw new Error(`a part of a feed is not delivered: ${document.reason}`)
  }

  async #toSite(folder: string): Promise<Site> {
    const language = this.#site.language ?? (await this.#store.commonLanguage())
    const site = { ...this.#site, language }
    if (folder === '') return site
    const categories = await this.#store.publication.publishedCategories()
    const category = categories.find(({ slug }) => `categories/${slug}/` === folder)
    return category === undefined ? site : toCategorySite(site, category.label)
  }
}

/** The feeds of a category say whose they are. */
export function toCategorySite(site: Site, label: string): Site {
  return { ...site, title: `${site.title} – ${label}` }
}
