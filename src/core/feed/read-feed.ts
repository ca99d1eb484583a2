import { XMLParser } from 'fast-xml-parser'
import { generator } from './head.ts'

/** An entry as a published Atom feed tells it. */
export type PublishedEntry = {
  readonly id: string
  readonly title: string
  readonly link: string
  readonly publishedAtMs: number
  readonly updatedAtMs: number
  readonly contentHtml: string
}

export type PublishedFeed = {
  readonly id: string
  readonly entries: readonly PublishedEntry[]
}

type Tree = Readonly<Record<string, unknown>>

/**
 * Reads back an Atom feed that dropfeed published, so that identities survive the loss of the store.
 * @returns undefined when the text is no such feed; an entry that lacks something is left out
 */
export function readPublishedFeed(atom: string): PublishedFeed | undefined {
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    textNodeName: '#text',
    alwaysCreateTextNode: true,
    parseTagValue: false,
    parseAttributeValue: false,
    trimValues: false,
    processEntities: true,
    isArray: (name) => name === 'entry' || name === 'link',
  })
  let feed: Tree | undefined
  try {
    feed = toTree(toTree(parser.parse(atom))?.['feed'])
  } catch {
    return undefined
  }
  if (feed === undefined || toText(feed['generator']) !== generator) return undefined
  const id = toText(feed['id'])
  const entries = Array.isArray(feed['entry']) ? feed['entry'] : []
  return id === '' ? undefined : { id, entries: entries.flatMap(toPublishedEntry) }
}

function toPublishedEntry(value: unknown): readonly PublishedEntry[] {
  const entry = toTree(value)
  if (entry === undefined) return []
  const links = Array.isArray(entry['link']) ? entry['link'].map(toTree) : []
  const link = links.find((candidate) => candidate?.['@rel'] === 'alternate')?.['@href']
  const published: PublishedEntry = {
    id: toText(entry['id']),
    title: toText(entry['title']),
    link: typeof link === 'string' ? link : '',
    publishedAtMs: Date.parse(toText(entry['published'])),
    updatedAtMs: Date.parse(toText(entry['updated'])),
    contentHtml: toText(entry['content']),
  }
  const isWhole =
    published.id !== '' &&
    Number.isFinite(published.publishedAtMs) &&
    Number.isFinite(published.updatedAtMs)
  return isWhole ? [published] : []
}

function toTree(value: unknown): Tree | undefined {
  // What is an object and no array has string keys.
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Tree)
    : undefined
}

function toText(value: unknown): string {
  if (typeof value === 'string') return value
  const text = toTree(value)?.['#text']
  return typeof text === 'string' ? text : ''
}
