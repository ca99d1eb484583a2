import type { Token } from 'markdown-it'
import { type SafeBody, toSafeHtml } from './body.ts'
import { createMarkdown, renderClean } from './markdown-html.ts'

/** Markdown as clean HTML. */
export type RenderedMarkdown = {
  readonly body: SafeBody
  /** What `body` was cleaned from, if it had to be. */
  readonly source: string
  /** Plain text of the heading that leads the text; it is not in `body`. */
  readonly heading?: string | undefined
}

const markdown = createMarkdown()

/**
 * Renders CommonMark with tables, strikethrough, footnotes and links for full addresses.
 * @param title the title if it is given: a leading heading leaves the text only when it says the same
 */
export function renderMarkdown(text: string, title: string | undefined): RenderedMarkdown {
  const source = dropTemplateLines(text)
  const env = {
    docId: source.includes('[^') || source.includes('^[') ? toDigest(source) : undefined,
  }
  const tokens = markdown.parse(source, env)
  const leading = findLeadingHeading(tokens)
  const written = leading === undefined ? '' : toPlain(tokens[leading + 1]?.children ?? [])
  const isTitle = written !== '' && (title === undefined || title === written)
  if (isTitle && leading !== undefined) tokens.splice(leading, 3)
  const heading = isTitle ? written : undefined
  const clean = renderClean(markdown, tokens, env)
  if (clean !== undefined) return { body: clean, source: clean.html, heading }
  const html = markdown.renderer.render(tokens, markdown.options, env)
  return { body: toSafeHtml(html), source: html, heading }
}

/** The heading before which there is no text; pictures, rules and raw HTML may stand there. */
function findLeadingHeading(tokens: readonly Token[]): number | undefined {
  for (const [index, token] of tokens.entries()) {
    if (token.type === 'heading_open') return token.level === 0 ? index : undefined
    const isQuiet =
      token.type === 'paragraph_open' ||
      token.type === 'paragraph_close' ||
      token.type === 'html_block' ||
      token.type === 'hr' ||
      (token.type === 'inline' && toPlain(token.children ?? []) === '')
    if (!isQuiet) return undefined
  }
  return undefined
}

function toPlain(tokens: readonly Token[]): string {
  let text = ''
  for (const token of tokens) {
    if (token.type === 'text' || token.type === 'code_inline') text += token.content
    else if (token.type === 'softbreak' || token.type === 'hardbreak') text += ' '
  }
  return text.replaceAll(/\s+/g, ' ').trim()
}

/** Footnotes of two articles may meet on one page, so their ids carry a digest of the text (FNV-1a, 32 bits). */
function toDigest(text: string): string {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  return (hash >>> 0).toString(36)
}

/** Drops lines that are nothing but Liquid, Nunjucks or shortcode tags, and Liquid comments, outside fenced code. */
function dropTemplateLines(text: string): string {
  if (!/\{[%{:#]/.test(text)) return text
  let fence = ''
  let isComment = false
  const hasEnd = text.includes('endcomment')
  const lines = text.split('\n').map((written) => {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(written)?.[1] ?? ''
    const line = written.trim()
    if (fence === '') fence = mark
    else if (mark.startsWith(fence) && line === mark) fence = ''
    if (fence !== '') return written
    if (/^\{%-?\s?comment\s?-?%\}$/.test(line)) isComment = hasEnd
    const isDropped = isComment || isTemplateLine(line)
    if (/\{%-?\s?endcomment\s?-?%\}$/.test(line)) isComment = false
    return isDropped ? '' : written
  })
  return lines.join('\n')
}

const templateTags = [
  { start: '{%', end: '%}', tag: /\{%.*?%\}/g },
  { start: '{{<', end: '>}}', tag: /\{\{<.*?>\}\}/g },
  { start: '{{%', end: '%}}', tag: /\{\{%.*?%\}\}/g },
  { start: '{#', end: '#}', tag: /\{#.*?#\}/g },
  { start: '{:', end: '}', tag: /\{:.*?\}/g },
]

/** Text between two tags keeps the line. A line that ends with a tag's end is read in one pass. */
function isTemplateLine(line: string): boolean {
  return templateTags.some(
    ({ start, end, tag }) =>
      line.startsWith(start) && line.endsWith(end) && line.replaceAll(tag, '').trim() === '',
  )
}

/** Says how many lines from the given one are a heading: 1 for `# …`, 2 for an underlined one, else 0. */
export function markdownTitleLength(lines: readonly string[], at: number, end: number): number {
  const line = at < end ? (lines[at] ?? '') : ''
  if (/^ {0,3}#{1,6}(?:[ \t]|$)/.test(line)) return 1
  const next = at + 1 < end ? (lines[at + 1] ?? '') : ''
  return line.trim() !== '' && /^ {0,3}(?:=+|-+)[ \t]*$/.test(next) ? 2 : 0
}
