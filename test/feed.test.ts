import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Entry } from '../src/core/entry/entry.ts'
import { renderFragments } from '../src/core/feed/feed.ts'
import { checkDocument } from '../src/core/feed/gate.ts'
import { normalizeText } from '../src/core/text.ts'
import {
  formats,
  fullEntry,
  fullHead,
  nastyEntries,
  renderFeed,
  tombstonesOf,
  toExampleEntry,
  toExampleHead,
  renderText,
} from './support/feed-examples.ts'
import { readStrictly } from './support/strict-reading.ts'
import { all, parseStrict, texts } from './support/strict-xml.ts'

const anyText = fc.string({ unit: 'binary', maxLength: 60 })
const readText = anyText.map((text) => normalizeText(text))
const named = (text: fc.Arbitrary<string>) => text.map((name) => `${name.trim()}x`)

const instant = fc.integer({
  min: Date.parse('0001-01-01T00:00:00Z'),
  max: Date.parse('9999-12-01T00:00:00Z'),
})

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}

/** An entry of the given texts; its id is made distinct by `renderAll`. */
function entryOf(text: fc.Arbitrary<string>): fc.Arbitrary<Entry> {
  return fc
    .record({
      id: fc.uuid().map((uuid) => `urn:uuid:${uuid}`),
      title: text,
      link: fc.webUrl({ withQueryParameters: true, withFragments: true }),
      publishedAtMs: instant,
      updatedAtMs: fc.constant(0),
      language: fc.option(fc.constantFrom('fr', 'zh-Hant-TW', 'ar'), { nil: undefined }),
      authors: fc.array(fc.record({ name: named(text) }), { maxLength: 3 }),
      categories: fc.array(fc.record({ term: named(text), label: named(text) }), { maxLength: 3 }),
      summary: text,
      image: fc.option(fc.webUrl(), { nil: undefined }),
      contentHtml: text.map((body) => `<p>${escapeHtml(body)}</p>`),
    })
    .chain((entry) =>
      fc
        .nat({ max: 86_400_000 })
        .map((ms) => ({ ...entry, updatedAtMs: entry.publishedAtMs + ms })),
    )
}

function entriesOf(text: fc.Arbitrary<string>): fc.Arbitrary<readonly Entry[]> {
  return fc.uniqueArray(entryOf(text), { maxLength: 4, selector: ({ id }) => id })
}

test('any text survives rendering and strict parsing, in every format', () => {
  fc.assert(
    fc.property(entriesOf(readText), (entries) => {
      for (const format of formats) {
        const found = readStrictly(format, renderFeed(format, entries))
        expect(
          found.map(({ id, title, link, summary, labels, authors, contentHtml, image }) => {
            return { id, title, link, summary, labels, authors, contentHtml, image }
          }),
        ).toEqual(
          entries.map((entry) => ({
            id: entry.id,
            title: entry.title,
            link: entry.link,
            summary: entry.summary,
            labels: entry.categories.map(({ label }) => label),
            authors: entry.authors.map(({ name }) => name.trim()),
            contentHtml: entry.contentHtml.replaceAll(']]>', ']]&gt;'),
            image: entry.image,
          })),
        )
      }
    }),
    { numRuns: 150 },
  )
})

test('any text survives as the title and the other texts of a feed', () => {
  fc.assert(
    fc.property(named(readText), named(readText), (title, other) => {
      const head = toExampleHead({ title, subtitle: other, author: { name: other } })
      const rss = parseStrict(renderFeed('rss', [], head))
      expect(texts(rss, 'channel', 'title')).toEqual([title])
      expect(texts(rss, 'channel', 'description')).toEqual([other])
      const atom = parseStrict(renderFeed('atom', [], head))
      expect(texts(atom, 'atom:title')).toEqual([title])
      expect(texts(atom, 'atom:author', 'atom:name')).toEqual([other.trim()])
      expect(JSON.parse(renderFeed('json', [], head))).toMatchObject({
        title,
        description: other,
      })
    }),
    { numRuns: 100 },
  )
})

test('a text that nobody normalised never costs a document', () => {
  fc.assert(
    fc.property(entriesOf(anyText), anyText, (entries, text) => {
      const head = toExampleHead({ title: text, subtitle: text, copyright: text })
      const ids = entries.map(({ id }) => id)
      for (const format of formats) {
        const document = renderFeed(format, entries, head)
        expect(checkDocument(format, document, { ids })).toBeUndefined()
      }
    }),
    { numRuns: 150 },
  )
})

test.each(formats)('a document of %s passes the gate, empty or with everything', (format) => {
  for (const entries of [[], [toExampleEntry()], [fullEntry], nastyEntries]) {
    for (const head of [toExampleHead(), fullHead]) {
      const ids = entries.map(({ id }) => id)
      const tombstones = tombstonesOf(head)
      const document = renderFeed(format, entries, head)
      expect(checkDocument(format, document, { ids, tombstones })).toBeUndefined()
    }
  }
})

test.each(formats)(
  'a document of %s has the same bytes for the same input, and ends with a newline',
  (format) => {
    const document = renderFeed(format, nastyEntries, fullHead)
    expect(renderFeed(format, structuredClone(nastyEntries), structuredClone(fullHead))).toBe(
      document,
    )
    expect(document.endsWith('\n')).toBe(true)
    expect(document).not.toContain('\r')
  },
)

test.each(formats)('a document of %s holds its fragments as they were rendered', (format) => {
  const fragments = nastyEntries.map((entry) => renderFragments(entry)[format])
  const document = renderText(format, fullHead, fragments)
  const positions = fragments.map(({ bytes }) => document.indexOf(new TextDecoder().decode(bytes)))
  expect(positions).toEqual(positions.toSorted((a, b) => a - b))
  expect(positions[0]).toBeGreaterThan(0)
})

test('a document says the same of an entry in all three formats', () => {
  const entries = nastyEntries.filter(({ contentHtml }) => contentHtml !== '')
  const [rss, atom, json] = formats.map((format) =>
    readStrictly(format, renderFeed(format, entries)).map((reading) => ({
      ...reading,
      published: Math.floor(Date.parse(reading.published) / 1000),
      updated: undefined,
    })),
  )
  expect(atom).toEqual(rss)
  expect(json).toEqual(rss)
})

function declared(document: string): readonly (string | undefined)[] {
  return [...document.matchAll(/xmlns:([a-z]+)=/g)].map(([, prefix]) => prefix)
}

test('a document of RSS says all of a head that RSS has a place for', () => {
  const [channel] = all(parseStrict(renderFeed('rss', [], fullHead)), 'channel')
  const found = (channel?.children ?? [])
    .filter(({ children, text }) => children.length === 0 && text !== '')
    .map(({ name, text }) => [name, text])
  expect(Object.fromEntries(found)).toEqual({
    title: 'An example',
    link: 'https://example.org/',
    description: 'News & <views>',
    lastBuildDate: 'Sat, 23 Nov 2024 22:14:37 +0000',
    docs: 'https://www.rssboard.org/rss-specification',
    ttl: '15',
    generator: expect.stringContaining('dropfeed'),
    language: 'pt-br',
    copyright: '© 2024 Ana & Co',
    'dc:creator': 'Ana & Co',
  })
  expect(channel && texts(channel, 'image', 'url')).toEqual([fullHead.site.image])
  expect(channel && all(channel, 'atom:link').map(({ attributes }) => attributes['href'])).toEqual([
    'https://example.org/rss.xml',
    'https://example.org/archive/3.xml',
  ])
})

test('a document of Atom says all of a head', () => {
  const feed = parseStrict(renderFeed('atom', [], fullHead))
  const found = feed.children
    .filter(({ children, text }) => children.length === 0 && text !== '')
    .map(({ name, text }) => [name, text])
  expect(feed.attributes['xml:lang']).toBe('pt-BR')
  expect(Object.fromEntries(found)).toEqual({
    'atom:id': fullHead.site.id,
    'atom:title': 'An example',
    'atom:updated': '2024-11-23T22:14:37Z',
    'atom:generator': 'dropfeed',
    'atom:subtitle': 'News &amp; &lt;views&gt;',
    'atom:logo': fullHead.site.image,
    'atom:icon': fullHead.site.icon,
    'atom:rights': '© 2024 Ana &amp; Co',
  })
  expect(texts(feed, 'atom:author', 'atom:name')).toEqual(['Ana & Co'])
  expect(texts(feed, 'atom:author', 'atom:email')).toEqual(['ana@example.org'])
  expect(texts(feed, 'atom:author', 'atom:uri')).toEqual(['https://example.org/ana'])
  expect(all(feed, 'atom:link').map(({ attributes }) => attributes['href'])).toEqual([
    'https://example.org/',
    'https://example.org/atom.xml',
    'https://example.org/archive/3.xml',
  ])
})

test('a document of JSON Feed says all of a head that JSON Feed has a place for', () => {
  const head = { ...fullHead, folder: 'categories/general/' }
  expect(JSON.parse(renderText('json', head, []))).toEqual({
    version: 'https://jsonfeed.org/version/1.1',
    title: 'An example',
    home_page_url: 'https://example.org/categories/general/',
    feed_url: 'https://example.org/categories/general/feed.json',
    description: 'News & <views>',
    icon: fullHead.site.image,
    favicon: fullHead.site.icon,
    authors: [{ name: 'Ana & Co', url: 'https://example.org/ana' }],
    language: 'pt-BR',
    items: [],
  })
})

test('a document declares the namespaces it uses, and no other', () => {
  expect(declared(renderFeed('rss', []))).toEqual(['atom'])
  expect(declared(renderFeed('rss', [toExampleEntry()]))).toEqual(['atom', 'content'])
  expect(declared(renderFeed('rss', [fullEntry]))).toEqual(['atom', 'content', 'dc', 'media'])
  const contentHtml = '<p>&lt;media:thumbnail> <media:thumbnail> <dc:creator></p>'
  expect(declared(renderFeed('rss', [toExampleEntry({ contentHtml })]))).toEqual([
    'atom',
    'content',
  ])
  expect(declared(renderFeed('rss', [{ ...fullEntry, contentHtml: '' }]))).toEqual([
    'atom',
    'dc',
    'media',
  ])
  expect(declared(renderFeed('atom', [toExampleEntry()]))).toEqual([])
  expect(declared(renderFeed('atom', [fullEntry]))).toEqual(['media'])
  expect(declared(renderFeed('atom', [], fullHead))).toEqual(['at'])
  const page = { ...toExampleHead(), archive: { page: 1 }, tombstones: [] }
  expect(declared(renderFeed('atom', [], page))).toEqual(['fh'])
})

test('a document has its kind within the first 512 bytes, where aggregators look', () => {
  const long = {
    ...toExampleHead({ title: 'long '.repeat(1000) }),
    folder: `categories/${'long-'.repeat(20)}/`,
  }
  expect(renderFeed('rss', [], long).slice(0, 512)).toContain('<rss')
  expect(renderFeed('atom', [], long).slice(0, 512)).toContain('<feed')
})

test('a document has no white space of ours inside a text', () => {
  const [item] = all(parseStrict(renderFeed('rss', [fullEntry])), 'channel', 'item')
  const [entry] = all(parseStrict(renderFeed('atom', [fullEntry])), 'atom:entry')
  const leaves = [...(item?.children ?? []), ...(entry?.children ?? [])]
    .filter(({ children }) => children.length === 0)
    .map(({ text }) => text)
  expect(leaves.length).toBeGreaterThan(10)
  expect(leaves).toEqual(leaves.map((text) => text.trim()))
})

test('a document writes plain text as the RSS profile wants it: R&D <b> shows as typed', () => {
  const document = renderFeed('rss', [toExampleEntry({ title: 'R&D <b>' })])
  expect(document).toContain('<title>R&#x26;D &#x3C;b&#x3E;</title>')
})

test('a document writes addresses as URIs, and leaves those alone that are', () => {
  const links = ['https://example.org/?a=%C3%A9&b=[1]#x', 'https://bücher.example/été a?q="|"']
  for (const format of formats) {
    const entries = links.map((link, index) => toExampleEntry({ id: `urn:x:${index}`, link }))
    expect(readStrictly(format, renderFeed(format, entries)).map(({ link }) => link)).toEqual([
      'https://example.org/?a=%C3%A9&b=[1]#x',
      'https://xn--bcher-kva.example/%C3%A9t%C3%A9%20a?q=%22%7C%22',
    ])
  }
})

test('a document leaves no entry of Atom with nothing to read', () => {
  const entry = toExampleEntry({ title: 'Only a title', summary: '', contentHtml: ' \n' })
  const [found] = readStrictly('atom', renderFeed('atom', [entry]))
  expect(found).toMatchObject({ summary: 'Only a title', contentHtml: '' })
})

test('a document gives a nameless author the address for a name, and leaves out who has neither', () => {
  const authors = [{ name: '', email: 'ana@example.org' }, { name: ' ' }, { name: 'Bo' }]
  for (const format of formats) {
    const [found] = readStrictly(format, renderFeed(format, [toExampleEntry({ authors })]))
    expect(found?.authors).toEqual(['ana@example.org', 'Bo'])
  }
})

function idOf(folder: string, baseUrl: string): string | undefined {
  const head = { ...toExampleHead({ baseUrl }), folder }
  return texts(parseStrict(renderText('atom', head, [])), 'atom:id')[0]
}

test('a document leaves out a category without a term or a label', () => {
  const categories = [
    { term: ' ', label: 'a' },
    { term: 'b', label: '\u0007' },
    { term: 'c', label: 'C' },
  ]
  for (const format of formats) {
    const [found] = readStrictly(format, renderFeed(format, [toExampleEntry({ categories })]))
    expect(found?.labels).toEqual(['C'])
  }
})

test('a document of a category has an id of its own, which no move of the site changes', () => {
  const main = idOf('', 'https://example.org/')
  const category = idOf('categories/a/', 'https://example.org/')
  expect(main).toBe(toExampleHead().site.id)
  expect(category).toMatch(
    /^urn:uuid:[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/,
  )
  expect(idOf('categories/a/', 'https://other.example/x/')).toBe(category)
  expect(idOf('categories/b/', 'https://example.org/')).not.toBe(category)
})

test('a document of Atom tells of deleted entries after all others, newest first', () => {
  const tombstones = [
    { id: 'urn:x:b', deletedAtMs: 1_000 },
    { id: 'urn:x:c', deletedAtMs: 2_500 },
    { id: 'urn:x:a', deletedAtMs: 1_000 },
  ]
  const head = { ...toExampleHead(), tombstones }
  const document = renderFeed('atom', [fullEntry], head)
  const found = all(parseStrict(document), 'at:deleted-entry').map(({ attributes }) => attributes)
  expect(found).toEqual([
    { ref: 'urn:x:c', when: '1970-01-01T00:00:02.500Z' },
    { ref: 'urn:x:a', when: '1970-01-01T00:00:01Z' },
    { ref: 'urn:x:b', when: '1970-01-01T00:00:01Z' },
  ])
  expect(document.indexOf('<at:')).toBeGreaterThan(document.indexOf('</entry>'))
  const shuffled = { ...head, tombstones: tombstones.toReversed() }
  expect(renderFeed('atom', [fullEntry], shuffled)).toBe(document)
})

test('a document is as new as its newest tombstone, in every format that has a date', () => {
  const head = toExampleHead()
  const deletedAtMs = head.updatedAtMs + 86_400_000
  const changed = { ...head, tombstones: [{ id: 'urn:x:gone', deletedAtMs }] }
  expect(texts(parseStrict(renderFeed('atom', [], changed)), 'atom:updated')).toEqual([
    '2024-11-24T22:14:37Z',
  ])
  expect(texts(parseStrict(renderFeed('rss', [], changed)), 'channel', 'lastBuildDate')).toEqual([
    'Sun, 24 Nov 2024 22:14:37 +0000',
  ])
  const earlier = { ...head, tombstones: [{ id: 'urn:x:gone', deletedAtMs: 0 }] }
  expect(texts(parseStrict(renderFeed('atom', [], earlier)), 'atom:updated')).toEqual([
    '2024-11-23T22:14:37Z',
  ])
})

test('a document is the same whether nothing was deleted or nobody said so', () => {
  const head = toExampleHead()
  for (const format of formats) {
    const silent = renderFeed(format, [fullEntry], head)
    expect(renderFeed(format, [fullEntry], { ...head, tombstones: [] })).toBe(silent)
    expect(renderFeed(format, [fullEntry], { ...head, archive: { current: true } })).toBe(silent)
  }
})

test('a document of a feed and its archive pages have one id', () => {
  const page = { ...fullHead, archive: { page: 1 } }
  expect(texts(parseStrict(renderFeed('atom', [], page)), 'atom:id')).toEqual([fullHead.site.id])
})

test.each(['rss', 'json'] as const)('a document of %s is never an archive page', (format) => {
  const page = { ...toExampleHead(), archive: { page: 1 } }
  expect(() => renderFeed(format, [], page)).toThrow(RangeError)
})
