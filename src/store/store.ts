import type { Article } from '../core/article/article.ts'
import type {
  CatalogueChanges,
  EntryRecord,
  EntryState,
  FileRecord,
  FileState,
} from '../core/entry/catalogue.ts'
import type { Facts } from '../core/entry/identity.ts'
import type { Problem } from '../core/problem.ts'

type Eventually<T> = T | Promise<T>

/** What was rendered of one entry, in each format. */
export type Rendering = {
  readonly rss: string
  readonly atom: string
  readonly json: string
}

export type FileMark = {
  readonly path: string
  readonly state: FileState
  readonly stamp: string
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
 * The catalogue kept between runs. Every call is one exchange about a whole batch, so that a store on
 * another machine stays fast; `commit` is applied whole or not at all.
 */
export type Store = AsyncDisposable & {
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
  /** Live entries, newest published first, ties by id. */
  newest(limit: number): Eventually<readonly EntryRecord[]>
  /** Entries that were deleted after this instant. */
  deletedSince(sinceMs: number): Eventually<number>
  newestDeletionAtMs(): Eventually<number | undefined>
  articles(ids: readonly string[]): Eventually<ReadonlyMap<string, Article>>
  /** The most common language of live entries, if any has one. */
  commonLanguage(): Eventually<string | undefined>
  labels(terms: readonly string[]): Eventually<ReadonlyMap<string, string>>
  renderings(ids: readonly string[]): Eventually<ReadonlyMap<string, Rendering>>
  /** Keeps these renderings and drops all others. */
  keepRenderings(
    made: ReadonlyMap<string, Rendering>,
    dropped: readonly string[] | 'all',
  ): Eventually<void>
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
  | 'published-at-ms'
  | 'standing-problems'
