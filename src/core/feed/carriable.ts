import type { Author } from '../article/article.ts'
import type { Category, Entry } from '../entry/entry.ts'
import type { FeedHead } from './head.ts'

// What feeds can carry is less than what texts can be. Articles lost most of it when they were read;
// this is also for settings and for an author's own words in front matter, so that one character never
// costs a whole document, and so that all three formats say the same.

/** Control characters but tab and line ends, lone surrogates, and the two that are no characters. */
const forbidden = /[[\p{Cc}--[\t\n\r]]\p{Cs}\uFFFE\uFFFF]/gv

/**
 * Removes the characters that XML cannot carry, and the controls that it discourages.
 * Source: XML 1.0 §2.2.
 */
export function toCarriable(text: string): string {
  return text.replaceAll(forbidden, '')
}

/**
 * Makes HTML fit for one CDATA section, which the text `]]>` would end: in HTML `]]&gt;` means the
 * same. Splitting the section instead loses text in some readers.
 */
function toCarriableHtml(html: string): string {
  const carriable = toCarriable(html).replaceAll(']]>', ']]&gt;')
  return carriable.trim() === '' ? '' : carriable
}

const notInUri = /[^!#-;=?-[\]_a-z~]/gu

/**
 * Writes an address with nothing but the characters of a URI: readers differ in what they make of
 * others, and RSS has no IRI. An address that is a URI already keeps its bytes.
 * Source: RFC 3986 §2, RFC 3987 §3.1.
 */
function toUri(address: string): string {
  if (address.search(notInUri) === -1) return address
  const carriable = toCarriable(address)
  const written = URL.canParse(carriable) ? new URL(carriable).href : carriable
  return written.replaceAll(notInUri, (character) => encodeURIComponent(character))
}

/**
 * An entry as all three formats carry it: no forbidden character, addresses that are URIs, HTML that
 * fits into a CDATA section (empty when there is nothing but white space), no nameless author or category.
 */
export function toCarriableEntry(entry: Entry): Entry {
  return {
    ...entry,
    id: toCarriable(entry.id),
    title: toCarriable(entry.title),
    link: toUri(entry.link),
    authors: entry.authors.flatMap((author) => toCarriableAuthor(author)),
    categories: entry.categories.flatMap((category) => toCarriableCategory(category)),
    summary: toCarriable(entry.summary),
    image: entry.image === undefined ? undefined : toUri(entry.image),
    contentHtml: toCarriableHtml(entry.contentHtml),
  }
}

/** A head as all three formats carry it. */
export function toCarriableHead(head: FeedHead): FeedHead {
  const { site, tombstones, hubs = [] } = head
  return {
    ...head,
    hubs: hubs.length === 0 ? undefined : hubs.map((address) => toUri(address)),
    tombstones: tombstones?.map((tombstone) => ({ ...tombstone, id: toCarriable(tombstone.id) })),
    site: {
      ...site,
      title: toOptional(site.title) ?? site.baseUrl,
      subtitle: toOptional(site.subtitle),
      baseUrl: toUri(site.baseUrl),
      author: site.author === undefined ? undefined : toCarriableAuthor(site.author)[0],
      copyright: toOptional(site.copyright),
      image: site.image === undefined ? undefined : toUri(site.image),
      icon: site.icon === undefined ? undefined : toUri(site.icon),
    },
  }
}

function toOptional(text: string | undefined): string | undefined {
  const carriable = text === undefined ? '' : toCarriable(text)
  return carriable.trim() === '' ? undefined : carriable
}

const email = /^[^\s@]+@[^\s@]+$/

/** Every format wants a name; without one, the address stands for it. */
function toCarriableAuthor(author: Author): readonly Author[] {
  const url = author.url === undefined ? undefined : toUri(author.url)
  const names = [author.name, author.email ?? '', url ?? ''].map((name) => toCarriable(name).trim())
  const name = names.find((candidate) => candidate !== '')
  if (name === undefined) return []
  const hasEmail = author.email !== undefined && email.test(author.email)
  return [{ name, email: hasEmail ? toCarriable(author.email ?? '') : undefined, url }]
}

function toCarriableCategory(category: Category): readonly Category[] {
  const term = toCarriable(category.term)
  const label = toCarriable(category.label)
  return term.trim() === '' || label.trim() === '' ? [] : [{ term, label }]
}
