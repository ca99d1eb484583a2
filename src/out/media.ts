/** How a file below `out/` is told to those who ask for it; follows from its name alone. */
export type Media = {
  /** For `Content-Type`. */
  readonly type: string
  readonly isFeed: boolean
  /** A browser may show it as a page: it gets a policy that lets nothing run. */
  readonly isDocument: boolean
  readonly isCompressible: boolean
  /** A client that has an earlier version may ask for what is new since. */
  readonly hasDeltas: boolean
  readonly maxAgeS: number
}

/** How long caches and pollers may keep a feed that does not say. */
const feedMaxAgeSDefault = 300
/** What a feed says of it counts within these bounds. */
const feedMaxAgeSMin = 60
const feedMaxAgeSMax = 3600
const pageMaxAgeS = 60
const otherMaxAgeS = 3600

const page = {
  hasDeltas: false,
  isFeed: false,
  isDocument: true,
  isCompressible: true,
  maxAgeS: pageMaxAgeS,
}
const text = {
  hasDeltas: false,
  isFeed: false,
  isDocument: false,
  isCompressible: true,
  maxAgeS: otherMaxAgeS,
}
const binary = {
  hasDeltas: false,
  isFeed: false,
  isDocument: false,
  isCompressible: false,
  maxAgeS: otherMaxAgeS,
}

/**
 * Feeds are `application/xml`, whatever `Accept` says: browsers show their own media types as raw text.
 * Media types of JSON take no charset (RFC 8259 §11).
 */
const feed = { hasDeltas: false, isFeed: true, isDocument: true, isCompressible: true }

const xmlType = 'application/xml; charset=utf-8'

const byEnding: ReadonlyMap<string, Omit<Media, 'maxAgeS'> & { readonly maxAgeS?: number }> =
  new Map([
    ['xml', { ...feed, type: xmlType }],
    ['opml', { ...feed, type: xmlType }],
    ['html', { ...page, type: 'text/html; charset=utf-8' }],
    ['css', { ...text, type: 'text/css; charset=utf-8' }],
    ['txt', { ...text, type: 'text/plain; charset=utf-8' }],
    ['json', { ...text, type: 'application/json' }],
    ['svg', { ...text, isDocument: true, type: 'image/svg+xml' }],
    ['png', { ...binary, type: 'image/png' }],
    ['jpg', { ...binary, type: 'image/jpeg' }],
    ['jpeg', { ...binary, type: 'image/jpeg' }],
    ['gif', { ...binary, type: 'image/gif' }],
    ['webp', { ...binary, type: 'image/webp' }],
    ['avif', { ...binary, type: 'image/avif' }],
    ['ico', { ...binary, type: 'image/x-icon' }],
    ['woff2', { ...binary, type: 'font/woff2' }],
    ['mp3', { ...binary, type: 'audio/mpeg' }],
    ['m4a', { ...binary, type: 'audio/mp4' }],
    ['ogg', { ...binary, type: 'audio/ogg' }],
    ['opus', { ...binary, type: 'audio/ogg' }],
    ['flac', { ...binary, type: 'audio/flac' }],
    ['mp4', { ...binary, type: 'video/mp4' }],
    ['webm', { ...binary, type: 'video/webm' }],
    ['pdf', { ...binary, type: 'application/pdf' }],
  ])

/**
 * Tells the media of a file by its name.
 * @param path below `out/`
 * @param feedMaxAgeS how long a feed may be kept, in seconds
 */
export function toMedia(path: string, feedMaxAgeS: number = feedMaxAgeSDefault): Media {
  const name = toName(path)
  if (name === 'feed.json') {
    return { ...feed, isDocument: false, type: 'application/feed+json', maxAgeS: feedMaxAgeS }
  }
  const found = byEnding.get(name.slice(name.lastIndexOf('.') + 1).toLowerCase())
  if (found === undefined) return { ...binary, type: 'application/octet-stream' }
  const hasDeltas = name === 'rss.xml' || name === 'atom.xml'
  return { ...found, hasDeltas, maxAgeS: found.maxAgeS ?? feedMaxAgeS }
}

/** Feeds of one folder that tell the same, so that what one says of its age holds for all. */
const siblings = new Set(['rss.xml', 'atom.xml', 'feed.json'])

/** The path of the RSS feed beside a feed; it says how long both may be kept. */
export function toRssPath(path: string): string | undefined {
  const name = toName(path)
  return siblings.has(name) ? `${path.slice(0, path.length - name.length)}rss.xml` : undefined
}

/** No head of a feed is longer. */
export const headBytesMax = 16_384

/**
 * Reads how long a feed may be kept, in seconds, from the beginning of its RSS document.
 * Source: RSS 2.0, "<ttl> sub-element of <channel>": minutes.
 */
export function readMaxAgeS(rss: Uint8Array): number | undefined {
  const beginning = Buffer.from(rss.buffer, rss.byteOffset, Math.min(rss.length, headBytesMax))
  const [head = ''] = beginning.toString('latin1').split('<item>', 1)
  const minutes = /<ttl>(\d{1,6})<\/ttl>/u.exec(head)?.[1]
  if (minutes === undefined) return undefined
  return Math.min(Math.max(Number(minutes) * 60, feedMaxAgeSMin), feedMaxAgeSMax)
}

function toName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
