import { readFile } from 'node:fs/promises'
import FeedParser from 'feedparser'
import { parseFeed } from 'feedsmith'
import RssParser from 'rss-parser'
import { type ReadEntry, type Reader, toInstant } from './reader.ts'

/** rss-parser: RSS and Atom through xml2js; tells categories of RSS alone. */
export const rssParser: Reader = {
  name: 'rss-parser',
  formats: ['rss', 'atom'],
  missing: undefined,
  tells: (format) => ({ updated: false, categories: format === 'rss' }),
  showTitle: (title) => title,
  read: async (path, format) => {
    const parser = new RssParser<object, { id?: string; 'content:encoded'?: string }>()
    const { items } = await parser.parseString(await readFile(path, 'utf8'))
    return items.map((item) => ({
      id: item.guid ?? item.id ?? '',
      title: item.title ?? '',
      link: item.link ?? '',
      published: toInstant(item.isoDate),
      updated: undefined,
      categories: format === 'rss' ? (item.categories ?? []) : undefined,
      content: item['content:encoded'] ?? (format === 'atom' ? item.content : '') ?? '',
    }))
  },
}

/** feedparser (npm): RSS and Atom through sax. */
export const feedparser: Reader = {
  name: 'feedparser',
  formats: ['rss', 'atom'],
  missing: undefined,
  tells: (format) => ({
    updated: format === 'atom',
    categories: true,
  }),
  // It takes away all that looks like a tag of HTML, whatever the feed says of its titles.
  showTitle: (title) =>
    title.replaceAll(/<(?:\/?(?:a|b|i|p|br|em|script|title)\b[^>]*|![^>]*)>/g, ''),
  read: async (path, format) => {
    const document = await readFile(path, 'utf8')
    const parser = new FeedParser({})
    const entries: ReadEntry[] = []
    const done = new Promise<void>((resolve, reject) => {
      parser.on('error', reject)
      parser.on('end', () => resolve())
    })
    parser.on('readable', () => {
      for (let item = parser.read(); item !== null; item = parser.read()) {
        entries.push({
          id: item.guid,
          title: item.title,
          link: item.link,
          published: toInstant(item.pubdate),
          updated: format === 'atom' ? toInstant(item.date) : undefined,
          categories: item.categories,
          content: item.description ?? '',
        })
      }
    })
    parser.end(document)
    await done
    return entries
  },
}

/** feedsmith: all three formats, RSS and Atom through fast-xml-parser. */
export const feedsmith: Reader = {
  name: 'feedsmith',
  formats: ['rss', 'atom', 'json'],
  missing: undefined,
  tells: (format) => ({ updated: format !== 'rss', categories: true }),
  showTitle: (title) => title,
  read: async (path) => {
    const parsed = parseFeed(await readFile(path, 'utf8'))
    if (parsed.format === 'rss') {
      return (parsed.feed.items ?? []).map((item) => ({
        id: item.guid?.value ?? '',
        title: item.title ?? '',
        link: item.link ?? '',
        published: toInstant(item.pubDate),
        updated: undefined,
        categories: (item.categories ?? []).map(({ name }) => name ?? ''),
        content: item.content?.encoded ?? '',
      }))
    }
    if (parsed.format === 'atom') {
      return (parsed.feed.entries ?? []).map((entry) => ({
        id: entry.id ?? '',
        title: entry.title?.value ?? '',
        link: entry.links?.find(({ rel }) => rel === 'alternate')?.href ?? '',
        published: toInstant(entry.published),
        updated: toInstant(entry.updated),
        categories: (entry.categories ?? []).map(({ label }) => label ?? ''),
        content: entry.content?.value ?? '',
      }))
    }
    if (parsed.format === 'json') {
      return (parsed.feed.items ?? []).map((item) => ({
        id: item.id ?? '',
        title: item.title ?? '',
        link: item.url ?? '',
        published: toInstant(item.date_published),
        updated: toInstant(item.date_modified),
        categories: item.tags ?? [],
        content: item.content_html ?? '',
      }))
    }
    throw new Error(`feedsmith takes ${path} for ${parsed.format}`)
  },
}
