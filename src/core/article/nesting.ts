import { tagNameAt, words } from './escape.ts'

type Element = { readonly name: string; isOpen: boolean }

/** Tags that have no content, and so no closing tag. */
export const voidTags: ReadonlySet<string> = new Set(
  words('area base br col embed hr img input link meta param source track wbr'),
)

/** Marks of tags that this step leaves out, the one with its text staying, the other with all that is in it. */
export const droppedTag = 'dropped'
export const hiddenTag = 'hidden'

/** A tag nested deeper than this is left out and its text stays; the parts of a table come with it. */
const nestingMax = 100

/** A paragraph ends where one of these begins. */
const endsParagraph = new Set(
  words(`
    p div blockquote pre ul ol li dl dt dd figure figcaption details summary table hr
    h1 h2 h3 h4 h5 h6
  `),
)
const headings = new Set(words('h1 h2 h3 h4 h5 h6'))
/** What is opened inside of these closes nothing outside of them. */
const cells = new Set(words('td th caption'))
const scopes = new Set([...cells, 'table'])
const listScopes = new Set([
  ...scopes,
  ...words('ul ol dl blockquote pre figure figcaption details summary'),
])
/** Only these may hold the part of a table that is named. */
const tableParents: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    caption: 'table',
    colgroup: 'table',
    col: 'colgroup table',
    thead: 'table',
    tbody: 'table',
    tfoot: 'table',
    tr: 'thead tbody tfoot table',
    td: 'tr',
    th: 'tr',
  }).map(([name, parents]) => [name, new Set(words(parents))] as const),
)
const tableFrames = new Set(words('table colgroup thead tbody tfoot tr'))

const link: ReadonlySet<string> = new Set(['a'])
const listItem: ReadonlySet<string> = new Set(['li'])
const definition: ReadonlySet<string> = new Set(['dt', 'dd'])
const paragraph: ReadonlySet<string> = new Set(['p'])
const table: ReadonlySet<string> = new Set(['table'])

/**
 * Moves the tags of balanced HTML to where the parsing rules of HTML would put them, so that no parser has to mend
 * anything and strict ones (the W3C feed validator's) have nothing to report: no block in a paragraph, no link in
 * a link, no text between the cells of a table.
 * Source: HTML Standard §13.2.6.4 (in body, in table).
 */
export function toSoundNesting(html: string): string {
  const out = new Nest()
  const written: (Element | undefined)[] = []
  let hiddenDepth = 0
  let at = 0
  for (let start = html.indexOf('<'); start !== -1; start = html.indexOf('<', at)) {
    if (start > at && hiddenDepth === 0) out.text(html.slice(at, start))
    at = html.indexOf('>', start) + 1
    const isClosing = html.startsWith('/', start + 1)
    const name = tagNameAt(html, isClosing ? start + 2 : start + 1)
    if (name === hiddenTag) hiddenDepth += isClosing ? -1 : 1
    else if (hiddenDepth > 0) continue
    else if (isClosing) out.close(written.pop())
    else if (name === droppedTag) written.push(undefined)
    else if (voidTags.has(name)) out.open(name, html.slice(start, at))
    else written.push(out.open(name, html.slice(start, at)))
  }
  if (at < html.length) out.text(html.slice(at))
  return out.end().replaceAll('<p></p>', '')
}

/** The elements that are open at one place of the text that is written. */
class Nest {
  readonly #open: Element[] = []
  #html = ''

  end(): string {
    this.#closeTo(0)
    return this.#html
  }

  text(text: string): void {
    if (text.trim() !== '') this.#enterCell()
    this.#html += text
  }

  /** @returns the element, or undefined when its tag has no place here and is left out */
  open(name: string, tag: string): Element | undefined {
    if (tableParents.has(name)) {
      if (!this.#enterTablePart(name)) return undefined
    } else if (this.#open.length >= nestingMax && !voidTags.has(name)) {
      return undefined
    } else {
      this.#enterCell()
      this.#closeBefore(name)
    }
    this.#html += tag
    return voidTags.has(name) ? undefined : this.#push(name)
  }

  close(element: Element | undefined): void {
    if (element?.isOpen === true) this.#closeTo(this.#open.lastIndexOf(element))
  }

  #push(name: string): Element {
    const element = { name, isOpen: true }
    this.#open.push(element)
    return element
  }

  #closeTo(depth: number): void {
    while (this.#open.length > depth) {
      const element = this.#open.pop()
      if (element === undefined) return
      element.isOpen = false
      this.#html += `</${element.name}>`
    }
  }

  /** Finds the innermost of the names that is open, not looking further out than the first of the bounds. */
  #find(names: ReadonlySet<string>, bounds: ReadonlySet<string>): number {
    return this.#open.findLastIndex(({ name }) => names.has(name) || bounds.has(name))
  }

  #closeInnermost(names: ReadonlySet<string>, bounds: ReadonlySet<string>): void {
    const depth = this.#find(names, bounds)
    if (names.has(this.#open[depth]?.name ?? '')) this.#closeTo(depth)
  }

  #closeBefore(name: string): void {
    if (name === 'a') this.#closeInnermost(link, cells)
    if (name === 'li') this.#closeInnermost(listItem, listScopes)
    if (name === 'dt' || name === 'dd') this.#closeInnermost(definition, listScopes)
    if (endsParagraph.has(name)) this.#closeInnermost(paragraph, scopes)
    if (headings.has(name) && headings.has(this.#open.at(-1)?.name ?? '')) {
      this.#closeTo(this.#open.length - 1)
    }
  }

  /** Content stands in cells only: where one is missing, it is added. */
  #enterCell(): void {
    if (this.#open.at(-1)?.name === 'colgroup') this.#closeTo(this.#open.length - 1)
    if (!tableFrames.has(this.#open.at(-1)?.name ?? '')) return
    this.open('td', '<td>')
  }

  #enterTablePart(name: string): boolean {
    const parents = tableParents.get(name) ?? table
    const depth = this.#find(parents, table)
    if (depth === -1) return false
    this.#closeTo(depth + 1)
    const isMissingRow = (name === 'td' || name === 'th') && this.#open.at(-1)?.name !== 'tr'
    return isMissingRow ? this.#enterRow() : true
  }

  #enterRow(): boolean {
    return this.open('tr', '<tr>') !== undefined
  }
}
