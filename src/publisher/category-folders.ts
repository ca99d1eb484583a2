import type { FeedHead } from '../core/feed/feed.ts'
import type { Output } from '../out/folder.ts'
import type { CategoryRecord, Store } from '../store/store.ts'
import { toCategoryFolder, toCategorySlug, toFolderFiles } from './category-folder.ts'
import type { FeedNotes } from './feed-notes.ts'
import { toCategorySite } from './feed-parts.ts'
import type { Feeds } from './feeds.ts'
import { letEventsIn } from './pace.ts'
import type { Pages } from './pages.ts'
import type { PublicationWriter } from './publication.ts'
import type { PublishedPieces } from './published-pieces.ts'

type FolderParts = {
  readonly store: Store
  readonly output: Output
  readonly feeds: Feeds
  readonly pages: Pages
  readonly notes: FeedNotes
  readonly pieces: PublishedPieces
  /** Entries from which on a category has a folder. */
  readonly feedMin: number
}

/** Publishes the folders of categories, each with feeds and a page of its own, and the list of them. */
export class CategoryFolders {
  readonly #parts: FolderParts
  /** At first it may be of other settings, or of a run that did not reach it. */
  #isListDue = true

  constructor(parts: FolderParts) {
    this.#parts = parts
  }

  /**
   * Gives a folder to each of these categories that has enough entries for the first time. Those that have none
   * after that are not stale any more.
   * @returns the others, and whether one is new: pages can link to it now, and are stale
   */
  async name(
    terms: readonly string[],
  ): Promise<{ readonly named: readonly string[]; readonly isNew: boolean }> {
    const { store, feedMin } = this.#parts
    const named: string[] = []
    const others: string[] = []
    let isNew = false
    for (const term of terms) {
      const category = await store.publication.category(term)
      if (category !== undefined && category.slug === undefined && category.entries >= feedMin) {
        await store.publication.nameCategory(term, toCategorySlug(category))
        isNew = true
        named.push(term)
      } else (category?.slug === undefined ? others : named).push(term)
    }
    await store.publication.settle('category', others)
    this.#isListDue ||= isNew
    return { named, isNew }
  }

  /**
   * Publishes the folders of these categories, in no order among each other; those that have no entries any more are to be removed.
   * @param isOver says whether to leave the rest for later
   */
  async publish(
    terms: readonly string[],
    writer: PublicationWriter,
    isOver: () => boolean,
  ): Promise<void> {
    const { publication } = this.#parts.store
    const find = async (term = '') => publication.category(term)
    let next = await find(terms[0])
    for (const [index, term] of terms.entries()) {
      if (isOver()) return
      const category = next
      next = await find(terms[index + 1])
      if (category?.slug === undefined) await publication.settle('category', [term])
      else if (category.entries === 0) await this.#removeFolder(category)
      else await this.#publishFolder(category, writer, next)
      await letEventsIn()
    }
  }

  /** Publishes the list of all folders, if it may be another one than before. */
  async publishList(writer: PublicationWriter): Promise<void> {
    const { output, pages } = this.#parts
    if (!this.#isListDue && output.has('feeds.opml')) return
    await writer.add([await pages.renderOpml()], () => {
      this.#isListDue = false
    })
  }

  /** Where a feed of it is refused it stays stale. */
  async #publishFolder(
    category: CategoryRecord,
    writer: PublicationWriter,
    next: CategoryRecord | undefined,
  ): Promise<void> {
    const { store, output, feeds, pages, notes, pieces } = this.#parts
    const folder = toCategoryFolder(category)
    this.#isListDue ||= !output.has(`${folder}index.html`)
    const window = await feeds.pickWindow(category.term, folder)
    if (next?.slug !== undefined) pieces.readAhead(toCategoryFolder(next))
    const base = await feeds.toLiveHead(category.term, window)
    const site = toCategorySite(base.site, category.label)
    const head: FeedHead = { ...base, site, folder, hubs: notes.hubs }
    const files = await feeds.render(head, window)
    const page = await pages.renderCategory(category, folder, window)
    await writer.addBeside([...(files ?? []), page], async () => {
      if (files === undefined) return
      await notes.note(folder, files, window)
      await pieces.note(folder, files, window)
      await store.publication.settle('category', [category.term])
      await store.publication.settle('removed', toFolderFiles(folder))
    })
  }

  /** Its files go when nothing names them any more. */
  async #removeFolder(category: CategoryRecord): Promise<void> {
    const { store, notes } = this.#parts
    const folder = toCategoryFolder(category)
    await store.publication.markStale('removed', toFolderFiles(folder))
    await notes.forget(folder)
    await store.pieces.write(folder, undefined)
    await store.publication.settle('category', [category.term])
    this.#isListDue = true
  }
}
