import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { closingHashtags, findHashtags, toTerm } from '../src/core/article/hashtags.ts'

const labels = (text: string): string[] => findHashtags(text).map(({ label }) => label)

test('an accented hashtag is one category, however it is composed', () => {
  expect(labels('#secrétaire #OTAN')).toEqual(['secrétaire', 'OTAN'])
  expect(labels('#secre\u0301taire.')).toEqual(['secr\u00e9taire'])
})

test.each([
  ['Cyrillic', '#Москва'],
  ['Greek', '#Ελλάδα'],
  ['Arabic', '#العربية'],
  ['Persian with ZWNJ', '#می\u200cخواهم'],
  ['Hebrew with maqaf', '#תל\u05beאביב'],
  ['Hebrew with gershayim', '#צה\u05f4ל'],
  ['Devanagari', '#नई_दिल्ली'],
  ['Bengali', '#শ্রীলঙ্কা'],
  ['Tamil', '#தமிழ்நாடு'],
  ['Telugu', '#తెలుగు'],
  ['Sinhala with ZWJ', '#ශ්\u200dරී_ලංකා'],
  ['Thai', '#ภาษาไทย'],
  ['Tibetan', '#བོད་ཡིག'],
  ['Amharic', '#አማርኛ'],
  ['Armenian', '#Հայաստան'],
  ['Georgian', '#ქართული'],
  ['Khmer', '#កម្ពុជា'],
  ['Burmese', '#မြန်မာ'],
  ['Korean', '#한국어'],
  ['Chinese', '#北京'],
  ['Japanese with a middle dot', '#ジョン・スミス'],
  ['Japanese with a long vowel', '#サッカー'],
  ['Catalan', '#col·lecció'],
  ['Hawaiian', '#ʻokina'],
  ['outside the BMP', '#𠮷野家'],
])('a hashtag in %s is found whole', (_script, tag) => {
  expect(labels(`x ${tag}, y`)).toEqual([tag.slice(1).normalize('NFC')])
})

test('a joiner neither begins nor ends a hashtag, and joins only its own script', () => {
  expect(labels('#ג\u05f3 #བོད་ #ジョン・ #a·b #l· #می\u200c #x\u200dy')).toEqual(
    ['ג', 'བོད', 'ジョン', 'a', 'l', 'می', 'x'], // prettier-ignore
  )
  expect(labels('#\u200cab #·l #\u0301a')).toEqual([])
})

test('a full-width sign begins a hashtag too', () => {
  expect(labels('＃大阪')).toEqual(['大阪'])
})

test('digits alone are no hashtag, digits with a letter are', () => {
  expect(labels('#2024 #1_2 #_ #1er #G20')).toEqual(['1er', 'G20'])
})

test('apostrophe, hyphen and emoji end a hashtag', () => {
  expect(labels("#l’OTAN #d'accord #e-mail #foo❤️ #bar👍🏽")).toEqual(['l', 'd', 'e', 'foo', 'bar'])
})

test('an emoji before it does not hide a hashtag, a keycap is none', () => {
  expect(labels('❤️#amour 👨‍👩‍👧#famille 1️⃣#un #️⃣ #⃣')).toEqual(['amour', 'famille', 'un'])
})

test('inside a word, an entity or a heading there is no hashtag', () => {
  expect(labels('a#b é#b ##x C#Net &#39; &#x27; &#abc # Heading #')).toEqual([])
  expect(labels('#a#b')).toEqual(['a'])
})

test('inside an address there is no hashtag, beside it there is', () => {
  expect(labels('https://x.org/#frag www.x.org/#a me@x.org/#b example.org/#c #ok')).toEqual(['ok'])
  expect(labels('(https://x.org/a?b=(#c) #ok) <https://x.org/>#ok2')).toEqual(['ok', 'ok2'])
  expect(labels('详见https://x.org/#a。#标签')).toEqual(['标签'])
  expect(labels('#a/#b @OTAN:(#c)')).toEqual(['a', 'b', 'c'])
})

test('a hashtag says where it stands', () => {
  const text = '𠮷 #OTAN, x'
  expect(findHashtags(text)).toEqual([{ label: 'OTAN', start: 3, end: 8 }])
  expect(text.slice(3, 8)).toBe('#OTAN')
})

test('hashtags of any text are apart, in order, NFC, and found again alone', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 8 }),
    fc.constantFrom('#', '＃', ' ', '#é', '#e\u0301', '·', '\u200c', '@', '/', '://', '&'),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const text = pieces.join('')
      let end = 0
      for (const found of findHashtags(text)) {
        expect(found.start).toBeGreaterThanOrEqual(end)
        const whole = text.slice(found.start, found.end)
        expect(whole).toMatch(/^[#＃]/)
        expect(whole.slice(1).normalize('NFC')).toBe(found.label)
        expect(labels(whole)).toEqual([found.label])
        expect(toTerm(found.label)).not.toBe('')
        end = found.end
      }
    }),
    { numRuns: 500 },
  )
})

test.each([
  ['Straße', 'STRASSE'],
  ['οδός', 'ΟΔΌΣ'],
  ['TÜRKİYE', 'türkiye'],
  ['IŞIK', 'ışık'],
  ['ｶﾞｽ', 'ガス'],
  ['ＯＴＡＮ', 'otan'],
  ['ﬁn', 'FIN'],
  ['é', 'E\u0301'],
  ['ᎠᎡ', 'ꭰꭱ'],
  ['می\u200cخواهم', 'میخواهم'],
])('%s and %s are one category', (one, other) => {
  expect(toTerm(one)).toBe(toTerm(other))
})

test('accents tell categories apart', () => {
  expect(toTerm('pêche')).not.toBe(toTerm('péché'))
})

test('case and composition never change the term of any label', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }), (label) => {
      const term = toTerm(label)
      expect(toTerm(term)).toBe(term)
      expect(toTerm(label.toLowerCase())).toBe(term)
      expect(toTerm(label.toUpperCase())).toBe(term)
      expect(toTerm(label.normalize('NFD'))).toBe(term)
    }),
    { numRuns: 1_000 },
  )
})

test('a line of nothing but hashtags is categories', () => {
  expect(closingHashtags('#a #b, #c')).toEqual(['a', 'b', 'c'])
  expect(closingHashtags('  #a · #b;#c\u00a0')).toEqual(['a', 'b', 'c'])
})

test('a line with anything else is text', () => {
  for (const line of ['', ' ', '#a text', 'text #a', '#1', '#a #1', '#a.', '#a#b', '# a', '#a !']) {
    expect(closingHashtags(line), line).toBeUndefined()
  }
})
