import { expect, test } from 'vitest'
import type { FeedFormat, FeedHead } from '../src/core/feed/feed.ts'
import { fullEntry, fullHead, renderFeed, toExampleHead } from './support/feed-examples.ts'
import { all, parseStrict, type StrictElement } from './support/strict-xml.ts'

// What a person finds who opens a feed in a browser. How it looks is the stylesheet's affair.

const base = 'https://example.org/'

const category: FeedHead = { ...toExampleHead(), folder: 'categories/general/' }
const page: FeedHead = { ...toExampleHead(), archive: { page: 2, previous: 1, next: 3 } }

const documents: readonly (readonly [string, FeedFormat, FeedHead])[] = [
  ['rss.xml', 'rss', toExampleHead()],
  ['atom.xml', 'atom', toExampleHead()],
  ['categories/general/rss.xml', 'rss', category],
  ['categories/general/atom.xml', 'atom', category],
  ['archive/2.xml', 'atom', page],
]

function welcomeOf(format: FeedFormat, document: string): StrictElement {
  const root = parseStrict(document)
  const path = format === 'rss' ? ['channel', 'xhtml:div'] : ['xhtml:div']
  const [welcome, ...others] = all(root, ...path)
  if (welcome === undefined || others.length > 0) throw new Error('not one welcome')
  return welcome
}

function resolve(href: string | undefined, path: string): string {
  return new URL(href ?? 'missing:', base + path).href
}

function hrefsOf(element: StrictElement): readonly (string | undefined)[] {
  return all(element, 'xhtml:p', 'xhtml:a').map(({ attributes }) => attributes['href'])
}

test.each(documents)(
  '%s names the one stylesheet, between declaration and root',
  (path, format, head) => {
    const document = renderFeed(format, [fullEntry], head)
    const found =
      /^<\?xml version="1\.0" encoding="utf-8"\?>\n<\?xml-stylesheet type="text\/css" href="([^"]+)"\?>\n<(?:rss|feed) /.exec(
        document,
      )
    expect(resolve(found?.[1], path)).toBe('https://example.org/feed.css')
  },
)

test.each(documents)('%s leads a person to the page of its folder', (path, format, head) => {
  const links = hrefsOf(welcomeOf(format, renderFeed(format, [], head)))
  expect(links.map((href) => resolve(href, path))).toContain(
    `https://example.org/${head.folder}index.html`,
  )
})

test('an archive page leads a person to the feed, since nobody should subscribe to the page', () => {
  const links = hrefsOf(welcomeOf('atom', renderFeed('atom', [], page)))
  expect(links.map((href) => resolve(href, 'archive/2.xml'))).toContain(
    'https://example.org/atom.xml',
  )
  expect(hrefsOf(welcomeOf('atom', renderFeed('atom', [])))).toHaveLength(1)
})

test.each([
  ['en-GB', 'en', 'ltr', 'This is a feed'],
  ['fr', 'fr', 'ltr', 'Ceci est un flux'],
  ['de-AT', 'de', 'ltr', 'Dies ist ein Feed'],
  ['ES', 'es', 'ltr', 'Esto es un canal'],
  ['ar-EG', 'ar', 'rtl', 'هذه خلاصة'],
  ['ja', 'en', 'ltr', 'This is a feed'],
  ['arn', 'en', 'ltr', 'This is a feed'],
  [undefined, 'en', 'ltr', 'This is a feed'],
])('a feed in %s says in %s that it is one', (language, spoken, direction, headline) => {
  for (const format of ['rss', 'atom'] as const) {
    const welcome = welcomeOf(format, renderFeed(format, [], toExampleHead({ language })))
    expect(welcome.attributes).toMatchObject({ 'xml:lang': spoken, dir: direction })
    expect(all(welcome, 'xhtml:h1').map(({ text }) => text)).toEqual([
      expect.stringContaining(headline),
    ])
  }
})

test('a feed speaks to a person after what it says of itself and before its entries', () => {
  const [channel] = all(parseStrict(renderFeed('rss', [fullEntry], fullHead)), 'channel')
  const feed = parseStrict(renderFeed('atom', [fullEntry], fullHead))
  for (const { children } of [channel ?? feed, feed]) {
    const names = children.map(({ name }) => name)
    const [first] = names.slice(names.indexOf('xhtml:div') + 1)
    expect(['item', 'atom:entry']).toContain(first)
  }
})

test('a feed has neither a script nor a transformation in it', () => {
  for (const [, format, head] of documents) {
    expect(renderFeed(format, [fullEntry], head)).not.toMatch(/<(?:\w+:)?script\b|xsl/i)
  }
})
