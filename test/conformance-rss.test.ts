import { expect, test } from 'vitest'
import { isHttp, isOne, judge, kept, named, type Rule } from './support/conformance.ts'
import { all, parseStrict, type StrictElement, texts } from './support/strict-xml.ts'

const rfc822 =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d [+-]\d{4}$/
const channelOf = (document: string) => named(parseStrict(document), 'channel')
const itemsOf = (document: string) => all(parseStrict(document), 'channel', 'item')
const once = (elements: readonly StrictElement[], names: readonly string[]) =>
  elements.every((element) => names.every((name) => isOne(name)(element)))

const rssRules: readonly Rule[] = [
  {
    says: 'the root is rss of version 2.0 with one channel',
    holds: (document) => {
      const root = parseStrict(document)
      return root.name === 'rss' && root.attributes['version'] === '2.0' && isOne('channel')(root)
    },
    neighbour: ['version="2.0"', 'version="2"'],
  },
  {
    says: 'a channel has exactly one title, link and description, none of them empty',
    holds: (document) =>
      once(channelOf(document), ['title', 'link', 'description']) &&
      channelOf(document).every((channel) =>
        ['title', 'link', 'description'].every((name) => texts(channel, name).join('') !== ''),
      ),
    neighbour: [/<description>.*?<\/description>/, ''],
  },
  {
    says: 'the link of a channel and of an item is a URI with a scheme',
    holds: (document) =>
      [...channelOf(document), ...itemsOf(document)]
        .flatMap((element) => texts(element, 'link'))
        .every((link) => isHttp(link)),
    neighbour: ['<link>https:', '<link>'],
  },
  {
    says: 'a date conforms to RFC 822, with four digits of the year and the right day of the week',
    holds: (document) =>
      [...channelOf(document), ...itemsOf(document)]
        .flatMap((one) => [...texts(one, 'pubDate'), ...texts(one, 'lastBuildDate')])
        .every(
          (date) =>
            rfc822.test(date) && new Date(date).toUTCString().slice(0, 16) === date.slice(0, 16),
        ),
    neighbour: ['<pubDate>Sat', '<pubDate>Sun'],
  },
  {
    says: 'an item has a title or a description',
    holds: (document) =>
      itemsOf(document).every((item) => isOne('title')(item) || isOne('description')(item)),
    neighbour: [
      /(<item>\s*)<title>[^]*?(<pubDate>.*?<\/pubDate>\s*)<description>.*?<\/description>/,
      '$1$2',
    ],
  },
  {
    says: 'an item has each of its elements once, but categories',
    holds: (document) => once(itemsOf(document), ['title', 'link', 'guid', 'pubDate']),
    neighbour: ['<guid ', '<guid/><guid '],
  },
  {
    says: 'a guid is unique, and no permalink unless it is an address',
    holds: (document) => {
      const guids = itemsOf(document).flatMap((item) => named(item, 'guid'))
      return (
        new Set(guids.map(({ text }) => text)).size === guids.length &&
        guids.every(({ attributes, text }) => attributes['isPermaLink'] === 'false' || isHttp(text))
      )
    },
    neighbour: [' isPermaLink="false"', ''],
  },
  {
    says: 'an author is an e-mail address, or Dublin Core',
    holds: (document) =>
      itemsOf(document)
        .flatMap((item) => texts(item, 'author'))
        .every((author) => author.includes('@')),
    neighbour: [/dc:creator/g, 'author'],
  },
  {
    says: 'an enclosure has url, length and type',
    holds: (document) =>
      itemsOf(document)
        .flatMap((item) => named(item, 'enclosure'))
        .every(({ attributes }) => ['url', 'length', 'type'].every((name) => name in attributes)),
    neighbour: ['<media:thumbnail', '<enclosure'],
  },
  {
    says: 'an image has a url, and the title and link of its channel',
    holds: (document) =>
      channelOf(document).every((channel) =>
        named(channel, 'image').every(
          (image) =>
            isHttp(texts(image, 'url')[0]) &&
            texts(image, 'title')[0] === texts(channel, 'title')[0] &&
            texts(image, 'link')[0] === texts(channel, 'link')[0],
        ),
      ),
    neighbour: [/(<image>[^]*?<title>)/, '$1Other '],
  },
  {
    says: 'a ttl stands at most once, and is a whole number of minutes above 0',
    holds: (document) =>
      channelOf(document).every((channel) => {
        const [ttl = '1', ...others] = texts(channel, 'ttl')
        return /^[1-9]\d*$/.test(ttl) && others.length === 0
      }),
    neighbour: ['<ttl>15', '<ttl>PT15M'],
  },
  {
    says: 'a language is a lower-case tag',
    holds: (document) =>
      channelOf(document)
        .flatMap((channel) => texts(channel, 'language'))
        .every((language) => /^[a-z]{2,3}(?:-[a-z\d]+)*$/.test(language)),
    neighbour: ['<language>pt-br', '<language>pt_BR'],
  },
  {
    says: 'Best Practices: a channel links to itself with atom:link, type included',
    holds: (document) =>
      channelOf(document).every((channel) => {
        const links = named(channel, 'atom:link').map(({ attributes }) => attributes)
        const [self, ...others] = links.filter(({ rel }) => rel === 'self')
        return (
          self === links[0] &&
          self?.['type'] === 'application/rss+xml' &&
          isHttp(self['href']) &&
          others.length === 0
        )
      }),
    neighbour: [' type="application/rss+xml"', ''],
  },
  {
    says: 'Best Practices: plain text has "&" and "<" as hexadecimal references',
    holds: (document) =>
      [...document.matchAll(/<(title|category|dc:creator|copyright)>(.*?)<\/\1>/gs)].every(
        ([, , text = '']) => !/<|&(?!#x[\dA-F]+;)/.test(text),
      ),
    neighbour: ['<title>AT&#x26;T', '<title>AT&amp;T'],
  },
]

test.each(rssRules)('RSS 2.0 $says', (rule) => {
  expect(judge('rss', rule)).toEqual(kept)
})
