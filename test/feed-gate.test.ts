import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { renderDocument, renderFragments } from '../src/core/feed/feed.ts'
import type { Fragment } from '../src/core/feed/feed.ts'
import { checkDocument } from '../src/core/feed/gate.ts'
import {
  formats,
  fullHead,
  nastyEntries,
  renderFeed,
  toExampleEntry,
  toExampleHead,
  tombstonesOf,
} from './support/feed-examples.ts'

const entries = nastyEntries.slice(0, 3)
const ids = entries.map(({ id }) => id)
const [first = '', second = ''] = ids
const expected = { ids }

test.each(formats)('the gate refuses a document of %s that is cut short', (format) => {
  const document = renderFeed(format, entries)
  expect(checkDocument(format, document.slice(0, -12), expected)).toBeDefined()
  expect(checkDocument(format, '', expected)).toBeDefined()
})

test.each(formats)(
  'the gate refuses a document of %s with an entry too few, too many, or out of order',
  (format) => {
    const document = renderFeed(format, entries)
    expect(checkDocument(format, document, expected)).toBeUndefined()
    for (const other of [ids.slice(1), [...ids, 'urn:x:1'], ids.toReversed(), []]) {
      expect(checkDocument(format, document, { ids: other })).toContain('expected')
    }
  },
)

test.each(formats)('the gate refuses a document of %s with an id twice', (format) => {
  const document = renderFeed(format, entries).replaceAll(second, first)
  const twice = ids.map((id) => (id === second ? first : id))
  expect(checkDocument(format, document, { ids: twice })).toContain('twice')
})

test.each(formats)(
  'a document of %s larger than allowed, in bytes of UTF-8, is refused',
  (format) => {
    const fragments = nastyEntries.map((entry) => renderFragments(entry)[format])
    const lengthBytes = Buffer.byteLength(renderFeed(format, nastyEntries))
    const render = (bytesMax: number) =>
      renderDocument(format, toExampleHead(), fragments, { bytesMax })
    expect(render(lengthBytes)).toMatchObject({ kind: 'document' })
    expect(render(lengthBytes - 1)).toEqual({
      kind: 'refused',
      reason: `it has ${lengthBytes} bytes, and ${lengthBytes - 1} are allowed`,
    })
  },
)

test.each([
  ['rss', '>Sat, 23 Nov 2024', '>Sat, 23 Nox 2024'],
  ['rss', '>Sat, 23 Nov 2024 19:52:00 +0000', '>2024-11-23T19:52:00Z and more'],
  ['atom', '<published>2024-11-23', '<published>2024-13-23'],
  ['atom', '<published>2024', '<published>0000'],
  ['atom', '<published>2024', '<published>2025'],
  ['atom', '<updated>2024-11-23T19', '<updated>yesterday 19'],
  ['json', '"date_published": "2024', '"date_published": "9024'],
  ['json', '"date_published": "2024-11', '"date_published": "2024-00'],
] as const)(
  'the gate refuses a date that is not sane: %s, %s becomes %s',
  (format, right, wrong) => {
    const document = renderFeed(format, entries)
    expect(document).toContain(right)
    expect(checkDocument(format, document.replace(right, wrong), expected)).toMatch(/date|before/)
  },
)

test.each([
  ['a control character', '<title>', '<title>\u0001'],
  ['U+FFFE', '<title>', '<title>\uFFFE'],
  ['a lone surrogate', '<title>', '<title>\uD800'],
  ['a bare "<"', '<title>', '<title><'],
  ['an entity nobody declared', '<title>', '<title>&nbsp;'],
  ['a prefix nobody declared', '<docs>', '<x:y/><docs>'],
  ['a second root', '</rss>', '</rss><rss/>'],
  ['another kind of document', /rss/g, 'rdf'],
  ['a second title', '<title>', '<title/><title>'],
  ['no guid', /<guid[^/]*\/guid>/, ''],
  ['no date of its own', /<lastBuildDate>.*<\/lastBuildDate>/, ''],
])('the gate refuses a document with %s', (_what, right, wrong) => {
  const document = renderFeed('rss', entries)
  const broken = document.replace(right, wrong)
  expect(broken).not.toBe(document)
  expect(checkDocument('rss', broken, expected)).toBeDefined()
})

test.each([
  ['no JSON Feed', /"version": ".*"/, '"version": "1"'],
  ['no title', '"title"', '"titel"'],
  ['a list that is none', '"items": [', '"items": 1, "x": ['],
  ['an item that is none', '"items": [', '"items": [7,'],
  ['a control character', 'AT&T', String.raw`\u0001`],
  ['no content', '"content_html"', '"content"'],
])('the gate refuses a JSON document with %s', (_what, right, wrong) => {
  const document = renderFeed('json', entries)
  const broken = document.replace(right, wrong)
  expect(broken).not.toBe(document)
  expect(checkDocument('json', broken, expected)).toBeDefined()
})

test.each(formats)('the gate refuses an entry of %s whose id is empty', (format) => {
  const [id = ''] = expected.ids
  const document = renderFeed(format, entries).replaceAll(id, '')
  expect(checkDocument(format, document, expected)).toMatch(/has no id/)
})

test.each([
  ['a control character', '<p>', '<p>\u0001'],
  ['a character that is none', '<p>', '<p>\uffff'],
  ['half a character', '<p>', '<p>\ud83d'],
  ['an end before its end', '<p>', '<p>]]></p>'],
  ['no end', ']]></content>', ']]</content>'],
  ['a section in it', '<p>', '<![CDATA[<p>]]>'],
  ['a comment around it', /<!\[CDATA\[.*\]\]>/s, '<!-- $& -->'],
  ['a value around it', /<content type="html"><!\[CDATA\[.*?\]\]>/s, '<content type="$&">'],
])('the gate refuses HTML with %s', (_what, right, wrong) => {
  const contentHtml = '<p>A paragraph.</p>'
  const document = renderFeed('atom', [toExampleEntry({ contentHtml })])
  const broken = document.replace(right, wrong)
  expect(broken).not.toBe(document)
  expect(checkDocument('atom', document, { ids: [toExampleEntry().id] })).toBeUndefined()
  expect(checkDocument('atom', broken, { ids: [toExampleEntry().id] })).toBeDefined()
})

test('the gate reads what stands in a section', () => {
  const { id } = toExampleEntry()
  const document = renderFeed('atom', [toExampleEntry()])
  for (const section of [`<![CDATA[${id}]]>`, `${id.slice(0, 9)}<![CDATA[${id.slice(9)}]]>`]) {
    const moved = document
      .replace(/<content.*<\/content>/s, '')
      .replace(`<id>${id}</id>`, `<id>${section}</id>`)
    expect(moved).toContain(section)
    expect(checkDocument('atom', moved, { ids: [id] })).toBeUndefined()
    expect(checkDocument('atom', moved, { ids: [`${id}x`] })).toContain('expected')
  }
})

test('the gate refuses nothing that stands inside the text of an entry', () => {
  const contentHtml = '<p>&lt;guid&gt;x&lt;/guid&gt; <guid>urn:x</guid><item></item></p>'
  for (const format of ['rss', 'atom'] as const) {
    const document = renderFeed(format, [toExampleEntry({ contentHtml })])
    expect(checkDocument(format, document, { ids: [toExampleEntry().id] })).toBeUndefined()
  }
})

test('the gate refuses nothing that stands deeper in an entry than its own parts', () => {
  const source =
    '<source><id>urn:x:other</id><title>t</title><updated>never</updated></source></entry>'
  const document = renderFeed('atom', entries).replace('</entry>', source)
  expect(document).toContain('urn:x:other')
  expect(checkDocument('atom', document, expected)).toBeUndefined()
})

const tombstones = tombstonesOf(fullHead)
const buried = { ...expected, tombstones }

test('the gate lets archive pages and tombstones pass', () => {
  const page = { ...fullHead, archive: { page: 2, previous: 1, next: 3 } }
  for (const head of [fullHead, page]) {
    const document = renderFeed('atom', entries, head)
    expect(checkDocument('atom', document, buried)).toBeUndefined()
  }
  for (const format of ['rss', 'json'] as const) {
    const document = renderFeed(format, entries, fullHead)
    expect(checkDocument(format, document, buried)).toBeUndefined()
  }
})

test('the gate refuses a tombstone too few, too many, or nobody expects', () => {
  const document = renderFeed('atom', entries, fullHead)
  for (const other of [tombstones.slice(1), [...tombstones, 'urn:x:2'], [], undefined]) {
    expect(checkDocument('atom', document, { ...expected, tombstones: other })).toContain(
      'expected',
    )
  }
  expect(checkDocument('atom', renderFeed('atom', entries), buried)).toContain('expected')
})

test('the gate refuses an id that is both an entry and deleted', () => {
  const head = { ...toExampleHead(), tombstones: [{ id: 'urn:x:gone', deletedAtMs: 0 }] }
  const document = renderFeed('atom', entries, head).replace('urn:x:gone', second)
  expect(checkDocument('atom', document, { ...expected, tombstones: [second] })).toContain(second)
})

test.each([
  ['with one id twice', 'urn:x:gone?&lt;&amp;&quot;&gt;', 'urn:x:gone'],
  ['of nothing', ' ref="urn:x:gone"', ''],
  ['of no time', ' when="2024-11-23T08:30:00Z"', ''],
  ['of a day that is none', '="2024-11-23T08', '="2024-11-33T08'],
  ['dated as RSS does', '"2024-11-23T08:30:00Z"', '"Sat, 23 Nov 2024 08:30:00 +0000"'],
  ['later than its feed', '="2024-11-23T08', '="2024-11-24T08'],
  ['in another namespace', 'tombstones/1.0', 'tombstones/2.0'],
])('the gate refuses a tombstone %s', (_what, right, wrong) => {
  const document = renderFeed('atom', entries, fullHead)
  expect(checkDocument('atom', document, buried)).toBeUndefined()
  const broken = document.replace(right, wrong)
  expect(broken).not.toBe(document)
  expect(checkDocument('atom', broken, buried)).toBeDefined()
})

test('the gate refuses a tombstone twice that was announced twice', () => {
  const document = renderFeed('atom', entries, fullHead)
  const [tombstone = ''] = /<at:deleted-entry [^>]*>/.exec(document) ?? []
  const broken = document.replace(tombstone, tombstone + tombstone)
  const twice = [...tombstones, 'urn:x:gone?<&">']
  expect(checkDocument('atom', broken, { ...expected, tombstones: twice })).toContain('twice')
})

test.each(formats)('a document of %s is refused for any of its entries', (format) => {
  const fragments = entries.map((entry) => renderFragments(entry)[format])
  const [one] = fragments
  const reasonOf = (list: readonly (Fragment | undefined)[], head = toExampleHead()) => {
    const document = renderDocument(
      format,
      head,
      list.filter((each) => each !== undefined),
    )
    return document.kind === 'refused' ? document.reason : undefined
  }
  expect(reasonOf(fragments)).toBeUndefined()
  expect(reasonOf([...fragments, one])).toContain('twice')
  const broken = one && { ...one, id: 'urn:x:broken', refusal: 'it is broken' }
  expect(reasonOf([...fragments, broken])).toBe('it is broken')
  const tombstone = { id: first, deletedAtMs: fullHead.updatedAtMs }
  expect(reasonOf(fragments, { ...toExampleHead(), tombstones: [tombstone] })).toContain(
    'tombstone',
  )
})

test.each(formats)('what passes in parts passes as a whole: %s', (format) => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          title: fc.string({ unit: 'binary' }),
          summary: fc.string({ unit: 'binary' }),
          contentHtml: fc.string({ unit: 'binary' }),
          categories: fc.array(
            fc.record({ term: fc.string(), label: fc.string({ unit: 'binary' }) }),
          ),
          authors: fc.array(fc.record({ name: fc.string({ unit: 'binary' }) })),
          image: fc.option(fc.webUrl(), { nil: undefined }),
        }),
      ),
      fc.string({ unit: 'binary' }),
      (drafts, siteTitle) => {
        const listed = drafts.map((draft, index) =>
          toExampleEntry({ ...draft, id: `urn:x:${index}` }),
        )
        const example = toExampleHead()
        const head = { ...example, site: { ...example.site, title: siteTitle } }
        const document = renderFeed(format, listed, head)
        expect(checkDocument(format, document, { ids: listed.map(({ id }) => id) })).toBeUndefined()
      },
    ),
    { numRuns: 60 },
  )
})

test('a fragment that the gate would not let pass says so', () => {
  expect(renderFragments(toExampleEntry({ id: '' }))).toMatchObject({
    rss: { refusal: 'one of its entries has no id' },
    atom: { refusal: 'one of its entries has no id' },
  })
})
