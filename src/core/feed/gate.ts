import type { FeedFormat } from './head.ts'
import { readJsonOutline } from './outline-json.ts'
import { type Outline, type OutlineEntry, readXmlOutline } from './outline-xml.ts'

/** What a document has to be before it may replace the last one. */
export type ExpectedDocument = {
  /** The ids of its entries, in order. */
  readonly ids: readonly string[]
  /** The ids of its tombstones, in any order; of no matter for what is not Atom. */
  readonly tombstones?: readonly string[] | undefined
}

/**
 * Judges a rendered document as a stranger would, from its text alone: well-formed (XML 1.0,
 * Namespaces in XML 1.0; RFC 8259), of the right kind, with exactly the expected entries and
 * tombstones, no id twice, and every date sane. An archive page is a document like others.
 * @returns what is wrong, in words; undefined when nothing is
 */
export function checkDocument(
  format: FeedFormat,
  document: string,
  expected: ExpectedDocument,
): string | undefined {
  return checkPieces(format, [document], expected)
}

/** As `checkDocument`, for a document in pieces that nobody else wants to have as one. */
export function checkPieces(
  format: FeedFormat,
  pieces: readonly string[],
  expected: ExpectedDocument,
): string | undefined {
  const wrong = checkEncoding(pieces)
  if (wrong !== undefined) return wrong
  const outline =
    format === 'json' ? readJsonOutline(pieces.join('')) : readXmlOutline(format, pieces)
  const tombstones = format === 'atom' ? (expected.tombstones ?? []) : []
  return checkOutline(outline, { ids: expected.ids, tombstones })
}

/** Half a surrogate pair has no UTF-8; the XML parser lets it pass. */
function checkEncoding(pieces: readonly string[]): string | undefined {
  return pieces.every((piece) => piece.isWellFormed()) ? undefined : 'it has a lone surrogate'
}

function checkOutline(
  outline: Outline | string,
  expected: { readonly ids: readonly string[]; readonly tombstones: readonly string[] },
): string | undefined {
  if (typeof outline === 'string') return outline
  const { dates, entries } = outline
  const ids = entries.map(({ id }) => id)
  return (
    checkIds('entry', ids, expected.ids) ??
    checkDates(dates, 'the feed') ??
    firstOf(entries, checkEntry) ??
    checkTombstones(outline, expected.tombstones)
  )
}

function checkTombstones(
  { dates: { updated }, entries, tombstones }: Outline,
  expected: readonly string[],
): string | undefined {
  if (tombstones.length === 0 && expected.length === 0) return undefined
  const live = new Set(entries.map(({ id }) => id))
  const ids = tombstones.map(({ id }) => id)
  return (
    checkIds('tombstone', ids.toSorted(), expected.toSorted()) ??
    firstOf(tombstones, ({ id, deleted }) => {
      if (live.has(id)) return `${id} is an entry of it and has a tombstone in it`
      // RFC 6721 §3 knows no other form, though the gate also reads the dates of RSS.
      const wrong = rfc3339.test(deleted)
        ? checkDates({ deleted }, id)
        : `${id} was deleted at no date: ${deleted}`
      if (wrong !== undefined) return wrong
      return updated === undefined || toInstant(deleted) <= toInstant(updated)
        ? undefined
        : `${id} was deleted (${deleted}) after the date of the feed (${updated})`
    })
  )
}

function firstOf<Value>(
  values: readonly Value[],
  check: (value: Value) => string | undefined,
): string | undefined {
  for (const value of values) {
    const wrong = check(value)
    if (wrong !== undefined) return wrong
  }
  return undefined
}

function checkIds(
  what: 'entry' | 'tombstone',
  found: readonly string[],
  expected: readonly string[],
): string | undefined {
  if (new Set(found).size !== found.length) {
    const seen = new Set<string>()
    const twice = found.find((id) => seen.size === seen.add(id).size)
    return `it has the ${what} ${twice} twice`
  }
  const length = Math.max(found.length, expected.length)
  for (let index = 0; index < length; index += 1) {
    const [is, should] = [found[index], expected[index]]
    if (is !== should) {
      return `${what} ${index + 1} is ${is ?? 'missing'} where ${should ?? 'none'} was expected`
    }
  }
  return undefined
}

function checkEntry(entry: OutlineEntry): string | undefined {
  const wrong = checkDates(entry.dates, entry.id)
  if (wrong !== undefined) return wrong
  const { published, updated } = entry.dates
  if (
    published !== undefined &&
    updated !== undefined &&
    toInstant(updated) < toInstant(published)
  ) {
    return `${entry.id} was updated (${updated}) before it was published (${published})`
  }
  return undefined
}

const rfc3339 = /^(\d{4})-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/
const rfc822 = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} (\d{4}) \d\d:\d\d:\d\d [+-]\d{4}$/

function checkDates(
  dates: Readonly<Record<string, string | undefined>>,
  owner: string,
): string | undefined {
  return firstOf(Object.entries(dates), ([name, date]) => {
    if (date === undefined) return undefined
    const year = (rfc3339.exec(date) ?? rfc822.exec(date))?.[1]
    const isSane = year !== undefined && year !== '0000' && !Number.isNaN(toInstant(date))
    return isSane ? undefined : `the ${name} date of ${owner} is ${date === '' ? 'empty' : date}`
  })
}

function toInstant(date: string): number {
  return Date.parse(date)
}
