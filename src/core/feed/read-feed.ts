import { XMLParser } from 'fast-xml-parser'
import { generator, type Tombstone } from './head.ts'

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
  readonly tombstones: readonly Tombstone[]
  /** The address of the next older archive page, as it stands there (RFC 5005 §4). */
  readonly previousArchive?: string | undefined
}

type Tree = Readonly<Record<string, unknown>>

const lists = new Set(['entry', 'link', 'at:deleted-entry'])

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  textNodeName: '#text',
  alwaysCreateTextNode: true,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  processEntities: true,
  // Numeric references are read only with this.
  htmlEntities: true,
  isArray: (name) => lists.has(name),
})

/**
 * Reads back an Atom feed or an archive page that dropfeed published, so that identities survive the loss
 * of the store. It takes any text.
 * @returns undefined when the text is no such feed; an entry or a tombstone that lacks something is left out
 */
export function readPublishedFeed(atom: string): PublishedFeed | undefined {
  let feed: Tree | undefined
  try {
    feed = toTree(toTree(parser.parse(atom))?.['feed'])
  } catch {
    return undefined
  }
  if (feed === undefined || toText(feed['generator']) !== generator) return undefined
  const id = toText(feed['id'])
  if (id === '') return undefined
  return {
    id,
    entries: toTrees(feed['entry']).flatMap((entry) => toPublishedEntry(entry)),
    tombstones: toTrees(feed['at:deleted-entry']).flatMap((deleted) => toTombstone(deleted)),
    previousArchive: toHref(feed, 'prev-archive'),
  }
}

function toTombstone(deleted: Tree): readonly Tombstone[] {
  const { '@ref': id, '@when': when } = deleted
  const deletedAtMs = typeof when === 'string' ? Date.parse(when) : Number.NaN
  if (typeof id !== 'string' || id === '' || !Number.isFinite(deletedAtMs)) return []
  return [{ id, deletedAtMs }]
}

function toHref(owner: Tree, rel: string): string | undefined {
  const href = toTrees(owner['link']).find((link) => link['@rel'] === rel)?.['@href']
  return typeof href === 'string' ? href : undefined
}

function toPublishedEntry(entry: Tree): readonly PublishedEntry[] {
  const published: PublishedEntry = {
    id: toText(entry['id']),
    title: toText(entry['title']),
    link: toHref(entry, 'alternate') ?? '',
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

function toTrees(value: unknown): readonly Tree[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : []
  return values.map((item) => toTree(item)).filter((tree) => tree !== undefined)
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
