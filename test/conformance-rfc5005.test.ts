import { expect, test } from 'vitest'
import { feedFiles } from '../src/core/feed/feed.ts'
import { walk } from './support/archive-reader.ts'
import { named } from './support/conformance.ts'
import { renderArchivedFeed, toExampleEntries } from './support/feed-examples.ts'
import { all, parseStrict, type StrictElement } from './support/strict-xml.ts'

// The rules are about documents that belong together, so each is judged on a whole archived feed, on one
// without an archive, and on its invalid neighbour: the archived feed with one of its documents changed.

type Documents = ReadonlyMap<string, string>

type Rule = {
  readonly says: string
  readonly holds: (documents: Documents) => boolean
  /** A path, and what to change there. */
  readonly neighbour: readonly [path: string, right: string | RegExp, wrong: string]
}

const base = 'https://example.org/'
const entries = toExampleEntries(23)
const archived = renderArchivedFeed(entries, { window: 5, pageLength: 6 })
const single = renderArchivedFeed(entries.slice(0, 5), { window: 5, pageLength: 6 })

const feedOf = (documents: Documents, path: string) => parseStrict(documents.get(path) ?? '')
const subscription = (documents: Documents) => feedOf(documents, feedFiles.atom.name)
const pages = (documents: Documents) =>
  [...documents.keys()]
    .filter((path) => path.startsWith('archive/'))
    .map((path) => ({ path, feed: feedOf(documents, path) }))
const linksOf = (feed: StrictElement, rel: string) =>
  named(feed, 'atom:link')
    .map(({ attributes }) => attributes)
    .filter((link) => link['rel'] === rel)
const targetsOf = (feed: StrictElement, rel: string) =>
  linksOf(feed, rel).map(({ href }) => href?.replace(base, ''))
const same = (found: readonly unknown[], expected: readonly unknown[]) =>
  JSON.stringify(found) === JSON.stringify(expected)

const relations = ['current', 'prev-archive', 'next-archive']

const rules: readonly Rule[] = [
  {
    says: '§4 the subscription document has a prev-archive link to the newest archive page',
    holds: (documents) => {
      const newest = pages(documents).at(-1)
      const expected = newest === undefined ? [] : [newest.path]
      return same(targetsOf(subscription(documents), 'prev-archive'), expected)
    },
    neighbour: ['atom.xml', 'archive/3.xml', 'archive/2.xml'],
  },
  {
    says: '§4 each archive page has a prev-archive link to the one before, but the oldest',
    holds: (documents) =>
      pages(documents).every(({ feed }, index, all_) => {
        const expected = index === 0 ? [] : [all_[index - 1]?.path]
        return same(targetsOf(feed, 'prev-archive'), expected)
      }),
    neighbour: ['archive/2.xml', 'rel="prev-archive"', 'rel="previous"'],
  },
  {
    says: '§4 each archive page has a next-archive link to the one after, but the newest',
    holds: (documents) =>
      pages(documents).every(({ feed }, index, all_) => {
        const expected = index === all_.length - 1 ? [] : [all_[index + 1]?.path]
        return same(targetsOf(feed, 'next-archive'), expected)
      }),
    neighbour: ['archive/1.xml', /<link rel="next-archive"[^>]*>/, ''],
  },
  {
    says: '§4 each archive page has a current link to the subscription document',
    holds: (documents) =>
      pages(documents).every(({ feed }) => same(targetsOf(feed, 'current'), ['atom.xml'])),
    neighbour: ['archive/1.xml', 'https://example.org/atom.xml', 'https://example.org/rss.xml'],
  },
  {
    says: '§4 each archive page has one empty fh:archive element in its head',
    holds: (documents) =>
      pages(documents).every(({ feed }) => {
        const names = feed.children.map(({ name }) => name)
        const [mark, ...others] = named(feed, 'fh:archive')
        return (
          mark !== undefined &&
          others.length === 0 &&
          mark.text === '' &&
          mark.children.length === 0 &&
          names.indexOf('fh:archive') < names.indexOf('atom:entry')
        )
      }),
    neighbour: ['archive/2.xml', '<fh:archive/>', '<fh:archive>2</fh:archive>'],
  },
  {
    says: '§4 the archive element is in the namespace of feed history',
    holds: (documents) =>
      pages(documents).every(({ feed }) => named(feed, 'fh:archive').length === 1),
    neighbour: ['archive/2.xml', 'syndication/history/1.0', 'syndication/history/0.9'],
  },
  {
    says: '§4 the subscription document is no archive page',
    holds: (documents) =>
      named(subscription(documents), 'fh:archive').length === 0 &&
      linksOf(subscription(documents), 'next-archive').length === 0,
    neighbour: [
      'atom.xml',
      '<generator>',
      '<fh:archive xmlns:fh="http://purl.org/syndication/history/1.0"/><generator>',
    ],
  },
  {
    says: '§2 a feed that has archive pages does not call itself complete',
    holds: (documents) =>
      [subscription(documents), ...pages(documents).map(({ feed }) => feed)].every(
        (feed) => named(feed, 'fh:complete').length === 0,
      ),
    neighbour: ['archive/1.xml', '<fh:archive/>', '<fh:archive/><fh:complete/>'],
  },
  {
    says: '§4 a link to another part is a link of the feed, absolute, typed, and there once',
    holds: (documents) =>
      [subscription(documents), ...pages(documents).map(({ feed }) => feed)].every((feed) => {
        const inEntries = named(feed, 'atom:entry').flatMap((entry) =>
          relations.flatMap((rel) => linksOf(entry, rel)),
        )
        return (
          inEntries.length === 0 &&
          relations.every((rel) => linksOf(feed, rel).length <= 1) &&
          relations
            .flatMap((rel) => linksOf(feed, rel))
            .every(({ href, type }) => href?.startsWith(base) && type === 'application/atom+xml')
        )
      }),
    neighbour: ['archive/2.xml', 'href="https://example.org/archive/1.xml"', 'href="1.xml"'],
  },
  {
    says: '§4 every document of a feed tells its own address and the same feed id',
    holds: (documents) =>
      [...pages(documents), { path: 'atom.xml', feed: subscription(documents) }].every(
        ({ path, feed }) =>
          same(targetsOf(feed, 'self'), [path]) &&
          same(
            named(feed, 'atom:id').map(({ text }) => text),
            named(subscription(documents), 'atom:id').map(({ text }) => text),
          ),
      ),
    neighbour: ['archive/1.xml', 'rel="self"', 'rel="via"'],
  },
  {
    says: '§4 archive pages and the subscription document together are the feed, each entry once',
    holds: (documents) => {
      const met = walk((path) => documents.get(path) ?? '').map(({ id }) => id)
      return same(
        met,
        entries.slice(0, documents.size === 2 ? 5 : entries.length).map(({ id }) => id),
      )
    },
    neighbour: ['archive/2.xml', /<link rel="prev-archive"[^>]*>/, ''],
  },
  {
    says: 'Appendix B RSS links to the newest archive page with a link of Atom in its channel',
    holds: (documents) => {
      const newest = pages(documents).at(-1)
      const links = all(feedOf(documents, 'rss.xml'), 'channel', 'atom:link')
        .map(({ attributes }) => attributes)
        .filter(({ rel }) => rel === 'prev-archive')
      return same(
        links.map(({ href, type }) => [href, type]),
        newest === undefined ? [] : [[base + newest.path, 'application/atom+xml']],
      )
    },
    neighbour: ['rss.xml', /<atom:link rel="prev-archive"/, '<link rel="prev-archive"'],
  },
]

test.each(rules)('RFC 5005 $says', ({ holds, neighbour: [path, right, wrong] }) => {
  const document = archived.get(path) ?? ''
  const changed = document.replace(right, wrong)
  expect(changed).not.toBe(document)
  expect({
    ours: [holds(archived), holds(single)],
    neighbour: holds(new Map([...archived, [path, changed]])),
  }).toEqual({ ours: [true, true], neighbour: false })
})

test('RFC 5005 §4 an archive page with a page after it never changes when newer entries come', () => {
  const newer = toExampleEntries(9).map((entry) => ({
    ...entry,
    id: `${entry.id}:newer`,
    publishedAtMs: entry.publishedAtMs + 86_400_000,
    updatedAtMs: entry.updatedAtMs + 86_400_000,
  }))
  const later = renderArchivedFeed([...newer, ...entries], { window: 5, pageLength: 6 })
  expect(later.get('atom.xml')).not.toBe(archived.get('atom.xml'))
  for (const path of ['archive/1.xml', 'archive/2.xml']) {
    expect(later.get(path)).toBe(archived.get(path))
  }
})

test('RFC 5005 §4.2 a walk ends with an error where archive pages lead in a circle', () => {
  const circle = new Map([
    ...archived,
    [
      'archive/1.xml',
      (archived.get('archive/1.xml') ?? '').replace(
        /(<link )rel="next-archive"/,
        '$1rel="prev-archive"',
      ),
    ],
  ])
  expect(() => walk((path) => circle.get(path) ?? '')).toThrow('twice')
})
