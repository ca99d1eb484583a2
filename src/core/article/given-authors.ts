import { normalizeText } from '../text.ts'
import type { Author } from './article.ts'
import { toAddress } from './body-attributes.ts'
import type { Fields, FieldValue } from './front-matter.ts'

const authorsMax = 100

/**
 * Reads authors from a name, `Name <mail@example.org>`, `{ name, email, url }`, or a list of these.
 * Several names in one text are told apart by `;`, and under a plural key by `,`.
 */
export function toAuthors(fields: Fields, keys: readonly string[]): readonly Author[] {
  const places = [fields]
  for (const name of ['params', 'taxonomies', 'extra']) {
    const inner = fields.get(name)
    if (inner?.kind === 'map') places.push(inner.fields)
  }
  for (const place of places) {
    for (const key of keys) {
      const authors = toList(place.get(key), key.endsWith('s'))
      if (authors.length > 0) return distinct(authors).slice(0, authorsMax)
    }
  }
  return []
}

function toList(value: FieldValue | undefined, isPlural: boolean): readonly Author[] {
  if (value?.kind === 'text') {
    const inner = value.text.trim().replace(/^\[(.*)\]$/s, '$1')
    return inner.split(isPlural ? /[;,]/ : ';').flatMap(toAuthor)
  }
  if (value?.kind === 'list') return value.items.flatMap((item) => toList(item, false))
  if (value?.kind === 'map') return toDescribed(value.fields)
  return []
}

function distinct(authors: readonly Author[]): readonly Author[] {
  const seen = new Map<string, Author>()
  for (const author of authors) if (!seen.has(author.name)) seen.set(author.name, author)
  return [...seen.values()]
}

function toDescribed(fields: Fields): readonly Author[] {
  const text = (names: readonly string[]): string =>
    names
      .map((name) => fields.get(name))
      .flatMap((value) => (value?.kind === 'text' ? [value.text] : []))
      .map(toOneLine)
      .find((line) => line !== '') ?? ''
  const email = toEmail(text(['email', 'mail']))
  const url = toUrl(text(['url', 'uri', 'link', 'website', 'homepage', 'web']))
  const name = text(['name', 'displayname', 'title']) || (email ?? '')
  return name === '' ? [] : [{ name, email, url }]
}

/** What stands in `<…>` and is neither mail nor address belongs to the name. */
function toAuthor(written: string): readonly Author[] {
  const line = toOneLine(written)
  const [, before = '', address = ''] = /^([^<>]*)<([^<>]+)>$/.exec(line) ?? []
  const email = toEmail(address === '' ? line : address.trim())
  const url = toUrl(address.trim())
  const isPart = email === undefined && url === undefined
  const name = unquote(toOneLine(address === '' || isPart ? line : before))
  const shown = name === '' ? (email ?? url ?? '') : name
  return shown === '' ? [] : [{ name: shown, email, url }]
}

function unquote(text: string): string {
  return /^"[^"]*"$/.test(text) ? text.slice(1, -1).trim() : text
}

function toOneLine(text: string): string {
  return normalizeText(text).replaceAll(/\s+/g, ' ').trim()
}

function toEmail(text: string): string | undefined {
  const address = text.replace(/^mailto:/i, '')
  return /^[^\s@<>()",;:]{1,64}@[^\s@<>()",;:]{1,255}$/.test(address) ? address : undefined
}

function toUrl(text: string): string | undefined {
  const address = /^https?:\/\//i.test(text) ? toAddress(text) : undefined
  return address?.text
}
