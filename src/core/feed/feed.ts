import type { Entry } from '../entry/entry.ts'
import { renderAtomDocument, renderAtomEntry } from './atom.ts'
import { toCarriableEntry, toCarriableHead } from './carriable.ts'
import { type FeedFormat, type FeedHead, pageOf } from './head.ts'
import { renderJsonDocument, renderJsonItem } from './json-feed.ts'
import { renderRssDocument, renderRssItem } from './rss.ts'

export {
  archivePath,
  type ArchivePageName,
  feedFiles,
  type FeedFormat,
  type FeedHead,
  type Tombstone,
} from './head.ts'

type Renderer = {
  readonly fragment: (entry: Entry) => string
  readonly document: (head: FeedHead, fragments: readonly string[]) => string
}

const renderers = {
  rss: { fragment: renderRssItem, document: renderRssDocument },
  atom: { fragment: renderAtomEntry, document: renderAtomDocument },
  json: { fragment: renderJsonItem, document: renderJsonDocument },
} as const satisfies Record<FeedFormat, Renderer>

/**
 * Renders one entry for one format: an `<item>`, an `<entry>` or a JSON object. It depends on nothing
 * but the entry, so it is rendered once for each version and spliced into every document that needs it.
 * @throws RangeError for an instant outside the years 0000 to 9999
 */
export function renderFragment(format: FeedFormat, entry: Entry): string {
  return renderers[format].fragment(toCarriableEntry(entry))
}

/**
 * Renders a whole document from a head and what `renderFragment` gave for this format, in their order.
 * It ends with a newline; the same input gives the same bytes, tombstones in any order included.
 * @throws RangeError for an instant outside the years 0000 to 9999, and for an archive page that is not Atom
 */
export function renderDocument(
  format: FeedFormat,
  head: FeedHead,
  fragments: readonly string[],
): string {
  if (format !== 'atom' && pageOf(head) !== undefined) {
    throw new RangeError(`an archive page is Atom and cannot be ${format}`)
  }
  return renderers[format].document(toCarriableHead(withTombstonesInOrder(head)), fragments)
}

/** Puts the newest tombstone first, and lets the feed be as new as it is. */
function withTombstonesInOrder(head: FeedHead): FeedHead {
  if (head.tombstones === undefined) return head
  const tombstones = head.tombstones.toSorted(
    (a, b) => b.deletedAtMs - a.deletedAtMs || (a.id < b.id ? -1 : 1),
  )
  return {
    ...head,
    tombstones,
    updatedAtMs: Math.max(head.updatedAtMs, tombstones[0]?.deletedAtMs ?? head.updatedAtMs),
  }
}
