import { SaxesParser } from 'saxes'

/** An element as a strict parser that knows namespaces read it. */
export type StrictElement = {
  /** With the prefix of `prefixes`, whatever the document calls it; none for no namespace. */
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  /** All text inside, in order. */
  readonly text: string
  readonly children: readonly StrictElement[]
}

type Draft = { name: string; attributes: Record<string, string>; text: string; children: Draft[] }

const prefixes: Readonly<Record<string, string>> = {
  '': '',
  'http://www.w3.org/2005/Atom': 'atom:',
  'http://purl.org/rss/1.0/modules/content/': 'content:',
  'http://purl.org/dc/elements/1.1/': 'dc:',
  'http://search.yahoo.com/mrss/': 'media:',
  'http://purl.org/syndication/history/1.0': 'fh:',
  'http://purl.org/atompub/tombstones/1.0': 'at:',
  'http://www.w3.org/1999/xhtml': 'xhtml:',
}

/** @throws Error when the document is not well-formed or uses a prefix that it does not declare */
export function parseStrict(document: string): StrictElement {
  const parser = new SaxesParser({ xmlns: true })
  const root: Draft = { name: '', attributes: {}, text: '', children: [] }
  const open = [root]
  parser.on('opentag', ({ uri, local, attributes }) => {
    const values = Object.values(attributes).map(({ name, value }) => [name, value])
    const name = `${prefixes[uri] ?? `{${uri}}`}${local}`
    const draft: Draft = { name, attributes: Object.fromEntries(values), text: '', children: [] }
    open.at(-1)?.children.push(draft)
    open.push(draft)
  })
  const read = (text: string): void => {
    for (const draft of open) draft.text += text
  }
  parser.on('text', read)
  parser.on('cdata', read)
  parser.on('closetag', () => open.pop())
  parser.write(document).close()
  const [first] = root.children
  if (first === undefined) throw new Error('the document has no root')
  return first
}

/** All elements at a path of names below an element. */
export function all(element: StrictElement, ...path: readonly string[]): readonly StrictElement[] {
  return path.reduce<readonly StrictElement[]>(
    (found, name) =>
      found.flatMap(({ children }) => children.filter((child) => child.name === name)),
    [element],
  )
}

/** The texts of all elements at a path. */
export function texts(element: StrictElement, ...path: readonly string[]): readonly string[] {
  return all(element, ...path).map(({ text }) => text)
}
