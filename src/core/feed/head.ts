import type { Site } from '../site.ts'

export type FeedFormat = 'rss' | 'atom' | 'json'

export const feedFiles = {
  rss: { name: 'rss.xml', mediaType: 'application/rss+xml' },
  atom: { name: 'atom.xml', mediaType: 'application/atom+xml' },
  json: { name: 'feed.json', mediaType: 'application/feed+json' },
} as const satisfies Record<FeedFormat, { name: string; mediaType: string }>

/** What remains of a deleted entry (RFC 6721). */
export type Tombstone = {
  readonly id: string
  /** Milliseconds since 1970 UTC. */
  readonly deletedAtMs: number
}

/**
 * Names an archive page: `3` when it is closed, `3-17` while it is open and has been given 17 entries. A
 * reader that walks the archive stops at a page it has read before (RFC 5005 §4), so a page that was
 * given more has another name.
 */
export type ArchivePageName = number | `${number}-${number}`

/**
 * A document's place in an archived feed (RFC 5005 §4): the one that is current, or an archive page.
 * Pages are numbered from 1, the oldest; `previous` is the next older one and `next` the next newer one.
 */
type ArchivePlace =
  | { readonly current: true; readonly previous?: ArchivePageName | undefined }
  | {
      readonly page: ArchivePageName
      readonly previous?: ArchivePageName | undefined
      readonly next?: ArchivePageName | undefined
    }

/** The head of a feed: everything but its entries. */
export type FeedHead = {
  readonly site: Site
  /** Path of the feed's folder below the base address: '' for the main feeds, `categories/general/` for others. */
  readonly folder: string
  /** The newest change the feed contains; milliseconds since 1970 UTC. */
  readonly updatedAtMs: number
  /** How long it may be kept before it is asked for again; RSS says so, for others HTTP does. */
  readonly ttlMinutes?: number | undefined
  /** Only Atom carries them; each counts as a change in every format. */
  readonly tombstones?: readonly Tombstone[] | undefined
  /** Absolute addresses of the WebSub hubs that are told of changes; archive pages name none. */
  readonly hubs?: readonly string[] | undefined
  /** Archive pages are Atom; RSS links to them, JSON Feed says nothing of them. */
  readonly archive?: ArchivePlace | undefined
}

/** The stylesheet of all feeds, below the base address. */
export const stylesheetFile = 'feed.css'

/** The page for people in the folder of each feed. */
export const indexFile = 'index.html'

/** Who made the documents. */
export const generator = 'dropfeed'

/** The absolute address of the feed's page for people. */
export function toHomeUrl(head: FeedHead): string {
  return head.site.baseUrl + head.folder
}

/** The absolute address of the document itself. */
export function toSelfUrl(format: FeedFormat, head: FeedHead): string {
  const page = pageOf(head)
  return toHomeUrl(head) + (page === undefined ? feedFiles[format].name : archivePath(page))
}

/** Path of an archive page below the feed's folder: `archive/1.xml` is the oldest. */
export function archivePath(page: ArchivePageName): string {
  return `archive/${page}.xml`
}

/** The name of an archive page while it is open. */
export function toOpenPageName(open: {
  readonly page: number
  readonly given: number
}): ArchivePageName {
  return `${open.page}-${open.given}`
}

/** Reads the name of an archive page from its path; undefined when it is none. */
export function toArchivePageName(path: string): ArchivePageName | undefined {
  const [, page, given] = /^archive\/(\d+)(?:-(\d+))?\.xml$/.exec(path) ?? []
  if (page === undefined) return undefined
  return given === undefined ? Number(page) : `${Number(page)}-${Number(given)}`
}

/** The absolute address of an archive page; undefined when there is none. */
export function toArchiveUrl(
  head: FeedHead,
  page: ArchivePageName | undefined,
): string | undefined {
  return page === undefined ? undefined : toHomeUrl(head) + archivePath(page)
}

/** The archive page that the head is for; undefined for a feed that people subscribe to. */
export function pageOf({ archive }: FeedHead): ArchivePageName | undefined {
  return archive !== undefined && 'page' in archive ? archive.page : undefined
}

/**
 * The id of a feed: the site's for the main feed, a UUID made from it and the folder for others. The
 * base address has no part in it, so it survives a move of the site.
 * Source: RFC 4287 §4.2.6; RFC 9562 §5.8 (version 8, the bits of a hash).
 */
export function toFeedId(head: FeedHead): string {
  if (head.folder === '') return head.site.id
  const bits = hash128(`${head.site.id} ${head.folder}`)
  const digits = bits.toString(16).padStart(32, '0')
  const variant = '89ab'.charAt(Number(BigInt.asUintN(2, bits >> 60n)))
  const groups = [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `8${digits.slice(13, 16)}`,
    `${variant}${digits.slice(17, 20)}`,
    digits.slice(20),
  ]
  return `urn:uuid:${groups.join('-')}`
}

/** FNV-1a of 128 bits over UTF-8: spreads well, is no secret. */
function hash128(text: string): bigint {
  let hash = 0x6c62272e07bb014262b821756295c58dn
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(128, (hash ^ BigInt(byte)) * 0x1000000000000000000013bn)
  }
  return hash
}
