import type { Env, StateCore, StateInline, Token } from 'markdown-it'

// Two rules of `markdown-it-footnote` anew: its own lose what a footnote in a footnote says, and copy all that was
// read for each footnote.

/** As `markdown-it-footnote` keeps it in the environment of a text. */
type Footnote = {
  readonly label?: string
  readonly count?: number
  readonly content?: string
  readonly tokens?: Token[]
}

type Footnotes = { list?: Footnote[]; depth?: number }

/** Footnotes inside of each other, as far as anybody goes; further in they are text. */
const depthMax = 5

function footnotesOf(env: Env): Footnotes | undefined {
  // The shape is that of `markdown-it-footnote`, whose other rules are at work here.
  return env['footnotes'] as Footnotes | undefined
}

/** Reads `^[a footnote where it is mentioned]`. */
export function readInlineFootnote(state: StateInline, isSilent: boolean): boolean {
  const { src, pos, posMax, md, env } = state
  if (pos + 2 >= posMax || !src.startsWith('^[', pos)) return false
  const footnotes = footnotesOf(env) ?? {}
  const { list = [], depth = 0 } = footnotes
  if (depth >= depthMax) return false
  const end = md.helpers.parseLinkLabel(state, pos + 1)
  if (end < 0) return false
  if (!isSilent) {
    const content = src.slice(pos + 2, end)
    const tokens: Token[] = []
    // Its number is taken before it is read: there may be footnotes in it.
    const id = list.push({ content, tokens }) - 1
    env['footnotes'] = Object.assign(footnotes, { list, depth: depth + 1 })
    md.inline.parse(content, md, env, tokens)
    footnotes.depth = depth
    state.push('footnote_ref', '', 0).meta = { id }
  }
  state.pos = end + 1
  state.posMax = posMax
  return true
}

/** Moves the definitions to the end, in the order of their first mention, each with an arrow for each mention. */
export function placeFootnotes(state: StateCore): void {
  const footnotes = footnotesOf(state.env)
  if (footnotes === undefined) return
  const { text, definitions } = takeDefinitions(state.tokens)
  state.tokens = text
  if (footnotes.list === undefined) return
  const { Token: NewToken } = state
  const mark = (type: string, nesting: 1 | 0 | -1, meta: Token['meta'] = null): void => {
    const token = new NewToken(type, '', nesting)
    token.meta = meta
    text.push(token)
  }
  mark('footnote_block_open', 1)
  for (const [id, footnote] of footnotes.list.entries()) {
    const { label, count = 0 } = footnote
    mark('footnote_open', 1, { id, label })
    const body = footnote.tokens
      ? toParagraph(state, footnote)
      : (definitions.get(label ?? '') ?? [])
    for (const token of body) text.push(token)
    const last = text.at(-1)?.type === 'paragraph_close' ? text.pop() : undefined
    for (let subId = 0; subId < Math.max(1, count); subId += 1) {
      mark('footnote_anchor', 0, { id, subId, label })
    }
    if (last !== undefined) text.push(last)
    mark('footnote_close', -1)
  }
  mark('footnote_block_close', -1)
}

function takeDefinitions(tokens: readonly Token[]) {
  const text: Token[] = []
  const definitions = new Map<string, Token[]>()
  let open: Token[] | undefined
  let label = ''
  for (const token of tokens) {
    if (token.type === 'footnote_reference_open') {
      open = []
      label = String(token.meta?.['label'])
    } else if (token.type === 'footnote_reference_close') {
      // Like the extension: what follows a definition inside a definition is text again.
      if (open !== undefined) definitions.set(label, open)
      open = undefined
    } else (open ?? text).push(token)
  }
  return { text, definitions }
}

/** A footnote that is written where it is mentioned. */
function toParagraph({ Token: NewToken }: StateCore, footnote: Footnote): readonly Token[] {
  const inline = new NewToken('inline', '', 0)
  inline.children = footnote.tokens ?? []
  inline.content = footnote.content ?? ''
  const [start, end] = [
    new NewToken('paragraph_open', 'p', 1),
    new NewToken('paragraph_close', 'p', -1),
  ]
  start.block = true
  end.block = true
  return [start, inline, end]
}
