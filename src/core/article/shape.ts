import { looksLikeDate, parseUnixTime } from '../dates.ts'
import { closingHashtags } from './hashtags.ts'

/** What stands around the text of an article: date and title lines before it, hashtags and Unix time after it. */
export type Shape = {
  readonly title?: string | undefined
  readonly publishedAtMs?: number | undefined
  readonly updatedAtMs?: number | undefined
  /** Labels of the closing hashtag lines. */
  readonly categories: readonly string[]
  readonly bodyLines: readonly string[]
  /** A first line that is like a date and none; `line` counts from 0 in the lines given. */
  readonly unreadableDate?: { readonly line: number; readonly found: string } | undefined
}

export type ShapeRules = {
  readonly readDate: (text: string) => number | undefined
  /** Tells how many lines from the given one are a title, 0 for none. */
  readonly titleLength: (lines: readonly string[], at: number, end: number) => number
  /** Tells whether a line is a title when a date line follows. */
  readonly isTitleLike: (line: string) => boolean
  /** Title lines leave the body; else they stay for the body to deal with. */
  readonly takesTitle: boolean
}

const dateLengthMax = 80

/** Takes from the lines of an article, front matter apart, what is not its text. Every part is optional. */
export function readShape(lines: readonly string[], rules: ShapeRules): Shape {
  const closing = readClosing(lines)
  const opening = readOpening(lines, closing.end, rules)
  const { titleLines, date } = opening
  const isTaken = rules.takesTitle && titleLines.length > 0
  const kept = rules.takesTitle || titleLines.length === 0 ? [] : [...titleLines, '']
  return {
    title: isTaken ? titleLines.join(' ').trim() : undefined,
    publishedAtMs: date?.epochMs,
    updatedAtMs: closing.epochMs,
    categories: closing.categories,
    bodyLines: [...kept, ...lines.slice(opening.bodyAt, closing.end)],
    unreadableDate: date?.unreadable,
  }
}

type Opening = {
  readonly date?: DateLine | undefined
  readonly titleLines: readonly string[]
  readonly bodyAt: number
}

/** A date line and a title, in either order. */
function readOpening(lines: readonly string[], end: number, rules: ShapeRules): Opening {
  const first = skipBlank(lines, 0, end)
  const date = readDateLine(lines, first, end, rules)
  const titleAt = date === undefined ? first : skipBlank(lines, first + 1, end)
  const titleLength = rules.titleLength(lines, titleAt, end)
  const titleEnd = titleAt + titleLength
  const titleLines = lines.slice(titleAt, titleEnd)
  if (date !== undefined) return { date, titleLines, bodyAt: skipBlank(lines, titleEnd, end) }
  const isTitle = titleLength > 0 || (first < end && rules.isTitleLike(lines[first] ?? ''))
  const dateAt = skipBlank(lines, first + Math.max(1, titleLength), end)
  const later = isTitle ? readDateLine(lines, dateAt, end, rules) : undefined
  if (later === undefined) return { titleLines, bodyAt: skipBlank(lines, titleEnd, end) }
  return {
    date: later,
    titleLines: titleLength > 0 ? titleLines : lines.slice(first, first + 1),
    bodyAt: skipBlank(lines, dateAt + 1, end),
  }
}

function skipBlank(lines: readonly string[], from: number, end: number): number {
  let at = from
  while (at < end && (lines[at] ?? '').trim() === '') at += 1
  return at
}

type DateLine = {
  readonly epochMs?: number | undefined
  readonly unreadable?: { readonly line: number; readonly found: string } | undefined
}

function readDateLine(
  lines: readonly string[],
  at: number,
  end: number,
  rules: ShapeRules,
): DateLine | undefined {
  const written = at < end ? (lines[at] ?? '') : ''
  if (written.length > dateLengthMax * 2) return undefined
  const line = written.trim()
  if (line.length > dateLengthMax || !/\p{Nd}/u.test(line)) return undefined
  const epochMs = rules.readDate(line)
  if (epochMs !== undefined) return { epochMs }
  return looksLikeDate(line) ? { unreadable: { line: at, found: line } } : undefined
}

type Closing = {
  readonly end: number
  readonly epochMs?: number | undefined
  readonly categories: readonly string[]
}

/** Hashtag lines and one Unix time, in either order, blank lines between them or not. */
function readClosing(lines: readonly string[]): Closing {
  let end = lines.length
  let epochMs: number | undefined
  const groups: (readonly string[])[] = []
  while (end > 0) {
    const line = (lines[end - 1] ?? '').trim()
    if (line !== '') {
      const time = epochMs === undefined && line.length <= 13 ? parseUnixTime(line) : undefined
      const labels = time === undefined && /^[#＃]/.test(line) ? closingHashtags(line) : undefined
      if (time === undefined && labels === undefined) break
      epochMs ??= time
      if (labels !== undefined) groups.push(labels)
    }
    end -= 1
  }
  return { end, epochMs, categories: groups.toReversed().flat() }
}
