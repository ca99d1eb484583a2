import type { Entry } from '../../src/core/entry/entry.ts'
import type { FeedFormat } from '../../src/core/feed/feed.ts'
import { all, parseStrict, type StrictElement, texts } from './strict-xml.ts'

/** What a document says of an entry, read as its format's specification wants it, and nothing more. */
export type StrictReading = Pick<Entry, 'id' | 'title' | 'link' | 'summary' | 'contentHtml'> & {
  readonly published: string
  readonly updated: string | undefined
  readonly labels: readonly string[]
  readonly authors: readonly string[]
  readonly image: string | undefined
}

/** Reads the entries of a document of any format strictly. */
export function readStrictly(format: FeedFormat, document: string): readonly StrictReading[] {
  return readers[format](document)
}

const readers = {
  rss: (document: string) =>
    all(parseStrict(document), 'channel', 'item').map((item) => readItem(item)),
  atom: (document: string) =>
    all(parseStrict(document), 'atom:entry').map((entry) => readEntry(entry)),
  json: (document: string) => readJson(document),
} as const satisfies Record<FeedFormat, (document: string) => readonly StrictReading[]>

function readItem(item: StrictElement): StrictReading {
  return {
    id: texts(item, 'guid').join('\n'),
    title: texts(item, 'title').join('\n'),
    link: texts(item, 'link').join('\n'),
    summary: unescape(texts(item, 'description').join('\n')),
    contentHtml: texts(item, 'content:encoded').join('\n'),
    published: texts(item, 'pubDate').join('\n'),
    updated: undefined,
    labels: texts(item, 'category'),
    authors: texts(item, 'dc:creator'),
    image: all(item, 'media:thumbnail')[0]?.attributes['url'],
  }
}

function readEntry(entry: StrictElement): StrictReading {
  const [summary] = all(entry, 'atom:summary')
  return {
    id: texts(entry, 'atom:id').join('\n'),
    title: texts(entry, 'atom:title').join('\n'),
    link: all(entry, 'atom:link')
      .filter(({ attributes }) => attributes['rel'] === 'alternate')
      .map(({ attributes }) => attributes['href'])
      .join('\n'),
    summary:
      summary?.attributes['type'] === 'html' ? unescape(summary.text) : (summary?.text ?? ''),
    contentHtml: texts(entry, 'atom:content').join('\n'),
    published: texts(entry, 'atom:published').join('\n'),
    updated: texts(entry, 'atom:updated').join('\n'),
    labels: all(entry, 'atom:category').map(({ attributes }) => attributes['label'] ?? ''),
    authors: texts(entry, 'atom:author', 'atom:name'),
    image: all(entry, 'media:thumbnail')[0]?.attributes['url'],
  }
}

type JsonItem = {
  readonly id: string
  readonly title: string
  readonly url: string
  readonly summary?: string
  readonly content_html: string
  readonly date_published: string
  readonly date_modified: string
  readonly tags?: readonly string[]
  readonly authors?: readonly { readonly name: string }[]
  readonly image?: string
}

function readJson(document: string): readonly StrictReading[] {
  const { items }: { readonly items: readonly JsonItem[] } = JSON.parse(document)
  return items.map((item) => ({
    id: item.id,
    title: item.title,
    link: item.url,
    summary: item.summary ?? '',
    contentHtml: item.content_html,
    published: item.date_published,
    updated: item.date_modified,
    labels: item.tags ?? [],
    authors: (item.authors ?? []).map(({ name }) => name),
    image: item.image,
  }))
}

/** Text that HTML shows; for HTML that has no tags and no other entities. */
function unescape(html: string): string {
  return html
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&#xD;', '\r')
    .replaceAll('&amp;', '&')
}
