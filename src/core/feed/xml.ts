import { XMLBuilder, XMLParser } from 'fast-xml-parser'

declare const xml: unique symbol

/** Text that may stand in an XML document as it is: whoever made it has escaped it. */
export type Xml = string & { readonly [xml]: true }

/** A node as fast-xml-parser keeps it with `preserveOrder`: one key that names it, and `:@` for attributes. */
export type XmlNode = {
  readonly [name: string]: Xml | readonly XmlNode[] | XmlAttributes
}

export type XmlAttributes = { readonly [name: string]: Xml }

const textKey = '#text'
const cdataKey = '#cdata'
const attributesKey = ':@'

// Entities stay as they are on the way in and on the way out, so that a tree holds nothing but escaped text.
const options = {
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  textNodeName: textKey,
  cdataPropName: cdataKey,
  processEntities: false,
} as const

const parser = new XMLParser({
  ...options,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: true,
  ignoreDeclaration: true,
})

const builder = new XMLBuilder({
  ...options,
  format: false,
  suppressEmptyNode: true,
  suppressBooleanAttributes: false,
})

const named: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#x9;',
  '\n': '&#xA;',
  '\r': '&#xD;',
}

// Asserted here and nowhere else, since a brand has no value to check: the functions below are what
// makes a string `Xml`.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const asXml = (escaped: string): Xml => escaped as Xml

/** Escapes text for an element. A carriage return would else become a line feed (XML 1.0 §2.11). */
export function escapeText(text: string): Xml {
  return asXml(text.replaceAll(/[&<>\r]/g, (character) => named[character] ?? ''))
}

/** Escapes text for an attribute; white space would else become spaces (XML 1.0 §3.3.3). */
function escapeAttribute(text: string): Xml {
  return asXml(text.replaceAll(/[&<>"\t\n\r]/g, (character) => named[character] ?? ''))
}

/**
 * Escapes plain text for an element of RSS that readers may take for HTML.
 * Source: RSS Best Practices Profile (RSS Advisory Board), "Character Data".
 */
export function escapeRssText(text: string): Xml {
  return asXml(
    text.replaceAll(/[&<>\r]/g, (character) => {
      return `&#x${character.charCodeAt(0).toString(16).toUpperCase()};`
    }),
  )
}

/** An element that holds text, given as escaped. */
export function textElement(name: string, text: Xml, attributes?: XmlAttributes): XmlNode {
  return element(name, [{ [textKey]: text }], attributes)
}

/** An element that holds HTML in one CDATA section, which `]]>` would end (see `carriable.ts`). */
export function htmlElement(name: string, html: string, attributes?: XmlAttributes): XmlNode {
  const section = { [cdataKey]: [{ [textKey]: asXml(html) }] }
  return element(name, [section], attributes)
}

/** An element with nothing but attributes. */
export function emptyElement(name: string, attributes: Readonly<Record<string, string>>): XmlNode {
  return element(name, [], escapeAttributes(attributes))
}

/** An element that holds elements (or, from the functions above, text). */
export function element(
  name: string,
  children: readonly XmlNode[],
  attributes?: XmlAttributes,
): XmlNode {
  return attributes === undefined
    ? { [name]: children }
    : { [name]: children, [attributesKey]: attributes }
}

export function escapeAttributes(attributes: Readonly<Record<string, string>>): XmlAttributes {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, escapeAttribute(value)]),
  )
}

/** Reads a draft and gives the children of the element at `path`, from the root on. */
export function readDraft(draft: string, path: readonly string[]): readonly XmlNode[] {
  let children: readonly XmlNode[] = parser.parse(draft)
  for (const name of path) {
    const inner = children.find((node) => nameOf(node) === name)?.[name]
    if (!Array.isArray(inner)) throw new Error(`the draft has no element ${path.join('/')}`)
    children = inner
  }
  return children
}

function nameOf(node: XmlNode): string {
  for (const name in node) if (name !== attributesKey) return name
  return ''
}

/** What takes the place of the elements of a name in a draft; nothing, when it is empty. */
export type Amendments = Readonly<Record<string, readonly XmlNode[]>>

/**
 * Amends the children of a drafted element. All elements of a name give way to the amendment for it,
 * which stands where the first of them stood; an amendment for a name that the draft lacks comes last.
 * An element that nobody amends is left out: no text of a draft reaches a reader unseen.
 */
export function amend(draft: readonly XmlNode[], amendments: Amendments): readonly XmlNode[] {
  const names = new Set([...draft.map((node) => nameOf(node)), ...Object.keys(amendments)])
  return [...names].flatMap((name) => amendments[name] ?? [])
}

/** White space that puts each child on a line of its own, `depth` levels in. */
export function layOut(children: readonly XmlNode[], depth: number): readonly XmlNode[] {
  const line = { [textKey]: asXml(`\n${'  '.repeat(depth)}`) }
  const end = { [textKey]: asXml(`\n${'  '.repeat(depth - 1)}`) }
  return [...children.flatMap((child) => [line, child]), end]
}

/** Writes nodes as they stand: no white space is added. */
export function writeXml(nodes: readonly XmlNode[]): Xml {
  return asXml(builder.build(nodes))
}
