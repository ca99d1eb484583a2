import { countGraphemes, cutTitle, normalizeText } from '../text.ts'
import { parseUnixTime } from '../dates.ts'
import type { Problem, ProblemCode } from '../problem.ts'
import type { Author } from './article.ts'
import { toAddress } from './body-attributes.ts'
import type { DateReader } from './date-reading.ts'
import { words } from './escape.ts'
import type { Fields, FieldValue } from './front-matter.ts'
import { toAuthors } from './given-authors.ts'

/** What an author says of an article outside its text: in front matter, or in the head of an HTML page. */
export type Given = {
  readonly isDraft: boolean
  readonly title?: string | undefined
  readonly publishedAtMs?: number | undefined
  readonly updatedAtMs?: number | undefined
  readonly expiresAtMs?: number | undefined
  readonly language?: string | undefined
  readonly authors: readonly Author[]
  /** Labels without `#`, as often as they were given. */
  readonly categories: readonly string[]
  readonly summary?: string | undefined
  readonly link?: string | undefined
  readonly id?: string | undefined
  readonly slug?: string | undefined
  readonly image?: string | undefined
  readonly problems: readonly Problem[]
}

/**
 * The keys of Hugo, Jekyll, Eleventy, Astro and Zola for each thing, the most telling first: the first that
 * has a value counts. When something is published is said by `publishDate` before `date` before `created`.
 */
const keys = {
  published: words(`
    publishdate pubdate publisheddate publishedat publishedon published datepublished date
    datetime posted created createdat createdon datecreated
  `),
  updated: words(`
    updated updatedat updateddate updatedon lastmod lastmodified lastmodifiedat
    lastmodifiedtime lastupdated lastupdate modified modifiedat modifieddate datemodified
    dateupdated
  `),
  expires: ['expires', 'expirydate', 'expiresat', 'expireson', 'expirationdate', 'unpublishdate'],
  title: ['title'],
  summary: ['summary', 'excerpt', 'description', 'abstract'],
  language: ['lang', 'language', 'locale', 'languagecode'],
  link: ['link', 'canonical', 'canonicalurl', 'externalurl', 'externallink'],
  id: ['id', 'guid'],
  slug: ['slug'],
  path: ['permalink', 'url'],
  draft: ['draft', 'isdraft'],
  live: ['published', 'publish'],
  categories: ['tags', 'tag', 'categories', 'category', 'keywords', 'taxonomies'],
  authors: ['authors', 'author', 'byline'],
  image: [
    'image',
    'images',
    'cover',
    'coverimage',
    'featuredimage',
    'heroimage',
    'ogimage',
    'thumbnail',
  ],
} as const

const titleGraphemesMax = 500
/** A category's label is cut, a hashtag beyond this is none. */
export const labelGraphemesMax = 100

type Reading = {
  readonly path: string
  readonly fields: Fields
  readonly problems: Problem[]
}

/** Nothing given. */
export const nothingGiven: Given = { isDraft: false, authors: [], categories: [], problems: [] }

/** Reads what front matter says. Wrong values of keys that are known become problems; unknown keys are kept quiet. */
export function toGiven(fields: Fields, path: string, readDate: DateReader): Given {
  const reading: Reading = { path, fields, problems: [] }
  const language = toLanguage(reading)
  const dates = (names: readonly string[]): number | undefined =>
    toInstant(reading, names, (text) => readDate(text, language))
  return {
    isDraft: isDraft(reading),
    title: toTitle(firstText(reading, keys.title)?.text ?? ''),
    publishedAtMs: dates(keys.published),
    updatedAtMs: dates(keys.updated),
    expiresAtMs: dates(keys.expires),
    language,
    authors: toAuthors(fields, keys.authors),
    categories: toLabels(reading),
    summary: toLine(firstText(reading, keys.summary)?.text ?? ''),
    link: toLink(reading),
    id: toId(reading),
    slug: toSlugWish(reading),
    image: toImage(firstValue(reading, keys.image)),
    problems: reading.problems,
  }
}

/** One line of plain text, white space collapsed; undefined when nothing is left. */
export function toLine(text: string): string | undefined {
  const line = normalizeText(text).replaceAll(/\s+/g, ' ').trim()
  return line === '' ? undefined : line
}

/** A title as it was given: one line, at most 500 graphemes. */
export function toTitle(text: string): string | undefined {
  const line = toLine(text)
  if (line === undefined || line.length <= titleGraphemesMax) return line
  if (countGraphemes(line, titleGraphemesMax) <= titleGraphemesMax) return line
  let title = ''
  let count = 0
  for (const { segment } of new Intl.Segmenter('en').segment(line)) {
    count += 1
    if (count >= titleGraphemesMax) break
    title += segment
  }
  return `${title.trimEnd()}…`
}

/** A category's label: one line without `#`, cut at 100 graphemes; undefined when nothing is left. */
export function toLabel(text: string): string | undefined {
  const label = toLine(text)?.replace(/^[#＃]+\s?/, '')
  if (label === undefined || label === '') return undefined
  return countGraphemes(label, labelGraphemesMax) > labelGraphemesMax ? cutTitle(label) : label
}

function report(reading: Reading, code: ProblemCode, value: FieldValue, found: string): undefined {
  reading.problems.push({ code, path: reading.path, line: value.line, found })
  return undefined
}

function reportType(reading: Reading, key: string, value: FieldValue, expected: string): undefined {
  const is = value.kind === 'map' ? 'a group of values' : value.kind === 'list' ? 'a list' : 'empty'
  const found = value.kind === 'text' ? `${key} is ${value.text}` : `${key} is ${is}`
  return report(reading, 'front-matter-type', value, `${found}, expected ${expected}`)
}

type Found = { readonly key: string; readonly value: FieldValue }

function firstFound(reading: Reading, names: readonly string[]): Found | undefined {
  for (const key of names) {
    const value = reading.fields.get(key)
    const isEmpty =
      value === undefined ||
      value.kind === 'none' ||
      (value.kind === 'text' && value.text.trim() === '')
    if (!isEmpty) return { key, value }
  }
  return undefined
}

function firstValue(reading: Reading, names: readonly string[]): FieldValue | undefined {
  return firstFound(reading, names)?.value
}

type TextValue = Extract<FieldValue, { kind: 'text' }>

function firstText(reading: Reading, names: readonly string[]): TextValue | undefined {
  const found = firstFound(reading, names)
  if (found === undefined) return undefined
  if (found.value.kind === 'text') return found.value
  return reportType(reading, found.key, found.value, 'text')
}

const truths: ReadonlyMap<string, boolean> = new Map([
  ...words('true yes on y 1').map((word) => [word, true] as const),
  ...words('false no off n 0').map((word) => [word, false] as const),
])

function isDraft(reading: Reading): boolean {
  const live = firstValue(reading, keys.live)
  if (live?.kind === 'text' && truths.get(live.text.trim().toLowerCase()) === false) return true
  const found = firstFound(reading, keys.draft)
  if (found === undefined) return false
  const text = found.value.kind === 'text' ? found.value.text.trim().toLowerCase() : ''
  const truth = truths.get(text)
  if (truth === undefined) reportType(reading, found.key, found.value, 'true or false')
  return truth ?? false
}

/** What Eleventy takes for a date besides dates; it says nothing that dropfeed does not see itself. */
const notDates = /^(?:(?:git )?(?:last modified|created)|true|false|yes|no)$/i

function toInstant(
  reading: Reading,
  names: readonly string[],
  parse: (text: string) => number | undefined,
): number | undefined {
  for (const name of names) {
    const found = firstFound(reading, [name])
    if (found === undefined) continue
    const value = found.value.kind === 'map' ? found.value.fields.get('date') : found.value
    if (value?.kind !== 'text') return reportType(reading, name, found.value, 'a date')
    if (notDates.test(value.text.trim())) continue
    const epochMs = parse(value.text.trim()) ?? parseUnixTime(value.text.trim())
    return epochMs ?? report(reading, 'date-unreadable', value, value.text.trim())
  }
  return undefined
}

/** A BCP 47 tag in its canonical form; `fr_FR` is `fr-FR`. */
export function toLanguageTag(text: string): string | undefined {
  const tag = text.trim().replaceAll('_', '-').replace(/\..*$/, '')
  if (!/^[a-z]{2,3}(?:-|$)/i.test(tag)) return undefined
  try {
    return Intl.getCanonicalLocales(tag)[0]
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function toLanguage(reading: Reading): string | undefined {
  const value = firstText(reading, keys.language)
  if (value === undefined) return undefined
  return toLanguageTag(value.text) ?? report(reading, 'language-invalid', value, value.text)
}

function toLink(reading: Reading): string | undefined {
  const value = firstText(reading, keys.link)
  if (value === undefined || isTemplate(value.text)) return undefined
  const address = /\s/.test(value.text.trim()) ? undefined : toAddress(value.text)
  if (address !== undefined && !address.isRelative && /^https?:/i.test(value.text.trim())) {
    return address.text
  }
  return report(reading, 'link-invalid', value, value.text)
}

const uri = /^[a-z][a-z0-9+.-]*:(?:[\w.~:/?#[\]@!$&'()*+,;=-]|%[0-9a-f]{2})+$/i
const bareUuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i

/**
 * The author's own id: an absolute URI (RFC 3986 §4.3), or a bare UUID. A number alone is what a site generator
 * or WordPress calls its own article; it says nothing to others and is not used.
 */
function toId(reading: Reading): string | undefined {
  for (const name of keys.id) {
    const value = firstText(reading, [name])
    const text = value?.text.trim() ?? ''
    if (value === undefined || /^\d+$/.test(text)) continue
    if (bareUuid.test(text)) return `urn:uuid:${text.toLowerCase()}`
    return uri.test(text) ? text : report(reading, 'id-invalid', value, text)
  }
  return undefined
}

function isTemplate(text: string): boolean {
  return text.includes('{{') || text.includes('{%')
}

function toSlugWish(reading: Reading): string | undefined {
  const given = firstText(reading, keys.slug)?.text.trim()
  if (given !== undefined && !isTemplate(given)) return lastPart(given)
  const value = firstValue(reading, keys.path)
  const path = value?.kind === 'text' ? value.text.trim() : ''
  if (!path.includes('/') || path.includes(':') || isTemplate(path)) return undefined
  return lastPart(path.replace(/index\.html?$/i, ''))
}

function lastPart(path: string): string | undefined {
  const part = path.split('/').findLast((piece) => piece !== '')
  return part === undefined ? undefined : toLine(part.replace(/\.html?$/i, ''))
}

function toImage(value: FieldValue | undefined): string | undefined {
  if (value?.kind === 'text')
    return isTemplate(value.text) ? undefined : toAddress(value.text)?.text
  if (value?.kind === 'list') return toImage(value.items[0])
  if (value?.kind !== 'map') return undefined
  const inner = ['src', 'url', 'image', 'path'].find((key) => value.fields.has(key))
  return inner === undefined || value.line === undefined
    ? undefined
    : toImage(value.fields.get(inner))
}

/** All labels, in the order in which the keys stand in the file. */
function toLabels(reading: Reading): readonly string[] {
  const labels: string[] = []
  for (const [key, value] of reading.fields) {
    if (isCategoryKey(key)) addLabels(reading, key, value, labels)
  }
  return labels
}

function isCategoryKey(key: string): boolean {
  return (keys.categories as readonly string[]).includes(key)
}

function addLabels(reading: Reading, key: string, value: FieldValue, labels: string[]): void {
  if (value.kind === 'text') {
    for (const piece of splitLabels(key, value.text)) addLabel(piece, labels)
  } else if (value.kind === 'list') {
    for (const item of value.items) {
      const name = item.kind === 'map' ? firstOf(item.fields, ['name', 'title', 'label']) : item
      if (name?.kind === 'text') addLabel(name.text, labels)
      else if (name?.kind !== 'none') reportType(reading, key, item, 'text')
    }
  } else if (value.kind === 'map' && key === 'taxonomies') {
    for (const [name, inner] of value.fields) {
      if (isCategoryKey(name)) addLabels(reading, name, inner, labels)
    }
  } else if (value.kind === 'map') {
    reportType(reading, key, value, 'a list')
  }
}

function firstOf(fields: Fields, names: readonly string[]): FieldValue | undefined {
  return names.map((name) => fields.get(name)).find((value) => value !== undefined)
}

function addLabel(text: string, labels: string[]): void {
  const label = toLabel(text)
  if (label !== undefined) labels.push(label)
}

/** At commas if there are any; else `tags` and `categories` at spaces, as in Jekyll; `category: a b` is one. */
function splitLabels(key: string, text: string): readonly string[] {
  const inner = text.trim().replace(/^\[(.*)\]$/s, '$1')
  if (/[,;，、،]/.test(inner))
    return inner.split(/[,;，、،]/).map((piece) => piece.replaceAll(/^\s*["']|["']\s*$/g, ''))
  const isSpaced = key === 'tags' || key === 'categories' || /^\s*[#＃]/.test(inner)
  return isSpaced ? inner.split(/\s+/) : [inner]
}
