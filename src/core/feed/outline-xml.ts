import { readStrictly } from './strict-xml.ts'

/** What the gate has to know of an entry. */
export type OutlineEntry = {
  readonly id: string
  readonly dates: {
    readonly published?: string | undefined
    readonly updated?: string | undefined
  }
}

/** What the gate has to know of a deleted entry. */
type OutlineTombstone = {
  readonly id: string
  readonly deleted: string
}

export type Outline = {
  /** Of the feed itself. */
  readonly dates: OutlineEntry['dates']
  readonly entries: readonly OutlineEntry[]
  /** Only Atom has them. */
  readonly tombstones: readonly OutlineTombstone[]
}

type Part = 'id' | 'title' | 'published' | 'updated'

/** What was read so far. */
type Draft = { [name in Part]?: string }

type Form = {
  /** Of every element that the gate knows. */
  readonly uri: string
  /** Each element from the root to the feed, and that of an entry in it. */
  readonly feed: readonly string[]
  readonly entry: string
  /** What the children of the feed and of an entry say. */
  readonly parts: ReadonlyMap<string, Part>
  readonly required: readonly Part[]
}

const tombstoneUri = 'http://purl.org/atompub/tombstones/1.0'

const forms = {
  rss: {
    uri: '',
    feed: ['rss', 'channel'],
    entry: 'item',
    parts: new Map([
      ['guid', 'id'],
      ['title', 'title'],
      ['pubDate', 'published'],
      ['lastBuildDate', 'updated'],
    ]),
    required: ['id', 'title', 'published'],
  },
  atom: {
    uri: 'http://www.w3.org/2005/Atom',
    feed: ['feed'],
    entry: 'entry',
    parts: new Map([
      ['id', 'id'],
      ['title', 'title'],
      ['published', 'published'],
      ['updated', 'updated'],
    ]),
    required: ['id', 'title', 'published', 'updated'],
  },
} as const satisfies Record<string, Form>

/**
 * Reads what the gate has to know of an RSS or Atom document, with a strict parser that knows
 * namespaces; a text says why it cannot be read.
 */
export function readXmlOutline(
  format: 'rss' | 'atom',
  pieces: readonly string[],
): Outline | string {
  const form: Form = forms[format]
  const entryDepth = form.feed.length
  const root: Draft = {}
  const entries: Draft[] = []
  const tombstones: OutlineTombstone[] = []
  // What is being read: `owner` is the feed, but inside an entry the entry.
  let depth = 0
  let owner = root
  let part: Part | undefined
  const read = (text: string): void => {
    if (part !== undefined) owner[part] = `${owner[part] ?? ''}${text}`
  }

  const reason = readStrictly(pieces, {
    open({ uri, local, attributes }) {
      const isKnown = uri === form.uri
      depth += 1
      if (depth <= entryDepth) {
        const expected = form.feed[depth - 1]
        if (isKnown && local === expected) return undefined
        return `{${uri}}${local} stands where {${form.uri}}${expected} belongs`
      }
      if (depth === entryDepth + 1 && isKnown && local === form.entry) {
        owner = {}
        entries.push(owner)
      } else if (depth === entryDepth + 1 && uri === tombstoneUri && local === 'deleted-entry') {
        const [id, deleted] = [attributes['ref']?.value, attributes['when']?.value]
        tombstones.push({ id: id ?? '', deleted: deleted ?? '' })
      } else if (depth === entryDepth + 1 || (depth === entryDepth + 2 && owner !== root)) {
        part = isKnown ? form.parts.get(local) : undefined
        if (part !== undefined && owner[part] !== undefined) {
          return `there is a second {${uri}}${local}`
        }
        read('')
      }
      return undefined
    },
    text: read,
    close() {
      depth -= 1
      part = undefined
      if (depth === entryDepth) owner = root
    },
  })
  if (reason !== undefined) return `it is not the XML it should be: ${reason}`
  const outline = toOutline(form, root, entries)
  return typeof outline === 'string' ? outline : { ...outline, tombstones }
}

function toOutline(
  form: Form,
  root: Draft,
  drafts: readonly Draft[],
): Omit<Outline, 'tombstones'> | string {
  if (root.title === undefined || root.updated === undefined)
    return 'it lacks its title or its date'
  const entries: OutlineEntry[] = []
  for (const { id, ...rest } of drafts) {
    if (id === undefined || id === '') return 'one of its entries has no id'
    const missing = form.required.find((name) => name !== 'id' && rest[name] === undefined)
    if (missing !== undefined) return `${id} lacks what says its ${missing}`
    const { published, updated } = rest
    entries.push({ id, dates: { published, updated } })
  }
  return { dates: { updated: root.updated }, entries }
}
