import { hash } from 'node:crypto'
import { parseArticle } from '../core/article/parse.ts'
import type { Article, ReadingRules } from '../core/article/article.ts'
import type { FileRecord } from '../core/entry/catalogue.ts'
import type { Arrival, ArticleKeys } from '../core/entry/identity.ts'
import { toSketch } from '../core/entry/sketch.ts'
import type { ProblemCode } from '../core/problem.ts'
import { readArticle } from '../inbox/read.ts'
import type { Found } from '../inbox/scan.ts'
import { toKept } from '../store/kept-article.ts'
import type { FactsQuery } from '../store/store.ts'
import { toIdentityText, toStampText } from './survey.ts'

/** What became of one file that was looked at. */
export type Intake =
  | { readonly kind: 'arrival'; readonly arrival: Arrival }
  /** The same bytes as before: only the file's own record moves. */
  | { readonly kind: 'same'; readonly file: FileRecord }
  /** It moved while it was read, or is gone already. */
  | { readonly kind: 'deferred'; readonly path: string }

/** A file to be read. */
export type Unread = {
  readonly found: Found
  readonly known: FileRecord | undefined
  /** True: read it as if its bytes had changed. */
  readonly isForced: boolean
}

export type IntakeRules = {
  readonly root: string
  readonly siteId: string
  readonly articleBytesMax: number
  readonly reading: ReadingRules
}

/** Reads one file and parses it, unless its bytes are those already known. */
export function takeIn({ found, known, isForced }: Unread, rules: IntakeRules): Intake {
  const { path } = found
  const facts = toFileFacts(found)
  const hold = (code: ProblemCode, value: string, stamp = facts.stamp): Intake => ({
    kind: 'arrival',
    arrival: {
      ...facts,
      stamp,
      parsed: { kind: 'held', problems: [{ code, path, found: value }] },
    },
  })
  if (found.type !== 'file') return hold('file-special', found.type)
  if (found.kind === 'unsupported') return hold('file-unsupported', endingOf(path))
  const read = readArticle(rules.root, path, rules.articleBytesMax)
  switch (read.kind) {
    case 'changed':
    case 'missing':
      return { kind: 'deferred', path }
    case 'special':
      return hold('file-special', read.type)
    case 'unreadable':
      // Nothing about the file need change for it to become readable: it is asked again each time it is met.
      return hold('file-unreadable', read.reason, '')
    case 'too-large':
      return hold('file-too-large', `${read.sizeBytes} bytes`)
    case 'read': {
      const bytesKey = hash('sha256', read.bytes, 'hex').slice(0, keyLength)
      const file = { ...toFileFacts({ ...found, stamp: read.stamp }), bytesKey }
      if (known?.bytesKey === bytesKey && !isForced) {
        const state = known.state === 'missing' ? 'entry' : known.state
        return { kind: 'same', file: { ...known, ...file, state } }
      }
      const parsed = parseArticle({ path, format: found.kind, bytes: read.bytes }, rules.reading)
      const keys =
        parsed.kind === 'article' ? toKeys(parsed.article, file, rules.siteId) : undefined
      return { kind: 'arrival', arrival: { ...file, parsed, keys } }
    }
  }
}

/** What has to be known to identify these. */
export function toQuery(arrivals: readonly Arrival[]): FactsQuery {
  const keys = arrivals.flatMap((arrival) => arrival.keys ?? [])
  const given = arrivals.flatMap(({ parsed }) =>
    parsed.kind === 'article' && parsed.article.id !== undefined ? [parsed.article.id] : [],
  )
  return {
    paths: arrivals.map(({ path }) => path),
    articleKeys: keys.map(({ articleKey }) => articleKey),
    ids: [...given, ...keys.flatMap(({ mintedIds }) => mintedIds)],
  }
}

type FileFacts = Pick<FileRecord, 'path' | 'stamp' | 'identity' | 'bytesKey'>

function toFileFacts({ path, stamp }: Found): FileFacts {
  return { path, stamp: toStampText(stamp), identity: toIdentityText(stamp), bytesKey: '' }
}

/** `.pdf`; the whole name where there is no ending. */
function endingOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return name.slice(Math.max(name.lastIndexOf('.'), 0))
}

/** 128 bits of SHA-256 in hexadecimal: no two articles share them by chance. */
const keyLength = 32

function digest(values: readonly unknown[]): string {
  return hash('sha256', JSON.stringify(values), 'hex').slice(0, keyLength)
}

/** The digests of an article; its path is no part of them, so that a copy is known as one. */
function toKeys(article: Article, file: FileFacts, siteId: string): ArticleKeys {
  const visible = [
    article.title,
    article.language,
    article.authors.map(({ name, email, url }) => [name, email, url]),
    article.categories,
    article.summary,
    article.link,
    article.image,
    article.bodyHtml,
  ]
  const visibleKey = digest(visible)
  const { id, publishedAtMs, updatedAtMs, expiresAtMs, slug } = article
  const articleKey = digest([visibleKey, id, publishedAtMs, updatedAtMs, expiresAtMs, slug])
  const namespace = Buffer.from(siteId.replace('urn:uuid:', '').replaceAll('-', ''), 'hex')
  return {
    articleKey,
    visibleKey,
    sketch: toSketch(article.bodyHtml),
    kept: toKept(article),
    mintedIds: [
      articleKey,
      `${articleKey} ${file.path}`,
      `${articleKey} ${file.path} ${file.stamp}`,
    ].map((name) => mintId(namespace, name)),
  }
}

/**
 * Makes an id from the bytes of the publication's own id and a name: a name-based UUID, version 5. The same
 * article published again by the same publication would get the same id, even without the store.
 * Source: RFC 9562 §5.5.
 */
function mintId(namespace: Buffer, name: string): string {
  const digits = hash('sha1', Buffer.concat([namespace, Buffer.from(name)]), 'hex')
  const variant = ((Number.parseInt(digits.charAt(16), 16) & 0x3) | 0x8).toString(16)
  const parts = [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `5${digits.slice(13, 16)}`,
    `${variant}${digits.slice(17, 20)}`,
    digits.slice(20, 32),
  ]
  return `urn:uuid:${parts.join('-')}`
}
