import { randomUUID } from 'node:crypto'
import type { EntryRecord } from '../core/entry/catalogue.ts'
import { toSketch } from '../core/entry/sketch.ts'
import { feedFiles } from '../core/feed/feed.ts'
import type { Tombstone } from '../core/feed/feed.ts'
import { readPublishedFeed } from '../core/feed/read-feed.ts'
import type { PublishedEntry } from '../core/feed/read-feed.ts'
import type { Output } from '../out/folder.ts'
import type { Store } from '../store/store.ts'

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
  edges: { readonly now: () => number; readonly mintSiteId?: (() => string) | undefined },
): Promise<Origin> {
  const known = await store.readValue('site-id')
  const createdAtMs = await store.readValue('created-at-ms')
  if (known !== undefined && createdAtMs !== undefined) {
    return { siteId: known, createdAtMs: Number(createdAtMs), isNew: false, recovered: 0 }
  }
  const published = readPublished(output)
  const { records } = published
  await store.recover([...records, ...published.tombstones.map(toTombstoneRecord)])
  // They are written anew, perhaps under other names.
  await store.publication.markRemoved(published.archivePaths)
  const origin = {
    siteId: published.id ?? edges.mintSiteId?.() ?? `urn:uuid:${randomUUID()}`,
    createdAtMs: Math.min(edges.now(), ...records.map((record) => record.publishedAtMs)),
    isNew: true,
    recovered: records.length,
  }
  await store.writeValue('created-at-ms', String(origin.createdAtMs))
  await store.writeValue('site-id', origin.siteId)
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
function readPublished(output: Output): Published {
  const records = new Map<string, EntryRecord>()
  const tombstones: Tombstone[] = []
  const archivePaths: string[] = []
  let id: string | undefined
  let path: string | undefined = feedFiles.atom.name
  while (path !== undefined) {
    const bytes = output.read(path)
    const feed = bytes && readPublishedFeed(Buffer.from(bytes).toString())
    if (feed === undefined || (id !== undefined && feed.id !== id)) break
    id = feed.id
    for (const entry of feed.entries) {
      if (!records.has(entry.id)) records.set(entry.id, toRecord(entry))
    }
    tombstones.push(...feed.tombstones)
    const previous = /archive\/[\d-]+\.xml$/.exec(feed.previousArchive ?? '')?.[0]
    path = previous === undefined || archivePaths.includes(previous) ? undefined : previous
    if (path !== undefined) archivePaths.push(path)
  }
  return { id, records: [...records.values()], tombstones, archivePaths }
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
function toRecord(entry: PublishedEntry): EntryRecord {
  return {
    id: entry.id,
    state: 'recovered',
    title: entry.title,
    publishedAtMs: entry.publishedAtMs,
    updatedAtMs: entry.updatedAtMs,
    arrivedAtMs: entry.publishedAtMs,
    permalink: /\/(articles\/\d{4}\/\d\d\/[^/?#]+\.html)$/.exec(entry.link)?.[1],
    articleKey: '',
    visibleKey: '',
    sketch: toSketch(entry.contentHtml),
  }
}
