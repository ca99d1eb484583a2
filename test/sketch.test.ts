// The scan that makes a sketch is written for speed; here it is compared with the regular expression that says what
// a word is, through the sketch of the words alone.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { toSketch } from '../src/core/entry/sketch.ts'

const wordPattern =
  /<[^>]{0,2000}>|[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}]|[\p{L}\p{M}\p{N}]+/gu

function toWords(text: string): readonly string[] {
  return [...text.matchAll(wordPattern)]
    .map(([word]) => word)
    .filter((word) => !word.startsWith('<'))
}

const letters = 'Σ,ΑΣ ,ΣΑ,İ,ẞ,ß,ǅ,é,\u0301,٣,漢字,⺀,かな,ไทย,๏,𝐀b,𠀀,<,>,<b ,/>,\ud800,\udc00, '
const piece = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(...letters.split(','), 'x'.repeat(1_999), '😀'.repeat(1_001)),
)

test('the words of a text are runs of letters, tags apart; scripts without spaces are cut into characters', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const text = pieces.join('')
      const words = toWords(text).map((word) => word.toLowerCase())
      expect(toSketch(text)).toEqual(toSketch(words.join(' ')))
    }),
    { numRuns: 1_000 },
  )
})

test('only the first 1,000 words count', () => {
  const words = Array.from({ length: 1_000 }, (_, index) => `w${index}`).join(' ')
  expect(toSketch(`${words} and more`)).toEqual(toSketch(words))
})
