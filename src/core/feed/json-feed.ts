import type { Author } from '../article/article.ts'
import { formatRfc3339 } from '../dates.ts'
import type { Entry } from '../entry/entry.ts'
import type { Contents, Frame } from './frame.ts'
import { type FeedHead, toHomeUrl, toSelfUrl } from './head.ts'

const utf8 = new TextDecoder()

// Written here from the first letter: `feed` drafts version 1, which lacks most of what we have to say.

/**
 * Renders an entry as an item of a JSON Feed.
 * Source: JSON Feed 1.1, "Items".
 */
export function renderJsonItem(entry: Entry): string {
  const item = {
    id: entry.id,
    url: entry.link,
    title: entry.title,
    // One of the two contents is required, also when there is nothing in it.
    content_html: entry.contentHtml,
    summary: entry.summary === '' ? undefined : entry.summary,
    image: entry.image,
    date_published: formatRfc3339(entry.publishedAtMs),
    date_modified: formatRfc3339(entry.updatedAtMs),
    authors: toJsonAuthors(entry.authors),
    tags: entry.categories.length === 0 ? undefined : entry.categories.map(({ label }) => label),
    language: entry.language,
  }
  // No string of JSON holds a bare line end, so each one here is layout.
  return stringify(item).replaceAll('\n', '\n    ')
}

/** Reads back from an item what lists tell of its entry. */
export function readJsonItem(bytes: Uint8Array): Pick<Entry, 'summary' | 'language'> {
  const item = utf8.decode(bytes)
  return { summary: readMember(item, 'summary') ?? '', language: readMember(item, 'language') }
}

/** Each member has a line of its own, and what is inside of one is further in. */
function readMember(item: string, name: 'summary' | 'language'): string | undefined {
  const lead = `\n      "${name}": `
  const start = item.indexOf(lead)
  if (start < 0) return undefined
  const line = item.slice(start + lead.length, item.indexOf('\n', start + lead.length))
  const value: unknown = JSON.parse(line.endsWith(',') ? line.slice(0, -1) : line)
  return typeof value === 'string' ? value : undefined
}

/**
 * Renders a JSON Feed but for its items.
 * Source: JSON Feed 1.1, "Top-level".
 */
export function renderJsonFrame(head: FeedHead, { isEmpty }: Contents): Frame {
  const { site } = head
  const top = stringify({
    version: 'https://jsonfeed.org/version/1.1',
    title: site.title,
    home_page_url: toHomeUrl(head),
    feed_url: toSelfUrl('json', head),
    description: site.subtitle,
    icon: site.image,
    favicon: site.icon,
    authors: toJsonAuthors(site.author === undefined ? [] : [site.author]),
    language: site.language,
    hubs: head.hubs?.map((url) => ({ type: 'WebSub', url })),
  })
  const lead = '\n    '
  return {
    before: `${top.slice(0, -'\n}'.length)},\n  "items": [`,
    first: lead,
    next: `,${lead}`,
    after: isEmpty ? ']\n}\n' : '\n  ]\n}\n',
  }
}

function toJsonAuthors(authors: readonly Author[]): readonly object[] | undefined {
  if (authors.length === 0) return undefined
  return authors.map(({ name, url }) => ({ name, url }))
}

function stringify(value: object): string {
  return JSON.stringify(value, undefined, 2)
}
