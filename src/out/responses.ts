import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { codings, pickCoding } from './content-coding.ts'
import type { Coding } from './content-coding.ts'
import { parseHttpDate, parseRange, parseTags } from './conditions.ts'
import type { ByteRange } from './conditions.ts'
import type { Media } from './media.ts'

/** Names and values in turn, as `writeHead` takes them. */
type HeaderLines = readonly string[]

/** One file of `out/` as it is sent: all that does not depend on the request is made once. */
export type Resource = {
  /** Below `out/`. */
  readonly path: string
  readonly media: Media
  /** Without a coding's suffix; see `toHash`. */
  readonly hash: string
  /** Whole seconds; it moves with every change of the bytes. */
  readonly lastModifiedMs: number
  readonly lengthBytes: number
  /** What a client that has the newest version says, in the usual form. */
  readonly byTag: ReadonlyMap<string, Coding>
  /** For all codings, also those that are not ready: a client may have them from before. */
  readonly notModified: Readonly<Record<Coding, HeaderLines>>
  readonly ready: Readonly<Partial<Record<Coding, Ready>>>
}

type Ready = {
  readonly headers: HeaderLines
  /** None for a body that stays in its file. */
  readonly bytes: Uint8Array | undefined
}

export type Answer = {
  readonly status: number
  readonly headers: HeaderLines
  readonly body: Body
}

type Body =
  | { readonly kind: 'none' }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** A part of the resource's file. */
  | { readonly kind: 'file'; readonly range: ByteRange }

/** What of a request an answer depends on. */
export type Asked = {
  readonly method: 'GET' | 'HEAD'
  readonly headers: IncomingHttpHeaders
}

/** What a resource is made of; `bytes` or, for what stays in its file, the length. */
export type Content = {
  readonly path: string
  readonly media: Media
  readonly hash: string
  readonly lastModifiedMs: number
  readonly bytes: Uint8Array | undefined
  readonly lengthBytes: number
}

const suffixes = { identity: '', gzip: '-gz', br: '-br', zstd: '-zs' } as const satisfies Record<
  Coding,
  string
>

/** Nothing runs, nothing is framed or sent, and only pictures, sounds and films come from elsewhere. */
export const policy = [
  "default-src 'none'",
  "style-src 'self'",
  "font-src 'self' data:",
  'img-src http: https: data:',
  'media-src http: https:',
  "frame-ancestors 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

/** What of a response a script from another site may read. */
const exposed = 'ETag, Last-Modified, Link, IM, Delta-Base'

/** The hash of a content that makes its entity tags: 132 bits of SHA-256. */
export function toHash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url').slice(0, hashLength)
}

const hashLength = 22

/** The hash in an entity tag of ours, whatever the coding; `undefined` for what cannot be one. */
export function toBaseHash(tag: string): string | undefined {
  const suffix = tag.slice(hashLength)
  return codings.some((coding) => suffixes[coding] === suffix) && tag.length >= hashLength
    ? tag.slice(0, hashLength)
    : undefined
}

/** What addresses in headers are made of; never of what a client says. */
export type Place = {
  /** The publication's own, ends with `/`. */
  readonly baseUrl: string
  /** Those that the feeds name. */
  readonly hubs: readonly string[]
}

/** Makes a resource whose body goes as it is; `withCoding` adds others. */
export function toResource(content: Content, place: Place): Resource {
  const { path, media, hash, lastModifiedMs, bytes, lengthBytes } = content
  const shared = sharedHeaders(content, place)
  const toNotModified = (coding: Coding) => [...shared, 'ETag', toTag(hash, coding)]
  const notModified = {
    identity: toNotModified('identity'),
    gzip: toNotModified('gzip'),
    br: toNotModified('br'),
    zstd: toNotModified('zstd'),
  }
  const byTag = new Map(codings.map((coding) => [toTag(hash, coding), coding]))
  const resource = { path, media, hash, lastModifiedMs, lengthBytes, byTag, notModified, ready: {} }
  return withReady(resource, 'identity', bytes, lengthBytes)
}

/** The same resource with one more body; one that is not shorter is left out. */
export function withCoding(resource: Resource, coding: Coding, bytes: Uint8Array): Resource {
  if (bytes.length >= resource.lengthBytes) return resource
  return withReady(resource, coding, bytes, bytes.length)
}

function withReady(
  resource: Resource,
  coding: Coding,
  bytes: Uint8Array | undefined,
  lengthBytes: number,
): Resource {
  const headers = [
    ...resource.notModified[coding],
    'Content-Type',
    resource.media.type,
    'Content-Length',
    String(lengthBytes),
    ...(coding === 'identity' ? ['Accept-Ranges', 'bytes'] : ['Content-Encoding', coding]),
    ...(resource.media.isDocument ? ['Content-Security-Policy', policy] : []),
  ]
  return { ...resource, ready: { ...resource.ready, [coding]: { headers, bytes } } }
}

/** Those that a 304 has too (RFC 9110 §15.4.5), and those that every response has. */
function sharedHeaders(
  { path, media, lastModifiedMs }: Content,
  { baseUrl, hubs }: Place,
): readonly string[] {
  const links = isWithHubs(path) ? hubs.map((hub) => `, <${hub}>; rel="hub"`).join('') : ''
  const self = new URL(path.split('/').map(encodeURIComponent).join('/'), baseUrl).href
  return [
    'Last-Modified',
    new Date(lastModifiedMs).toUTCString(),
    'Cache-Control',
    `max-age=${media.maxAgeS}`,
    'X-Content-Type-Options',
    'nosniff',
    ...(media.isCompressible
      ? ['Vary', media.hasDeltas ? 'A-IM, Accept-Encoding' : 'Accept-Encoding']
      : []),
    ...(media.isFeed
      ? [
          'Link',
          `<${self}>; rel="self"${links}`,
          'Access-Control-Allow-Origin',
          '*',
          'Access-Control-Expose-Headers',
          exposed,
        ]
      : []),
  ]
}

/** A feed to subscribe to: no archive page and no list of feeds. Source: WebSub §4. */
function isWithHubs(path: string): boolean {
  return /(?:^|\/)(?:rss\.xml|atom\.xml|feed\.json)$/u.test(path)
}

function toTag(hash: string, coding: Coding): string {
  return `"${hash}${suffixes[coding]}"`
}

/**
 * Answers a GET or HEAD for a resource.
 *
 * Preconditions come in the order of RFC 9110 §13.2.2, so that the entity tag decides and the date only
 * where there is none. The tag of any coding is recognised: it stands for the same content.
 * @param nowMs milliseconds since 1970 UTC
 */
export function respond(resource: Resource, { method, headers }: Asked, nowMs: number): Answer {
  const { lastModifiedMs } = resource
  const since = (text: string | undefined) =>
    text === undefined ? undefined : parseHttpDate(text, nowMs)
  const match = headers['if-match']
  if (match !== undefined) {
    if (findMatch(match, resource, { isStrong: true }) === undefined) return failed
  } else {
    const unmodifiedMs = since(headers['if-unmodified-since'])
    if (unmodifiedMs !== undefined && lastModifiedMs > unmodifiedMs) return failed
  }
  const noneMatch = headers['if-none-match']
  if (noneMatch !== undefined) {
    const found = findMatch(noneMatch, resource, { isStrong: false })
    if (found !== undefined) {
      const coding = found === '*' ? (pick(resource, headers) ?? 'identity') : found
      return { status: 304, headers: resource.notModified[coding], body: none }
    }
  } else {
    const modifiedMs = since(headers['if-modified-since'])
    if (modifiedMs !== undefined && lastModifiedMs <= modifiedMs) {
      const coding = pick(resource, headers) ?? 'identity'
      return { status: 304, headers: resource.notModified[coding], body: none }
    }
  }
  const picked = pick(resource, headers)
  const ready = picked && resource.ready[picked]
  if (ready === undefined) return unacceptable
  const range = method === 'GET' && picked === 'identity' ? headers.range : undefined
  if (range !== undefined && isRangeFresh(resource, headers)) return toPart(resource, ready, range)
  return { status: 200, headers: ready.headers, body: toBody(resource, ready, undefined) }
}

function pick({ ready }: Resource, headers: IncomingHttpHeaders): Coding | undefined {
  return pickCoding(headers['accept-encoding'], (coding) => ready[coding] !== undefined)
}

const none = { kind: 'none' } as const
const failed = plainAnswer(412, 'This has changed meanwhile.')
const unacceptable = plainAnswer(406, 'There is no such content coding of this.', [
  'Vary',
  'Accept-Encoding',
])

/** @returns the coding whose tag the client named */
function findMatch(
  header: string,
  { hash, byTag }: Resource,
  { isStrong }: { readonly isStrong: boolean },
): Coding | '*' | undefined {
  const exact = byTag.get(header)
  if (exact !== undefined) return exact
  const tags = parseTags(header)
  if (tags === '*') return '*'
  for (const { value, isWeak } of tags) {
    if (!value.startsWith(hash) || (isStrong && isWeak)) continue
    const suffix = value.slice(hash.length)
    const found = codings.find((coding) => suffixes[coding] === suffix)
    if (found !== undefined) return found
  }
  return undefined
}

/** Source: RFC 9110 §13.1.5: the tag strongly, or the very date. */
function isRangeFresh(resource: Resource, headers: IncomingHttpHeaders): boolean {
  const condition = headers['if-range']
  if (typeof condition !== 'string') return condition === undefined
  const text = condition.trim()
  return text.includes('"')
    ? text === toTag(resource.hash, 'identity')
    : text === new Date(resource.lastModifiedMs).toUTCString()
}

/** Source: RFC 9110 §15.3.7, §15.5.17. */
function toPart(resource: Resource, ready: Ready, header: string): Answer {
  const { lengthBytes } = resource
  const range = parseRange(header, lengthBytes)
  if (range === 'all') {
    return { status: 200, headers: ready.headers, body: toBody(resource, ready, undefined) }
  }
  if (range === 'none') {
    return plainAnswer(416, 'There are no such bytes.', ['Content-Range', `bytes */${lengthBytes}`])
  }
  const headers = ready.headers.map((line, index) =>
    ready.headers[index - 1] === 'Content-Length' ? String(range.last - range.first + 1) : line,
  )
  return {
    status: 206,
    headers: [...headers, 'Content-Range', `bytes ${range.first}-${range.last}/${lengthBytes}`],
    body: toBody(resource, ready, range),
  }
}

function toBody({ lengthBytes }: Resource, { bytes }: Ready, range: ByteRange | undefined): Body {
  if (bytes === undefined) {
    if (lengthBytes === 0) return none
    return { kind: 'file', range: range ?? { first: 0, last: lengthBytes - 1 } }
  }
  return {
    kind: 'bytes',
    bytes: range === undefined ? bytes : bytes.subarray(range.first, range.last + 1),
  }
}

/** An answer of one plain sentence, or of no body at all. */
export function plainAnswer(status: number, sentence: string, headers: HeaderLines = []): Answer {
  const bytes = Buffer.from(sentence === '' ? '' : `${sentence}\n`)
  return {
    status,
    headers: [
      ...headers,
      'X-Content-Type-Options',
      'nosniff',
      ...(sentence === ''
        ? []
        : ['Content-Type', 'text/plain; charset=utf-8', 'Content-Length', String(bytes.length)]),
    ],
    body: sentence === '' ? none : { kind: 'bytes', bytes },
  }
}

const methods = 'GET, HEAD, OPTIONS'

/** Says what can be asked, to a script from another site too (Fetch Standard, "CORS protocol"). */
export function respondOptions(path: string, media: Media | undefined): Answer {
  if (path === '*' || media?.isFeed !== true) return plainAnswer(204, '', ['Allow', methods])
  return plainAnswer(204, '', [
    'Allow',
    methods,
    'Access-Control-Allow-Origin',
    '*',
    'Access-Control-Allow-Methods',
    methods,
    'Access-Control-Allow-Headers',
    'A-IM, Cache-Control, If-Modified-Since, If-None-Match, If-Range, Range',
    'Access-Control-Max-Age',
    '86400',
  ])
}

export const answers = {
  notFound: plainAnswer(404, 'There is no such page.', ['Cache-Control', 'no-cache']),
  gone: plainAnswer(410, 'This was taken back by its author.', ['Cache-Control', 'max-age=60']),
  notAllowed: plainAnswer(405, 'This can only be read.', ['Allow', methods]),
  tooLong: plainAnswer(414, 'This address is too long.'),
  bodyRefused: plainAnswer(413, 'A request has no body here.', ['Connection', 'close']),
  formOnly: plainAnswer(405, 'Forms are sent here, by POST.', ['Allow', 'POST']),
  formTooLarge: plainAnswer(413, 'This form is too large.', ['Connection', 'close']),
  formUnknown: plainAnswer(415, 'Send application/x-www-form-urlencoded.', ['Connection', 'close']),
  failed: plainAnswer(500, 'This could not be read; try again.', ['Cache-Control', 'no-store']),
} as const satisfies Readonly<Record<string, Answer>>

/** Leads from a folder's name to the folder; relative, so that it holds behind any other server. */
export function redirectToFolder(path: string): Answer {
  const name = encodeURIComponent(path.slice(path.lastIndexOf('/') + 1))
  return plainAnswer(301, 'It is a folder.', [
    'Location',
    `./${name}/`,
    'Cache-Control',
    'max-age=60',
  ])
}
