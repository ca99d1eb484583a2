import { archivePath, feedFiles, renderDocument, toOpenPageName } from '../core/feed/feed.ts'
import type { FeedFormat, FeedHead, Tombstone } from '../core/feed/feed.ts'
import { toTtlMinutes } from '../core/feed/rhythm.ts'
import { Window } from '../core/feed/window.ts'
import type { WindowRules } from '../core/feed/window.ts'
import type { CategoryRules } from '../core/entry/entry.ts'
import { toTerm } from '../core/article/hashtags.ts'
import { stylesheets } from '../core/page/page.ts'
import type { Site } from '../core/site.ts'
import { toOutputFile } from '../out/folder.ts'
import type { Output, OutputFile } from '../out/folder.ts'
import type { ScratchFile } from '../store/scratch-file.ts'
import type { CategoryRecord, LiveEntry, Store } from '../store/store.ts'
import { archiveLength, toArchiveNames } from './archive-names.ts'
import { findCandidates } from './candidates.ts'
import { toCategorySlug, toFolderFiles } from './category-folder.ts'
import type { FeedNotes } from './feed-notes.ts'
import { newestChange } from './feed-date.ts'
import { FeedParts, toCategorySite } from './feed-parts.ts'
import { Pages } from './pages.ts'
import { PublicationWriter } from './publication.ts'
import type { Publication } from './publication.ts'
import { Renderings } from './renderings.ts'
import type { Rendering } from './renderings.ts'

export type DocumentRules = WindowRules & {
  readonly site: Site
  readonly timezone: string
  readonly categories: CategoryRules & { readonly feedMin: number }
  readonly feedLength: number
  readonly arrivalHours: number
  readonly tombstoneDays: number
  /** Text of a stylesheet to add to all pages. */
  readonly theme: string | undefined
}

type DocumentParts = {
  readonly store: Store
  readonly output: Output
  /** Closed with the documents. */
  readonly scratch: ScratchFile
  readonly notes: FeedNotes
}

/** The order in which the feeds become visible. */
const formats = ['rss', 'atom', 'json'] as const satisfies readonly FeedFormat[]

/** Raised when what is rendered of an entry changes: the documents are then rendered anew. */
const renderingVersion = 3
/** A document with the fewest entries allowed may pass the limit, but not without any bound. */
const documentBytesMax = 64 * 1024 * 1024
/** Tombstones in a feed; the head has room for so many. */
const tombstonesMax = 100
/** Entries of a window rendered before it is asked whether it is full. */
const candidatesMax = 50
/** Pages written together. */
const pagesMax = 200

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/**
 * Keeps the documents in `out/` true to the catalogue: renders what is stale, checks it, replaces it.
 * What is named comes before what names it: pages, archive pages, main feeds, category feeds, the rest;
 * then what is to be removed.
 */
export class Documents implements Disposable {
  readonly #store: Store
  readonly #output: Output
  readonly #rules: DocumentRules
  readonly #renderings: Renderings
  readonly #pages: Pages
  readonly #notes: FeedNotes
  readonly parts: FeedParts
  #isFirst = true
  /** At first it may be of other settings, or of a run that did not reach it. */
  #isOpmlDue = true
  #writer: PublicationWriter

  private constructor({ store, output, scratch, notes }: DocumentParts, rules: DocumentRules) {
    this.#store = store
    this.#notes = notes
    this.#output = output
    this.#rules = rules
    this.#writer = new PublicationWriter(output)
    this.#renderings = new Renderings(store, scratch, rules.site, rules.categories)
    this.#pages = new Pages(store, this.#renderings, rules)
    this.parts = new FeedParts(store, this.#renderings, rules.site)
  }

  /** Makes all stale that was published under other settings, or by another version of this program. */
  static async open(parts: DocumentParts, rules: DocumentRules): Promise<Documents> {
    const { store } = parts
    const documents = new Documents(parts, rules)
    const { theme, ...others } = rules
    const fingerprint = JSON.stringify([renderingVersion, others, theme !== undefined])
    if ((await store.readValue('rendering-rules')) !== fingerprint) {
      await documents.#renew()
      await store.writeValue('rendering-rules', fingerprint)
    }
    return documents
  }

  [Symbol.dispose](): void {
    this.#renderings[Symbol.dispose]()
  }

  async #renew(): Promise<void> {
    for (const label of Object.values(this.#rules.categories.alias)) {
      await this.#store.publication.relabelCategory(toTerm(label), label)
    }
    let after: string | undefined
    for (;;) {
      const records = await this.#store.publication.entriesAfter(after, pagesMax)
      if (records.length === 0) break
      const entries = await this.#renderings.toCategories(records)
      await this.#store.publication.recategorize(entries)
      after = records.at(-1)?.id
    }
    await this.#store.publication.markAllStale()
  }

  /** Says whether there is something to publish. */
  async isStale(): Promise<boolean> {
    return Object.values(await this.#store.publication.stale()).some(({ length }) => length > 0)
  }

  /**
   * Publishes all that is stale. Its cost follows the change and the length of a feed, not the number of
   * entries.
   * @param isPartial more is to come at once: only the main feeds and the pages they name
   * @param tell is told once the main feeds and what they name are in place, before the rest is written
   * @returns the whole change, and the rest of it that was not told of
   */
  async publish(
    isPartial: boolean,
    tell: (step: Publication) => Promise<void>,
  ): Promise<{ readonly change: Publication; readonly rest: Publication }> {
    this.#writer = new PublicationWriter(this.#output)
    await this.#prepare()
    const window = await this.#pickWindow('')
    await this.#store.publication.setWindow(window.map(({ id }) => id))
    if (isPartial) {
      const shown = new Set(window.map(({ id }) => id))
      const { pages } = await this.#store.publication.stale()
      await this.#publishPages(pages.filter((id) => shown.has(id)))
      await this.#publishMain(window, 0)
      return { change: this.#writer.report(), rest: this.#writer.step() }
    }
    const { categories } = await this.#store.publication.stale()
    const areNamed = await this.#nameCategories(categories)
    await this.#store.publication.archive(archiveLength)
    const stale = await this.#store.publication.stale()
    await this.#publishPages(stale.pages)
    await this.#publishArchive(stale.archivePages)
    await this.#publishMain(window, await this.#store.publication.archivePages())
    await tell(this.#writer.step())
    await this.#publishCategories(stale.categories)
    await this.#publishIndex(window, areNamed || stale.categories.length > 0)
    await this.#remove()
    return { change: this.#writer.report(), rest: this.#writer.step() }
  }

  /** Where nothing is published, or the language of the pages changed, all is to be written. */
  async #prepare(): Promise<void> {
    const language = this.#rules.site.language ?? (await this.#store.commonLanguage())
    this.#pages.begin(language)
    const isNew = this.#output.read(feedFiles.atom.name) === undefined
    const before = await this.#store.readValue('pages-language')
    if (isNew || before !== (language ?? '')) {
      await this.#store.publication.markAllStale()
      await this.#store.writeValue('pages-language', language ?? '')
    }
    await this.#notes.prepare()
    if (!this.#isFirst && !isNew) return
    this.#isFirst = false
    const { theme } = this.#rules
    const files = { ...stylesheets, ...(theme === undefined ? {} : { 'theme.css': theme }) }
    await this.#writer.replace(
      Object.entries(files).map(([path, text]) => toOutputFile(path, text)),
    )
    // A file of that name that dropfeed never wrote is not its to remove.
    const wasPublished = (await this.#store.readValue('theme-published')) !== undefined
    if (wasPublished === (theme !== undefined)) return
    if (theme === undefined) this.#writer.remove(['theme.css'])
    await this.#store.writeValue('theme-published', theme === undefined ? undefined : 'yes')
  }

  async #pickWindow(term: string): Promise<readonly LiveEntry[]> {
    const candidates = await findCandidates(this.#store.publication, term, this.#rules)
    const window = new Window<LiveEntry>(this.#rules)
    // Few of many large entries fit, and only those are to be rendered.
    for (let done = 0; done < candidates.length; done += candidatesMax) {
      const some = candidates.slice(done, done + candidatesMax)
      const rendered = await this.#renderings.render(some)
      for (const each of some) window.take(each, lengthBytesOf(rendered.get(each.id)))
      if (window.isFull) break
    }
    return window.entries
  }

  async #publishPages(ids: readonly string[]): Promise<void> {
    for (let done = 0; done < ids.length; done += pagesMax) {
      const some = ids.slice(done, done + pagesMax)
      await this.#writer.replace(await this.#pages.renderArticles(some))
      await this.#store.publication.settle('page', some)
    }
  }

  /**
   * A closed page names the next one, and is never written again but for an edit or a retraction. The
   * open page is written twice: by its number, for the page before to name it for good, and by a name
   * that tells how much it was given, for the feed. Whatever name it still has tells the same.
   */
  async #publishArchive(pages: readonly number[]): Promise<void> {
    const { publication } = this.#store
    const last = await publication.archivePages()
    for (const page of pages) {
      const found = await publication.archivePage(page)
      if (found === undefined) continue
      const rendered = await this.#renderings.render(found.entries)
      const base = await this.#toHead(found.entries, undefined)
      const names = toArchiveNames(found, last)
      const files = names.flatMap((name) => {
        const next = page < last ? page + 1 : undefined
        const archive = { page: name, previous: page > 1 ? page - 1 : undefined, next }
        const head = { ...base, archive }
        return this.#renderFeed('atom', archivePath(name), head, found.entries, rendered) ?? []
      })
      if (files.length < names.length) continue
      await this.#writer.replace(files)
      const paths = files.map(({ path }) => path)
      await publication.nameArchivePage(page, paths)
      await publication.settle('archive', [String(page)])
    }
  }

  async #publishMain(window: readonly LiveEntry[], archivePages: number): Promise<void> {
    const last = await this.#store.publication.archivePage(archivePages)
    const previous = last && toOpenPageName(last)
    const head: FeedHead = {
      ...(await this.#toHead(window, await this.#store.newestDeletionAtMs())),
      archive: { current: true, previous },
    }
    const tombstones = await this.#tombstones(head.updatedAtMs)
    const rendered = await this.#renderings.render(window)
    await this.#publishFeeds({ ...head, tombstones }, window, rendered)
  }

  async #tombstones(updatedAtMs: number): Promise<readonly Tombstone[]> {
    const sinceMs = updatedAtMs - this.#rules.tombstoneDays * dayMs
    return this.#store.publication.tombstones(sinceMs, tombstonesMax)
  }

  /** Gives a folder to each category that has enough entries for the first time. */
  async #nameCategories(terms: readonly string[]): Promise<boolean> {
    const { publication } = this.#store
    const { feedMin } = this.#rules.categories
    let areNamed = false
    for (const term of terms) {
      const category = await publication.category(term)
      if (category === undefined || category.slug !== undefined) continue
      if (category.entries < feedMin) continue
      await publication.nameCategory(term, toCategorySlug(category))
      areNamed = true
    }
    return areNamed
  }

  async #publishCategories(terms: readonly string[]): Promise<void> {
    const { publication } = this.#store
    for (const term of terms) {
      const category = await publication.category(term)
      if (category?.slug !== undefined) {
        const folder = `categories/${category.slug}/`
        if (category.entries === 0) {
          this.#writer.remove(toFolderFiles(folder))
          await this.#notes.forget(folder)
        } else if (!(await this.#publishCategory(category, folder))) continue
      }
      await publication.settle('category', [term])
    }
  }

  async #publishCategory(category: CategoryRecord, folder: string): Promise<boolean> {
    const window = await this.#pickWindow(category.term)
    const base = await this.#toHead(window, undefined)
    const site = toCategorySite(base.site, category.label)
    const rendered = await this.#renderings.render(window)
    const isPublished = await this.#publishFeeds({ ...base, site, folder }, window, rendered)
    await this.#writer.replace([await this.#pages.renderCategory(category, folder, window)])
    return isPublished
  }

  async #publishIndex(window: readonly LiveEntry[], areCategoriesNew: boolean): Promise<void> {
    const { updatedAtMs } = await this.#toHead(window, await this.#store.newestDeletionAtMs())
    await this.#writer.replace([await this.#pages.renderIndex(window, updatedAtMs)])
    const isMissing = this.#output.read('feeds.opml') === undefined
    if (!areCategoriesNew && !isMissing && !this.#isOpmlDue) return
    await this.#writer.replace([await this.#pages.renderOpml(updatedAtMs)])
    this.#isOpmlDue = false
  }

  async #remove(): Promise<void> {
    const { removed } = await this.#store.publication.stale()
    this.#writer.remove(removed)
    await this.#store.publication.settle('removed', removed)
  }

  async #toHead(entries: readonly LiveEntry[], deletedAtMs: number | undefined): Promise<FeedHead> {
    const { site } = this.#rules
    const language = site.language ?? (await this.#store.commonLanguage())
    const updatedAtMs = newestChange(entries, site, deletedAtMs)
    const ttlMinutes = toTtlMinutes(entries.map(({ arrivedAtMs }) => arrivedAtMs))
    return { site: { ...site, language }, folder: '', updatedAtMs, ttlMinutes }
  }

  /** The feeds of one folder tell the same at every moment, or all keep telling the last. */
  async #publishFeeds(
    plainHead: FeedHead,
    window: readonly LiveEntry[],
    rendered: ReadonlyMap<string, Rendering>,
  ): Promise<boolean> {
    const head = { ...plainHead, hubs: this.#notes.hubs }
    const files = formats.flatMap((format) => {
      const path = `${head.folder}${feedFiles[format].name}`
      return this.#renderFeed(format, path, head, window, rendered) ?? []
    })
    if (files.length < formats.length) return false
    await this.#writer.replace(files)
    await this.#notes.note(head.folder, files, window)
    return true
  }

  #renderFeed(
    format: FeedFormat,
    path: string,
    head: FeedHead,
    entries: readonly LiveEntry[],
    rendered: ReadonlyMap<string, Rendering>,
  ): OutputFile | undefined {
    const fragments = entries.flatMap(({ id }) => rendered.get(id)?.[format] ?? [])
    const document = renderDocument(format, head, fragments, documentBytesMax)
    if (document.kind === 'document') return { path, bytes: document.bytes }
    this.#writer.refuse({ code: 'document-refused', path, found: document.reason })
    return undefined
  }
}

function lengthBytesOf(rendering: Rendering | undefined): number {
  if (rendering === undefined) return 0
  return Math.max(...formats.map((format) => rendering[format].bytes.length))
}
