import { decodeEntities, tagNameAt, words } from './escape.ts'

const inlineTags = new Set(
  words(`
  a em strong b i u s del ins sub sup small mark abbr q cite dfn code kbd samp var time span
  bdi bdo ruby wbr
`),
)
const wordBreakTags = new Set(['td', 'th', 'img', 'rt', 'rp', 'audio', 'video', 'source', 'track'])
const noTags: ReadonlySet<string> = new Set()
const headingTags = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6']
const notProse: ReadonlySet<string> = new Set([...headingTags, 'pre', 'rt', 'rp'])
const notRunningText: ReadonlySet<string> = new Set([...notProse, 'code', 'kbd', 'samp', 'var'])

/** Plain text of clean HTML, blocks separated by newlines, entities decoded. */
export function toText(html: string): string {
  return readText(html, noTags)
}

/** The beginning of `toText`, without headings and code blocks: what a summary or a first sentence is made of. */
export function toProse(html: string): string {
  return readText(html, notProse, proseLengthMax)
}

/** Like `toText`, without headings and any code: where hashtags count. */
export function toRunningText(html: string): string {
  return readText(html, notRunningText).normalize('NFC')
}

/** Far more than a summary, a title and telling the language need. */
const proseLengthMax = 8_000

function readText(html: string, omitted: ReadonlySet<string>, lengthMax = Infinity): string {
  let text = ''
  let at = 0
  let omittedName = ''
  let omittedDepth = 0
  const take = (end: number): void => {
    const piece = html.slice(at, Math.min(end, at + lengthMax))
    text += piece.includes('\n') ? piece.replaceAll('\n', ' ') : piece
  }
  for (let start = html.indexOf('<'); start !== -1; start = html.indexOf('<', at)) {
    if (text.length > lengthMax) break
    const end = html.indexOf('>', start) + 1
    if (end === 0) break
    const isClosing = html.startsWith('/', start + 1)
    const name = tagNameAt(html, isClosing ? start + 2 : start + 1)
    if (omittedDepth > 0) {
      if (name === omittedName) omittedDepth += isClosing ? -1 : 1
    } else {
      take(start)
      if (
        !isClosing &&
        (omitted.has(name) || isFootnoteMark(html, start, end, omitted === notProse))
      ) {
        omittedName = name
        omittedDepth = 1
      }
      if (!inlineTags.has(name)) text += wordBreakTags.has(name) ? ' ' : '\n'
      else if (omitted.has(name)) text += ' '
    }
    at = end
  }
  if (omittedDepth === 0 && text.length <= lengthMax) take(html.length)
  return decodeEntities(text)
    .split('\n')
    .map(collapse)
    .filter((line) => line !== '')
    .join('\n')
}

function collapse(line: string): string {
  const trimmed = line.trim()
  return /\s\s|[^\S ]/.test(trimmed) ? trimmed.replaceAll(/\s+/g, ' ') : trimmed
}

/**
 * The raised number of a footnote, the arrow back to it, and, where only prose is wanted, the note itself, as
 * `markdown.ts` writes them.
 */
function isFootnoteMark(html: string, start: number, end: number, isProse: boolean): boolean {
  return (
    html.startsWith('<a href="#fnref', start) ||
    (html.startsWith('<sup>', start) && html.startsWith('<a href="#fn', end)) ||
    (isProse && html.startsWith('<li id="fn', start))
  )
}
