import { Feed } from 'feed'
import { expect, test } from 'vitest'
import type { Entry } from '../src/core/entry/entry.ts'
import type { FeedFormat, FeedHead } from '../src/core/feed/feed.ts'
import { renderFeed, toExampleEntry, toExampleHead } from './support/feed-examples.ts'
import { all, parseStrict, texts } from './support/strict-xml.ts'

// What `feed` makes of our entries when nobody amends it. Each row must come out wrong from a bare
// draft, else the row has lost its reason: the library was mended, and our care may go.

type Row = {
  readonly defect: string
  readonly format: FeedFormat
  readonly entry?: Partial<Entry>
  readonly site?: Partial<FeedHead['site']>
  /** What is read from a document, and what it has to be. */
  readonly read: (document: string) => unknown
  readonly right: unknown
}

const inAtom = (name: string) => (document: string) =>
  texts(parseStrict(document), 'atom:entry', `atom:${name}`)
const inRss = (name: string) => (document: string) =>
  texts(parseStrict(document), 'channel', 'item', name)
const inAtomHead = (name: string) => (document: string) =>
  texts(parseStrict(document), `atom:${name}`)
const attributesInAtom = (name: string, attribute: string) => (document: string) =>
  all(parseStrict(document), 'atom:entry', `atom:${name}`).map(
    (found) => found.attributes[attribute],
  )

const rows: readonly Row[] = [
  {
    defect: 'splits only the first CDATA end',
    format: 'atom',
    entry: { contentHtml: '<p>]]> and ]]></p>' },
    read: inAtom('content'),
    right: ['<p>]]&gt; and ]]&gt;</p>'],
  },
  {
    defect: 'splits a CDATA section, after which a reader loses text',
    format: 'rss',
    entry: { contentHtml: '<p>]]></p>' },
    read: (document) => document.split('<![CDATA[<p>').length + document.split(']]]]>').length,
    right: 3,
  },
  {
    defect: 'keeps control characters',
    format: 'rss',
    entry: { title: 'a\u0000b\u000Bc\uFFFEd' },
    read: inRss('title'),
    right: ['abcd'],
  },
  {
    defect: 'keeps lone surrogates',
    format: 'atom',
    entry: { title: 'a\uD800b' },
    read: inAtom('title'),
    right: ['ab'],
  },
  {
    defect: 'leaves "<" in attributes',
    format: 'atom',
    entry: { categories: [{ term: 'a<b', label: 'A<B' }] },
    read: attributesInAtom('category', 'label'),
    right: ['A<B'],
  },
  {
    defect: 'decodes "&amp;" in the text of an RSS category',
    format: 'rss',
    entry: { categories: [{ term: 'r&amp;d', label: 'R&amp;D' }] },
    read: inRss('category'),
    right: ['R&amp;D'],
  },
  {
    defect: 'decodes "&amp;" in a guid',
    format: 'rss',
    entry: { id: 'https://example.org/?a&amp;b' },
    read: inRss('guid'),
    right: ['https://example.org/?a&amp;b'],
  },
  {
    defect: 'decodes "&amp;" in the title of a feed',
    format: 'atom',
    site: { title: 'R&amp;D' },
    read: inAtomHead('title'),
    right: ['R&amp;D'],
  },
  {
    defect: 'declares a plain title to be HTML',
    format: 'atom',
    entry: { title: 'AT&T, 1 < 2' },
    read: attributesInAtom('title', 'type'),
    right: ['text'],
  },
  {
    defect: 'writes an author without an e-mail address as an RSS author, twice for two',
    format: 'rss',
    entry: { authors: [{ name: 'Ana' }, { name: 'Bo' }] },
    read: (document) => [inRss('author')(document), inRss('dc:creator')(document)],
    right: [[], ['Ana', 'Bo']],
  },
  {
    defect: 'writes an image as an enclosure of no length',
    format: 'rss',
    entry: { image: 'https://example.org/picture' },
    read: inRss('enclosure'),
    right: [],
  },
  {
    defect: 'invents a media type for an image',
    format: 'atom',
    entry: { image: 'https://example.org/picture' },
    read: attributesInAtom('link', 'rel'),
    right: ['alternate'],
  },
  {
    defect: 'rewrites ids in Atom alone',
    format: 'atom',
    entry: { id: 'HTTPS://Example.ORG/été' },
    read: inAtom('id'),
    right: ['HTTPS://Example.ORG/été'],
  },
  {
    defect: 'throws for an id that is no URL',
    format: 'atom',
    entry: { id: 'an id' },
    read: inAtom('id'),
    right: ['an id'],
  },
  {
    defect: 'has no language for an entry',
    format: 'atom',
    entry: { language: 'fr' },
    read: (document) =>
      all(parseStrict(document), 'atom:entry').map((entry) => entry.attributes['xml:lang']),
    right: ['fr'],
  },
  {
    defect: 'has no type on the self link',
    format: 'atom',
    read: (document) =>
      all(parseStrict(document), 'atom:link').map(({ attributes }) => attributes['type']),
    right: ['text/html', 'application/atom+xml'],
  },
  {
    defect: 'leaves out the author that a feed needs when an entry has none',
    format: 'atom',
    read: (document) => texts(parseStrict(document), 'atom:author', 'atom:name'),
    right: ['An example'],
  },
  {
    defect: 'writes JSON Feed 1',
    format: 'json',
    read: (document) => readJson(document).version,
    right: 'https://jsonfeed.org/version/1.1',
  },
  {
    defect: 'keeps one author of several in JSON Feed',
    format: 'json',
    entry: { authors: [{ name: 'Ana' }, { name: 'Bo' }] },
    read: (document) => readJson(document).items[0]?.authors,
    right: [{ name: 'Ana' }, { name: 'Bo' }],
  },
  {
    defect: 'has no language in JSON Feed',
    format: 'json',
    entry: { language: 'fr' },
    read: (document) => readJson(document).items[0]?.language,
    right: 'fr',
  },
  {
    defect: 'puts the summary where an empty body should be',
    format: 'json',
    entry: { contentHtml: '' },
    read: (document) => readJson(document).items[0]?.content_html,
    right: '',
  },
]

test.each(rows)('feed $defect ($format), and our documents do not', (row) => {
  const entry = toExampleEntry(row.entry)
  const head = toExampleHead(row.site)
  expect(attempt(() => row.read(renderFeed(row.format, [entry], head)))).toEqual(row.right)
  expect(attempt(() => row.read(toBareDraft(row.format, entry, head)))).not.toEqual(row.right)
})

test('feed dates a document without a date by the clock, and our documents never do', () => {
  const before = Date.now()
  const bare = new Feed({
    title: 'title',
    id: 'https://example.org/',
    link: 'https://example.org/',
  })
  expect(readUpdated(bare.atom1())).toBeGreaterThanOrEqual(before)
  expect(readUpdated(renderFeed('atom', []))).toBe(toExampleHead().updatedAtMs)
})

function readUpdated(document: string): number {
  return Date.parse(inAtomHead('updated')(document).join('\n'))
}

type JsonFeed = {
  readonly version: string
  readonly items: readonly {
    readonly authors?: unknown
    readonly language?: string
    readonly content_html?: string
  }[]
}

function readJson(document: string): JsonFeed {
  return JSON.parse(document)
}

function attempt(read: () => unknown): unknown {
  try {
    return read()
  } catch (error) {
    return `throws ${String(error)}`
  }
}

/** What a person would write who trusts the library. */
function toBareDraft(format: FeedFormat, entry: Entry, { site, updatedAtMs }: FeedHead): string {
  const feed = new Feed({
    id: site.id,
    title: site.title,
    link: site.baseUrl,
    updated: new Date(updatedAtMs),
    feed: `${site.baseUrl}feed`,
    ...(site.copyright === undefined ? {} : { copyright: site.copyright }),
  })
  feed.addItem({
    id: entry.id,
    title: entry.title,
    link: entry.link,
    date: new Date(entry.updatedAtMs),
    published: new Date(entry.publishedAtMs),
    description: entry.summary,
    ...(entry.contentHtml === '' ? {} : { content: entry.contentHtml }),
    author: entry.authors.map(({ name }) => ({ name })),
    category: entry.categories.map(({ term, label }) => ({ term, name: label })),
    ...(entry.image === undefined ? {} : { image: entry.image }),
  })
  return { rss: () => feed.rss2(), atom: () => feed.atom1(), json: () => feed.json1() }[format]()
}
