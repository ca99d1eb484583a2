import { expect, test } from 'vitest'
import { findParts } from '../src/core/feed/parts.ts'
import {
  fullEntry,
  fullHead,
  nastyEntries,
  renderFeed,
  toExampleEntry,
} from './support/feed-examples.ts'
import { readStrictly } from './support/strict-reading.ts'

// What looks like the end of an entry, or the beginning of one, within the text of one.
const trapping = [
  '<item>',
  '</item>',
  '\n    <item>',
  '\n  <entry>',
  '</entry>',
  '<![CDATA[',
  ']]>',
]
const traps = trapping.map((text, index) =>
  toExampleEntry({
    id: `urn:x:${index}`,
    title: `${text} & ${text}`,
    summary: text,
    contentHtml: `<pre>${text}</pre>${text}\n  <at:deleted-entry ref="x" when="y"/>`,
  }),
)
const entries = [...nastyEntries, fullEntry, ...traps]

test.each(['rss', 'atom'] as const)(
  'in %s each entry and tombstone is found, and what remains without any is a document',
  (format) => {
    const document = renderFeed(format, entries, fullHead)
    const places = findParts(document)
    const parts = places.map(({ start, end }) => document.slice(start, end))
    const tombstones = format === 'atom' ? (fullHead.tombstones ?? []) : []
    expect(parts).toHaveLength(entries.length + tombstones.length)
    const ids = readStrictly(format, document).map(({ id }) => id)
    for (let left = 0; left <= parts.length; left += 1) {
      const kept = [
        document.slice(0, places[0]?.start),
        ...parts.slice(left),
        document.slice(places.at(-1)?.end),
      ].join('')
      expect(readStrictly(format, kept).map(({ id }) => id)).toEqual(ids.slice(left))
    }
  },
)

test('a document without entries has no parts, and what is no document is looked through once', () => {
  for (const format of ['rss', 'atom'] as const) {
    expect(findParts(renderFeed(format, [], { ...fullHead, tombstones: [] }))).toEqual([])
  }
  for (const hostile of ['\n  <entry ', '<![CDATA[', '\n  <at:deleted-entry ', '\n ', '</entry>']) {
    expect(findParts(hostile.repeat(200_000))).toEqual([])
  }
})
