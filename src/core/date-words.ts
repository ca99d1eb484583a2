/** A day as it stands in a text, with the time of day if there is one. */
export type WordedDate = {
  readonly year: number
  /** 1 to 12. */
  readonly month: number
  readonly day: number
  /** Milliseconds since midnight. */
  readonly timeMs: number
}

type DateNames = {
  /** Folded month name → 1 to 12. */
  readonly months: ReadonlyMap<string, number>
  readonly monthPattern: RegExp
  /** Folded words that may stand in a date and mean nothing: weekdays, "de", "г". */
  readonly fillers: ReadonlySet<string>
  /** Folded names of the halves of the day → whether it is the second. */
  readonly halves: ReadonlyMap<string, boolean>
}

const hourMs = 3_600_000
const minuteMs = 60_000

/** Words of dates that `Intl` does not write itself: articles, ordinal endings, "o'clock". */
const commonFillers =
  'le la el il den der the of on at st nd rd th er ere eme e o a as às á à de del d las les alle ore ora um uhr om uur ste kl klo ' +
  'kell pukul г года году год р року roku r godz g в о об από στις ngày năm lúc giờ เวลา วันที่ ที่ น พ ศ ค ' +
  'yil yili saat ساعت في م هـ ב בשעה ano año anno del dne sat u h го е ого an ain den år'

/** Where a language has month names of more than one usage. */
const variants: Readonly<Record<string, readonly string[]>> = {
  ar: ['ar-LB', 'ar-MA', 'ar-DZ'],
  de: ['de-AT'],
  en: ['en-GB'],
  es: ['es-PE'],
  pt: ['pt-PT'],
  sr: ['sr-Cyrl', 'sr-Latn'],
}

const buddhistYears = { from: 2400, to: 2700, offset: 543 } as const

/**
 * Reads a date whose month is a word, with or without a time of day, if the whole text is one: day, month and year in
 * any order, weekday and the small words of the language around them. Month names come from ICU, which knows them as
 * they stand in a date ("ноября") and alone ("ноябрь"), long and short, for every language.
 * @param language BCP 47 tag; one that is not known is read as English
 */
export function parseWordedDate(text: string, language: string): WordedDate | undefined {
  const names = namesOf(language)
  const folded = fold(text)
  const month = names.monthPattern.exec(folded)
  const monthNumber = names.months.get(month?.[1] ?? '')
  if (month === null || monthNumber === undefined) return undefined
  const start = month.index + month[0].length - (month[1] ?? '').length
  const around = `${folded.slice(0, start)} ${folded.slice(start + (month[1] ?? '').length)}`
  const time = takeTime(around, names)
  if (time === undefined) return undefined
  const numbers = takeNumbers(time.rest, names)
  if (numbers === undefined) return undefined
  const { from, to, offset } = buddhistYears
  const isBuddhist = language.startsWith('th') && numbers.year > from && numbers.year < to
  const year = isBuddhist ? numbers.year - offset : numbers.year
  return { year, month: monthNumber, day: numbers.day, timeMs: time.timeMs }
}

/** Lower case without accents and typographic variants, so that "1er Aout" is "1er août". */
function fold(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFD')
    .replaceAll(/[\u0300-\u036f\u061c\u200c-\u200f]/g, '')
    .normalize('NFC')
}

const timePattern =
  /(?<![\d\p{L}])(\d{1,2})(?:\s?h(?:\s?(\d{2}))?|\s?[:.](\d{2})(?::(\d{2}))?)(?![\d:]|\.\d)/u
/** A bare hour is one only with its half of the day. */
const hourPattern = /(?<![\d\p{L}])(\d{1,2})\s?(?=[ap]\.?m(?!\p{L}))/u

function takeTime(
  text: string,
  names: DateNames,
): { readonly timeMs: number; readonly rest: string } | undefined {
  const found = timePattern.exec(text) ?? hourPattern.exec(text)
  if (found === null) return { timeMs: 0, rest: text }
  let rest = `${text.slice(0, found.index)} ${text.slice(found.index + found[0].length)}`
  let hour = Number(found[1])
  for (const [half, isSecond] of names.halves) {
    const index = rest.search(new RegExp(`(?<!\\p{L})${escape(half)}(?!\\p{L})`, 'u'))
    if (index === -1) continue
    if (hour > 12 || hour === 0) return undefined
    hour = (hour % 12) + (isSecond ? 12 : 0)
    rest = rest.slice(0, index) + rest.slice(index + half.length)
    break
  }
  const minute = Number(found[2] ?? found[3] ?? 0)
  const second = Number(found[4] ?? 0)
  if (hour > 23 || minute > 59 || second > 60) return undefined
  return { timeMs: hour * hourMs + minute * minuteMs + second * 1_000, rest }
}

function takeNumbers(
  text: string,
  names: DateNames,
): { readonly year: number; readonly day: number } | undefined {
  // A mark that no date has makes it a sentence or a title.
  if (/[^\p{L}\p{M}\p{Nd}\s.,'’()\-–/·،॰]/u.test(text)) return undefined
  let year: number | undefined
  let day: number | undefined
  for (const token of text.match(/\d+|[\p{L}\p{M}]+/gu) ?? []) {
    if (/^\d{4}$/.test(token) && year === undefined) year = Number(token)
    else if (/^\d{1,2}$/.test(token) && day === undefined) day = Number(token)
    else if (!isFiller(token, names.fillers)) return undefined
  }
  return year === undefined || day === undefined ? undefined : { year, day }
}

/** Thai writes weekday and article as one. */
function isFiller(token: string, fillers: ReadonlySet<string>): boolean {
  if (fillers.has(token)) return true
  for (let end = 1; end < token.length; end++) {
    if (fillers.has(token.slice(0, end)) && fillers.has(token.slice(end))) return true
  }
  return false
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

const known = new Map<string, DateNames>()

function namesOf(language: string): DateNames {
  const cached = known.get(language)
  if (cached !== undefined) return cached
  const names = toNames(language)
  known.set(language, names)
  return names
}

const monthStyles: readonly Intl.DateTimeFormatOptions[] = (['long', 'short'] as const).flatMap(
  (month) => [{ month }, { month, day: 'numeric' }, { month, day: 'numeric', year: 'numeric' }],
)
const fullStyle: Intl.DateTimeFormatOptions = {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
}

function toNames(language: string): DateNames {
  const base = language.split('-')[0] ?? language
  const months = new Map<string, number>()
  const halves = new Map([
    ['a.m.', false],
    ['p.m.', true],
    ['am', false],
    ['pm', true],
  ])
  const fillers = new Set(fold(commonFillers).split(' '))
  for (const tag of [language, ...(variants[base] ?? [])])
    addNames(tag, { months, halves, fillers })
  const longestFirst = [...months.keys()].toSorted((one, two) => two.length - one.length)
  // Hebrew writes "in" in front of the month, French and Catalan "of" with an apostrophe.
  const alternatives = longestFirst.map(escape).join('|')
  const monthPattern = new RegExp(
    `(?:^|[^\\p{L}\\p{M}])ב?(${alternatives || '(?!)'})(?![\\p{L}\\p{M}\\d])`,
    'u',
  )
  return { months, monthPattern, fillers, halves }
}

type NamesInMaking = {
  readonly months: Map<string, number>
  readonly halves: Map<string, boolean>
  readonly fillers: Set<string>
}

function addNames(tag: string, { months, halves, fillers }: NamesInMaking): void {
  for (const style of monthStyles) {
    const format = toFormat(tag, style)
    for (let month = 1; month <= 12; month++) {
      const part = format.formatToParts(Date.UTC(2024, month - 1, 5)).find(isMonth)
      const name = fold(part?.value ?? '').replace(/\.$/, '')
      // "5" and "5月" are no words.
      if (/^\p{L}[^\d]*$/u.test(name) || /^\p{L}+ \d{1,2}$/u.test(name)) months.set(name, month)
    }
  }
  for (const weekday of ['long', 'short'] as const) {
    const alone = toFormat(tag, { weekday })
    const format = toFormat(tag, { ...fullStyle, weekday, hourCycle: 'h12' })
    for (let day = 1; day <= 7; day++) {
      addWords(alone.format(Date.UTC(2024, 0, day)), fillers)
      for (const hour of [9, 21]) {
        for (const { type, value } of format.formatToParts(Date.UTC(2024, 0, day, hour))) {
          if (type === 'dayPeriod') halves.set(fold(value), hour === 21)
          else if (type === 'weekday' || type === 'literal' || type === 'era')
            addWords(value, fillers)
        }
      }
    }
  }
}

function addWords(text: string, words: Set<string>): void {
  for (const word of fold(text).match(/[\p{L}\p{M}]+/gu) ?? []) words.add(word)
}

function isMonth(part: Intl.DateTimeFormatPart): boolean {
  return part.type === 'month'
}

function toFormat(tag: string, style: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const options: Intl.DateTimeFormatOptions = {
    ...style,
    calendar: 'gregory',
    numberingSystem: 'latn',
    timeZone: 'UTC',
  }
  try {
    return new Intl.DateTimeFormat(tag, options)
  } catch (error) {
    // An author's tag may be none.
    if (error instanceof RangeError) return new Intl.DateTimeFormat('en', options)
    throw error
  }
}
