/** The prefixes that an entry may use, and what they stand for; a document declares those that are in use. */
export const namespaces = {
  content: 'http://purl.org/rss/1.0/modules/content/',
  dc: 'http://purl.org/dc/elements/1.1/',
  media: 'http://search.yahoo.com/mrss/',
} as const

export type Prefix = keyof typeof namespaces

/** What a document's frame has to know of the entries that will stand in it. */
export type Contents = {
  readonly isEmpty: boolean
  readonly prefixes: ReadonlySet<string>
}

/** A document without its entries: the first follows on `before` and `first`, each other on `next`. */
export type Frame = {
  readonly before: string
  readonly first: string
  readonly next: string
  readonly after: string
}

/**
 * The prefixes of elements that end a fragment's content or follow it. Nothing before is looked at:
 * there a prefix may stand in a text.
 */
export function prefixesOf(fragment: string): readonly Prefix[] {
  const end = Math.max(fragment.lastIndexOf(']]>'), 0)
  const stands = (tag: string) => fragment.includes(tag, end)
  return prefixes.filter((prefix) => stands(`<${prefix}:`) || stands(`</${prefix}:`))
}

// The keys are those of the object above.
const prefixes = Object.keys(namespaces) as readonly Prefix[]
