import type { Outline, OutlineEntry } from './outline-xml.ts'
import { toCarriable } from './carriable.ts'

/** Reads what the gate has to know of a JSON Feed; a text says why it cannot be read. */
export function readJsonOutline(document: string): Outline | string {
  let feed: unknown
  try {
    feed = JSON.parse(document)
  } catch (error) {
    return `it is not JSON: ${error instanceof Error ? error.message : String(error)}`
  }
  if (!isObject(feed) || feed['version'] !== 'https://jsonfeed.org/version/1.1') {
    return 'it is not a JSON Feed of version 1.1'
  }
  if (typeof feed['title'] !== 'string') return 'it has no title'
  const { items } = feed
  if (!Array.isArray(items)) return 'it has no list of items'
  const entries: OutlineEntry[] = []
  for (const item of items) {
    const entry = readItem(item)
    if (typeof entry === 'string') return entry
    entries.push(entry)
  }
  return { dates: {}, entries, tombstones: [] }
}

function readItem(item: unknown): OutlineEntry | string {
  if (!isObject(item)) return 'one of its items is not an object'
  const { id, url, title, content_html: content } = item
  const { date_published: published, date_modified: updated } = item
  if (typeof id !== 'string' || id === '') return 'one of its items has no id'
  for (const text of [url, title, content]) {
    if (typeof text !== 'string') return `${id} lacks its address, title or content`
    if (text !== toCarriable(text)) return `${id} has a character that no feed can carry`
  }
  if (typeof published !== 'string' || typeof updated !== 'string') return `${id} lacks a date`
  return { id, dates: { published, updated } }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
