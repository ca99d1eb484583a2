import { isAbsolute, relative, resolve, sep } from 'node:path'
import type { Settings } from '../config.ts'
import type { Author } from '../core/article/article.ts'
import { toText } from '../core/article/body-text.ts'
import { parseArticle } from '../core/article/parse.ts'
import { categoryTidier, toEntry } from '../core/entry/entry.ts'
import { toPermalink } from '../core/entry/permalink.ts'
import type { Problem } from '../core/problem.ts'
import { classify, toFilePath, toInboxPath } from '../inbox/path.ts'
import { readArticle } from '../inbox/read.ts'
import type { ReadArticle } from '../inbox/read.ts'
import { scanFolder } from '../inbox/scan.ts'
import { toReadingRules, toSite } from './site.ts'

/** How an article would be published, were it new at this moment. */
export type CheckReport = {
  readonly path: string
  readonly outcome: 'published' | 'scheduled' | 'expired' | 'draft' | 'ignored' | 'held'
  readonly title?: string | undefined
  readonly publishedAtMs?: number | undefined
  readonly updatedAtMs?: number | undefined
  readonly language?: string | undefined
  readonly categories?: readonly string[]
  readonly authors?: readonly string[]
  readonly link?: string | undefined
  readonly summary?: string | undefined
  /** Characters of text in the body. */
  readonly bodyLength?: number
  readonly problems: readonly Problem[]
}

/** The articles that lie in the inbox, as `checkArticle` takes them: as bytes where a name is not UTF-8. */
export function* listArticles({ inbox }: Settings): Generator<string | Buffer> {
  for (const found of scanFolder(inbox, '')) {
    if (found.kind !== 'unreadable') yield toFilePath(inbox, found.path)
  }
}

/**
 * Looks at one file as a run would, and touches nothing. The file need not lie in the inbox.
 * @param file path of the file, absolute or from the working folder; as bytes only what `listArticles` gives
 */
export function checkArticle(
  settings: Settings,
  file: string | Buffer,
  nowMs: number,
): CheckReport {
  const { root, path } = locate(settings.inbox, file)
  const kind = classify(path)
  if (kind === 'ignored' || kind === 'draft') return { path, outcome: kind, problems: [] }
  const held = (...problems: readonly Problem[]): CheckReport => ({
    path,
    outcome: 'held',
    problems,
  })
  const read = readArticle(root, path, settings.limits.articleBytesMax)
  if (read.kind !== 'read') return held(toProblem(path, read))
  if (kind === 'unsupported') {
    return held({ code: 'file-unsupported', path, found: path.slice(path.lastIndexOf('.')) })
  }
  const parsed = parseArticle({ path, format: kind, bytes: read.bytes }, toReadingRules(settings))
  if (parsed.kind === 'draft') return { path, outcome: 'draft', problems: [] }
  if (parsed.kind === 'held') return held(...parsed.problems)
  const { article, problems } = parsed
  const publishedAtMs = article.publishedAtMs ?? nowMs
  const { folder, slug } = toPermalink(
    article.slug ?? article.title,
    publishedAtMs,
    settings.timezone,
  )
  const entry = toEntry(
    article,
    {
      id: article.id ?? '',
      publishedAtMs,
      updatedAtMs: article.updatedAtMs ?? publishedAtMs,
      permalink: `${folder}/${slug}.html`,
    },
    toSite(settings, '', nowMs),
    categoryTidier(settings.categories, () => undefined),
  )
  return {
    path,
    outcome: toOutcome(publishedAtMs, article.expiresAtMs, nowMs),
    title: entry.title,
    publishedAtMs,
    updatedAtMs: entry.updatedAtMs,
    language: entry.language,
    categories: entry.categories.map(({ label }) => label),
    authors: entry.authors.map((author) => toLabel(author)),
    link: entry.link,
    summary: entry.summary,
    bodyLength: toText(entry.contentHtml).length,
    problems,
  }
}

function locate(
  inbox: string,
  given: string | Buffer,
): { readonly root: string; readonly path: string } {
  if (typeof given !== 'string') {
    return { root: inbox, path: toInboxPath(given.subarray(Buffer.byteLength(inbox) + 1)) }
  }
  const file = resolve(given)
  const inside = relative(inbox, file)
  const isInside = inside !== '' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside)
  if (isInside && inside !== '..')
    return { root: inbox, path: toInboxPath(inside.replaceAll(sep, '/')) }
  const end = file.lastIndexOf(sep)
  return { root: file.slice(0, end) || sep, path: toInboxPath(file.slice(end + 1)) }
}

function toProblem(path: string, read: Exclude<ReadArticle, { kind: 'read' }>): Problem {
  switch (read.kind) {
    case 'changed':
      return { code: 'file-unsettled', path }
    case 'missing':
      return { code: 'file-missing', path }
    case 'special':
      return { code: 'file-special', path, found: read.type }
    case 'too-large':
      return { code: 'file-too-large', path, found: `${read.sizeBytes} bytes` }
    case 'unreadable':
      return { code: 'file-unreadable', path, found: read.reason }
  }
}

function toOutcome(
  publishedAtMs: number,
  expiresAtMs: number | undefined,
  nowMs: number,
): CheckReport['outcome'] {
  if (expiresAtMs !== undefined && expiresAtMs <= nowMs) return 'expired'
  return publishedAtMs > nowMs ? 'scheduled' : 'published'
}

function toLabel({ name, email, url }: Author): string {
  const address = email ?? url
  return address === undefined ? name : `${name} <${address}>`
}
