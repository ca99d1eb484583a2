import { expect, test } from 'vitest'
import { judge, kept, named, rfc3339, type Rule } from './support/conformance.ts'
import { renderFeed, toExampleEntry, toExampleHead } from './support/feed-examples.ts'
import { parseStrict, texts } from './support/strict-xml.ts'

const tombstones = (document: string) =>
  named(parseStrict(document), 'at:deleted-entry').map(({ attributes }) => attributes)
const hasTombstones = (document: string) => document.includes(':deleted-entry ')

const rules: readonly Rule[] = [
  {
    says: '§3 a deleted-entry is in the namespace of tombstones',
    holds: (document) => tombstones(document).length > 0 === hasTombstones(document),
    neighbour: ['http://purl.org/atompub/tombstones/1.0', 'http://purl.org/atompub/tombstones'],
  },
  {
    says: '§3 a deleted-entry is a child of the feed',
    holds: (document) => tombstones(document).length > 0 === hasTombstones(document),
    neighbour: [/(<\/entry>)\s*(<at:[^>]*>)\s*(<at:[^>]*>)/, '$2$3$1'],
  },
  {
    says: '§3 a deleted-entry has a ref, and that is an id',
    holds: (document) => tombstones(document).every(({ ref }) => ref?.startsWith('urn:x:gone')),
    neighbour: [' ref="urn:x:gone"', ''],
  },
  {
    says: '§3 a deleted-entry has a when',
    holds: (document) => tombstones(document).every(({ when }) => when !== undefined),
    neighbour: [/ when="[^"]*"/, ''],
  },
  {
    says: '§3 a when is an RFC 3339 date-time with an upper-case T and Z',
    holds: (document) => tombstones(document).every(({ when }) => rfc3339.test(when ?? '')),
    neighbour: [/( when="\S+)T(\S+)Z"/, '$1t$2z"'],
  },
  {
    says: '§3 no two deleted-entry elements have the same ref and when',
    holds: (document) => {
      const keys = tombstones(document).map(({ ref, when }) => `${ref} ${when}`)
      return new Set(keys).size === keys.length
    },
    neighbour: [/(<at:deleted-entry [^>]*>)/, '$1$1'],
  },
  {
    says: '§3 a deleted-entry does not contradict an entry of its feed',
    holds: (document) => {
      const feed = parseStrict(document)
      const live = new Set(named(feed, 'atom:entry').flatMap((entry) => texts(entry, 'atom:id')))
      return tombstones(document).every(({ ref }) => !live.has(ref ?? ''))
    },
    neighbour: ['<id>urn:x:1</id>', '<id>urn:x:gone</id>'],
  },
]

test.each(rules)('RFC 6721 $says', (rule) => {
  expect(judge('atom', rule)).toEqual(kept)
})

test('RFC 6721 §3 a ref is the id that the entry had, byte for byte', () => {
  for (const id of [
    'urn:uuid:1225C695-cfb8-4ebb-aaaa-80da344efa6a',
    'https://A.example/?a&b=é"<',
  ]) {
    const live = parseStrict(renderFeed('atom', [toExampleEntry({ id })]))
    const head = { ...toExampleHead(), tombstones: [{ id, deletedAtMs: 0 }] }
    const refs = tombstones(renderFeed('atom', [], head)).map(({ ref }) => ref)
    expect(refs).toEqual(named(live, 'atom:entry').flatMap((entry) => texts(entry, 'atom:id')))
  }
})
