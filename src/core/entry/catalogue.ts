import type { Article } from '../article/article.ts'
import type { Problem } from '../problem.ts'
import type { Category } from './entry.ts'
import type { PermalinkWish } from './permalink.ts'
import type { Sketch } from './sketch.ts'

/**
 * - `live`: in the feeds.
 * - `scheduled`: dated in the future; becomes live at that moment.
 * - `expired`: its file is there, its time is over.
 * - `retracted`: its file is gone; a tombstone.
 * - `recovered`: read back from a published feed after the store was lost; waits for its file.
 */
export type EntryState = 'live' | 'scheduled' | 'expired' | 'retracted' | 'recovered'

/** What the catalogue knows of an entry besides its content. */
export type EntryRecord = {
  readonly id: string
  readonly state: EntryState
  readonly title: string
  readonly publishedAtMs: number
  readonly updatedAtMs: number
  /** When subscribers could first see it; for the stock found by the first load, when it was published. */
  readonly arrivedAtMs: number
  /** When readers last lost it; absent while it is live, and for what they never saw. */
  readonly deletedAtMs?: number | undefined
  readonly expiresAtMs?: number | undefined
  /** Path below the base address; given at first publication, kept for good. */
  readonly permalink?: string | undefined
  /** Digest of all that the author gave; equal keys are the same article. */
  readonly articleKey: string
  /** Digest of what a reader sees; `updatedAtMs` moves when it changes. */
  readonly visibleKey: string
  readonly sketch: Sketch
  /** Where its file lies, or last lay. */
  readonly path?: string | undefined
}

/**
 * What a file in the inbox is to the catalogue.
 *
 * - `entry`: it is the file of an entry.
 * - `copy`: its article is that of another file's entry.
 * - `draft`: not to be published yet.
 * - `held`: it has a problem; `entryId` is its earlier version, if there is one.
 * - `missing`: it is gone, together with so many others that its entry stays until that is confirmed.
 */
export type FileState = 'entry' | 'copy' | 'draft' | 'held' | 'missing'

export type FileRecord = {
  readonly path: string
  readonly state: FileState
  /** Size, times and inode in one text; equal stamps are an untouched file. */
  readonly stamp: string
  /** Inode and birth time in one text: the same file, whatever its name. */
  readonly identity: string
  /** Digest of the bytes; empty where they were not read. */
  readonly bytesKey: string
  readonly entryId?: string | undefined
  readonly articleKey?: string | undefined
  readonly problems: readonly Problem[]
}

/** A new entry, or the next version of a known one. */
export type EntryChange = {
  readonly id: string
  readonly state: EntryState
  /** Undefined: the very instant that `updatedAtMs` becomes, for an article without a date. */
  readonly publishedAtMs?: number | undefined
  /** The catalogue takes the first free instant from here on, so that no two entries share one. Undefined: unchanged. */
  readonly updatedFromMs?: number | undefined
  readonly arrivedAtMs?: number | undefined
  readonly expiresAtMs?: number | undefined
  /** When readers lose it by this change. Undefined: unchanged; for what is live there is none. */
  readonly deletedAtMs?: number | undefined
  readonly articleKey: string
  readonly visibleKey: string
  readonly sketch: Sketch
  readonly article: Article
  /** The article as the catalogue keeps it. Undefined: it is the same as before. */
  readonly kept?: Uint8Array | undefined
  /** Its categories, tidied by the settings. */
  readonly categories: readonly Category[]
  /** The wished permalink, used when the entry has none yet; the catalogue makes it unique. */
  readonly permalink: PermalinkWish
}

/** One step of the catalogue, applied whole or not at all. */
export type CatalogueChanges = {
  readonly entries: readonly EntryChange[]
  readonly files: readonly FileRecord[]
  readonly forgottenPaths: readonly string[]
  /** Entries that stop being live. */
  readonly ended: readonly {
    readonly id: string
    readonly state: 'retracted' | 'expired'
    readonly atMs: number
  }[]
  /**
   * True: more has to follow before all entries have their files and all copies their originals; should
   * it never come, the next run makes up for it. False: nothing has to. Undefined: as before.
   */
  readonly isRunOpen?: boolean | undefined
}

/** Says whether readers may have seen an entry: its date and address then stay as they are. */
export function wasSeen({
  state,
  deletedAtMs,
}: Pick<EntryRecord, 'state' | 'deletedAtMs'>): boolean {
  return state === 'live' || state === 'recovered' || deletedAtMs !== undefined
}

export const noChanges: CatalogueChanges = { entries: [], files: [], forgottenPaths: [], ended: [] }
