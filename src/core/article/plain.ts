import { LinkifyIt } from 'linkify-it'
import { countGraphemes } from '../text.ts'
import { toAddress } from './body-attributes.ts'
import { escapeAttribute, escapeText, keepTagEnds } from './escape.ts'
import { closingHashtags } from './hashtags.ts'

/** A body made of plain text. Clean by construction: text is escaped, and links are all there is besides. */
export type PlainBody = {
  readonly html: string
  /** One paragraph a line. */
  readonly text: string
}

const titleLengthMax = 120
/** Lines of an e-mail or a terminal are wrapped between these widths. */
const wrapWidthMin = 40
const wrapWidthMax = 100
/** Lines that are all shorter than this are meant as they are, like those of a poem or an address. */
const verseWidthMax = 60

const sentenceEnd = /[.!?…。！？．؟۔।॥։።:;,،、，：；][\p{Pe}\p{Pf}\p{Pi}"'*_\s]*$/u

const linkify = new LinkifyIt({ fuzzyLink: false, fuzzyEmail: true })
  .add('//', null)
  .add('ftp:', null)
  .add('www.', {
    validate: (text, at, self) => {
      const match = self.testSchemaAt(`http://www.${text.slice(at, at + 2_000)}`, 'http:', 5)
      return match > 6 ? match - 6 : 0
    },
    normalize: (match) => {
      match.url = `https://${match.raw}`
    },
  })

/** Says whether a line may be a title: at most 120 characters, no sentence end, no address, not hashtags alone. */
export function isTitleLike(written: string): boolean {
  if (written.length > titleLengthMax * 8) return false
  const line = written.trim()
  if (!/[\p{L}\p{N}]/u.test(line) || countGraphemes(line, titleLengthMax) > titleLengthMax)
    return false
  if (sentenceEnd.test(line.slice(-20))) return false
  if (/^[a-z][a-z0-9+.-]*:\/\/\S*$|^www\.\S*$/i.test(line)) return false
  return closingHashtags(line) === undefined
}

/**
 * Says whether a line is a title that stands alone, with a blank line after it or a longer paragraph. The first
 * line of wrapped text is none.
 * @returns 1 for a title, else 0
 */
export function plainTitleLength(lines: readonly string[], at: number, end: number): number {
  if (at + 1 >= end || !isTitleLike(lines[at] ?? '')) return 0
  const next = (lines[at + 1] ?? '').trim()
  if (next === '') return 1
  const isLonger = next.length > (lines[at] ?? '').trim().length
  return isLonger && !isWrapped(blockFrom(lines, at, end)) ? 1 : 0
}

function blockFrom(lines: readonly string[], at: number, end: number): readonly string[] {
  const block: string[] = []
  for (let index = at; index < end; index += 1) {
    const line = (lines[index] ?? '').trim()
    if (line === '') break
    block.push(line)
    if (line.length > wrapWidthMax) break
  }
  return block
}

/**
 * Makes paragraphs of plain text. A block between blank lines whose lines were wrapped to a width is one
 * paragraph; short lines of a block beside other blocks are kept as lines of one paragraph; every other line is
 * a paragraph. Bare addresses become links.
 */
export function toPlainBody(lines: readonly string[]): PlainBody {
  const blocks = toBlocks(lines)
  const paragraphs: (readonly string[])[] = []
  for (const block of blocks) {
    if (isWrapped(block)) paragraphs.push([join(block)])
    else if (blocks.length > 1 && block.every((line) => line.length <= verseWidthMax))
      paragraphs.push(block)
    else for (const line of block) paragraphs.push([line])
  }
  return {
    html: keepTagEnds(
      paragraphs.map((verses) => `<p>${verses.map(toLinked).join('<br />\n')}</p>`).join('\n'),
    ),
    text: paragraphs.map((verses) => verses.join('\n')).join('\n'),
  }
}

function toBlocks(lines: readonly string[]): readonly (readonly string[])[] {
  const blocks: string[][] = []
  let block: string[] = []
  for (const written of lines) {
    const line = written.trim()
    if (line !== '') block.push(line)
    else if (block.length > 0) {
      blocks.push(block)
      block = []
    }
  }
  return block.length > 0 ? [...blocks, block] : blocks
}

/**
 * Lines were wrapped when each but the last is full (the first word of the next would not have fitted) and
 * most do not end where a sentence does.
 */
function isWrapped(block: readonly string[]): boolean {
  if (block.length < 2) return false
  let width = 0
  for (const line of block) {
    if (line.length > wrapWidthMax) return false
    width = Math.max(width, line.length)
  }
  if (width < wrapWidthMin) return false
  let open = 0
  for (let index = 0; index + 1 < block.length; index += 1) {
    const line = block[index] ?? ''
    const next = block[index + 1] ?? ''
    const wordLength = next.search(/\s/) === -1 ? next.length : next.search(/\s/)
    if (line.length + 1 + wordLength <= width) return false
    if (!/[.!?…。！？]["'”’»)\]]*$/.test(line.slice(-10))) open += 1
  }
  return open * 2 >= block.length - 1
}

const unspaced =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}、。，！？]/u

function join(block: readonly string[]): string {
  let text = ''
  let before = ''
  for (const line of block) {
    const isUnspaced = unspaced.test(before.slice(-1)) && unspaced.test(line.slice(0, 1))
    const isHyphenated = /\p{L}-$/u.test(before.slice(-3))
    text += before === '' || isUnspaced || isHyphenated ? line : ` ${line}`
    before = line
  }
  return text
}

function toLinked(line: string): string {
  if (!line.includes('://') && !line.includes('@') && !/www\.|mailto:/i.test(line))
    return escapeText(line)
  let html = ''
  let at = 0
  for (const match of linkify.match(line) ?? []) {
    const address = toAddress(match.url, plainSchemes)
    if (address === undefined || address.isRelative) continue
    html += escapeText(line.slice(at, match.index))
    html += `<a href="${escapeAttribute(address.text)}">${escapeText(match.text)}</a>`
    at = match.lastIndex
  }
  return html + escapeText(line.slice(at))
}

const plainSchemes = new Set(['http:', 'https:', 'mailto:'])
