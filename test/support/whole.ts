import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Parser } from 'htmlparser2'
import { feedFiles } from '../../src/core/feed/feed.ts'
import type { FeedFormat } from '../../src/core/feed/feed.ts'
import { isDraftName } from '../../src/out/atomic-file.ts'
import { readStrictly } from './strict-reading.ts'
import { parseStrict } from './strict-xml.ts'

/** All files of a folder that anybody may read, by path, with their text; hidden ones are nobody's. */
export function readTree(root: string): ReadonlyMap<string, string> {
  if (!existsSync(root)) return new Map()
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((item) => item.isFile() && !item.name.startsWith('.'))
    .map((item) => join(item.parentPath, item.name))
    .toSorted()
  return new Map(files.map((path) => [path.slice(root.length + 1), readFileSync(path, 'utf8')]))
}

/** The drafts that lie in a folder. */
export function listDrafts(root: string): readonly string[] {
  if (!existsSync(root)) return []
  return readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) =>
    isDraftName(path.slice(path.lastIndexOf('/') + 1)),
  )
}

/** Says what is wrong with a published file as a file; undefined when it is whole. */
export function faultOf(path: string, text: string): string | undefined {
  try {
    if (path.endsWith('.xml')) readStrictly(path.endsWith('rss.xml') ? 'rss' : 'atom', text)
    else if (path.endsWith('.opml')) parseStrict(text)
    else if (path.endsWith('.json')) readStrictly('json', text)
    else if (path.endsWith('.html') && !isWholePage(text)) return `${path} is no whole page`
    return text === '' ? `${path} is empty` : undefined
  } catch (error) {
    return `${path}: ${String(error)}`
  }
}

function isWholePage(text: string): boolean {
  const closed: string[] = []
  const parser = new Parser({ onclosetag: (name, isImplied) => !isImplied && closed.push(name) })
  parser.end(text)
  return closed.at(-1) === 'html' && text.startsWith('<!doctype html>')
}

/** The ids in a feed of any format, in order; none of any other file. */
export function idsIn(path: string, text: string): readonly string[] {
  const format = formatOf(path)
  return format === undefined ? [] : readStrictly(format, text).map(({ id }) => id)
}

export function formatOf(path: string): FeedFormat | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1)
  if (name === feedFiles.rss.name) return 'rss'
  if (name === feedFiles.json.name) return 'json'
  return name.endsWith('.xml') ? 'atom' : undefined
}
