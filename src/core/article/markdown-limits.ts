import type { Env, StateCore, StateInline } from 'markdown-it'
import { placeFootnotes, readInlineFootnote } from './footnotes.ts'
import type { Markdown } from './markdown-html.ts'

/** Far more links and pictures than anybody writes in one article; from there on a bracket is a letter. */
const bracketsMax = 100_000
/** Each becomes markup of fifty times its length: a mark, a note, an arrow back. */
const footnoteMarksMax = 10_000

/**
 * Bounds what one article can ask of markdown-it: a bracket that leads nowhere is looked at many times, a mention of
 * a footnote or of a link that is defined once takes its whole length again.
 */
export function limitMarkdown(markdown: Markdown): void {
  const countsOf = new WeakMap<object, { brackets: number; footnoteMarks: number }>()
  markdown.inline.ruler.before('link', 'brackets_max', (state: StateInline, isSilent: boolean) => {
    const length = bracketLengthAt(state.src, state.pos)
    if (length === 0) return false
    const counts = countsOf.get(state.env) ?? { brackets: 0, footnoteMarks: 0 }
    countsOf.set(state.env, counts)
    counts.brackets += 1
    if (isFootnoteMark(state.src, state.pos)) counts.footnoteMarks += 1
    if (counts.brackets <= bracketsMax && counts.footnoteMarks <= footnoteMarksMax) return false
    if (!isSilent) state.pending += state.src.slice(state.pos, state.pos + length)
    state.pos += length
    return true
  })
  markdown.core.ruler.after('block', 'references_max', (state: StateCore) =>
    limitReferences(state.env),
  )
  markdown.inline.ruler.at('footnote_inline', readInlineFootnote)
  markdown.core.ruler.at('footnote_tail', placeFootnotes)
}

/**
 * A link that is defined once may be mentioned until all its mentions are as long as this; the text of later ones
 * stays, without a link.
 */
const referencesLengthMax = 1_000_000

function limitReferences(env: Env): void {
  let left = referencesLengthMax
  for (const reference of Object.values(env.references ?? {})) {
    const { href, title } = reference
    Object.defineProperty(reference, 'href', {
      get: () => {
        left -= href.length + title.length
        return left > 0 ? href : ''
      },
    })
    Object.defineProperty(reference, 'title', { get: () => (left > 0 ? title : '') })
  }
}

/** Of `[`, `![` and `^[`; 0 where no link, picture or footnote begins. */
function bracketLengthAt(text: string, at: number): number {
  if (text.startsWith('[', at)) return 1
  return text.startsWith('![', at) || text.startsWith('^[', at) ? 2 : 0
}

function isFootnoteMark(text: string, at: number): boolean {
  return text.startsWith('^[', at) || text.startsWith('[^', at)
}
