import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  countGraphemes,
  cutSummary,
  cutTitle,
  decodeText,
  firstSentence,
  normalizeText,
} from '../src/core/text.ts'

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const bytes = (...list: number[]): Uint8Array => new Uint8Array(list)

/** An independent count: the segmenter over the whole text. */
const graphemesOf = (text: string): number => [...new Intl.Segmenter('en').segment(text)].length

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc
    .array(
      fc.constantFrom(
        'word',
        ' ',
        '. ',
        'Mr. ',
        '\n',
        'é',
        'e\u0301',
        '。',
        '👨‍👩‍👧',
        '\u0000',
        '\r\n',
        'ไทย',
      ),
      {
        maxLength: 300,
      },
    )
    .map((pieces) => pieces.join('')),
)

test('valid UTF-8 is read as such, with or without a mark', () => {
  const text = 'L’Otan œuvre, 北京'
  const expected = { kind: 'text', text, encoding: 'utf-8', guessed: false }
  expect(decodeText(utf8(text))).toEqual(expected)
  expect(decodeText(utf8(`\ufeff${text}`))).toEqual(expected)
  expect(decodeText(bytes())).toEqual({ ...expected, text: '' })
})

test('UTF-16 with a mark is read, in both byte orders', () => {
  const little = bytes(0xff, 0xfe, 0xe9, 0, 0x0a, 0)
  const big = bytes(0xfe, 0xff, 0, 0xe9, 0, 0x0a)
  expect(decodeText(little)).toEqual({
    kind: 'text',
    text: 'é\n',
    encoding: 'utf-16le',
    guessed: false,
  })
  expect(decodeText(big)).toEqual({
    kind: 'text',
    text: 'é\n',
    encoding: 'utf-16be',
    guessed: false,
  })
})

test('other bytes are windows-1252, where œ, ’ and € survive', () => {
  expect(decodeText(bytes(0x63, 0x9c, 0x75, 0x72, 0x92, 0x80, 0x85, 0xe9))).toEqual({
    kind: 'text',
    text: 'cœur’€…é',
    encoding: 'windows-1252',
    guessed: true,
  })
})

test('a few broken bytes behind a UTF-8 mark do not spoil the rest', () => {
  const found = decodeText(bytes(0xef, 0xbb, 0xbf, 0xc3, 0xa9, 0xff))
  expect(found).toEqual({ kind: 'text', text: 'é\ufffd', encoding: 'utf-8', guessed: true })
})

test('what no text file has is binary', () => {
  const binaries = [
    utf8('a\0b'),
    bytes(0xff, 0xfe, 0, 0, 0x41, 0, 0, 0),
    bytes(0xff, 0xfe, 0x41, 0, 0, 0),
    utf8('%PDF-1.7 text'),
    bytes(0xff, 0xd8, 0xff, 0xe0, 0x41),
    bytes(...Array.from({ length: 100 }, (_, index) => (index % 3 === 0 ? 2 : 0x41))),
  ]
  for (const binary of binaries) expect(decodeText(binary).kind).toBe('binary')
})

test('UTF-16 without a mark is named as what it is', () => {
  const little = bytes(
    ...utf8('Bonjour le monde').reduce<number[]>((list, byte) => [...list, byte, 0], []),
  )
  expect(decodeText(little)).toMatchObject({ found: expect.stringContaining('UTF-16') })
})

test('any bytes are text or binary, never a fault', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (input) => {
      const found = decodeText(input)
      const text = found.kind === 'text' ? found.text : found.found
      expect(normalizeText(text)).toBe(text)
    }),
    { numRuns: 500 },
  )
})

test('every line end becomes LF', () => {
  expect(normalizeText('a\r\nb\rc\x85d\u2028e\u2029f\n')).toBe('a\nb\nc\nd\ne\nf\n')
})

test('XML 1.0 §2.2 forbidden characters are removed, others stay', () => {
  expect(normalizeText('a\0\x01\x08\x0b\x0c\x0e\x1f\x7f\x80\x9f\ufffe\uffff\ud800b\udc00')).toBe(
    'ab',
  )
  expect(normalizeText('\ufeffa\tb\u200dc\ufeff𠮷')).toBe('a\tb\u200dc\ufeff𠮷')
})

test('normalised text is NFC, and normalising again changes nothing', () => {
  expect(normalizeText('e\u0301')).toBe('\u00e9')
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const once = normalizeText(text)
      expect(once).toBe(once.normalize('NFC'))
      expect(normalizeText(once)).toBe(once)
      // The Char production of XML 1.0 §2.2, written independently.
      expect(once).toMatch(/^[\t\n\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u)
    }),
    { numRuns: 500 },
  )
})

test('graphemes are counted as people see them, and no further than asked', () => {
  expect(countGraphemes('👨‍👩‍👧e\u0301', 10)).toBe(2)
  expect(countGraphemes('x'.repeat(1_000_000), 5)).toBe(6)
  fc.assert(
    fc.property(anyText, fc.nat(50), (text, max) => {
      expect(countGraphemes(text, max)).toBe(Math.min(graphemesOf(text), max + 1))
    }),
    { numRuns: 500 },
  )
})

test.each([
  [
    'en',
    'Mr. Smith met Dr. Jones at 1.5 p.m. in the U.S. Army. Then he left.',
    'Mr. Smith met Dr. Jones at 1.5 p.m. in the U.S. Army.',
  ],
  ['en', 'J. R. R. Tolkien wrote it. End.', 'J. R. R. Tolkien wrote it.'],
  ['en', '“Is it?” he asked. Yes!', '“Is it?” he asked.'],
  ['en', 'It ended in 1990. The rest is known.', 'It ended in 1990.'],
  ['en', 'Really? Yes.', 'Really?'],
  ['fr', 'M. Dupont est arrivé à 20 h. Il est parti.', 'M. Dupont est arrivé à 20 h.'],
  ['fr', '« Bonjour ! » dit-il. Puis il sortit.', '« Bonjour ! » dit-il.'],
  ['fr', 'Ils ont rejoint l’UE. La suite arrive.', 'Ils ont rejoint l’UE.'],
  ['fr', 'Mme Martin et Mlle. Durand sont là. Oui.', 'Mme Martin et Mlle. Durand sont là.'],
  ['de', 'Das ist z.B. am 3. Mai 2024. Noch einer.', 'Das ist z.B. am 3. Mai 2024.'],
  ['de', 'Das ist z. B. so. Noch einer.', 'Das ist z. B. so.'],
  ['ja', 'これは文です。次の文。', 'これは文です。'],
  ['hi', 'यह वाक्य है। दूसरा।', 'यह वाक्य है।'],
  ['ru', 'Это ул. Ленина и т. д. в Москве. Дальше.', 'Это ул. Ленина и т. д. в Москве.'],
  [undefined, 'First line\nsecond line. Third.', 'First line second line.'],
  ['not a tag', 'First. Second.', 'First.'],
  ['en', '  no end  ', 'no end'],
  ['en', '', ''],
])('in %s the first sentence of "%s" is whole', (language, text, sentence) => {
  expect(firstSentence(text, language)).toBe(sentence)
})

test('a title is one line without the period of a sentence', () => {
  expect(cutTitle('  A\ttitle\n here. ')).toBe('A title here')
  expect(['Really?', 'Yes!', 'Well…', 'Well...', 'In the U.S.', 'A : « b »'].map(cutTitle)).toEqual(
    ['Really?', 'Yes!', 'Well…', 'Well...', 'In the U.S.', 'A : « b »'], // prettier-ignore
  )
  expect(cutTitle('これは文です。')).toBe('これは文です')
})

test('a no-break space stays in a title', () => {
  expect(cutTitle('20\u00a0% de\u202f: b')).toBe('20\u00a0% de\u202f: b')
})

test('a long title is cut at a word, without dangling punctuation', () => {
  const words = `${'mot '.repeat(23)}quatre, – vingt-dix-neuf`
  expect(cutTitle(words)).toBe(`${'mot '.repeat(23)}quatre…`)
  expect(cutTitle('x'.repeat(100))).toBe('x'.repeat(100))
  expect(cutTitle('x'.repeat(101))).toBe(`${'x'.repeat(99)}…`)
})

test('a title in a script without spaces is cut between words', () => {
  const word = 'ประเทศไทย'
  const cut = cutTitle(word.repeat(30))
  expect(cut).toMatch(/^(?:ประเทศ|ไทย)+…$/)
  expect(graphemesOf(cutTitle('これはとても長い文章です'.repeat(20)))).toBeGreaterThan(90)
})

test('a title of any text has at most 100 graphemes on one line', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const title = cutTitle(normalizeText(text))
      expect(graphemesOf(title)).toBeLessThanOrEqual(100)
      expect(title).not.toMatch(/[\n\t]|\s{2}|^\s|\s$/)
      expect(title.isWellFormed()).toBe(true)
    }),
    { numRuns: 500 },
  )
})

test('a summary that fits is whole, on one line', () => {
  expect(cutSummary('One.\n\nTwo. ', 'en')).toBe('One. Two.')
})

test('a long summary ends with a sentence where that leaves enough', () => {
  const sentence = `Some ${'word '.repeat(48)}end.`
  expect(cutSummary(`${sentence} ${sentence}`, 'en')).toBe(sentence)
})

test('a long summary without a sentence end near its limit is cut at a word', () => {
  const text = `Short. ${'word '.repeat(100)}`
  expect(cutSummary(text, 'en')).toMatch(/^Short\. (?:word )+word…$/)
})

test('a summary of any text has at most 300 graphemes and begins as the text does', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const clean = normalizeText(text)
      const summary = cutSummary(clean, undefined)
      expect(graphemesOf(summary)).toBeLessThanOrEqual(300)
      expect(summary).not.toMatch(/[\n\t]|\s{2}|^\s|\s$/)
      expect(summary.isWellFormed()).toBe(true)
      const line = clean.trim().replaceAll(/\s{2,}|[^\S\u00a0\u202f]/g, ' ')
      expect(line.startsWith(summary.replace(/…$/, ''))).toBe(true)
    }),
    { numRuns: 500 },
  )
})

test('a line of a million characters is cut without reading it all', () => {
  for (const piece of ['a', 'J. ', '\u0301', '👨‍👩‍👧', '" ', '.”']) {
    const text = piece.repeat(1_000_000 / piece.length)
    expect(firstSentence(text, 'fr').length).toBeLessThanOrEqual(4_000)
    expect(cutTitle(text).length).toBeLessThanOrEqual(4_001)
    expect(cutSummary(text, 'fr').length).toBeLessThanOrEqual(4_001)
  }
})
