import MarkdownIt, { type RendererRule, type Token } from 'markdown-it'
import footnotes from 'markdown-it-footnote'
import { cleanAttributes, startReading, type TagReading } from './body-attributes.ts'
import type { SafeBody } from './body.ts'
import { dropForbidden, escapeText, keepTagEnds, words } from './escape.ts'
import { limitMarkdown } from './markdown-limits.ts'

export type Markdown = InstanceType<typeof MarkdownIt>

const mayHoldAddress = /:\/\/|mailto:/i

/** CommonMark with tables, strikethrough, footnotes and links for full addresses, written as `toSafeHtml` writes HTML. */
export function createMarkdown(): Markdown {
  const markdown = new MarkdownIt({
    html: true,
    xhtmlOut: true,
    linkify: true,
    breaks: false,
    typographer: false,
  }).use(footnotes)
  limitMarkdown(markdown)
  const linkify = markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false })
  linkify.add('//', null).add('ftp:', null)
  const test = linkify.test.bind(linkify)
  // Asked for each piece of text; most hold no address, and then this is all that needs to be known.
  linkify.test = (text) => mayHoldAddress.test(text) && test(text)
  const toInfo = (token: Token): string => markdown.utils.unescapeAll(token.info).trim()
  Object.assign(markdown.renderer.rules, {
    text: (tokens, at) => escapeText(tokens[at]?.content ?? ''),
    code_inline: (tokens, at) => `<code>${escapeText(tokens[at]?.content ?? '')}</code>`,
    code_block: (tokens, at) => toCodeBlock(tokens[at]?.content ?? '', ''),
    fence: (tokens, at) => {
      const token = tokens[at]
      return token === undefined ? '' : toCodeBlock(token.content, toInfo(token))
    },
  } satisfies Record<string, RendererRule>)
  return markdown
}

function toCodeBlock(text: string, info: string): string {
  const language = /^([\w+#.-]{1,40})(?:\s|$)/.exec(info)?.[1]
  const attribute = language === undefined ? '' : ` class="language-${language}"`
  return `<pre><code${attribute}>${escapeText(text)}</code></pre>\n`
}

/** The tokens that become clean HTML; raw HTML and the links of footnotes are for `toSafeHtml`. */
const cleanTypes: ReadonlySet<string> = new Set(
  words(`
    paragraph_open paragraph_close heading_open heading_close bullet_list_open bullet_list_close
    ordered_list_open ordered_list_close list_item_open list_item_close blockquote_open
    blockquote_close hr fence code_block inline table_open table_close thead_open thead_close
    tbody_open tbody_close tr_open tr_close th_open th_close td_open td_close text softbreak
    hardbreak em_open em_close strong_open strong_close s_open s_close code_inline link_open
    link_close image
  `),
)
/** Fewer tags inside of each other than `toSafeHtml` allows. */
const depthMax = 90

/**
 * Renders Markdown as `toSafeHtml` would leave it, at a part of the cost: all text is escaped, and the attributes pass
 * through the same rules.
 * @returns undefined when the tokens hold what is not clean by construction
 */
export function renderClean(
  markdown: Markdown,
  tokens: Token[],
  env: Record<string, unknown>,
): SafeBody | undefined {
  if (!isClean(tokens)) return undefined
  const reading = startReading(new Set())
  for (const token of tokens) {
    cleanToken(token, reading)
    if (token.children !== null) cleanLinks(token.children, reading)
  }
  const html = markdown.renderer.render(tokens, markdown.options, env)
  return {
    html: keepTagEnds(dropForbidden(html).replaceAll('<p></p>', '').trim()),
    hasRelativeAddresses: reading.hasRelativeAddresses,
  }
}

function isClean(tokens: readonly Token[]): boolean {
  let depth = 0
  for (const { type, nesting, children } of tokens) {
    depth += nesting
    if (!cleanTypes.has(type) || depth > depthMax) return false
    if (type !== 'inline') continue
    let inner = depth
    for (const child of children ?? []) {
      inner += child.nesting
      if (!cleanTypes.has(child.type) || inner > depthMax) return false
    }
  }
  return true
}

/** A link that is dropped leaves its text. No link stands in another. */
function cleanLinks(tokens: readonly Token[], reading: TagReading): void {
  let isDropped = false
  for (const token of tokens) {
    cleanToken(token, reading)
    if (token.type === 'link_open') isDropped = token.hidden
    if (token.type === 'link_close') token.hidden = isDropped
  }
}

function cleanToken(token: Token, reading: TagReading): void {
  if (token.attrs === null) return
  const written = Object.fromEntries(token.attrs.map(([name, value]) => [name, String(value)]))
  const { tagName, attribs } = cleanAttributes(token.tag, written, reading)
  token.attrs = Object.entries(attribs)
  token.hidden = tagName !== token.tag
}
