/**
 * Reads an instant as HTTP writes it: the present form, both obsolete ones, and a zone of `+0000` or `UTC`
 * in place of `GMT`, which some readers send.
 * Source: RFC 9110 §5.6.7.
 * @param nowMs decides the century of a year of two digits
 * @returns milliseconds since 1970 UTC; `undefined` for anything else
 */
export function parseHttpDate(text: string, nowMs: number): number | undefined {
  const found = fixed.exec(text) ?? obsolete.exec(text) ?? asctime.exec(text)
  const parts = found?.groups
  if (parts === undefined) return undefined
  const { day = '', month = '', year = '', hour = '', minute = '', second = '' } = parts
  const monthIndex = months.indexOf(month.toLowerCase())
  const fullYear = year.length === 2 ? toFullYear(Number(year), nowMs) : Number(year)
  const ms = Date.UTC(
    fullYear,
    monthIndex,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  )
  const isReal =
    monthIndex >= 0 &&
    new Date(ms).getUTCDate() === Number(day) &&
    Number(hour) < 24 &&
    Number(minute) < 60 &&
    Number(second) <= 60
  return isReal ? ms : undefined
}

const months = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')
const time = '(?<hour>\\d\\d):(?<minute>\\d\\d):(?<second>\\d\\d)'
const zone = '(?:GMT|UTC|[+-]0000)'
const fixed = new RegExp(
  `^[a-z]{3}, (?<day>\\d\\d?) (?<month>[a-z]{3}) (?<year>\\d{4}) ${time} ${zone}$`,
  'iu',
)
const obsolete = new RegExp(
  `^[a-z]{6,9}, (?<day>\\d\\d)-(?<month>[a-z]{3})-(?<year>\\d\\d) ${time} ${zone}$`,
  'iu',
)
const asctime = new RegExp(
  `^[a-z]{3} (?<month>[a-z]{3}) (?<day>[ \\d]\\d) ${time} (?<year>\\d{4})$`,
  'iu',
)

/** A year that seems to lie more than 50 years ahead is the latest one past with these digits. */
function toFullYear(digits: number, nowMs: number): number {
  const thisYear = new Date(nowMs).getUTCFullYear()
  const year = thisYear - (thisYear % 100) + digits
  return year > thisYear + 50 ? year - 100 : year
}

/** An entity tag without its quotes. */
type Tag = { readonly value: string; readonly isWeak: boolean }

/**
 * Reads `If-Match` or `If-None-Match`: `*`, or a list of entity tags. A bare word counts as a tag, since
 * some readers strip the quotes.
 * Source: RFC 9110 §8.8.3, §13.1.1, §13.1.2.
 */
export function parseTags(header: string): '*' | readonly Tag[] {
  const text = header.trim()
  if (text === '*') return '*'
  if (!text.includes('"')) return text === '' ? [] : [{ value: text, isWeak: false }]
  return Array.from(text.matchAll(/(W\/)?"([^"]*)"/gu), ([, weak, value = '']) => ({
    value,
    isWeak: weak !== undefined,
  }))
}

/** First and last byte, both included. */
export type ByteRange = { readonly first: number; readonly last: number }

/**
 * Reads a `Range` of bytes.
 * Source: RFC 9110 §14.1.2, §14.2: what is no single range of bytes is ignored.
 * @returns `all` where the header is to be ignored, `none` where no byte of the body is in the range
 */
export function parseRange(header: string, lengthBytes: number): ByteRange | 'all' | 'none' {
  const found = /^bytes=(?:(\d{1,15})-(\d{0,15})|-(\d{1,15}))$/iu.exec(header.trim())
  if (found === null) return 'all'
  const [, from, to, suffix] = found
  if (suffix !== undefined) {
    const count = Math.min(Number(suffix), lengthBytes)
    return count === 0 ? 'none' : { first: lengthBytes - count, last: lengthBytes - 1 }
  }
  const first = Number(from)
  if (to !== undefined && to !== '' && Number(to) < first) return 'all'
  if (first >= lengthBytes) return 'none'
  const last = to === undefined || to === '' ? lengthBytes - 1 : Number(to)
  return { first, last: Math.min(last, lengthBytes - 1) }
}
