import type { Entry } from '../entry/entry.ts'
import { renderAtomDocument, renderAtomEntry } from './atom.ts'
import { toCarriableEntry, toCarriableHead } from './carriable.ts'
import type { FeedFormat, FeedHead } from './head.ts'
import { renderJsonDocument, renderJsonItem } from './json-feed.ts'
import { renderRssDocument, renderRssItem } from './rss.ts'

export { feedFiles, type FeedFormat, type FeedHead } from './head.ts'

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
 * It ends with a newline; the same input gives the same bytes.
 * @throws RangeError for an instant outside the years 0000 to 9999
 */
export function renderDocument(
  format: FeedFormat,
  head: FeedHead,
  fragments: readonly string[],
): string {
  return renderers[format].document(toCarriableHead(head), fragments)
}
