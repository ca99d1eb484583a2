import { expect, test } from 'vitest'
import { isHttp, judge, kept, languageTag, rfc3339, type Rule } from './support/conformance.ts'
import { fullEntry } from './support/feed-examples.ts'

type Json = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null
const parse = (document: string): Json => JSON.parse(document)
const items = (document: string): readonly Json[] => {
  const list = parse(document)['items']
  return Array.isArray(list) ? list.filter((item) => isObject(item)) : []
}
const isText = (value: unknown) => typeof value === 'string' && value !== ''
const isAddress = (value: unknown) => typeof value === 'string' && isHttp(value)
const isAuthors = (value: unknown) =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every((one) => isObject(one) && isText(one['name']))

const jsonRules: readonly Rule[] = [
  {
    says: 'Top-level: version is the URL of 1.1',
    holds: (document) => parse(document)['version'] === 'https://jsonfeed.org/version/1.1',
    neighbour: ['version/1.1', 'version/1'],
  },
  {
    says: 'Top-level: title is a string and items is an array',
    holds: (document) =>
      isText(parse(document)['title']) && Array.isArray(parse(document)['items']),
    neighbour: ['"items": [', '"entries": ['],
  },
  {
    says: 'Top-level: every address is absolute',
    holds: (document) => {
      const feed = parse(document)
      const given = ['home_page_url', 'feed_url', 'icon', 'favicon'].filter((name) => name in feed)
      return given.length >= 2 && given.every((name) => isAddress(feed[name]))
    },
    neighbour: ['"feed_url": "https://example.org/', '"feed_url": "/'],
  },
  {
    says: 'Top-level: authors is an array of objects that are not empty; author is of version 1',
    holds: (document) => {
      const { authors, author } = parse(document)
      return author === undefined && (authors === undefined || isAuthors(authors))
    },
    neighbour: ['"authors": [', '"author": {}, "authors": ['],
  },
  {
    says: 'Items: id is a unique string',
    holds: (document) => {
      const ids = items(document).map(({ id }) => id)
      return ids.every((id) => isText(id)) && new Set(ids).size === ids.length
    },
    neighbour: ['"id": "urn:x:1"', `"id": "${fullEntry.id}"`],
  },
  {
    says: 'Items: one of content_html and content_text is there',
    holds: (document) =>
      items(document).every(
        (item) => typeof (item['content_html'] ?? item['content_text']) === 'string',
      ),
    neighbour: ['"content_html"', '"content"'],
  },
  {
    says: 'Items: dates are RFC 3339',
    holds: (document) =>
      items(document)
        .flatMap((item) => [item['date_published'], item['date_modified']])
        .every((date) => typeof date === 'string' && rfc3339.test(date)),
    neighbour: [/"date_modified": "(\S+)T/, '"date_modified": "$1 '],
  },
  {
    says: 'Items: url and image are absolute addresses',
    holds: (document) =>
      items(document).every(
        ({ url, image }) => isAddress(url) && (image === undefined || isAddress(image)),
      ),
    neighbour: ['"image": "https:', '"image": "'],
  },
  {
    says: 'Items: tags is an array of strings',
    holds: (document) =>
      items(document).every(
        ({ tags }) =>
          tags === undefined || (Array.isArray(tags) && tags.every((tag) => isText(tag))),
      ),
    neighbour: ['"tags": [', '"tags": [1, '],
  },
  {
    says: 'Items: language is a language tag',
    holds: (document) =>
      items(document).every(
        ({ language }) =>
          language === undefined || (typeof language === 'string' && languageTag.test(language)),
      ),
    neighbour: ['"language": "zh-Hant-TW"', '"language": "zh_Hant"'],
  },
]

test.each(jsonRules)('JSON Feed 1.1 $says', (rule) => {
  expect(judge('json', rule)).toEqual(kept)
})
