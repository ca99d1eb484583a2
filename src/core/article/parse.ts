import type { Problem, ProblemCode } from '../problem.ts'
import { severityOf } from '../problem.ts'
import { parseDate } from '../dates.ts'
import {
  countGraphemes,
  cutSummary,
  cutTitle,
  decodeText,
  firstSentence,
  normalizeText,
} from '../text.ts'
import type { Article, ArticleFile, ParsedArticle, ReadingRules } from './article.ts'
import { toAbsoluteHtml, toSafeHtml } from './body.ts'
import { toProse, toRunningText, toText } from './body-text.ts'
import { dateReader } from './date-reading.ts'
import { readFrontMatter } from './front-matter.ts'
import { type Given, labelGraphemesMax, nothingGiven, toGiven, toTitle } from './given.ts'
import { findHashtags, toTerm } from './hashtags.ts'
import {
  expandXhtml,
  findDeclaredEncoding,
  readHtmlPage,
  takeHeading,
  toGivenInPage,
} from './html.ts'
import { detectLanguage } from './language.ts'
import { markdownTitleLength, renderMarkdown } from './markdown.ts'
import { isTitleLike, plainTitleLength, toPlainBody } from './plain.ts'
import { readShape, type Shape } from './shape.ts'

/**
 * Makes an article of a file. Depends on nothing but its arguments and takes time in proportion to the file.
 * A draft is recognised before anything else is judged; a problem that holds the article leaves nothing of it.
 */
export function parseArticle(file: ArticleFile, rules: ReadingRules): ParsedArticle {
  const decoded = decodeFile(file)
  if (decoded.kind === 'binary') {
    return {
      kind: 'held',
      problems: [{ code: 'text-binary', path: file.path, found: decoded.found }],
    }
  }
  const problems: Problem[] = []
  if (decoded.problem !== undefined) problems.push({ code: decoded.problem, path: file.path })
  const lines = decoded.text.split('\n')
  const matter = readFrontMatter(lines)
  if (matter.kind === 'problem') {
    const { code, line, found } = matter
    return { kind: 'held', problems: [...problems, { code, path: file.path, line, found }] }
  }
  const lineCount = matter.kind === 'fields' ? matter.lineCount : 0
  const bodyLines = lineCount === 0 ? lines : lines.slice(lineCount)
  const source: Source = { file, rules, bodyLines, lineCount }
  const readDate = dateReader(toSample(bodyLines), rules)
  const given =
    matter.kind === 'fields' ? toGiven(matter.fields, file.path, readDate) : nothingGiven
  if (given.isDraft) return { kind: 'draft' }
  const parts = readParts(source, given, readDate)
  problems.push(...parts.given.problems, ...parts.problems)
  return inLineOrder(toParsed(source, parts, problems))
}

/** Those of the whole file first. */
function inLineOrder(parsed: ParsedArticle): ParsedArticle {
  if (parsed.kind === 'draft' || parsed.problems.length < 2) return parsed
  const problems = parsed.problems.toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0))
  return { ...parsed, problems }
}

type Source = {
  readonly file: ArticleFile
  readonly rules: ReadingRules
  /** The file after its front matter. */
  readonly bodyLines: readonly string[]
  /** Lines of front matter before it. */
  readonly lineCount: number
}

/** What the three formats have in common once they are read. */
type Parts = {
  readonly given: Given
  /** Date, title, categories and Unix time that stood around the text. */
  readonly shape: Shape
  readonly heading?: string | undefined
  readonly html: string
  readonly hasRelativeAddresses: boolean
  /** Text in which hashtags count. */
  readonly runningText: string
  /** Text that a summary, a first sentence and the language are taken from. */
  readonly prose: string
  readonly problems: readonly Problem[]
}

type Reader = ReturnType<typeof dateReader>

function readParts(source: Source, given: Given, readDate: Reader): Parts {
  return readers[source.file.format](source, given, readDate)
}

function readPlain(source: Source, given: Given, readDate: Reader): Parts {
  const titleLength = (lines: readonly string[], at: number, end: number): number => {
    if (given.title === undefined) return plainTitleLength(lines, at, end)
    return at < end && toTitle(lines[at] ?? '') === given.title ? 1 : 0
  }
  const shape = readShape(source.bodyLines, {
    readDate: (text) => readDate(text, given.language),
    titleLength,
    isTitleLike: (line) => given.title === undefined && isTitleLike(line),
    takesTitle: true,
  })
  const body = toPlainBody(shape.bodyLines)
  const heading = toTitle(shape.title ?? '')
  return {
    given,
    shape,
    heading,
    html: body.html,
    hasRelativeAddresses: false,
    runningText: heading === undefined ? body.text : `${heading}\n${body.text}`,
    prose: body.text,
    problems: toShapeProblems(source, shape),
  }
}

function readMarkdown(source: Source, given: Given, readDate: Reader): Parts {
  const shape = readShape(source.bodyLines, {
    readDate: (text) => readDate(text, given.language),
    titleLength: markdownTitleLength,
    isTitleLike: () => false,
    takesTitle: false,
  })
  const rendered = renderMarkdown(shape.bodyLines.join('\n'), given.title)
  const { body } = rendered
  return {
    given: withTeaser(given, rendered.source),
    shape,
    heading: toTitle(rendered.heading ?? ''),
    html: body.html,
    hasRelativeAddresses: body.hasRelativeAddresses,
    runningText:
      body.html.includes('#') || body.html.includes('＃') ? toRunningText(body.html) : '',
    prose: toProse(body.html),
    problems: toShapeProblems(source, shape),
  }
}

const noShape: Shape = { categories: [], bodyLines: [] }

function readHtml(source: Source, frontMatter: Given, readDate: Reader): Parts {
  const page = readHtmlPage(expandXhtml(source.bodyLines.join('\n')))
  const given = merge(frontMatter, toGivenInPage(page, readDate))
  const safe = toSafeHtml(page.region)
  const headed = takeHeading(safe.html, given.title)
  const isBased = page.base !== undefined && safe.hasRelativeAddresses
  const html = isBased ? toAbsoluteHtml(headed.html, page.base ?? '') : headed.html
  return {
    given: withTeaser(given, page.region),
    shape: noShape,
    heading: toTitle(headed.heading ?? ''),
    html,
    hasRelativeAddresses: safe.hasRelativeAddresses && !isBased,
    runningText: html.includes('#') || html.includes('＃') ? toRunningText(html) : '',
    prose: toProse(html),
    problems: [],
  }
}

/** Front matter says more than the head of the page. */
function merge(first: Given, second: Given): Given {
  return {
    isDraft: first.isDraft,
    title: first.title ?? second.title,
    publishedAtMs: first.publishedAtMs ?? second.publishedAtMs,
    updatedAtMs: first.updatedAtMs ?? second.updatedAtMs,
    expiresAtMs: first.expiresAtMs ?? second.expiresAtMs,
    language: first.language ?? second.language,
    authors: first.authors.length > 0 ? first.authors : second.authors,
    categories: [...first.categories, ...second.categories],
    summary: first.summary ?? second.summary,
    link: first.link ?? second.link,
    id: first.id ?? second.id,
    slug: first.slug ?? second.slug,
    image: first.image ?? second.image,
    problems: [...first.problems, ...second.problems],
  }
}

/** Where no summary is given, `<!--more-->` says where it ends (Hugo, Jekyll, Zola, WordPress). */
function withTeaser(given: Given, html: string): Given {
  if (given.summary !== undefined) return given
  const end = html.search(/<!--\s?(?:more|excerpt)\s?-->/i)
  if (end === -1) return given
  const teaser = cutSummary(toProse(toSafeHtml(html.slice(0, end)).html), given.language)
  return teaser === '' ? given : { ...given, summary: teaser }
}

function toShapeProblems(source: Source, shape: Shape): readonly Problem[] {
  if (shape.unreadableDate === undefined) return []
  const { line, found } = shape.unreadableDate
  const path = source.file.path
  return [{ code: 'date-unreadable', path, line: source.lineCount + line + 1, found }]
}

const mediaTag = /<(?:img|audio|video) /

function toParsed(source: Source, parts: Parts, problems: Problem[]): ParsedArticle {
  const { file, rules } = source
  const { given, shape } = parts
  const isEmpty = parts.prose === '' && !mediaTag.test(parts.html) && toText(parts.html) === ''
  if (isEmpty && given.title === undefined && parts.heading === undefined) {
    problems.push({ code: 'text-empty', path: file.path })
  }
  const language = given.language ?? detectLanguage(parts.prose)
  const { categories, found } = toCategories(parts, rules.categoriesMax)
  if (found !== undefined) problems.push({ code: 'categories-too-many', path: file.path, found })
  if (problems.some(({ code }) => severityOf(code) === 'held')) return { kind: 'held', problems }
  const spoken = language ?? rules.language
  const article: Article = {
    path: file.path,
    format: file.format,
    id: given.id,
    title: given.title ?? parts.heading ?? toDerivedTitle(parts, file.path, spoken),
    ...toInstants(source, given, shape),
    language,
    authors: given.authors,
    categories,
    summary:
      given.summary ?? cutSummary(parts.prose === '' ? toText(parts.html) : parts.prose, spoken),
    link: given.link,
    slug: given.slug,
    image: given.image,
    bodyHtml: parts.html,
    hasRelativeAddresses: parts.hasRelativeAddresses,
  }
  return { kind: 'article', article, problems }
}

/** The first sentence of the first paragraph that has words, without the mark of a list. */
function toDerivedTitle(parts: Parts, path: string, language: string | undefined): string {
  const text = parts.prose === '' ? toText(parts.html) : parts.prose
  const start = Math.max(0, text.search(/[\p{L}\p{N}]/u))
  const from = text.lastIndexOf('\n', start) + 1
  const end = text.indexOf('\n', start)
  const paragraph = text.slice(from, end === -1 ? undefined : end)
  const title = cutTitle(firstSentence(paragraph.replace(/^[-*•–—]\s+/, ''), language))
  return title === '' ? toNameTitle(path) : title
}

const readers = { plain: readPlain, markdown: readMarkdown, html: readHtml }

/** A title for an article of pictures alone: its file name, without date and ending. */
function toNameTitle(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.[a-z]{1,8}$/i, '')
  const words = name
    .replace(/^\d{4}-\d{1,2}-\d{1,2}-/, '')
    .replaceAll(/[_-]+/g, ' ')
    .trim()
  return cutTitle(words === '' ? name : words) || name
}

type Instants = Pick<Article, 'publishedAtMs' | 'updatedAtMs' | 'expiresAtMs'>

/**
 * When it was published: front matter, first line, last line, and when none of them says, the date that Jekyll
 * puts into the file name. An update before publication counts as publication.
 */
function toInstants(source: Source, given: Given, shape: Shape): Instants {
  const updated = given.updatedAtMs ?? shape.updatedAtMs
  const publishedAtMs = given.publishedAtMs ?? shape.publishedAtMs ?? updated ?? toNameDate(source)
  const isEarly = updated !== undefined && publishedAtMs !== undefined && updated < publishedAtMs
  return {
    publishedAtMs,
    updatedAtMs: isEarly ? publishedAtMs : updated,
    expiresAtMs: given.expiresAtMs,
  }
}

function toNameDate(source: Source): number | undefined {
  const date = /(?:^|\/)(\d{4}-\d{2}-\d{2})-[^/]*$/.exec(source.file.path)?.[1]
  const { timezone } = source.rules
  return date === undefined ? undefined : parseDate(date, { timezone, languages: [] })
}

type Categories = { readonly categories: readonly string[]; readonly found?: string | undefined }

/**
 * Front matter first, then the running text, then the closing lines; the first spelling of each counts. A hashtag
 * that is longer than a label may be names nothing.
 */
function toCategories(parts: Parts, categoriesMax: number): Categories {
  const byTerm = new Map<string, string>()
  const seen = new Set<string>()
  const add = (label: string): void => {
    if (seen.has(label)) return
    seen.add(label)
    const term = toTerm(label)
    if (term !== '' && !byTerm.has(term)) byTerm.set(term, label)
  }
  for (const label of parts.given.categories) add(label)
  const tags = [
    ...findHashtags(parts.runningText).map(({ label }) => label),
    ...parts.shape.categories,
  ]
  for (const label of tags) {
    if (countGraphemes(label, labelGraphemesMax) <= labelGraphemesMax) add(label)
  }
  const categories = [...byTerm.values()]
  if (categories.length <= categoriesMax) return { categories }
  return {
    categories: categories.slice(0, categoriesMax),
    found: `${categories.length} categories, limit ${categoriesMax}`,
  }
}

type Decoded =
  | { readonly kind: 'text'; readonly text: string; readonly problem?: ProblemCode | undefined }
  | { readonly kind: 'binary'; readonly found: string }

/** An encoding that an HTML file declares counts where neither a mark nor its bytes say that it is UTF-8. */
function decodeFile(file: ArticleFile): Decoded {
  const decoded = decodeText(file.bytes)
  if (decoded.kind === 'binary' || !decoded.guessed) return decoded
  const { kind, text, encoding } = decoded
  if (encoding === 'utf-8') return { kind, text, problem: 'encoding-broken' }
  const declared = file.format === 'html' ? decodeAsDeclared(file.bytes) : undefined
  return declared === undefined
    ? { kind, text, problem: 'encoding-guessed' }
    : { kind, text: declared }
}

function decodeAsDeclared(bytes: Uint8Array): string | undefined {
  const label = findDeclaredEncoding(bytes)
  if (label === undefined || /^(?:utf-?8|utf-?16|unicode)/.test(label)) return undefined
  try {
    return normalizeText(new TextDecoder(label).decode(bytes))
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function toSample(lines: readonly string[]): string {
  let sample = ''
  for (const line of lines) {
    if (sample.length > 2_000) break
    sample += `${line.slice(0, 2_000)}\n`
  }
  return sample
}
