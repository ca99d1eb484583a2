import type { Entry } from '../entry/entry.ts'
import { toUtf8 } from '../utf8.ts'
import { renderAtomEntry, renderAtomFrame } from './atom.ts'
import { toCarriableEntry, toCarriableHead } from './carriable.ts'
import { type Contents, type Frame, namespaces, type Prefix, prefixesOf } from './frame.ts'
import { checkDocument, checkPieces } from './gate.ts'
import { type FeedFormat, type FeedHead, pageOf } from './head.ts'
import { readJsonItem, renderJsonFrame, renderJsonItem } from './json-feed.ts'
import { renderRssFrame, renderRssItem } from './rss.ts'

export { readJsonItem }
export {
  archivePath,
  toOpenPageName,
  type ArchivePageName,
  feedFiles,
  type FeedFormat,
  type FeedHead,
  toArchivePageName,
  type Tombstone,
} from './head.ts'

type Renderer = {
  readonly fragment: (entry: Entry) => string
  readonly frame: (head: FeedHead, contents: Contents) => Frame
}

const renderers = {
  rss: { fragment: renderRssItem, frame: renderRssFrame },
  atom: { fragment: renderAtomEntry, frame: renderAtomFrame },
  json: { fragment: renderJsonItem, frame: renderJsonFrame },
} as const satisfies Record<FeedFormat, Renderer>

/** What was rendered of one version of an entry for one format, and judged by the gate. */
export type Fragment = {
  readonly id: string
  /** UTF-8. */
  readonly bytes: Uint8Array
  /** What the root has to declare. */
  readonly prefixes: readonly Prefix[]
  /** Why no document may have it. */
  readonly refusal?: string | undefined
}

/** A document that may be published, or why it may not. */
export type FeedDocument =
  | {
      readonly kind: 'document'
      readonly bytes: Uint8Array
      /** What it would be without any entry. */
      readonly frame: string
      readonly layout: Layout
    }
  | { readonly kind: 'refused'; readonly reason: string }

/** Where the entries of a document stand, each as long as its fragment; in bytes. */
export type Layout = {
  /** Before the first. */
  readonly lead: number
  /** Between one and the next. */
  readonly gap: number
}

export type DocumentRoom = {
  /** A longer document is refused. */
  readonly bytesMax?: number
  /** Gives the memory for a document. */
  readonly allocate?: (lengthBytes: number) => Uint8Array
}

/** What was rendered of one version of an entry, for some formats. */
export type Fragments<Format extends FeedFormat = FeedFormat> = Readonly<Record<Format, Fragment>>

/** The order in which the feeds of a folder become visible. */
export const feedFormats = ['rss', 'atom', 'json'] as const satisfies readonly FeedFormat[]

/**
 * Renders one entry for these formats: an `<item>`, an `<entry>`, a JSON object. They depend on nothing
 * but the entry, so it is rendered and judged once for each version and spliced into every document
 * that needs it.
 * @throws RangeError for an instant outside the years 0000 to 9999
 */
export function renderFragments(entry: Entry): Fragments
export function renderFragments(entry: Entry, formats: readonly FeedFormat[]): Partial<Fragments>
export function renderFragments(
  entry: Entry,
  formats: readonly FeedFormat[] = feedFormats,
): Partial<Fragments> {
  if (formats.length === 0) return {}
  const carriable = toCarriableEntry(entry)
  return Object.fromEntries(formats.map((format) => [format, renderFragment(format, carriable)]))
}

function renderFragment(format: FeedFormat, entry: Entry): Fragment {
  const { id } = entry
  const text = renderers[format].fragment(entry)
  const { before, after } = wrappers[format]
  const prefixes = format === 'json' ? [] : prefixesOf(text)
  const refusal = checkPieces(format, [before, text, after], { ids: [id] })
  return { id, bytes: toUtf8(text), prefixes, refusal }
}

const declarations = Object.entries(namespaces)
  .map(([prefix, uri]) => ` xmlns:${prefix}="${uri}"`)
  .join('')

/** The smallest document around one fragment that has all the declarations a document may have. */
const wrappers = {
  rss: {
    before: `<rss${declarations}><channel><title/><lastBuildDate>Thu, 01 Jan 1970 00:00:00 +0000</lastBuildDate>`,
    after: '</channel></rss>',
  },
  atom: {
    before: `<feed xmlns="http://www.w3.org/2005/Atom"${declarations}><title/><updated>1970-01-01T00:00:00Z</updated>`,
    after: '</feed>',
  },
  json: {
    before: '{"version":"https://jsonfeed.org/version/1.1","title":"","items":[',
    after: ']}',
  },
} as const satisfies Record<FeedFormat, Pick<Frame, 'before' | 'after'>>

/**
 * Renders a whole document from a head and what `renderFragments` gave for this format, in their order.
 * It ends with a newline; the same input gives the same bytes, tombstones in any order included.
 *
 * The gate reads the document without its entries. Each of those was read by it as the one child of a
 * root with the same declarations, and well-formedness is compositional: an element may be replaced by
 * any other that is well-formed there (XML 1.0 §3.1, production 43; Namespaces in XML 1.0 §6).
 * @throws RangeError for an instant outside the years 0000 to 9999, and for an archive page that is not Atom
 */
export function renderDocument(
  format: FeedFormat,
  head: FeedHead,
  fragments: readonly Fragment[],
  { bytesMax = Number.POSITIVE_INFINITY, allocate = newBytes }: DocumentRoom = {},
): FeedDocument {
  if (format !== 'atom' && pageOf(head) !== undefined) {
    throw new RangeError(`an archive page is Atom and cannot be ${format}`)
  }
  const whole = toCarriableHead(withTombstonesInOrder(head))
  const prefixes = new Set(fragments.flatMap((fragment) => fragment.prefixes))
  const frame = renderers[format].frame(whole, { isEmpty: fragments.length === 0, prefixes })
  const tombstones = whole.tombstones?.map(({ id }) => id) ?? []
  const bare = frame.before + frame.after
  const reason =
    fragments.find(({ refusal }) => refusal !== undefined)?.refusal ??
    checkDocument(format, bare, { ids: [], tombstones }) ??
    checkEntries(fragments, tombstones)
  if (reason !== undefined) return { kind: 'refused', reason }
  const { pieces, layout } = splice(frame, fragments)
  const lengthBytes = pieces.reduce((sum, { length }) => sum + length, 0)
  if (lengthBytes > bytesMax) {
    return { kind: 'refused', reason: `it has ${lengthBytes} bytes, and ${bytesMax} are allowed` }
  }
  const bytes = allocate(lengthBytes)
  let offset = 0
  for (const piece of pieces) {
    bytes.set(piece, offset)
    offset += piece.length
  }
  return { kind: 'document', bytes, frame: bare, layout }
}

/** What cannot be seen in an entry alone, nor in a document without any. */
function checkEntries(
  fragments: readonly Fragment[],
  tombstones: readonly string[],
): string | undefined {
  const ids = new Set<string>()
  for (const { id } of fragments) {
    if (ids.has(id)) return `it has the entry ${id} twice`
    ids.add(id)
  }
  const buried = tombstones.find((id) => ids.has(id))
  return buried === undefined ? undefined : `${buried} is an entry of it and has a tombstone in it`
}

/** A document in pieces, in their order. */
function splice(
  { before, first, next, after }: Frame,
  fragments: readonly Fragment[],
): { readonly pieces: readonly Uint8Array[]; readonly layout: Layout } {
  const lead = toUtf8(fragments.length === 0 ? before : before + first)
  const gap = toUtf8(next)
  return {
    pieces: [
      lead,
      ...fragments.flatMap(({ bytes }, index) => (index === 0 ? [bytes] : [gap, bytes])),
      toUtf8(after),
    ],
    layout: { lead: lead.length, gap: gap.length },
  }
}

function newBytes(lengthBytes: number): Uint8Array {
  return new Uint8Array(lengthBytes)
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
