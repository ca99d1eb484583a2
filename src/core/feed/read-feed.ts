import { XMLParser } from 'fast-xml-parser'
import { decodeEntities } from '../article/escape.ts'
import { generator, type Tombstone } from './head.ts'

/** An entry as a published Atom feed tells it. */
export type PublishedEntry = {
  readonly id: string
  readonly title: string
  readonly link: string
  /** The address of its page, where that is not its link. */
  readonly page?: string | undefined
  readonly publishedAtMs: number
  readonly updatedAtMs: number
  readonly contentHtml: string
}

export type PublishedFeed = {
  readonly id: string
  /** Its own address when it was published. */
  readonly selfUrl: string
  readonly updatedAtMs: number
  readonly entries: readonly PublishedEntry[]
  readonly tombstones: readonly Tombstone[]
  /** The address of the next older archive page, as it stands there (RFC 5005 §4). */
  readonly previousArchive?: string | undefined
}

type Tree = Readonly<Record<string, unknown>>

const lists = new Set(['entry', 'link', 'at:deleted-entry', 'outline'])

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
    selfUrl: toHref(feed, 'self') ?? '',
    updatedAtMs: Date.parse(toText(feed['updated'])),
    entries: toTrees(feed['entry']).flatMap((entry) => toPublishedEntry(entry)),
    tombstones: toTrees(feed['at:deleted-entry']).flatMap((deleted) => toTombstone(deleted)),
    previousArchive: toHref(feed, 'prev-archive'),
  }
}

const sections = /<!\[CDATA\[.*?\]\]>/gs
const entryStart = /<entry(?=[\s>])/
const idElement = /<id>([^<]*)<\/id>/

/**
 * The ids of the entries of an Atom feed that dropfeed published, in a fraction of the time that reading
 * all of it takes. It takes any text; of what is no such feed there are none.
 */
export function readPublishedIds(atom: string): readonly string[] {
  if (!atom.includes(`>${generator}</generator>`)) return []
  // Without them all that looks like a tag is one.
  const markup = atom.replaceAll(sections, '')
  const entries = markup.split(entryStart).slice(1)
  return entries.flatMap((entry) => readPublishedId(entry) ?? [])
}

/** The id of an entry of such a feed, from the text of the entry alone. */
export function readPublishedId(entry: string): string | undefined {
  const id = idElement.exec(entry)?.[1]
  return id === undefined ? undefined : decodeEntities(id)
}

/** A category as the published list of feeds tells it. */
export type PublishedCategory = {
  readonly label: string
  /** The name of its folder. */
  readonly slug: string
}

/** Reads back which categories have feeds, and where. It takes any text; what it does not know is left out. */
export function readPublishedCategories(opml: string): readonly PublishedCategory[] {
  let body: Tree | undefined
  try {
    body = toTree(toTree(toTree(parser.parse(opml))?.['opml'])?.['body'])
  } catch {
    return []
  }
  const [main, ...others] = toTrees(body?.['outline'])
  const beginning = `${toAttribute(main, 'text')} – `
  return others.flatMap((outline) => {
    const text = toAttribute(outline, 'text')
    const slug = /\/categories\/([a-z\d-]+)\/atom\.xml$/.exec(toAttribute(outline, 'xmlUrl'))?.[1]
    if (slug === undefined || !text.startsWith(beginning)) return []
    return [{ label: text.slice(beginning.length), slug }]
  })
}

function toAttribute(tree: Tree | undefined, name: string): string {
  const value = tree?.[`@${name}`]
  return typeof value === 'string' ? value : ''
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
    page: toHref(entry, 'related'),
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
