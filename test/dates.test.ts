import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type DateRules,
  formatRfc3339,
  formatRfc822,
  isTimezone,
  looksLikeDate,
  parseDate,
  parseUnixTime,
} from '../src/core/dates.ts'

const paris = (...languages: string[]): DateRules => ({ timezone: 'Europe/Paris', languages })

/** The instant of a text, as RFC 3339, or `undefined`. */
function read(text: string, rules = paris()): string | undefined {
  const epochMs = parseDate(text, rules)
  return epochMs === undefined ? undefined : formatRfc3339(epochMs)
}

const clocks = new Map<string, Intl.DateTimeFormat>()

/** What a clock on the wall of a zone shows, by formatting: independent of how we turn local time into instants. */
function wallOf(epochMs: number, timeZone: string): string {
  const clock =
    clocks.get(timeZone) ??
    new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' })
  clocks.set(timeZone, clock)
  return clock.format(epochMs)
}

test.each([
  ['2024-11-23 20:52:00', '2024-11-23T19:52:00Z'],
  ['2024-11-23', '2024-11-22T23:00:00Z'],
  ['  2024-11-23T20:52  ', '2024-11-23T19:52:00Z'],
  ['2024-11-23T20:52:00Z', '2024-11-23T20:52:00Z'],
  ['2024-11-23t20:52:00z', '2024-11-23T20:52:00Z'],
  ['2024-11-23T20:52:00.5+01:00', '2024-11-23T19:52:00.500Z'],
  ['2024-11-23T20:52:00,1239-0330', '2024-11-24T00:22:00.123Z'],
  ['2024-11-23T20:52+01', '2024-11-23T19:52:00Z'],
  ['20241123T205200Z', '2024-11-23T20:52:00Z'],
  ['20241123T2052', '2024-11-23T19:52:00Z'],
  ['20241123', '2024-11-22T23:00:00Z'],
  ['2024-11-23T24:00:00', '2024-11-23T23:00:00Z'],
  ['2024-12-31T23:59:60Z', '2025-01-01T00:00:00Z'],
])('ISO 8601 %s is read', (text, expected) => {
  expect(read(text)).toBe(expected)
})

test.each([
  ['2024-11-23 20:52:00 +0100', '2024-11-23T19:52:00Z'],
  ['2024-11-23 20:52 UTC', '2024-11-23T20:52:00Z'],
  ['2024-11-23 20:52:00 Asia/Tokyo', '2024-11-23T11:52:00Z'],
  ['2024-11-23T20:52:00+01:00[Europe/Paris]', '2024-11-23T19:52:00Z'],
  ['2024-11-23T20:52:00[America/New_York]', '2024-11-24T01:52:00Z'],
  ['2024-11-23 8:52 pm', '2024-11-23T19:52:00Z'],
  ['2024-11-23 12:10 AM', '2024-11-22T23:10:00Z'],
  ['2024/11/23 9:05', '2024-11-23T08:05:00Z'],
  ['2024. 11. 23.', '2024-11-22T23:00:00Z'],
  ['23.11.2024', '2024-11-22T23:00:00Z'],
  ['23/11/2024 20:52', '2024-11-23T19:52:00Z'],
  ['11/23/2024', '2024-11-22T23:00:00Z'],
  ['05/05/2024', '2024-05-04T22:00:00Z'],
  ['Sat Nov 23 20:52:00 CET 2024', '2024-11-23T19:52:00Z'],
  ['Sat Nov 23 20:52:00 2024', '2024-11-23T19:52:00Z'],
  ['Sat Nov 23 2024 20:52:00 GMT+0100 (Central European Standard Time)', '2024-11-23T19:52:00Z'],
])('the form %s that tools write is read', (text, expected) => {
  expect(read(text)).toBe(expected)
})

test.each([
  ['Sat, 23 Nov 2024 20:52:00 +0100', '2024-11-23T19:52:00Z'],
  ['23 Nov 2024 20:52 GMT', '2024-11-23T20:52:00Z'],
  ['Sat, 23 Nov 24 20:52:00 EST', '2024-11-24T01:52:00Z'],
  ['23 Nov 50 20:52:00 PDT', '1950-11-24T03:52:00Z'],
  ['23 Nov 49 20:52:00 UT', '2049-11-23T20:52:00Z'],
  ['23 Nov 124 20:52:00 Z', '2024-11-23T20:52:00Z'],
  ['Sat, 23 Nov 2024 20:52:00 -0000 (comment)', '2024-11-23T20:52:00Z'],
])('RFC 2822 §3.3 and §4.3: %s is read', (text, expected) => {
  expect(read(text)).toBe(expected)
})

test.each([
  ['fr', '23 novembre 2024', '2024-11-23'],
  ['fr', '1er mai 2024', '2024-05-01'],
  ['fr', 'Samedi 23 Novembre 2024', '2024-11-23'],
  ['fr', 'le 3 aout 2024', '2024-08-03'],
  ['en', 'November 23rd, 2024', '2024-11-23'],
  ['en', 'Sept 1, 2024', '2024-09-01'],
  ['de', 'Samstag, den 23. November 2024', '2024-11-23'],
  ['de', '3. Jänner 2024', '2024-01-03'],
  ['es', '23 de noviembre de 2024', '2024-11-23'],
  ['pt-BR', '1º de março de 2024', '2024-03-01'],
  ['ca', '23 d’octubre de 2024', '2024-10-23'],
  ['ru', '23 ноября 2024 г.', '2024-11-23'],
  ['ru', 'Ноябрь 23, 2024', '2024-11-23'],
  ['uk', '23 листопада 2024 р.', '2024-11-23'],
  ['pl', '23 listopada 2024', '2024-11-23'],
  ['hr', '23. listopada 2024.', '2024-10-23'],
  ['cs', '23. listopadu 2024', '2024-11-23'],
  ['el', '23 Νοεμβρίου 2024', '2024-11-23'],
  ['tr', '23 Kasım 2024 Cumartesi', '2024-11-23'],
  ['ar', '٢٣ نوفمبر ٢٠٢٤', '2024-11-23'],
  ['ar', '23 تشرين الثاني 2024', '2024-11-23'],
  ['he', '23 בנובמבר 2024', '2024-11-23'],
  ['hi', '२३ नवंबर २०२४', '2024-11-23'],
  ['fi', 'lauantai 23. marraskuuta 2024', '2024-11-23'],
  ['hu', '2024. november 23., szombat', '2024-11-23'],
  ['lt', '2024 m. lapkričio 23 d.', '2024-11-23'],
  ['vi', 'ngày 23 tháng 11 năm 2024', '2024-11-23'],
  ['th', '23 พฤศจิกายน 2567', '2024-11-23'],
  ['zh', '2024年11月23日', '2024-11-23'],
  ['ja', '2024年11月23日（土）', '2024-11-23'],
  ['ko', '2024년 11월 23일 토요일', '2024-11-23'],
  ['fr', 'Nov 23, 2024', '2024-11-23'],
])('a day in words is read in %s: %s', (language, text, day) => {
  expect(read(text, { timezone: 'UTC', languages: [language] })).toBe(`${day}T00:00:00Z`)
})

test.each([
  ['fr', 'le 23 novembre 2024 à 20h52'],
  ['en', 'Saturday, November 23, 2024 at 8:52 PM'],
  ['de', '23. November 2024, 20:52 Uhr'],
  ['da', 'lørdag den 23. november 2024 kl. 20.52'],
  ['ru', 'суббота, 23 ноября 2024 г. в 20:52'],
  ['ar', 'السبت، 23 نوفمبر 2024 في 8:52 م'],
  ['ja', '2024年11月23日 午後8時52分'],
  ['ko', '2024년 11월 23일 오후 8:52'],
])('a day and time in words are read in %s: %s', (language, text) => {
  expect(read(text, paris(language))).toBe('2024-11-23T19:52:00Z')
})

test('what ICU writes in a language is read back, for every month', () => {
  const languages =
    'af ar az be bg bn ca cs da de el en es et fa fi fr gl he hi hr hu hy id is it ja ka kk ko lt lv mk mr ms nb nl nn pl pt ro ru ' +
    'sk sl sq sr sv sw ta te th tr uk ur vi zh'
  const failed: string[] = []
  for (const language of languages.split(' ')) {
    for (const dateStyle of ['long', 'full'] as const) {
      const format = new Intl.DateTimeFormat(language, {
        dateStyle,
        calendar: 'gregory',
        timeZone: 'UTC',
      })
      for (let month = 0; month < 12; month++) {
        const dayMs = Date.UTC(2024, month, 23)
        const text = format.format(dayMs)
        if (parseDate(text, { timezone: 'UTC', languages: [language] }) !== dayMs) failed.push(text)
      }
    }
  }
  expect(failed).toEqual([])
})

test.each([
  ['03/04/2024', '03.04.2024', '3-4-2024'],
  ['2024-02-30', '2023-02-29', '31/02/2024', '31 April 2024', '0000-01-01', '2024-13-01'],
  ['2024-11-23T25:00', '2024-11-23T24:00:01', '2024-11-23 20:60', '2024-11-23 13:00 pm'],
  ['2024-11-23T20:52:00+25:00', '2024-11-23T20:52:00+01:75', '2024-11-23 20:52 Foo/Bar'],
  ['tomorrow', '2024', '2024-11', 'November 2024', '23 November', '', ' ', '20:52'],
  ['2024 was a year', '11 September 2001: the day', 'May 1, 2024 Paris', '32 May 2024'],
  ['#2024-11-23', '2024-11-23.', '2024-11-23 20:52 and more', '1 2 May 2024', '1732400077'],
])('%s and its like are no dates', (...texts) => {
  for (const text of texts) expect(read(text), text).toBeUndefined()
})

test('a month name of another language is no date', () => {
  expect(read('23 novembre 2024', paris('de'))).toBeUndefined()
  expect(read('23 listopada 2024', paris('hr', 'pl'))).toContain('2024-10')
  expect(read('23 listopada 2024', paris('pl', 'hr'))).toContain('2024-11')
})

test('a local time that a clock change skips is moved forward by the gap', () => {
  expect(read('2024-03-31 02:30')).toBe('2024-03-31T01:30:00Z')
  const rules = { timezone: 'Australia/Lord_Howe', languages: [] }
  expect(read('2024-10-06 02:10', rules)).toBe('2024-10-05T15:40:00Z')
  expect(read('2011-12-30 12:00', { timezone: 'Pacific/Apia', languages: [] })).toBe(
    '2011-12-30T22:00:00Z',
  )
})

test('a local time that a clock change doubles is the first of the two', () => {
  expect(read('2024-10-27 02:30')).toBe('2024-10-27T00:30:00Z')
  const rules = { timezone: 'Australia/Lord_Howe', languages: [] }
  expect(read('2024-04-07 01:45', rules)).toBe('2024-04-06T14:45:00Z')
})

test('local mean time counts to the second, west of Greenwich too', () => {
  expect(read('1900-01-01', paris())).toBe('1899-12-31T23:50:39Z')
  expect(read('1900-01-01', { timezone: 'Africa/Monrovia', languages: [] })).toBe(
    '1900-01-01T00:43:08Z',
  )
})

const zones = [
  'Europe/Paris',
  'America/New_York',
  'America/St_Johns',
  'Australia/Lord_Howe',
  'Africa/Casablanca',
  'Asia/Kathmandu',
  'America/Sao_Paulo',
  'Pacific/Apia',
  'UTC',
]

test('the clock of the zone shows the time that was written, unless it skipped it', () => {
  const minutes = fc.integer({
    min: Date.UTC(1890, 0) / 60_000,
    max: Date.UTC(2200, 0) / 60_000,
  })
  fc.assert(
    fc.property(minutes, fc.constantFrom(...zones), (minute, timezone) => {
      const wall = new Date(minute * 60_000).toISOString().slice(0, 19).replace('T', ' ')
      const epochMs = parseDate(wall, { timezone, languages: [] }) ?? Number.NaN
      const shown = wallOf(epochMs, timezone)
      // The earlier of two, so nothing in the hours before shows the same.
      for (const step of [30, 60]) expect(wallOf(epochMs - step * 60_000, timezone)).not.toBe(wall)
      expect(shown >= wall).toBe(true)
    }),
    { numRuns: 500 },
  )
})

test('every minute around the clock changes of a year is found by search', () => {
  for (const timezone of ['Europe/Paris', 'America/St_Johns', 'Australia/Lord_Howe']) {
    const first = new Map<string, number>()
    const changes: number[] = []
    for (let hour = 0; hour < 366 * 24; hour++) {
      const epochMs = Date.UTC(2024, 0, 1, hour)
      const next = wallOf(epochMs + 3_600_000, timezone).slice(14)
      const jumps = Number(wallOf(epochMs, timezone).slice(11, 13)) + 1
      const shows = Number(wallOf(epochMs + 3_600_000, timezone).slice(11, 13))
      if (jumps % 24 !== shows || next !== wallOf(epochMs, timezone).slice(14))
        changes.push(epochMs)
    }
    expect(changes.length).toBeGreaterThanOrEqual(2)
    for (const change of changes) {
      for (let minute = -180; minute <= 240; minute += 5) {
        const epochMs = change + minute * 60_000
        const wall = wallOf(epochMs, timezone)
        if (!first.has(wall)) first.set(wall, epochMs)
      }
    }
    for (const [wall, epochMs] of first) {
      expect(parseDate(wall, { timezone, languages: [] }), `${timezone} ${wall}`).toBe(epochMs)
    }
  }
})

test('the zone of the machine makes no difference', () => {
  const dates = fileURLToPath(new URL('../src/core/dates.ts', import.meta.url))
  const script = `
    import { parseDate } from ${JSON.stringify(dates)}
    const found = []
    for (const timezone of ${JSON.stringify(zones)}) {
      for (let hour = 0; hour < 366 * 24; hour++) {
        const wall = new Date(Date.UTC(2024, 0, 1, hour, 30)).toISOString().slice(0, 19)
        found.push(parseDate(wall, { timezone, languages: [] }) - Date.UTC(2024, 0, 1, hour, 30))
      }
      found.push(parseDate('1900-01-01', { timezone, languages: [] }))
      found.push(parseDate('le 23 novembre 2024 à 20h52', { timezone, languages: ['fr'] }))
    }
    console.log(found.join(' '))`
  const outputs = ['UTC', 'Europe/Paris', 'Australia/Lord_Howe'].map((TZ) =>
    execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
      env: { ...process.env, TZ },
      maxBuffer: 16_777_216,
    }).toString(),
  )
  expect(new Set(outputs).size).toBe(1)
  expect(outputs[0]).not.toContain('NaN')
})

test('any text is a date of four-digit year or none', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 6 }),
    fc.constantFrom(
      '2024',
      '-11-',
      '23',
      ' ',
      '20:52',
      'Z',
      '+01:00',
      'May',
      'à',
      'novembre',
      '9999',
      '.',
      'pm',
    ),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const text = pieces.join('')
      expect(read(text, paris('fr')) ?? 'none').toMatch(/^(?:none$|\d{4}-)/)
      expect(looksLikeDate(text) && looksLikeDate(`${text} and more words`)).toBe(false)
    }),
    { numRuns: 1_000 },
  )
})

test('an instant that was formatted is read back', () => {
  const instants = fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 })
  fc.assert(
    fc.property(instants, (epochMs) => {
      expect(parseDate(formatRfc3339(epochMs), paris())).toBe(epochMs)
      const second = Math.floor(epochMs / 1_000) * 1_000
      expect(parseDate(formatRfc822(epochMs), paris())).toBe(second)
    }),
  )
})

test('RFC 3339 §5.6 a whole second has no fraction, any other three digits', () => {
  expect(formatRfc3339(0)).toBe('1970-01-01T00:00:00Z')
  expect(formatRfc3339(5)).toBe('1970-01-01T00:00:00.005Z')
  expect(formatRfc3339(-62_167_219_200_000)).toBe('0000-01-01T00:00:00Z')
})

test('RFC 822 §5.1 with four digits of the year, cut to the second', () => {
  expect(formatRfc822(1_732_391_520_999)).toBe('Sat, 23 Nov 2024 19:52:00 +0000')
  expect(formatRfc822(-1)).toBe('Wed, 31 Dec 1969 23:59:59 +0000')
  expect(formatRfc822(-62_135_596_800_000)).toBe('Mon, 01 Jan 0001 00:00:00 +0000')
})

test('what has no four-digit year is not formatted', () => {
  for (const epochMs of [-62_167_219_200_001, 253_402_300_800_000, Number.NaN, Infinity, 1e300]) {
    expect(() => formatRfc3339(epochMs)).toThrow(RangeError)
    expect(() => formatRfc822(epochMs)).toThrow(RangeError)
  }
})

test('a line that begins as a numeric date is meant to be one', () => {
  const dates = [
    '2024-13-45 99:00:00',
    '2024-11-23',
    '2024-11-23T25:00:00Z',
    '2024/2/30',
    '03/04/2024',
    '31.02.2024 20:52',
    '20241123T250000Z',
    '2024-11-23 20:52 Paris',
    '٢٠٢٤-١٣-٢٣',
  ]
  for (const text of dates) expect(looksLikeDate(text), text).toBe(true)
  const prose = [
    '2024 was a year',
    'tomorrow',
    '2024-11-23 Budget',
    '2024-11-23 was a good day.',
    '2024-11-23 3 people died in Paris',
    '1732400077',
    '12.5 percent',
    '192.168.1.2024',
    `2024-11-23 ${'1'.repeat(1_000_000)}`,
    '',
  ]
  for (const text of prose) expect(looksLikeDate(text), text.slice(0, 40)).toBe(false)
})

test('Unix time is read in seconds and milliseconds, within 1973 to 2286', () => {
  expect(parseUnixTime('1732400077')).toBe(1_732_400_077_000)
  expect(parseUnixTime(' 1732400077123\t')).toBe(1_732_400_077_123)
  expect(parseUnixTime('100000000')).toBe(100_000_000_000)
  expect(parseUnixTime('9999999999999')).toBe(9_999_999_999_999)
  for (const text of ['20241123', '17324000771', '01732400077', '1732400077x', '-732400077', '']) {
    expect(parseUnixTime(text), text).toBeUndefined()
  }
})

test('a time zone is known by its IANA name only', () => {
  expect(['Europe/Paris', 'UTC', 'Asia/Kolkata'].map(isTimezone)).toEqual([true, true, true])
  expect(['Mars/Olympus', '', '+01:00', 'Europe/Paris ', 'paris'].map(isTimezone)).toEqual(
    [false, false, false, false, false], // prettier-ignore
  )
})
