import type { FeedOptions, Item } from 'feed'

// What `feed` drafts from is an example, not an entry: it has every part once, and each part is
// amended. No text of an author passes through `feed`, which leaves "<" in attributes, decodes "&amp;"
// and ends a CDATA section at "]]>"; and since the form of a draft does not depend on the entry, it is
// drafted and read once, not once for each of 100,000 articles.

const url = 'https://example.org/'
const instant = new Date(0)

export const exampleHead: FeedOptions = {
  id: 'urn:uuid:00000000-0000-0000-0000-000000000000',
  title: 'title',
  description: 'subtitle',
  link: url,
  feed: `${url}feed`,
  language: 'en',
  image: `${url}image.png`,
  favicon: `${url}icon.png`,
  copyright: 'rights',
  updated: instant,
  author: { name: 'name' },
}

export const exampleItem: Item = {
  id: 'urn:uuid:00000000-0000-0000-0000-000000000001',
  title: 'title',
  link: `${url}article`,
  description: 'summary',
  content: '<p>content</p>',
  date: instant,
  published: instant,
  author: [{ name: 'name' }],
  category: [{ name: 'label', term: 'term' }],
}
