import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  readPublishedCategories,
  readPublishedFeed,
  readPublishedIds,
} from '../src/core/feed/read-feed.ts'
import { renderOpml } from '../src/core/page/opml.ts'
import { normalizeText } from '../src/core/text.ts'
import {
  fullHead,
  nastyEntries,
  renderFeed,
  renderText,
  toExampleEntry,
} from './support/feed-examples.ts'

test('a published feed is read back as it was meant', () => {
  expect(readPublishedFeed(renderFeed('atom', nastyEntries, fullHead))).toEqual({
    id: fullHead.site.id,
    selfUrl: 'https://example.org/atom.xml',
    updatedAtMs: fullHead.updatedAtMs,
    entries: nastyEntries.map((entry) => ({
      id: entry.id,
      title: entry.title,
      link: entry.link,
      page: entry.page,
      publishedAtMs: entry.publishedAtMs,
      updatedAtMs: entry.updatedAtMs,
      contentHtml: entry.contentHtml.replaceAll(']]>', ']]&gt;'),
    })),
    tombstones: (fullHead.tombstones ?? []).toReversed(),
    previousArchive: 'https://example.org/archive/3.xml',
  })
})

test('an archive page is read back, and says which page is older', () => {
  const read = (archive: typeof fullHead.archive) =>
    readPublishedFeed(renderFeed('atom', nastyEntries.slice(0, 2), { ...fullHead, archive }))
  expect(read({ page: 3, previous: 2, next: 4 })).toMatchObject({
    id: fullHead.site.id,
    entries: [{ id: nastyEntries[0]?.id }, { id: nastyEntries[1]?.id }],
    previousArchive: 'https://example.org/archive/2.xml',
  })
  expect(read({ page: 1 })?.previousArchive).toBeUndefined()
})

test('the list of feeds is read back, whatever the categories are called', () => {
  const labels = ['général', 'R&D <b> "x"', 'a – b', '東京']
  const feeds = labels.map((label, at) => ({
    title: `T & – ${label}`,
    folder: `categories/c-${at}/`,
  }))
  const opml = renderOpml(fullHead.site, [{ title: 'T &', folder: '' }, ...feeds])
  expect(readPublishedCategories(opml)).toEqual(
    labels.map((label, at) => ({ label, slug: `c-${at}` })),
  )
  for (const text of ['', '<opml', '<opml><body/></opml>', opml.replaceAll('T &amp;', 'U')])
    expect(readPublishedCategories(text).length).toBeLessThanOrEqual(labels.length)
})

test('any title, id and tombstone is read back as it was published', () => {
  const text = fc.string({ unit: 'binary', maxLength: 40 }).map((read) => `${normalizeText(read)}x`)
  fc.assert(
    fc.property(text, text, text, (title, id, gone) => {
      fc.pre(gone !== id)
      const head = { ...fullHead, tombstones: [{ id: gone, deletedAtMs: 0 }] }
      const document = renderFeed('atom', [toExampleEntry({ title, id })], head)
      const feed = readPublishedFeed(document)
      expect(feed?.entries.map((entry) => [entry.title, entry.id])).toEqual([[title, id]])
      expect(feed?.tombstones).toEqual([{ id: gone, deletedAtMs: 0 }])
      expect(readPublishedIds(document)).toEqual([id])
    }),
    { numRuns: 150 },
  )
})

test('the ids of a published feed are found whatever its entries tell, and none in what is no such feed', () => {
  const traps = ['<entry>', '<id>urn:x:no</id>', ']]>', '<![CDATA[', '</entry><entry><id>no</id>']
  const entries = [
    ...nastyEntries,
    ...traps.map((trap, index) =>
      toExampleEntry({ id: `urn:x:${index}&<`, title: trap, summary: trap, contentHtml: trap }),
    ),
  ]
  const document = renderFeed('atom', entries, fullHead)
  expect(readPublishedIds(document)).toEqual(entries.map(({ id }) => id))
  for (const text of ['', '<feed', document.replaceAll('dropfeed</gen', 'others</gen')]) {
    expect(readPublishedIds(text)).toEqual([])
  }
})

test('a feed with thousands of entities is read back whole', () => {
  const title = 'a & b < c '.repeat(200).trim()
  const entries = Array.from({ length: 20 }, (_, index) =>
    toExampleEntry({ id: `urn:x:${index}`, title }),
  )
  const feed = readPublishedFeed(renderFeed('atom', entries, fullHead))
  expect(feed?.entries.map((entry) => entry.title)).toEqual(entries.map(() => title))
})

test.each([
  ['nothing', ''],
  ['no XML', 'Not found'],
  ['a page', '<!doctype html><html><head><title>404</title></head><body></body></html>'],
  ['another program’s feed', renderFeed('atom', [], fullHead).replace('dropfeed', 'other')],
  ['RSS', renderFeed('rss', [], fullHead)],
  ['a feed without an id', renderFeed('atom', [], fullHead).replace(/<id>.*<\/id>/, '')],
  [
    'reserved names',
    '<feed><generator>dropfeed</generator><id>x</id><__proto__>y</__proto__></feed>',
  ],
  ['endless nesting', '<feed>'.repeat(100_000)],
])('%s is no published feed', (_what, text) => {
  expect(readPublishedFeed(text)).toBeUndefined()
})

test('what a feed lacks is left out, and the rest is read', () => {
  const document = renderFeed('atom', nastyEntries.slice(0, 3), fullHead)
  const feed = readPublishedFeed(
    document
      .replace(
        /<updated>2024[^<]*<\/updated>(?=[^]*<\/entry>\s*<entry)/,
        '<updated>never</updated>',
      )
      .replace(/(<entry[^]*?)<updated>[^<]*<\/updated>/, '$1')
      .replace(' when="2024-11-23T08:30:00Z"', ''),
  )
  expect(feed?.entries.map(({ id }) => id)).toEqual(nastyEntries.slice(1, 3).map(({ id }) => id))
  expect(feed?.tombstones.map(({ id }) => id)).toEqual(['urn:x:gone'])
})

test('any text is read without a fault, also what once was a feed', () => {
  const document = renderText('atom', fullHead, [])
  const broken = fc
    .tuple(fc.nat(document.length), fc.nat(60), fc.string({ unit: 'binary', maxLength: 20 }))
    .map(([at, length, text]) => document.slice(0, at) + text + document.slice(at + length))
  const markup = fc
    .array(fc.constantFrom(...'<>/=&;"!-[]? '.split(''), 'feed', 'id', 'link', '<![CDATA[', '<!--'))
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(fc.oneof(broken, markup, fc.string({ unit: 'binary' })), (text) => {
      expect(() => readPublishedFeed(text)).not.toThrow()
    }),
    { numRuns: 400 },
  )
})
