import type { Article } from '../core/article/article.ts'
import type {
  CatalogueChanges,
  EntryRecord,
  EntryState,
  FileRecord,
  FileState,
} from '../core/entry/catalogue.ts'
import type { Category } from '../core/entry/entry.ts'
import type { Facts } from '../core/entry/identity.ts'
import type { Problem } from '../core/problem.ts'

type Eventually<T> = T | Promise<T>

/** What documents have to know of a live entry besides its article. */
export type LiveEntry = Pick<
  EntryRecord,
  'id' | 'title' | 'publishedAtMs' | 'updatedAtMs' | 'arrivedAtMs' | 'articleKey'
> & { readonly permalink: string }

export type FileMark = {
  readonly path: string
  readonly state: FileState
  readonly stamp: string
  readonly hasProblems: boolean
}

/** What a chunk of arrivals asks about. */
export type FactsQuery = {
  readonly paths: readonly string[]
  readonly articleKeys: readonly string[]
  readonly ids: readonly string[]
}

export type CatalogueCounts = {
  readonly entries: Readonly<Record<EntryState, number>>
  readonly files: Readonly<Record<FileState, number>>
}

/** A change of the commit in hand, by what it did to the live entries. */
export type CommitSummary = {
  readonly added: number
  readonly updated: number
  readonly removed: number
}

/**
 * A document, or several, that no longer tell the truth. `page`: of an entry, by id; `category`: all of
 * a category, by term; `archive`: an archive page, by number; `removed`: a file to remove, by path.
 */
export type StaleKind = 'page' | 'category' | 'archive' | 'removed'

/** Pages are in the order of publication, newest first. */
export type Stale = {
  readonly pages: readonly string[]
  readonly categories: readonly string[]
  readonly archivePages: readonly number[]
  readonly removed: readonly string[]
}

export type CategoryRecord = {
  readonly term: string
  readonly label: string
  /** Live entries in it. */
  readonly entries: number
  /** The name of its folder; given when it is first published, kept for good. */
  readonly slug?: string | undefined
}

/** The live entries next to one by date of publication. */
export type Neighbours = {
  readonly newer?: LiveEntry | undefined
  readonly older?: LiveEntry | undefined
}

export type ArchivePage = {
  readonly page: number
  /** Entries it was ever given; never less than it has. */
  readonly given: number
  /** Its live entries that the window does not show, newest published first. */
  readonly entries: readonly LiveEntry[]
}

/** What is published where, and which documents are still to be written. */
export type PublicationStore = {
  stale(): Eventually<Stale>
  /** These documents tell the truth again. */
  settle(kind: StaleKind, names: readonly string[]): Eventually<void>
  markAllStale(): Eventually<void>
  /** These files are to be removed, unless they are written again before. */
  markRemoved(paths: readonly string[]): Eventually<void>
  /** Those of these entries that are live, in any order. */
  liveEntries(ids: readonly string[]): Eventually<readonly LiveEntry[]>
  /** Of each of these, by id. */
  neighbours(entries: readonly LiveEntry[]): Eventually<ReadonlyMap<string, Neighbours>>
  /** Live entries, newest published first, ties by id. */
  newest(limit: number): Eventually<readonly LiveEntry[]>
  newestArrivalAtMs(): Eventually<number | undefined>
  /** Live entries that arrived after this instant, the latest first. */
  arrivedSince(sinceMs: number, limit: number): Eventually<readonly LiveEntry[]>
  newestIn(term: string, limit: number): Eventually<readonly LiveEntry[]>
  arrivedSinceIn(term: string, sinceMs: number, limit: number): Eventually<readonly LiveEntry[]>
  category(term: string): Eventually<CategoryRecord | undefined>
  /** Those with the most entries first. */
  commonCategories(limit: number): Eventually<readonly CategoryRecord[]>
  /** Those that have a folder, by its name. */
  publishedCategories(): Eventually<readonly CategoryRecord[]>
  /** Gives a category its folder name: the wish, or with a number if that is taken. */
  nameCategory(term: string, wish: string): Eventually<string>
  /** Sets anew which categories entries are in, after the settings that tidy them changed. */
  recategorize(
    entries: readonly { readonly id: string; readonly categories: readonly Category[] }[],
  ): Eventually<void>
  /** Live entries in the order of their making, after this one. */
  entriesAfter(id: string | undefined, limit: number): Eventually<readonly LiveEntry[]>
  /** Keeps which entries the main feed shows. */
  setWindow(ids: readonly string[]): Eventually<void>
  /** Gives each live entry that the window does not show a place in the archive, oldest first. */
  archive(pageLength: number): Eventually<void>
  /** Keeps under which name a page was published; one that is two names old is to be removed. */
  nameArchivePage(page: number, file: string): Eventually<void>
  /** The number of the newest archive page; 0 when there is none. */
  archivePages(): Eventually<number>
  archivePage(page: number): Eventually<ArchivePage | undefined>
  /** Says whether an entry had its page here that is not published any more. */
  isGone(permalink: string): Eventually<boolean>
  /** Entries deleted after this instant, the latest first. */
  tombstones(
    sinceMs: number,
    limit: number,
  ): Eventually<readonly { readonly id: string; readonly deletedAtMs: number }[]>
}

/**
 * The catalogue kept between runs. Every call is one exchange about a whole batch, so that a store on
 * another machine stays fast; `commit` is applied whole or not at all.
 */
export type Store = AsyncDisposable & {
  readonly publication: PublicationStore
  /** A value that dropfeed keeps for itself. */
  readValue(name: ValueName): Eventually<string | undefined>
  writeValue(name: ValueName, value: string | undefined): Eventually<void>
  /** The marks of these files; without `paths` those of all. */
  marks(paths?: readonly string[]): Eventually<readonly FileMark[]>
  /** The paths of all known files in these folders and below. */
  pathsBelow(folders: readonly string[]): Eventually<readonly string[]>
  facts(query: FactsQuery): Eventually<Facts>
  /** The files that are copies of these articles. */
  copies(articleKeys: readonly string[]): Eventually<readonly FileRecord[]>
  files(state: FileState): Eventually<readonly FileRecord[]>
  entries(ids: readonly string[]): Eventually<readonly EntryRecord[]>
  recovered(): Eventually<readonly EntryRecord[]>
  commit(changes: CatalogueChanges): Eventually<CommitSummary>
  /** Adds what was read back from published feeds to a new catalogue. */
  recover(records: readonly EntryRecord[]): Eventually<void>
  /** Scheduled entries whose moment has come, and live ones whose time is over. */
  due(nowMs: number): Eventually<{
    readonly starting: readonly EntryRecord[]
    readonly ending: readonly EntryRecord[]
  }>
  nextDueAtMs(): Eventually<number | undefined>
  /** Entries dated in the future, the next first. */
  scheduled(limit: number): Eventually<readonly EntryRecord[]>
  /** Entries that were deleted after this instant. */
  deletedSince(sinceMs: number): Eventually<number>
  newestDeletionAtMs(): Eventually<number | undefined>
  articles(ids: readonly string[]): Eventually<ReadonlyMap<string, Article>>
  /** The most common language of live entries, if any has one. */
  commonLanguage(): Eventually<string | undefined>
  labels(terms: readonly string[]): Eventually<ReadonlyMap<string, string>>
  /** Entries by state; costs the same however many there are. */
  entryCounts(): Eventually<CatalogueCounts['entries']>
  /** Counts all files, so it is for those who ask, not for every run. */
  counts(): Eventually<CatalogueCounts>
  /** The standing problems of all files, by path; at most `limit`. */
  problems(limit: number): Eventually<readonly Problem[]>
}

export type ValueName =
  | 'site-id'
  | 'created-at-ms'
  | 'first-load-done'
  | 'reading-rules'
  | 'rendering-rules'
  | 'inbox-identity'
  | 'retractions-confirmed'
  | 'pages-language'
  | 'theme-published'
  | 'precompressed'
  | 'published-at-ms'
  | 'standing-problems'
