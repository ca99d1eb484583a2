import { Parser } from 'htmlparser2'
import type { Author } from './article.ts'
import { isTooDeep } from './body.ts'
import { toText } from './body-text.ts'
import { isHidden, toAddress } from './body-attributes.ts'
import type { DateReader } from './date-reading.ts'
import { words } from './escape.ts'
import type { Fields, FieldValue } from './front-matter.ts'
import { type Given, nothingGiven, toLabel, toLanguageTag, toLine, toTitle } from './given.ts'
import { toAuthors } from './given-authors.ts'
import { voidTags } from './nesting.ts'

/** What an HTML file consists of. */
export type HtmlPage = {
  readonly meta: readonly Meta[]
  readonly title: string
  readonly lang: string
  readonly canonical: string
  /** Absolute address of `<base>`, else undefined. */
  readonly base?: string | undefined
  /** `datetime` of the `<time>` that says when the page was published. */
  readonly time: string
  /** Texts of the first `<h1>`s. */
  readonly headings: readonly string[]
  /** Markup of the `<article>`, else `<main>`, else `<body>`, else all; not clean yet. */
  readonly region: string
}

type Meta = { readonly name: string; readonly content: string }

/** Reads the parts of an HTML page; anything that is not there is empty. */
export function readHtmlPage(html: string): HtmlPage {
  const head: Head = { meta: [], title: '', lang: '', canonical: '', base: '' }
  if (isTooDeep(html)) return { ...head, base: undefined, time: '', headings: [], region: html }
  const regions = new Map<string, Region>()
  const times: Time[] = []
  const headings: string[] = []
  let titlesEnded = 0
  let isInTitle = false
  let isInHeading = false
  const parser = new Parser({
    onopentag(name, attributes) {
      readHeadTag(head, name, attributes)
      if (name === 'title') isInTitle = titlesEnded === 0
      else if (name === 'h1') isInHeading = headings.push('') <= headingsMax
      else if (regionNames.has(name)) {
        if (!isHidden(attributes)) openRegion(regions, name, parser.endIndex + 1)
      } else if (name === 'time') addTime(times, attributes, parser.startIndex)
    },
    onclosetag(name) {
      if (name === 'h1') isInHeading = false
      if (name === 'title') {
        isInTitle = false
        titlesEnded += 1
      } else if (regionNames.has(name)) closeRegion(regions, name, parser.startIndex)
    },
    ontext(text) {
      if (isInTitle) head.title += text
      if (isInHeading) headings.push((headings.pop() ?? '') + text)
    },
  })
  parser.end(html)
  const { start = 0, end = html.length } =
    regions.get('article') ?? regions.get('main') ?? regions.get('body') ?? {}
  const inRegion = times.filter(({ at }) => at >= start && at < end)
  const time = inRegion.find(({ isPublication }) => isPublication) ?? inRegion[0]
  const base = toAddress(head.base)
  return {
    ...head,
    base: base?.isRelative === false ? base.text : undefined,
    time: time?.text ?? '',
    headings,
    region: html.slice(start, end),
  }
}

const headingsMax = 10

type Head = { meta: Meta[]; title: string; lang: string; canonical: string; base: string }
type Attributes = Readonly<Record<string, string>>

function readHeadTag(head: Head, name: string, attributes: Attributes): void {
  if (name === 'meta') addMeta(head.meta, attributes)
  else if (name === 'html') head.lang ||= attributes['lang'] ?? attributes['xml:lang'] ?? ''
  else if (name === 'base') head.base ||= attributes['href'] ?? ''
  else if (name === 'link' && /(?:^|\s)canonical(?:\s|$)/i.test(attributes['rel'] ?? '')) {
    head.canonical ||= attributes['href'] ?? ''
  }
}

/** The first element of its name, with those of the same name inside it. */
type Region = { readonly start: number; end?: number; depth: number }

const regionNames: ReadonlySet<string> = new Set(['article', 'main', 'body'])

function openRegion(regions: Map<string, Region>, name: string, start: number): void {
  const region = regions.get(name)
  if (region === undefined) regions.set(name, { start, depth: 1 })
  else if (region.end === undefined) region.depth += 1
}

function closeRegion(regions: Map<string, Region>, name: string, end: number): void {
  const region = regions.get(name)
  if (region === undefined || region.end !== undefined) return
  region.depth -= 1
  if (region.depth === 0) region.end = end
}

type Time = { readonly text: string; readonly isPublication: boolean; readonly at: number }

function addTime(times: Time[], attributes: Attributes, at: number): void {
  const text = attributes['datetime']
  if (text === undefined || times.length >= 100) return
  const isPublication = 'pubdate' in attributes || attributes['itemprop'] === 'datePublished'
  times.push({ text, isPublication, at })
}

function addMeta(meta: Meta[], attributes: Readonly<Record<string, string>>): void {
  const content = attributes['content']?.trim() ?? ''
  if (content === '' || meta.length >= 1_000) return
  for (const attribute of ['name', 'property', 'itemprop', 'http-equiv']) {
    const name = attributes[attribute]
    if (name !== undefined) meta.push({ name: name.trim().toLowerCase(), content })
  }
}

const names = {
  title: ['og:title', 'dcterms.title', 'dc.title'],
  published: words(`
    article:published_time og:published_time datepublished dcterms.issued dc.date.issued
    dcterms.date dc.date date pubdate publishdate publish-date publication_date
    dcterms.created created
  `),
  updated: words(`
    article:modified_time og:updated_time datemodified dcterms.modified updated
    last-modified lastmod revised
  `),
  expires: ['article:expiration_time'],
  summary: ['description', 'og:description', 'dcterms.description', 'dc.description'],
  author: ['author', 'article:author', 'dcterms.creator', 'dc.creator'],
  image: ['og:image'],
  keywords: ['keywords', 'news_keywords'],
}

/**
 * Reads what the head of a page says. It comes from templates more often than from authors, so what cannot be
 * read is passed over for the next best.
 */
export function toGivenInPage(page: HtmlPage, readDate: DateReader): Given {
  const language = toLanguageTag(page.lang)
  const all = (wanted: readonly string[]): readonly string[] =>
    wanted
      .flatMap((name) => page.meta.filter((meta) => meta.name === name))
      .map(({ content }) => content)
  const instant = (wanted: readonly string[], others: readonly string[] = []): number | undefined =>
    [...all(wanted), ...others]
      .map((text) => readDate(text, language))
      .find((time) => time !== undefined)
  const canonical = toAddress(page.canonical)
  return {
    ...nothingGiven,
    title: toPageTitle(page, all(names.title)[0] ?? ''),
    publishedAtMs: instant(names.published, page.time === '' ? [] : [page.time]),
    updatedAtMs: instant(names.updated),
    expiresAtMs: instant(names.expires),
    language,
    authors: toPageAuthors(all(names.author)),
    categories: [
      ...all(names.keywords).flatMap((content) => content.split(/[,;،、，]/)),
      ...all(['article:tag']),
    ].flatMap((text) => toLabel(text) ?? []),
    summary: toLine(all(names.summary)[0] ?? ''),
    link: canonical?.isRelative === false ? canonical.text : undefined,
    image: toAddress(all(names.image)[0] ?? '')?.text,
  }
}

/** What stands between a title and the name of the site. */
const siteSeparator = /^ (?:[|–—·-]|::) \S/

/** The `<title>`, without the name of the site when a heading or `og:title` tells where that begins. */
function toPageTitle(page: HtmlPage, named: string): string | undefined {
  const title = toTitle(page.title)
  if (title === undefined) return toTitle(named)
  const own = [...page.headings, named]
    .map(toTitle)
    .find(
      (text) =>
        text !== undefined &&
        title.startsWith(text) &&
        siteSeparator.test(title.slice(text.length)),
    )
  return own ?? title
}

/** `By Jane Doe`; a `Von` is part of a name as well, and then no two names in capitals follow. */
const byWord = /^(?:by|By|BY|par|Par|PAR)\s+(?=\S)|^(?:von|Von|VON)\s+(?=\p{Lu}\S*\s+\p{Lu})/u

function toPageAuthors(contents: readonly string[]): readonly Author[] {
  const items: readonly FieldValue[] = contents
    .filter((text) => !/^https?:/i.test(text))
    .map((text) => ({ kind: 'text', line: 1, text: text.replace(byWord, '') }))
  const fields: Fields = new Map([['author', { kind: 'list', line: 1, items }]])
  return toAuthors(fields, ['author'])
}

/** A body without the heading that says what the title says. */
export type Headed = { readonly html: string; readonly heading?: string | undefined }

/**
 * Takes the heading that is the title out of clean HTML: the first `<h1>` if no title is given, else the first
 * heading or the first `<h1>`, if it says the same.
 */
export function takeHeading(html: string, title: string | undefined): Headed {
  const main = headingAt(html, /<h1[ >]/)
  if (title === undefined) return main === undefined ? { html } : without(html, main)
  const found = [headingAt(html, /<h[1-6][ >]/), main].find((heading) => heading?.text === title)
  return found === undefined ? { html } : without(html, found)
}

type Heading = { readonly text: string; readonly start: number; readonly end: number }

function headingAt(html: string, pattern: RegExp): Heading | undefined {
  const start = html.search(pattern)
  if (start === -1) return undefined
  const tag = html.slice(start + 1, start + 3)
  const end = closingEnd(html, tag, start)
  const text = end === undefined ? undefined : toLine(toText(html.slice(start, end)))
  return text === undefined || end === undefined ? undefined : { text, start, end }
}

/** Behind the closing tag that belongs to the opening one: in what is emphasised a heading may hold another. */
function closingEnd(html: string, tag: string, start: number): number | undefined {
  let depth = 0
  for (const match of html.slice(start).matchAll(tagPatterns[tag] ?? /$^/g)) {
    depth += match[0].startsWith('</') ? -1 : 1
    if (depth === 0) return start + match.index + match[0].length
  }
  return undefined
}

const tagPatterns: Readonly<Record<string, RegExp>> = Object.fromEntries(
  words('h1 h2 h3 h4 h5 h6').map((tag) => [tag, new RegExp(`<${tag}[ >]|</${tag}>`, 'g')]),
)

function without(html: string, { text, start, end }: Heading): Headed {
  return { html: `${html.slice(0, start)}${html.slice(end)}`.trim(), heading: text }
}

/** In XHTML `<script />` is a whole element; to an HTML parser it would begin one that swallows what follows. */
export function expandXhtml(text: string): string {
  if (!text.trimStart().startsWith('<?xml')) return text
  return text.replaceAll(
    /<([a-z][a-z0-9]*)((?:\s[^<>]*)?)\/>/gi,
    (tag, name: string, rest: string) =>
      voidTags.has(name.toLowerCase()) ? tag : `<${name}${rest}></${name}>`,
  )
}

/** The encoding that an HTML file declares in its first bytes, as a label of the Encoding Standard. */
export function findDeclaredEncoding(bytes: Uint8Array): string | undefined {
  const start = new TextDecoder('windows-1252').decode(bytes.subarray(0, 2_048))
  const label =
    /<(?:meta\s[^<>]*charset\s?=|\?xml\s[^<>]*encoding\s?=)\s?["']?([\w.:-]{1,40})/i.exec(start)
  return label?.[1]?.toLowerCase()
}
