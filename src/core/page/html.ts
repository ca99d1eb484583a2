/** Not exported: nothing outside this file can make a value of `Html`. */
const text = Symbol('text')

/** Markup that may stand in a page as it is: whoever made it has escaped it. */
export type Html = { readonly [text]: string }

/** What may stand between the braces of a template. */
type HtmlValue = Html | string | number | undefined | readonly Html[]

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** What means something in HTML, and what no document may hold: controls, halves of a pair, no characters. */
const special = /[&<>"']|[[\p{Cc}--[\t\n\r]]\p{Cs}\uFFFE\uFFFF]/v
const allSpecial = new RegExp(special, 'gv')

/**
 * The tag of every template that makes markup: a value that is not `Html` is escaped, so that it is text in an
 * element and in an attribute in quotes; `undefined` is nothing, a list is its parts in a row.
 *
 * It is not called `html`, since the formatter would then lay out what is published.
 * Source: HTML Living Standard §13.1.2.
 */
export function markup(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let written = strings[0] ?? ''
  for (let index = 0; index < values.length; index += 1) {
    written += toText(values[index]) + (strings[index + 1] ?? '')
  }
  return { [text]: written }
}

function toText(value: HtmlValue): string {
  if (value === undefined) return ''
  if (typeof value === 'string') return escape(value)
  if (typeof value === 'number') return String(value)
  return isList(value) ? value.map((part) => part[text]).join('') : value[text]
}

function isList(value: Html | readonly Html[]): value is readonly Html[] {
  return Array.isArray(value)
}

function escape(value: string): string {
  return special.test(value)
    ? value.replaceAll(allSpecial, (character) => entities[character] ?? '')
    : value
}

/**
 * Takes the body of an entry as markup: it was cleaned when the article was read (`toSafeHtml`), and what the
 * page changes in it (`toPageBody`) adds only attributes and elements of its own.
 */
export function asCleanHtml(contentHtml: string): Html {
  return { [text]: contentHtml }
}

/**
 * Writes a value as JSON for a `<script>` that holds data: without `<`, `>` and `&` no text in it can end the
 * element or begin a comment.
 * Source: HTML Living Standard §4.12.1.3.
 */
export function jsonData(value: unknown): Html {
  const json = JSON.stringify(value).replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return { [text]: json }
}

/** The text of a whole document. */
export function toDocument(document: Html): string {
  return document[text]
}
