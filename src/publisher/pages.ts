import type { Category, Entry } from '../core/entry/entry.ts'
import { feedFormats } from '../core/feed/feed.ts'
import type { FeedFormat } from '../core/feed/feed.ts'
import { renderCategoryPage, renderIndexPage, renderOpml } from '../core/page/page.ts'
import type { CategoryLink, PageSite, Teaser } from '../core/page/page.ts'
import type { Site } from '../core/site.ts'
import { toOutputFile } from '../out/folder.ts'
import type { OutputFile } from '../out/folder.ts'
import type { CategoryRecord, LiveEntry, Store } from '../store/store.ts'
import type { Unrendered } from './craft.ts'
import type { Crew } from './crew.ts'
import type { Rendering } from './rendering.ts'
import type { Renderings } from './renderings.ts'

export type PageRules = {
  readonly site: Site
  readonly timezone: string
  readonly theme: string | undefined
  readonly feedLength: number
}

type PageParts = {
  readonly store: Store
  readonly renderings: Renderings
  readonly crew: Crew
}

/** Entries that an index page shows, and categories. */
const teasersMax = 50
const categoriesMax = 200

/** Renders pages for people, from what the store has at this moment. */
export class Pages {
  /** That of the feed: the setting, else the most common one. */
  #language: string | undefined
  readonly #store: Store
  readonly #renderings: Renderings
  readonly #crew: Crew
  readonly #rules: PageRules
  /** What the publication in hand has asked for already. */
  readonly #categories = new Map<string, CategoryRecord | undefined>()

  constructor({ store, renderings, crew }: PageParts, rules: PageRules) {
    this.#store = store
    this.#renderings = renderings
    this.#crew = crew
    this.#rules = rules
  }

  /** Forgets what an earlier publication has asked for. */
  begin(language: string | undefined): void {
    this.#language = language
    this.#categories.clear()
  }

  async renderArticles(ids: readonly string[]): Promise<readonly OutputFile[]> {
    const records = await this.#store.publication.liveEntries(ids)
    const entries = await this.#renderings.toEntries(records)
    const neighbours = await this.#store.publication.neighbours(records)
    const known: LiveEntry[] = []
    const items: Unrendered[] = []
    for (const record of records) {
      const entry = entries.get(record.id)
      if (entry === undefined) continue
      const { newer, older } = neighbours.get(record.id) ?? {}
      known.push(record)
      const page = {
        path: record.permalink,
        categories: await this.#toLinks(entry.categories),
        newer: newer && toBareTeaser(newer),
        older: older && toBareTeaser(older),
      }
      const formats = this.#renderings.isNew(record) ? await this.#toFormats(entry) : []
      items.push({ entry, formats, page })
    }
    const rendered = await this.#crew.render({ context: this.#context, items })
    return known.map((record, index): OutputFile => {
      const [item, result] = [items[index], rendered[index]]
      if (item === undefined || result?.page === undefined) {
        throw new Error(`the page of ${record.id} was not rendered`)
      }
      if (item.formats.length > 0) this.#renderings.keep(record, item.entry, result)
      return { path: record.permalink, bytes: result.page }
    })
  }

  /**
   * What has a page will be in the archive or in the main feed, and both are Atom. All formats are wanted
   * where one of the feeds of its categories is likely to show it.
   */
  async #toFormats({ categories }: Entry): Promise<readonly FeedFormat[]> {
    let shown = 0
    for (const { term } of categories) {
      const category = await this.#findCategory(term)
      if (category?.slug === undefined || category.entries === 0) continue
      shown += Math.min(this.#rules.feedLength / category.entries, 1)
    }
    return shown >= 1 ? feedFormats : ['atom']
  }

  async renderIndex(window: readonly LiveEntry[], updatedAtMs: number): Promise<OutputFile> {
    const categories = await this.#store.publication.commonCategories(categoriesMax)
    const page = renderIndexPage(this.#context, {
      entries: await this.#toTeasers(window),
      categories: categories.map((category) => toLink(category)),
      updatedAtMs,
    })
    return toOutputFile('index.html', page)
  }

  async renderCategory(
    { label }: CategoryRecord,
    folder: string,
    window: readonly LiveEntry[],
  ): Promise<OutputFile> {
    const entries = await this.#toTeasers(window)
    return toOutputFile(
      `${folder}index.html`,
      renderCategoryPage(this.#context, { label, folder, entries }),
    )
  }

  async renderOpml(): Promise<OutputFile> {
    const categories = await this.#store.publication.publishedCategories()
    const { title } = this.#rules.site
    const feeds = categories.map(({ label, slug = '' }) => ({
      title: `${title} – ${label}`,
      folder: `categories/${slug}/`,
    }))
    return toOutputFile(
      'feeds.opml',
      renderOpml(this.#rules.site, [{ title, folder: '' }, ...feeds]),
    )
  }

  get #context(): PageSite {
    const { site, timezone, theme } = this.#rules
    return {
      site: { ...site, language: this.#language },
      timezone,
      hasTheme: theme !== undefined,
    }
  }

  async #toTeasers(window: readonly LiveEntry[]): Promise<readonly Teaser[]> {
    const records = window.slice(0, teasersMax)
    const rendered = await this.#renderings.renderRecalled(records, [])
    return records.map((record) => toTeaser(record, rendered.get(record.id)))
  }

  async #toLinks(categories: readonly Category[]): Promise<readonly CategoryLink[]> {
    const links: CategoryLink[] = []
    for (const { term, label } of categories) {
      const category = await this.#findCategory(term)
      links.push({ ...(category === undefined ? {} : toLink(category)), label, count: undefined })
    }
    return links
  }

  async #findCategory(term: string): Promise<CategoryRecord | undefined> {
    if (!this.#categories.has(term)) {
      this.#categories.set(term, await this.#store.publication.category(term))
    }
    return this.#categories.get(term)
  }
}

function toLink({ label, slug, entries }: CategoryRecord): CategoryLink {
  const path = slug === undefined || entries === 0 ? undefined : `categories/${slug}/`
  return { label, path, count: entries }
}

function toTeaser(record: LiveEntry, rendering: Rendering<never> | undefined): Teaser {
  const { summary = '', language } = rendering ?? {}
  return { ...toBareTeaser(record), summary, language }
}

function toBareTeaser({ title, permalink, publishedAtMs }: LiveEntry): Teaser {
  return { title, path: permalink, publishedAtMs, summary: '' }
}
