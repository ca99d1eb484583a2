import { parseWordedDate } from './date-words.ts'
import { offsetMsOf, toEpochMs } from './timezone.ts'

export { isTimezone } from './timezone.ts'

/** What a date without a zone or with words in it means. */
export type DateRules = {
  /** IANA name; for dates without a zone. */
  readonly timezone: string
  /** BCP 47 tags to try for month names, most likely first; English is always tried last. */
  readonly languages: readonly string[]
}

/** Years 0001 to 9999: what RFC 3339 can say, but for the year zero. */
const earliestMs = -62_135_596_800_000
const latestMs = 253_402_300_799_999

const dayMs = 86_400_000
const hourMs = 3_600_000
const minuteMs = 60_000

/** No date is longer; lines of prose are refused by this alone. */
const dateLengthMax = 100

/**
 * Reads a date or a date with a time, if the whole trimmed text is one: ISO 8601 (calendar dates, extended and basic
 * form, a space for `T`), RFC 2822 with its obsolete forms, `2024/11/23`, `23.11.2024` where day and month cannot be
 * taken for each other, `2024年11月23日`, and a month in words of one of the languages. Digits of every script count.
 *
 * Without a zone it is local time of `rules.timezone`: one that a clock change skips is moved forward by the gap, one that
 * it doubles is the first; a date alone is midnight. A leap second is the second after it.
 * @returns milliseconds since 1970 UTC, within the years 0001 to 9999, or `undefined` if it is no date or none that exists
 */
export function parseDate(text: string, rules: DateRules): number | undefined {
  if (text.length > dateLengthMax * 10) return undefined
  const trimmed = text.trim()
  if (trimmed.length > dateLengthMax || !/\p{Nd}/u.test(trimmed)) return undefined
  const plain = fromEastAsian(toPlain(trimmed))
  const { rest, zone } = splitZone(plain)
  const wallMs = parseNumericDate(rest) ?? parseMailDate(rest) ?? parseWords(rest, rules)
  if (wallMs === undefined) return undefined
  const epochMs = zone === undefined ? toEpochMs(wallMs, rules.timezone) : zone(wallMs)
  return epochMs !== undefined && epochMs >= earliestMs && epochMs <= latestMs ? epochMs : undefined
}

const numericStart =
  /^(?:\d{4}(?:-\d{1,2}-|\/\d{1,2}\/|\.\s?\d{1,2}\.\s?)\d{1,2}|\d{1,2}([./-])\d{1,2}\1\d{4}|\d{8}(?=[Tt]))(?!\d)\.?/

/**
 * Tells whether a line is meant to be a numeric date: it begins with three numbers as one does, and at most a time and
 * one word, a zone, follow. If `parseDate` cannot read it, its author has to know.
 */
export function looksLikeDate(text: string): boolean {
  const line = text.slice(0, dateLengthMax * 2).trim()
  if (line.length > dateLengthMax) return false
  const plain = toPlain(line)
  const start = numericStart.exec(plain)
  if (start === null) return false
  const rest = plain.slice(start[0].length)
  if (!/^[Tt\s,]*(?:$|[\d+-])/.test(rest) && !/^\s*[Zz]$/.test(rest)) return false
  return (rest.replace(/^[Tt]/, '').match(/\p{L}[\p{L}/_]*/gu) ?? []).length <= 1
}

/**
 * Reads a line that is nothing but Unix time, as the closing line of an article is: 9 or 10 digits are seconds, 12 or
 * 13 milliseconds, which leaves the years 1973 to 2286.
 * @returns milliseconds since 1970 UTC
 */
export function parseUnixTime(text: string): number | undefined {
  const line = text.slice(0, dateLengthMax * 2).trim()
  if (/^[1-9]\d{8,9}$/.test(line)) return Number(line) * 1_000
  return /^[1-9]\d{11,12}$/.test(line) ? Number(line) : undefined
}

/**
 * Formats an instant as an RFC 3339 date-time in UTC; a whole second has no fraction, any other three digits.
 * Source: RFC 3339 §5.6, RFC 4287 §3.3.
 * @param epochMs milliseconds since 1970-01-01T00:00:00Z
 * @throws RangeError for years outside 0000 to 9999
 */
export function formatRfc3339(epochMs: number): string {
  const text = toDate(epochMs).toISOString()
  return text.endsWith('.000Z') ? `${text.slice(0, -5)}Z` : text
}

/**
 * Formats an instant as RSS 2.0 wants it, in UTC, cut to the second.
 * Source: RFC 822 §5.1 with the four-digit year of RSS 2.0.
 * @param epochMs milliseconds since 1970-01-01T00:00:00Z
 * @throws RangeError for years outside 0000 to 9999
 */
export function formatRfc822(epochMs: number): string {
  return toDate(epochMs).toUTCString().replace('GMT', '+0000')
}

function toDate(epochMs: number): Date {
  const date = new Date(Math.floor(epochMs))
  const year = date.getUTCFullYear()
  if (!(year >= 0 && year <= 9_999)) throw new RangeError(`no date of four-digit year: ${epochMs}`)
  return date
}

/** ASCII digits, plain spaces, hyphen for minus, nothing invisible. */
function toPlain(text: string): string {
  // oxlint-disable-next-line no-control-regex -- tells ASCII from all else
  if (/^[\x20-\x7e]*$/.test(text)) return text
  return text
    .normalize('NFKC')
    .replaceAll(/[\u061c\u200b\u200e\u200f]/g, '')
    .replaceAll(/[\u2010-\u2012\u2212]/g, '-')
    .replaceAll(/\s/g, ' ')
    .replaceAll(/(?![0-9])\p{Nd}/gu, toAsciiDigit)
}

/** The digits of every script are ten code points in a row. */
function toAsciiDigit(digit: string): string {
  const codePoint = digit.codePointAt(0) ?? 0
  let value = 0
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(codePoint - value - 1))) value++
  return String(value)
}

/** Writes `2024年11月23日(土) 午後8時52分` as `2024-11-23 8:52 pm`, and the same in Korean. */
function fromEastAsian(text: string): string {
  if (!/[年년]/.test(text)) return text
  const half = /午後|下午|오후/.test(text) ? ' pm' : /午前|上午|오전/.test(text) ? ' am' : ''
  return (
    text
      .replace(/(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일号號]/, '$1-$2-$3 ')
      .replace(
        /\s?\(?(?:(?:星期|周|週)[一二三四五六日天]|[日月火水木金土]曜日?|[월화수목금토일]요일)\)?/,
        ' ',
      )
      .replace(/\([日月火水木金土월화수목금토일一二三四五六]\)/, ' ')
      .replace(/午後|下午|오후|午前|上午|오전/, ' ')
      .replace(/(\d{1,2})\s?[時时点點시]\s?(\d{1,2})\s?[分분]?/, '$1:$2')
      .replaceAll(/\s+/g, ' ')
      .trim() + half
  )
}

type Zone = (wallMs: number) => number | undefined

/** Zones of RFC 2822 §4.3 and those of Europe, in hours; names that mean two zones are none. */
const namedZones = new Map(
  (
    'Z 0 UTC 0 GMT 0 UT 0 EDT -4 EST -5 CDT -5 CST -6 MDT -6 MST -7 PDT -7 PST -8 ' +
    'WET 0 WEST 1 CET 1 CEST 2 EET 2 EEST 3'
  )
    .match(/[A-Z]+ -?\d/g)
    ?.map((zone) => {
      const [name = '', hours] = zone.split(' ')
      return [name, Number(hours)] as const
    }),
)

const offsetAtEnd = /\s?(?:UTC|GMT|UT)?([+-])(\d{2})(?::?(\d{2}))?$/
const nameAtEnd = /(?:(?<=\d)|\s)([A-Za-z]{1,4})$/
const ianaAtEnd = /(?:\s|(?=\[))\[?([A-Z][A-Za-z]+(?:\/[A-Za-z0-9_+-]+){1,2})\]?$/

/** As the command `date` writes it: the zone before the year. */
const machineZone =
  /^([a-z]{3}\s[a-z]{3}\s+\d{1,2}\s\d{2}:\d{2}:\d{2})\s([a-z]{1,4}|[+-]\d{4})\s(\d{4})$/i

/** Takes the zone from the end; only a time of day has one. */
function splitZone(text: string): { readonly rest: string; readonly zone: Zone | undefined } {
  const withoutComment = text.replace(/\s\([^()]*\)$/, '').replace(machineZone, '$1 $3 $2')
  const iana = ianaAtEnd.exec(withoutComment)
  const timed = iana === null ? withoutComment : withoutComment.slice(0, iana.index)
  const offset = offsetAtEnd.exec(timed)
  if (offset !== null && hasTime(timed.slice(0, offset.index))) {
    const [, sign, hours, minutes] = offset
    const offsetMs = Number(hours) * hourMs + Number(minutes ?? 0) * minuteMs
    const isPossible = Number(hours) < 24 && Number(minutes ?? 0) < 60
    const zone: Zone = (wallMs) =>
      isPossible ? wallMs - (sign === '-' ? -offsetMs : offsetMs) : undefined
    return { rest: timed.slice(0, offset.index), zone }
  }
  if (iana !== null && hasTime(timed)) {
    const name = iana[1] ?? ''
    const zone: Zone = (wallMs) =>
      offsetMsOf(name, 0) === undefined ? undefined : toEpochMs(wallMs, name)
    return { rest: timed, zone }
  }
  const name = nameAtEnd.exec(withoutComment)
  const hours = namedZones.get((name?.[1] ?? '').toUpperCase())
  if (name === null || hours === undefined || !hasTime(withoutComment.slice(0, name.index))) {
    return { rest: withoutComment, zone: undefined }
  }
  return {
    rest: withoutComment.slice(0, name.index),
    zone: (wallMs) => wallMs - hours * hourMs,
  }
}

function hasTime(text: string): boolean {
  return /\d[:hT]\s?\d|\d\s?[ap]m$/i.test(text)
}

const yearFirst =
  /^(\d{4})(?:-(\d{1,2})-(\d{1,2})|\/(\d{1,2})\/(\d{1,2})|\.\s?(\d{1,2})\.\s?(\d{1,2})\.?)(?:(?:\s?[Tt]\s?|,?\s+)(\S.*))?$/
const basic = /^(\d{4})(\d{2})(\d{2})(?:[Tt](\d{2})(\d{2})(?:(\d{2})(?:[.,](\d+))?)?)?$/
const yearLast = /^(\d{1,2})([./-])\s?(\d{1,2})\2\s?(\d{4})(?:,?\s+(\S.*))?$/

function parseNumericDate(text: string): number | undefined {
  const first = yearFirst.exec(text)
  if (first !== null) {
    const month = first[2] ?? first[4] ?? first[6]
    const day = first[3] ?? first[5] ?? first[7]
    return toWallMs([Number(first[1]), Number(month), Number(day)], parseTime(first[8]))
  }
  const joined = basic.exec(text)
  if (joined !== null) {
    const [year, month, day, hour, minute, second] = joined.slice(1, 7).map(toNumber)
    const time = toTimeMs({ hour, minute, second, fraction: joined[7] })
    return toWallMs([year ?? 0, month ?? 0, day ?? 0], time)
  }
  const last = yearLast.exec(text)
  if (last === null) return undefined
  const one = Number(last[1])
  const two = Number(last[3])
  // 03/04 is March to some and April to others.
  if (one <= 12 && two <= 12 && one !== two) return undefined
  const monthAndDay = one > 12 ? ([two, one] as const) : ([one, two] as const)
  return toWallMs([Number(last[4]), ...monthAndDay], parseTime(last[5]))
}

function toNumber(digits: string | undefined): number {
  return Number(digits ?? 0)
}

const mailMonths = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')
const mailDate =
  /^(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6},?\s+)?(\d{1,2})[\s-]([a-z]{3})[\s-](\d{2,4})\s+(\d{1,2}:\d{2}(?::\d{2})?)$/i
/** As C's `asctime` writes it. */
const machineDate = /^[a-z]{3}\s([a-z]{3})\s+(\d{1,2})\s(\d{2}:\d{2}:\d{2})\s(\d{4})$/i

/** RFC 2822 §3.3 and §4.3: a year of two digits is 2000 to 2049 or 1950 to 1999, one of three is counted from 1900. */
function parseMailDate(text: string): number | undefined {
  const found = mailDate.exec(text)
  const machine = found === null ? machineDate.exec(text) : null
  const [, day, name, yearText, time] =
    found ?? (machine === null ? [] : [machine[0], machine[2], machine[1], machine[4], machine[3]])
  if (name === undefined || yearText === undefined) return undefined
  const month = mailMonths.indexOf(name.toLowerCase()) + 1
  const short = Number(yearText)
  const centuries = [0, 0, short < 50 ? 2_000 : 1_900, 1_900]
  return toWallMs([short + (centuries[yearText.length] ?? 0), month, Number(day)], parseTime(time))
}

function parseWords(text: string, rules: DateRules): number | undefined {
  if (!/\d{4}/.test(text) || !/\p{L}/u.test(text)) return undefined
  for (const language of new Set([...rules.languages, 'en'])) {
    const found = parseWordedDate(text, language)
    if (found !== undefined) return toWallMs([found.year, found.month, found.day], found.timeMs)
  }
  return undefined
}

const timePattern = /^(\d{1,2})(?:[:hH](\d{2})(?::(\d{2})(?:[.,](\d+))?)?)?(?:\s?([ap])\.?m\.?)?$/i

/** Milliseconds since midnight: 0 for no text, `undefined` for no time. */
function parseTime(text: string | undefined): number | undefined {
  if (text === undefined) return 0
  const found = timePattern.exec(text)
  if (found === null) return undefined
  const [, hours, minute, second, fraction, half] = found
  let hour = Number(hours)
  if (minute === undefined && half === undefined) return undefined
  if (half !== undefined) {
    if (hour < 1 || hour > 12) return undefined
    hour = (hour % 12) + (half.toLowerCase() === 'p' ? 12 : 0)
  }
  return toTimeMs({ hour, minute: toNumber(minute), second: toNumber(second), fraction })
}

type Time = {
  readonly hour: number | undefined
  readonly minute: number | undefined
  readonly second: number | undefined
  /** Digits of a fraction of a second; what is finer than a millisecond is cut. */
  readonly fraction: string | undefined
}

function toTimeMs({ hour = 0, minute = 0, second = 0, fraction = '' }: Time): number | undefined {
  const ms = Number(fraction.slice(0, 3).padEnd(3, '0'))
  const timeMs = hour * hourMs + minute * minuteMs + second * 1_000 + ms
  if (minute > 59 || second > 60) return undefined
  // 24:00 is the end of a day (ISO 8601), nothing is after it.
  return hour < 24 || timeMs === dayMs ? timeMs : undefined
}

/** Local time as if it were UTC; `undefined` for a day that no calendar has. */
function toWallMs(
  [year, month, day]: readonly [number, number, number],
  timeMs: number | undefined,
): number | undefined {
  if (timeMs === undefined || year < 1 || year > 9_999) return undefined
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  return exists ? date.getTime() + timeMs : undefined
}
