import { archivePath, feedFiles, toArchivePageName, toOpenPageName } from '../core/feed/feed.ts'
import type { ArchivePageName, FeedHead } from '../core/feed/feed.ts'
import type { CategoryRules } from '../core/entry/entry.ts'
import type { Problem } from '../core/problem.ts'
import type { Output } from '../out/folder.ts'
import type { ScratchFile } from '../store/scratch-file.ts'
import type { LiveEntry, Stale, Store } from '../store/store.ts'
import { archiveLength } from './archive-names.ts'
import { CategoryFolders } from './category-folders.ts'
import { Continuity } from './continuity.ts'
import type { FeedNotes } from './feed-notes.ts'
import type { Crew } from './crew.ts'
import { FeedParts } from './feed-parts.ts'
import type { FeedFile } from './generations.ts'
import { inTurn } from './in-turn.ts'
import { Feeds } from './feeds.ts'
import type { FeedRules } from './feeds.ts'
import { markMissing } from './missing-documents.ts'
import { Outdated } from './outdated.ts'
import { letEventsIn } from './pace.ts'
import { Pages } from './pages.ts'
import { PublicationWriter } from './publication.ts'
import type { Publication } from './publication.ts'
import { PublishedPieces } from './published-pieces.ts'
import { publishArchive } from './publish-archive.ts'
import { publishStylesheets } from './publish-stylesheets.ts'
import { Renderings } from './renderings.ts'
import { Slab } from './slab.ts'

export type DocumentRules = FeedRules & {
  readonly timezone: string
  readonly categories: CategoryRules & { readonly feedMin: number }
  /** Text of a stylesheet to add to all pages. */
  readonly theme: string | undefined
}

type DocumentParts = {
  readonly store: Store
  readonly output: Output
  /** Closed with the documents. */
  readonly scratch: ScratchFile
  readonly notes: FeedNotes
  readonly crew: Crew
  /** Entries may vanish and change their ids, whatever the store knows. */
  readonly acceptsChanges: boolean
}

type Published = { readonly change: Publication; readonly rest: Publication }

/** Raised when what is rendered of an entry changes, or what is kept of it: the documents are then rendered anew. */
const renderingVersion = 4
/** Pages written together. */
const pagesMax = 200
const never = () => false

/**
 * Keeps the documents in `out/` true to the catalogue: renders what is stale, checks it, replaces it.
 * What is named comes before what names it: pages, archive pages, main feeds, category feeds, the rest;
 * then what is to be removed.
 */
export class Documents implements Disposable {
  readonly #store: Store
  readonly #crew: Crew
  readonly #output: Output
  readonly #rules: DocumentRules
  readonly #renderings: Renderings
  readonly #pages: Pages
  readonly #feeds: Feeds
  readonly #pieces: PublishedPieces
  readonly #notes: FeedNotes
  readonly #outdated: Outdated
  readonly parts: FeedParts
  readonly #categories: CategoryFolders
  #isFirst = true
  readonly #slabs = [new Slab(), new Slab()] as const
  #writer: PublicationWriter

  private constructor(parts: DocumentParts, rules: DocumentRules) {
    const { store, output, scratch, notes, crew } = parts
    this.#store = store
    this.#crew = crew
    this.#notes = notes
    this.#output = output
    this.#rules = rules
    this.#writer = new PublicationWriter(output, this.#slabs)
    this.#pieces = new PublishedPieces(store.pieces, output)
    const renderings = new Renderings({ store, scratch, crew, published: this.#pieces }, rules)
    this.#renderings = renderings
    this.#pages = new Pages({ store, renderings, crew }, rules)
    this.#outdated = new Outdated({ store, output, renderings, rules })
    const continuity = new Continuity({ store, output, pieces: this.#pieces }, parts.acceptsChanges)
    const refuse = (problem: Problem) => this.#writer.refuse(problem)
    const allocate = (lengthBytes: number) => this.#writer.allocate(lengthBytes)
    this.#feeds = new Feeds({ store, renderings, continuity, allocate, refuse }, rules)
    const { feedMin } = rules.categories
    const makers = { feeds: this.#feeds, pages: this.#pages }
    this.#categories = new CategoryFolders({
      store,
      output,
      ...makers,
      notes,
      pieces: this.#pieces,
      feedMin,
    })
    this.parts = new FeedParts(store, renderings, rules.site)
  }

  /** Makes all stale that was published under other settings, or by another version of this program. */
  static async open(parts: DocumentParts, rules: DocumentRules): Promise<Documents> {
    const documents = new Documents(parts, rules)
    const { theme, ...others } = rules
    const fingerprint = JSON.stringify([renderingVersion, others, theme !== undefined])
    await documents.#outdated.markOtherRules(fingerprint)
    return documents
  }

  [Symbol.dispose](): void {
    this.#renderings[Symbol.dispose]()
  }

  /** Has what somebody deleted from `out/` published again, though nothing else changed. */
  async lookForMissing(): Promise<void> {
    this.#isFirst = true
    // Where the main feed is missing all is written anew.
    if (!this.#output.has(feedFiles.atom.name)) return
    await markMissing(this.#store.publication, this.#output)
  }

  /**
   * Makes stale what no change of entries does, so that it is known how much there is to publish; to be called
   * before each publication.
   * @returns whether there was something: the main feeds are to be written for it, too
   */
  async markOutdated(): Promise<boolean> {
    const areHubsOthers = await this.#notes.markOutdated()
    return (await this.#outdated.mark()) || areHubsOthers
  }

  /** What is to be published. Categories get their folders by it, since pages link to these. */
  async stale(): Promise<Stale> {
    const { publication } = this.#store
    const stale = await publication.stale()
    const { named, isNew } = await this.#categories.name(stale.categories)
    return isNew ? publication.stale() : { ...stale, categories: named }
  }

  /**
   * Publishes all that is stale. Its cost follows the change and the length of a feed, not the number of
   * entries.
   * @param tell is told once the main feeds and what they name are in place, before the rest is written
   * @returns the whole change, and the rest of it that was not told of
   */
  async publish(tell: (step: Publication) => Promise<void>): Promise<Published> {
    return await this.#write(() => this.#publish(tell))
  }

  /**
   * Publishes the main feeds, and the pages that they name, before all that is stale besides.
   * @param isMoreToCome files are still being taken in; what left the feed gets its place in the archive when it is
   *   known what stands beside it there
   */
  async publishFeeds({ isMoreToCome }: { readonly isMoreToCome: boolean }): Promise<Published> {
    return await this.#write(async () => {
      const window = await this.#openWindow()
      if (!isMoreToCome) await this.#store.publication.archive(archiveLength)
      const shown = new Set(window.map(({ id }) => id))
      const { pages } = await this.#store.publication.stale()
      await this.#publishPages(pages.filter((id) => shown.has(id)))
      await this.#publishMain(window)
      await this.#writer.flush()
      return { change: this.#writer.report(), rest: this.#writer.step() }
    })
  }

  /**
   * Publishes some of what is stale and no feed waits for, what is named before what names it: pages, archive pages,
   * folders of categories. What it did not reach stays stale.
   * @param isOver says whether to leave the rest for later
   */
  async publishSome(stale: Stale, isOver: () => boolean): Promise<Publication> {
    return await this.#write(async () => {
      await this.#beginPages()
      await this.#publishPages([...stale.pages, ...stale.links], isOver)
      const publishRest = await this.#publishArchive(stale.archivePages, isOver)
      await publishRest()
      await this.#categories.publish(stale.categories, this.#writer, isOver)
      await this.#writer.flush()
      return this.#writer.report()
    })
  }

  /** Nothing is being written any more when this ends, however it does. */
  async #write<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#writer = new PublicationWriter(this.#output, this.#slabs)
    try {
      return await work()
    } finally {
      await this.#writer.settle()
    }
  }

  async #publish(tell: (step: Publication) => Promise<void>): Promise<Published> {
    const window = await this.#openWindow()
    await this.#store.publication.archive(archiveLength)
    const stale = await this.stale()
    await this.#publishPages(stale.pages)
    const publishRest = await this.#publishArchive(stale.archivePages)
    await this.#publishMain(window)
    await this.#writer.flush()
    await tell(this.#writer.step())
    await publishRest()
    await this.#publishPages(stale.links)
    await this.#categories.publish(stale.categories, this.#writer, never)
    await this.#publishIndex(window)
    await this.#writer.flush()
    // The last good documents may name what is to be removed.
    if (!this.#writer.hasRefused) await this.#remove()
    await this.#outdated.keepLanguage()
    return { change: this.#writer.report(), rest: this.#writer.step() }
  }

  /** @returns what the main feeds show from now on */
  async #openWindow(): Promise<readonly LiveEntry[]> {
    await this.#prepare()
    const window = await this.#feeds.pickWindow('', '')
    await this.#store.publication.setWindow(window.map(({ id }) => id))
    return window
  }

  async #prepare(): Promise<void> {
    await this.#beginPages()
    if (!this.#isFirst && this.#output.has(feedFiles.atom.name)) return
    this.#isFirst = false
    await publishStylesheets(this.#store, this.#writer, this.#rules.theme)
  }

  async #beginPages(): Promise<void> {
    this.#pages.begin(await this.#outdated.language())
  }

  async #publishPages(ids: readonly string[], isOver = never): Promise<void> {
    this.#crew.begin(ids.length)
    const render = async (some: readonly string[]) => this.#pages.renderArticles(some)
    for await (const [some, files] of inTurn(toChunks(ids, isOver), render, this.#crew.ahead)) {
      await this.#writer.add(files, () => this.#store.publication.settle('page', some))
      await letEventsIn()
    }
  }

  async #publishArchive(
    pages: readonly number[],
    isOver: () => boolean = never,
  ): Promise<() => Promise<void>> {
    const parts = { store: this.#store, feeds: this.#feeds, writer: this.#writer }
    return publishArchive(pages, parts, isOver)
  }

  async #publishMain(window: readonly LiveEntry[]): Promise<void> {
    // It does not name an archive page that was refused, and so may not be there.
    const files = this.#writer.hasRefused ? undefined : await this.#renderMain(window)
    this.#outdated.isFeedRefused = files === undefined
    if (files === undefined) return
    await this.#writer.add(files, () => this.#note('', files, window))
  }

  async #renderMain(window: readonly LiveEntry[]): Promise<readonly FeedFile[] | undefined> {
    const head: FeedHead = {
      ...(await this.#feeds.toLiveHead('', window)),
      archive: { current: true, previous: await this.#findPrevious() },
      hubs: this.#notes.hubs,
    }
    return this.#feeds.render(head, window)
  }

  /** The open page of the archive; while it is still to be written the one that was named before, if there was one. */
  async #findPrevious(): Promise<ArchivePageName | undefined> {
    const { publication } = this.#store
    const last = await publication.archivePage(await publication.archivePages())
    if (last === undefined) return undefined
    const name = toOpenPageName(last)
    if (this.#writer.has(archivePath(name))) return name
    const files = await publication.archiveFiles()
    const names = files.map(({ file }) => toArchivePageName(file))
    return names.findLast((each) => typeof each === 'string' && this.#writer.has(archivePath(each)))
  }

  /** The feeds of a folder are in place. */
  async #note(
    folder: string,
    files: readonly FeedFile[],
    window: readonly LiveEntry[],
  ): Promise<void> {
    await this.#notes.note(folder, files, window)
    await this.#pieces.note(folder, files, window)
  }

  async #publishIndex(window: readonly LiveEntry[]): Promise<void> {
    const deletedAtMs = await this.#store.publication.newestDeletionAtMs('')
    const { updatedAtMs } = await this.#feeds.toHead(window, deletedAtMs)
    await this.#writer.add([await this.#pages.renderIndex(window, updatedAtMs)])
    await this.#categories.publishList(this.#writer)
  }

  async #remove(): Promise<void> {
    const { removed } = await this.#store.publication.stale()
    this.#writer.remove(removed)
    await this.#store.publication.settle('removed', removed)
  }
}

/** As long as it is not over. */
function* toChunks(ids: readonly string[], isOver: () => boolean): Generator<readonly string[]> {
  for (let done = 0; done < ids.length && !isOver(); done += pagesMax) {
    yield ids.slice(done, done + pagesMax)
  }
}
