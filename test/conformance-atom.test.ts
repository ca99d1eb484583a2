import { expect, test } from 'vitest'
import {
  isHttp,
  isIri,
  isOne,
  judge,
  kept,
  languageTag,
  named,
  rfc3339,
  type Rule,
} from './support/conformance.ts'
import { fullEntry } from './support/feed-examples.ts'
import { all, parseStrict, type StrictElement, texts } from './support/strict-xml.ts'

const atomParts = (document: string) => {
  const feed = parseStrict(document)
  return { feed, entries: all(feed, 'atom:entry'), both: [feed, ...all(feed, 'atom:entry')] }
}
const isOneAtMost = (name: string) => (element: StrictElement) => named(element, name).length <= 1

const atomRules: readonly Rule[] = [
  {
    says: '§2 the root is a feed in the namespace of Atom',
    holds: (document) => parseStrict(document).name === 'atom:feed',
    neighbour: ['http://www.w3.org/2005/Atom', 'http://purl.org/atom/ns#'],
  },
  {
    says: '§3.1.1 the type of a text is text, html or xhtml',
    holds: (document) =>
      atomParts(document)
        .both.flatMap(({ children }) => children)
        .filter(({ name }) => /^atom:(?:title|subtitle|summary|rights|content)$/.test(name))
        .every(({ attributes }) =>
          ['text', 'html', 'xhtml'].includes(attributes['type'] ?? 'text'),
        ),
    neighbour: ['type="text"', 'type="text/plain"'],
  },
  {
    says: '§3.1.1.1 a text of type text or html has no child elements',
    holds: (document) =>
      atomParts(document)
        .both.flatMap(({ children }) => children)
        .filter(({ name }) => /^atom:(?:title|subtitle|summary|rights|content)$/.test(name))
        .every(({ children }) => children.length === 0),
    neighbour: ['</title>', '<b/></title>'],
  },
  {
    says: '§3.2.1 a person has exactly one name',
    holds: (document) =>
      atomParts(document)
        .both.flatMap((element) => named(element, 'atom:author'))
        .every((author) => isOne('atom:name')(author) && author.text.trim() !== ''),
    neighbour: [/<name>.*?<\/name>/, ''],
  },
  {
    says: '§3.2.2 the uri of a person is an IRI',
    holds: (document) =>
      atomParts(document)
        .both.flatMap((element) => texts(element, 'atom:author', 'atom:uri'))
        .every((uri) => isIri(uri)),
    neighbour: ['<uri>https://', '<uri>//'],
  },
  {
    says: '§3.2.3 the email of a person has an addr-spec',
    holds: (document) =>
      atomParts(document)
        .both.flatMap((element) => texts(element, 'atom:author', 'atom:email'))
        .every((email) => /^.+@.+$/.test(email)),
    neighbour: ['<email>ana@', '<email>ana at '],
  },
  {
    says: '§3.3 a date is an RFC 3339 date-time with an upper-case T and Z',
    holds: (document) =>
      atomParts(document)
        .both.flatMap((one) => [...texts(one, 'atom:updated'), ...texts(one, 'atom:published')])
        .every((date) => rfc3339.test(date)),
    neighbour: [/<updated>(\S+)T/, '<updated>$1 '],
  },
  {
    says: '§4.1.1 a feed has an author when an entry has none',
    holds: (document) => {
      const { feed, entries: found } = atomParts(document)
      return (
        named(feed, 'atom:author').length > 0 ||
        found.every((entry) => named(entry, 'atom:author').length > 0)
      )
    },
    neighbour: [/<author>[^]*?<\/author>/, ''],
  },
  {
    says: '§4.1.1 a feed has exactly one id, one title, one updated',
    holds: (document) =>
      ['id', 'title', 'updated'].every((name) => isOne(`atom:${name}`)(parseStrict(document))),
    neighbour: [/<updated>.*?<\/updated>/, ''],
  },
  {
    says: '§4.1.1 a feed has at most one generator, icon, logo, rights and subtitle',
    holds: (document) =>
      ['generator', 'icon', 'logo', 'rights', 'subtitle'].every((name) =>
        isOneAtMost(`atom:${name}`)(parseStrict(document)),
      ),
    neighbour: ['<logo>', '<logo/><logo>'],
  },
  {
    says: '§4.1.1 a feed has a link to itself, and one alternate for a type and language',
    holds: (document) => {
      const links = named(parseStrict(document), 'atom:link').map(({ attributes }) => attributes)
      return ['self', 'alternate'].every(
        (rel) => links.filter((link) => link['rel'] === rel).length === 1,
      )
    },
    neighbour: ['rel="self"', 'rel="alternate"'],
  },
  {
    says: '§4.1.2 an entry has exactly one id, one title, one updated',
    holds: (document) =>
      atomParts(document).entries.every((entry) =>
        ['id', 'title', 'updated'].every((name) => isOne(`atom:${name}`)(entry)),
      ),
    neighbour: [/(<entry[^]*?)<id>.*?<\/id>/, '$1'],
  },
  {
    says: '§4.1.2 an entry has at most one content, published, rights, source and summary',
    holds: (document) =>
      atomParts(document).entries.every((entry) =>
        ['content', 'published', 'rights', 'source', 'summary'].every((name) =>
          isOneAtMost(`atom:${name}`)(entry),
        ),
      ),
    neighbour: ['<content ', '<content/><content '],
  },
  {
    says: '§4.1.2 an entry without content has an alternate link',
    holds: (document) =>
      atomParts(document)
        .entries.filter((entry) => named(entry, 'atom:content').length === 0)
        .every((entry) =>
          named(entry, 'atom:link').some(({ attributes }) => attributes['rel'] === 'alternate'),
        ),
    neighbour: [
      /<link rel="alternate"([^>]*>\s*<updated>[^\n]*\s*<summary[^\n]*\s*<(?:author|published))/,
      '<link rel="related"$1',
    ],
  },
  {
    says: '§4.1.2 no two alternate links of an entry have one type and language',
    holds: (document) =>
      atomParts(document).entries.every(
        (entry) =>
          named(entry, 'atom:link').filter(({ attributes }) => attributes['rel'] === 'alternate')
            .length === 1,
      ),
    neighbour: [/(<entry[^]*?)(<link [^>]*>)/, '$1$2$2'],
  },
  {
    says: '§4.2.2.1 a category has a term',
    holds: (document) =>
      atomParts(document)
        .entries.flatMap((entry) => named(entry, 'atom:category'))
        .every(({ attributes }) => (attributes['term'] ?? '') !== ''),
    neighbour: ['<category term=', '<category scheme='],
  },
  {
    says: '§4.2.6 an id is an IRI, and no two entries have the same',
    holds: (document) => {
      const ids = atomParts(document).both.flatMap((element) => texts(element, 'atom:id'))
      return ids.every((id) => isIri(id)) && new Set(ids).size === ids.length
    },
    neighbour: ['<id>urn:x:1</id>', `<id>${fullEntry.id}</id>`],
  },
  {
    says: '§4.2.7.1 a link has an IRI in href',
    holds: (document) =>
      atomParts(document)
        .both.flatMap((element) => named(element, 'atom:link'))
        .every(({ attributes }) => isHttp(attributes['href'])),
    neighbour: ['href="https://example.org/atom.xml"', 'href="atom.xml"'],
  },
  {
    says: '§4.2.7.3 the type of a link is a media type',
    holds: (document) =>
      atomParts(document)
        .both.flatMap((element) => named(element, 'atom:link'))
        .every(({ attributes }) => /^[a-z]+\/[a-z+]+$/.test(attributes['type'] ?? '')),
    neighbour: ['type="application/atom+xml"', 'type="atom"'],
  },
  {
    says: '§4.2.9 published is not after updated',
    holds: (document) =>
      atomParts(document).entries.every((entry) => {
        const [published = ''] = texts(entry, 'atom:published')
        const [updated = ''] = texts(entry, 'atom:updated')
        return Date.parse(published) <= Date.parse(updated)
      }),
    neighbour: ['<published>2024', '<published>2025'],
  },
  {
    says: '§2 xml:lang is a language tag',
    holds: (document) =>
      atomParts(document)
        .both.flatMap(({ attributes }) => attributes['xml:lang'] ?? [])
        .every((language) => languageTag.test(language)),
    neighbour: ['xml:lang="pt-BR"', 'xml:lang="pt_BR"'],
  },
]

test.each(atomRules)('RFC 4287 $says', (rule) => {
  expect(judge('atom', rule)).toEqual(kept)
})
