import type { FeedFormat } from './head.ts'
import { readJsonOutline } from './outline-json.ts'
import { type Outline, type OutlineEntry, readXmlOutline } from './outline-xml.ts'

/** What a document has to be before it may replace the last one. */
export type ExpectedDocument = {
  /** The ids of its entries, in order. */
  readonly ids: readonly string[]
  readonly bytesMax: number
}

/**
 * Judges a rendered document as a stranger would, from its text alone: well-formed (XML 1.0,
 * Namespaces in XML 1.0; RFC 8259), of the right kind, with exactly the expected entries, no id twice,
 * every date sane, and not too large.
 * @returns what is wrong, in words; undefined when nothing is
 */
export function checkDocument(
  format: FeedFormat,
  document: string,
  expected: ExpectedDocument,
): string | undefined {
  return (
    checkSize(document, expected.bytesMax) ??
    checkEncoding(document) ??
    checkOutline(
      format === 'json' ? readJsonOutline(document) : readXmlOutline(format, document),
      expected.ids,
    )
  )
}

function checkSize(document: string, bytesMax: number): string | undefined {
  // A unit of UTF-16 is never more than three bytes of UTF-8, so most documents need no counting.
  if (document.length * 3 <= bytesMax) return undefined
  const lengthBytes = new TextEncoder().encode(document).length
  if (lengthBytes <= bytesMax) return undefined
  return `it has ${lengthBytes} bytes, and ${bytesMax} are allowed`
}

/** Half a surrogate pair has no UTF-8; the XML parser lets it pass. */
function checkEncoding(document: string): string | undefined {
  return document.isWellFormed() ? undefined : 'it has a lone surrogate'
}

function checkOutline(outline: Outline | string, ids: readonly string[]): string | undefined {
  if (typeof outline === 'string') return outline
  return (
    checkIds(
      outline.entries.map(({ id }) => id),
      ids,
    ) ??
    checkDates(outline.dates, 'the feed') ??
    firstOf(outline.entries, checkEntry)
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

function checkIds(found: readonly string[], expected: readonly string[]): string | undefined {
  if (new Set(found).size !== found.length) {
    const seen = new Set<string>()
    const twice = found.find((id) => seen.size === seen.add(id).size)
    return `it has the id ${twice} twice`
  }
  const length = Math.max(found.length, expected.length)
  for (let index = 0; index < length; index += 1) {
    const [is, should] = [found[index], expected[index]]
    if (is !== should) {
      return `entry ${index + 1} is ${is ?? 'missing'} where ${should ?? 'none'} was expected`
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

function checkDates(dates: OutlineEntry['dates'], owner: string): string | undefined {
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
