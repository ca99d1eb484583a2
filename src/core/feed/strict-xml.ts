import { SaxesParser, type SaxesTagNS } from 'saxes'

export type XmlHandlers = {
  /** May say why an element must not stand where it stands. */
  readonly open: (tag: SaxesTagNS) => string | undefined
  /** Gets a text in one part or more. */
  readonly text: (part: string) => void
  readonly close: () => void
}

/**
 * Reads a document with a strict parser that knows namespaces.
 * @param pieces the document, in as many as its maker has; they are never put together
 * @returns why it is not well-formed; undefined when it is
 */
export function readStrictly(pieces: readonly string[], handlers: XmlHandlers): string | undefined {
  const parser = new SaxesParser({ xmlns: true, position: false })
  let section: string | undefined
  parser.on('opentag', (tag) => {
    const reason = handlers.open(tag)
    if (reason !== undefined) parser.fail(reason)
  })
  parser.on('text', handlers.text)
  parser.on('cdata', (text) => {
    handlers.text(text + (section ?? ''))
    section = undefined
  })
  parser.on('closetag', handlers.close)
  try {
    for (const piece of pieces) {
      const cut = cutSection(piece)
      if (cut === undefined) {
        parser.write(piece)
        continue
      }
      section = cut.inside
      parser.write(cut.before).write(sectionEnd)
      // Nothing ended, so what began was no section: it may stand in a comment.
      if (section !== undefined) parser.fail(`${sectionStart} stands where no section begins`)
      if (notInXml.test(cut.inside)) parser.fail('disallowed character.')
      parser.write(cut.after)
    }
    parser.close()
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  return undefined
}

const [sectionStart, sectionEnd] = ['<![CDATA[', ']]>'] as const
// oxlint-disable-next-line no-control-regex -- These are the characters to be found.
const notInXml = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/

type CutSection = { readonly before: string; readonly inside: string; readonly after: string }

/**
 * Cuts the text of the last CDATA section out of a document. Nothing in it means anything but its end, so it is
 * enough to look for that and for characters that XML has not: the parser would take each one by itself, and most of
 * an entry is such a text.
 * Source: XML 1.0 §2.2 and §2.7.
 */
function cutSection(text: string): CutSection | undefined {
  const start = text.lastIndexOf(sectionStart)
  if (start === -1) return undefined
  const from = start + sectionStart.length
  const end = text.indexOf(sectionEnd, from)
  if (end === -1) return undefined
  return {
    before: text.slice(0, from),
    inside: text.slice(from, end),
    after: text.slice(end + sectionEnd.length),
  }
}
