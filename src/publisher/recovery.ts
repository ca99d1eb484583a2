import { randomUUID } from 'node:crypto'
import { toTerm } from '../core/article/hashtags.ts'
import type { EntryRecord } from '../core/entry/catalogue.ts'
import { toSketch } from '../core/entry/sketch.ts'
import { archivePath, feedFiles, toArchivePageName } from '../core/feed/feed.ts'
import type { Tombstone } from '../core/feed/feed.ts'
import { readPublishedCategories, readPublishedFeed } from '../core/feed/read-feed.ts'
import type { PublishedEntry, PublishedFeed } from '../core/feed/read-feed.ts'
import type { Log } from '../log.ts'
import type { Output } from '../out/folder.ts'
import type { CategoryRecord, Store } from '../store/store.ts'
import { archiveLength } from './archive-names.ts'

export type Origin = {
  /** `urn:uuid:…` */
  readonly siteId: string
  readonly createdAtMs: number
  /** The store knew no publication yet. */
  readonly isNew: boolean
  /** How many entries were read back from the published feeds, if the store is new. */
  readonly recovered: number
}

/**
 * Gives the publication its identity: the store's, else, if the store was lost, that of the feeds it
 * has published (with their entries, which then wait for their files), else a new one.
 */
export async function recoverOrigin(
  store: Store,
  output: Output,
  edges: {
    readonly log: Log
    readonly now: () => number
    readonly mintSiteId?: (() => string) | undefined
    /** Newest entries that the main feed shows, whenever they arrived. */
    readonly feedLength: number
  },
): Promise<Origin> {
  const known = await store.readValue('site-id')
  const createdAtMs = await store.readValue('created-at-ms')
  if (known !== undefined && createdAtMs !== undefined) {
    return { siteId: known, createdAtMs: Number(createdAtMs), isNew: false, recovered: 0 }
  }
  const published = readPublished(output, edges.feedLength)
  const { records } = published
  await store.recover([...records, ...published.tombstones.map(toTombstoneRecord)])
  await store.publication.recoverCategories(readCategories(output))
  // They are written anew, perhaps under other names.
  await store.publication.markStale('removed', published.archivePaths)
  // What the feeds do not know is no old stock.
  if (records.length > 0) await store.writeValue('first-load-done', 'yes')
  const origin = {
    siteId: published.id ?? edges.mintSiteId?.() ?? `urn:uuid:${randomUUID()}`,
    createdAtMs: Math.min(edges.now(), ...records.map((record) => record.publishedAtMs)),
    isNew: true,
    recovered: records.length,
  }
  await store.writeValue('created-at-ms', String(origin.createdAtMs))
  await store.writeValue('site-id', origin.siteId)
  if (records.length > 0) {
    edges.log.event('recovered entries from the published feed', { entries: records.length })
  }
  return origin
}

type Published = {
  readonly id: string | undefined
  /** Without what the entries say: a whole archive is more than memory holds. */
  readonly records: readonly EntryRecord[]
  readonly tombstones: readonly Tombstone[]
  readonly archivePaths: readonly string[]
}

/** Walks the published feed and its archive, newest first, as far as it is whole. */
function readPublished(output: Output, feedLength: number): Published {
  const records = new Map<string, EntryRecord>()
  const permalinks = new Set<string>()
  const tombstones: Tombstone[] = []
  const archivePaths: string[] = []
  let id: string | undefined
  let path: string | undefined = feedFiles.atom.name
  while (path !== undefined) {
    const bytes = output.read(path)
    const feed = bytes && readPublishedFeed(Buffer.from(bytes).toString())
    if (feed === undefined || (id !== undefined && feed.id !== id)) break
    id = feed.id
    const baseUrl = feed.selfUrl.endsWith(path) ? feed.selfUrl.slice(0, -path.length) : ''
    const late = archivePaths.length === 0 ? newcomer(feed) : undefined
    for (const [place, entry] of feed.entries.entries()) {
      if (records.has(entry.id)) continue
      const found = toPermalink(entry, baseUrl)
      const permalink = found === undefined || permalinks.has(found) ? undefined : found
      if (permalink !== undefined) permalinks.add(permalink)
      const isLate = place === late || (archivePaths.length === 0 && place >= feedLength)
      const arrivedAtMs = isLate ? feed.updatedAtMs : entry.publishedAtMs
      records.set(entry.id, toRecord(entry, permalink, arrivedAtMs))
    }
    tombstones.push(...feed.tombstones)
    const previous = /archive\/[\d-]+\.xml$/.exec(feed.previousArchive ?? '')?.[0]
    path = previous === undefined || archivePaths.includes(previous) ? undefined : previous
    if (path !== undefined) archivePaths.push(path)
  }
  return {
    id,
    records: [...records.values()],
    tombstones,
    archivePaths: [...new Set([...archivePaths, ...findNames(output, archivePaths)])],
  }
}

/**
 * Says which entry stands for the arrivals of a feed. It shows more than the newest only if they arrived
 * lately; if its date is later than all that it contains, something arrived then, and the newest may
 * count as that.
 */
function newcomer({ updatedAtMs, entries, tombstones }: PublishedFeed): number | undefined {
  const isExplained =
    entries.some((entry) => entry.updatedAtMs >= updatedAtMs) ||
    tombstones.some(({ deletedAtMs }) => deletedAtMs >= updatedAtMs)
  return isExplained ? undefined : 0
}

/** The other names of archive pages: their numbers, and what the two newest were called while they were open. */
function findNames(output: Output, archivePaths: readonly string[]): readonly string[] {
  const numbers = archivePaths.flatMap((path) => {
    const name = toArchivePageName(path)
    return name === undefined ? [] : [Number.parseInt(String(name), 10)]
  })
  const last = Math.max(0, ...numbers)
  const open = [last, last - 1].flatMap((page) =>
    Array.from({ length: archiveLength }, (_, given) => archivePath(`${page}-${given + 1}`)),
  )
  const numbered = numbers.map((page) => archivePath(page))
  return [...numbered, ...open.filter((path) => output.read(path) !== undefined)]
}

/** Where its page lies below the base address of then; an author's own link may look alike. */
function toPermalink({ link, page }: PublishedEntry, baseUrl: string): string | undefined {
  const address = page ?? link
  if (baseUrl === '' || !address.startsWith(baseUrl)) return undefined
  return /^articles\/\d{4}\/\d\d\/[^/?#]+\.html$/.exec(address.slice(baseUrl.length))?.[0]
}

function readCategories(output: Output): readonly CategoryRecord[] {
  const bytes = output.read('feeds.opml')
  if (bytes === undefined) return []
  return readPublishedCategories(Buffer.from(bytes).toString()).map(({ label, slug }) => {
    return { term: toTerm(label), label, slug, entries: 0 }
  })
}

/** Of what was deleted no more is known than that, and when; the same article has the same id again. */
function toTombstoneRecord({ id, deletedAtMs }: Tombstone): EntryRecord {
  return {
    id,
    state: 'retracted',
    title: '',
    publishedAtMs: deletedAtMs,
    updatedAtMs: deletedAtMs,
    arrivedAtMs: deletedAtMs,
    deletedAtMs,
    articleKey: '',
    visibleKey: '',
    sketch: toSketch(''),
  }
}

/** What the feed cannot tell (digests, the file's path) is learned again when its file claims the entry. */
function toRecord(
  entry: PublishedEntry,
  permalink: string | undefined,
  arrivedAtMs: number,
): EntryRecord {
  return {
    id: entry.id,
    state: 'recovered',
    title: entry.title,
    publishedAtMs: entry.publishedAtMs,
    updatedAtMs: entry.updatedAtMs,
    arrivedAtMs,
    permalink,
    articleKey: '',
    visibleKey: '',
    sketch: toSketch(entry.contentHtml),
  }
}
