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
import type { FileOutcome, OutcomeCounts } from '../core/entry/outcome.ts'
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

export type Leftovers = {
  /** Their files became those of other entries. */
  readonly entries: readonly EntryRecord[]
  /** Their originals became other articles. */
  readonly copies: readonly FileRecord[]
}

/**
 * A document, or several, that no longer tell the truth. `page`: of an entry, by id; `links`: the same, where
 * only what it leads to has changed; `category`: all of
 * a category, by term; `archive`: an archive page, by number; `removed`: a file to remove, by path.
 */
export type StaleKind = 'page' | 'links' | 'category' | 'archive' | 'removed'

/** Pages are in the order of publication, newest first; none is in both lists. */
export type Stale = {
  readonly pages: readonly string[]
  readonly links: readonly string[]
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
  /** The names it was published under last and before, which readers may be on their way to. */
  readonly file?: string | undefined
  readonly fileBefore?: string | undefined
  /** Its live entries that the window does not show, newest published first. */
  readonly entries: readonly LiveEntry[]
}

/** What is published where, and which documents are still to be written. */
export type PublicationStore = {
  /** Whether any document no longer tells the truth. */
  isStale(): Eventually<boolean>
  stale(): Eventually<Stale>
  /** These documents tell the truth again. */
  settle(kind: StaleKind, names: readonly string[]): Eventually<void>
  markAllStale(): Eventually<void>
  /** These documents no longer tell the truth; what is `removed` goes unless it is written again before. */
  markStale(kind: StaleKind, names: readonly string[]): Eventually<void>
  /** The live entries that follow this permalink, by permalink. */
  pagesAfter(
    permalink: string,
    limit: number,
  ): Eventually<readonly { readonly id: string; readonly permalink: string }[]>
  /** Each archive page that was published, and the name it has. */
  archiveFiles(): Eventually<readonly { readonly page: number; readonly file: string }[]>
  /** Those of these entries that are live, in any order. */
  liveEntries(ids: readonly string[]): Eventually<readonly LiveEntry[]>
  /** Of each of these, by id. */
  neighbours(entries: readonly LiveEntry[]): Eventually<ReadonlyMap<string, Neighbours>>
  /** Live entries, newest published first, ties by id. */
  newest(limit: number): Eventually<readonly LiveEntry[]>
  newestArrivalAtMs(): Eventually<number | undefined>
  newestArrivalAtMsIn(term: string): Eventually<number | undefined>
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
  /** Calls a known category by another spelling. */
  relabelCategory(term: string, label: string): Eventually<void>
  /** Adds categories that were read back from what was published to a new catalogue. */
  recoverCategories(categories: readonly CategoryRecord[]): Eventually<void>
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
  /** Keeps under which names a page was published, its own last; one that is two names old is to be removed. */
  nameArchivePage(page: number, files: readonly string[]): Eventually<void>
  /** The number of the newest archive page; 0 when there is none. */
  archivePages(): Eventually<number>
  archivePage(page: number): Eventually<ArchivePage | undefined>
  /** Says whether an entry had its page here that is not published any more. */
  isGone(permalink: string): Eventually<boolean>
  /** When an entry of this category was deleted last; of all for ''. */
  newestDeletionAtMs(term: string): Eventually<number | undefined>
  /** Entries of this category, or of all for '', that were deleted after this instant, the latest first. */
  tombstones(
    term: string,
    sinceMs: number,
    limit: number,
  ): Eventually<readonly { readonly id: string; readonly deletedAtMs: number }[]>
}

/** A feed of which a hub has not been told in its present state. */
export type Untold = {
  /** Below `out/`. */
  readonly path: string
  /** Of the document as it is. */
  readonly digest: string
  /** That failed; for a repeat, how often the hub was told the same before. */
  readonly attempts: number
  /** Not to be told before. */
  readonly nextAtMs: number
}

/** What is known of a hub elsewhere. */
export type HubState = {
  readonly attempts: number
  readonly nextAtMs: number
  /** When it failed first since it took anything. */
  readonly failingSinceMs?: number | undefined
  /** The documents do not name it, since it has failed for long. */
  readonly isLeftOut: boolean
  readonly answeredAtMs?: number | undefined
  readonly answer?: string | undefined
}

/** Which hubs elsewhere are to be told of what. */
export type AnnouncementStore = {
  /** Forgets all that is known of other hubs than these. */
  keepHubs(addresses: readonly string[]): Eventually<void>
  hub(address: string): Eventually<HubState>
  writeHub(address: string, state: HubState): Eventually<void>
  /** The main feeds first; at most `limit`. */
  untold(address: string, limit: number): Eventually<readonly Untold[]>
  countUntold(address: string): Eventually<number>
  /** Feeds that a hub was told of, and is to be told of once more; the first due first. */
  repeats(address: string, limit: number): Eventually<readonly Untold[]>
  /** A hub took what it was told, and when to tell it the same once more, if at all. */
  writeTold(
    address: string,
    path: string,
    told: {
      readonly digest: string
      /** How often it was told the same before. */
      readonly repeats: number
      readonly repeatAtMs: number | undefined
    },
  ): Eventually<void>
  /** A hub refused what it was told of one feed, and when to try again. */
  writeRefused(
    address: string,
    path: string,
    refused: { readonly attempts: number; readonly nextAtMs: number },
  ): Eventually<void>
  /** Until when the public address counts as one that shows changes late. */
  lagsUntilMs(): Eventually<number>
  writeLag(untilMs: number): Eventually<void>
}

/** A subscription that the built-in hub has verified. */
export type Subscription = {
  readonly callback: string
  /** Of the feed, below `out/`. */
  readonly path: string
  /** Of the feed: '' or `categories/general/`. */
  readonly folder: string
  readonly host: string
  readonly secret?: string | undefined
  readonly expiresAtMs: number
  /** The number of the last change that was delivered. */
  readonly told: number
  readonly attempts: number
  readonly nextAtMs: number
}

/** A request to the built-in hub that is still to be verified, or denied. */
export type Verification = {
  readonly callback: string
  readonly path: string
  readonly host: string
  readonly mode: 'subscribe' | 'unsubscribe' | 'denied'
  readonly secret?: string | undefined
  readonly leaseS: number
  /** Why it is denied. */
  readonly reason?: string | undefined
  readonly attempts: number
  readonly nextAtMs: number
}

/** An entry that a feed shows anew or in a new version, or one that it showed and that was deleted. */
export type FeedChange = { readonly id: string; readonly number: number } & (
  { readonly kind: 'put' } | { readonly kind: 'gone'; readonly deletedAtMs: number | undefined }
)

/** What the built-in hub remembers. */
export type SubscriptionStore = {
  countSubscriptions(nowMs: number, host?: string): Eventually<number>
  countVerifications(host?: string): Eventually<number>
  subscription(callback: string, path: string): Eventually<Subscription | undefined>
  /** Adds or renews a subscription; a new one is told of what changes from now on. */
  subscribe(subscription: Omit<Subscription, 'told' | 'attempts' | 'nextAtMs'>): Eventually<void>
  unsubscribe(callback: string, path: string): Eventually<void>
  /** Takes the place of an earlier request for the same callback and feed. */
  ask(verification: Verification): Eventually<void>
  /** A request that is decided; one that took its place meanwhile stays. */
  decide(verification: Verification): Eventually<void>
  /** Requests whose moment has come, the first due first. */
  dueVerifications(nowMs: number, limit: number): Eventually<readonly Verification[]>
  /** Subscriptions that are behind their feed and whose moment has come. */
  dueDeliveries(nowMs: number, limit: number): Eventually<readonly Subscription[]>
  /** When the next request or delivery is due that is not yet. */
  nextDueAtMs(nowMs: number): Eventually<number | undefined>
  /** Keeps what came of a delivery, unless the subscription is gone. */
  writeDelivery(
    subscription: Pick<Subscription, 'callback' | 'path' | 'told' | 'attempts' | 'nextAtMs'>,
  ): Eventually<void>
  /** Ends subscriptions whose lease is over. */
  expire(nowMs: number): Eventually<void>
  /** What a feed came to show or lost after this change, in order; at most `limit`. */
  changesSince(folder: string, number: number, limit: number): Eventually<readonly FeedChange[]>
  /** Says whether there is a feed of this folder. */
  isFeed(folder: string): Eventually<boolean>
  /** Deliveries that were not made yet. */
  countDeliveries(): Eventually<number>
}

/** The feeds of a folder as they are now, for those who are told of it. */
export type FeedNote = {
  readonly folder: string
  /** Digests of the documents by path, for hubs elsewhere. */
  readonly digests: ReadonlyMap<string, string>
  /** What it shows, for the built-in hub; none when there is no such hub. */
  readonly window: readonly LiveEntry[] | undefined
}

/** What hubs need to have remembered. */
export type HubStore = {
  /** The feeds of all categories are to be written again, since they are to name other hubs. */
  markCategoriesStale(): Eventually<void>
  /** Feeds are noted once they are visible: a crash between the two is made good by the next run. */
  noteFeeds(note: FeedNote): Eventually<void>
  /** The feeds of this folder are no more: their subscribers are told so. */
  forgetFeeds(folder: string): Eventually<void>
  readonly announcements: AnnouncementStore
  readonly subscriptions: SubscriptionStore
}

/** A version of a feed document, and what it had that the one before had not. */
export type GenerationStep = { readonly hash: string; readonly fresh: readonly string[] }

/** What the versions of feed documents held, without their text. */
export type GenerationStore = {
  latest(
    path: string,
  ): Eventually<{ readonly hash: string; readonly parts: readonly string[] } | undefined>
  /** Oldest first. */
  steps(path: string): Eventually<readonly GenerationStep[]>
  /** Adds a version to each of these documents, all or none, and forgets those beyond so many of one. */
  add(
    steps: readonly (GenerationStep & {
      readonly path: string
      readonly parts: readonly string[]
    })[],
    stepsMax: number,
  ): Eventually<void>
}

/** How the feeds of each folder are put together, in the words of who writes it. */
export type PieceStore = {
  read(folder: string): Eventually<string | undefined>
  /** @param pieces nothing where they are to be forgotten */
  write(folder: string, pieces: string | undefined): Eventually<void>
  /** Of all folders. */
  forgetAll(): Eventually<void>
}

/** What became of files, for people who ask. */
export type OutcomeStore = {
  /** Costs as much as there are files that are not simply published; none is `waiting` here. */
  count(): Eventually<OutcomeCounts>
  /** Of all files, or of those at and below these paths, by path. */
  list(paths?: readonly string[]): Eventually<readonly FileOutcome[]>
}

/**
 * The catalogue kept between runs. Every call is one exchange about a whole batch, so that a store on
 * another machine stays fast; `commit` is applied whole or not at all.
 */
export type Store = AsyncDisposable & {
  readonly publication: PublicationStore
  readonly hubs: HubStore
  readonly generations: GenerationStore
  readonly pieces: PieceStore
  readonly outcomes: OutcomeStore
  /** False: it was removed or replaced since it was opened, and what is written to it is lost. */
  isInPlace(): Eventually<boolean>
  /** A value that dropfeed keeps for itself. */
  readValue(name: ValueName): Eventually<string | undefined>
  writeValue(name: ValueName, value: string | undefined): Eventually<void>
  /** The marks of these files. */
  marks(paths: readonly string[]): Eventually<readonly FileMark[]>
  /** The marks of the files that come after this path, in the order of their paths; after '' the first ones. */
  marksAfter(path: string, limit: number): Eventually<readonly FileMark[]>
  /** The marks of all known files in a folder and below. */
  marksBelow(folder: string): Eventually<readonly FileMark[]>
  facts(query: FactsQuery): Eventually<Facts>
  /** The files that are copies of these articles. */
  copies(articleKeys: readonly string[]): Eventually<readonly FileRecord[]>
  files(state: FileState): Eventually<readonly FileRecord[]>
  entries(ids: readonly string[]): Eventually<readonly EntryRecord[]>
  recovered(): Eventually<readonly EntryRecord[]>
  commit(changes: CatalogueChanges): Eventually<CommitSummary>
  /** What a run left that did not come to its end; looks at all entries. */
  leftovers(): Eventually<Leftovers>
  /** Adds what was read back from published feeds to a new catalogue; what it knows already is left out. */
  recover(records: readonly EntryRecord[]): Eventually<void>
  /** Scheduled entries whose moment has come, and live ones whose time is over. */
  due(nowMs: number): Eventually<{
    readonly starting: readonly EntryRecord[]
    readonly ending: readonly EntryRecord[]
  }>
  nextDueAtMs(): Eventually<number | undefined>
  /** Entries dated in the future, the next first. */
  scheduled(limit: number): Eventually<readonly EntryRecord[]>
  /** Entries whose files were deleted after this instant. */
  deletedSince(sinceMs: number): Eventually<number>
  articles(ids: readonly string[]): Eventually<ReadonlyMap<string, Article>>
  /**
   * The most common language of live entries, if any has one; the value `feed-language` instead, as long as that
   * one is about as common.
   */
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
  | 'run-open'
  | 'reading-rules'
  | 'rendering-rules'
  | 'inbox-identity'
  | 'retractions-confirmed'
  | 'pages-language'
  | 'feed-language'
  | 'theme-published'
  | 'precompressed'
  | 'published-at-ms'
  | 'standing-problems'
  | 'hubs-published'
  | 'feeds-lag-until-ms'
