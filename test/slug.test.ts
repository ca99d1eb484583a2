import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { toPermalink } from '../src/core/entry/permalink.ts'
import { toSlug } from '../src/core/entry/slug.ts'

test.each([
  ['Général', 'general'],
  ['ge\u0301ne\u0301ral', 'general'],
  ['L’Otan n’a même pas', 'l-otan-n-a-meme-pas'],
  ['Straße & Café', 'strasse-cafe'],
  ['Москва', 'moskva'],
  ['北京 2024', 'beijing-2024'],
  ['  --x__y--  ', 'x-y'],
  ['../etc/passwd', 'etc-passwd'],
])('%s becomes %s', (title, slug) => {
  expect(toSlug(title)).toBe(slug)
})

test('a title without letters still has a slug', () => {
  for (const title of ['', '...', '—', '\ud800', '\u200b']) expect(toSlug(title)).toBe('article')
})

test('no slug is the name of a device', () => {
  for (const name of ['CON', 'prn', 'Aux!', 'nul', 'com1', 'LPT9', 'com¹']) {
    expect(toSlug(name)).toBe(`article-${name.normalize('NFKC').toLowerCase().replace('!', '')}`)
  }
  expect(toSlug('console')).toBe('console')
})

test('a long title is cut at a word, a long word anywhere', () => {
  expect(toSlug('word '.repeat(30))).toBe(Array.from({ length: 16 }, () => 'word').join('-'))
  expect(toSlug('x'.repeat(200))).toBe('x'.repeat(80))
  expect(toSlug(`${'a'.repeat(80)} b`)).toBe('a'.repeat(80))
})

test('any title gives words of lower-case letters and digits, and its slug gives itself', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (title) => {
      const slug = toSlug(title)
      expect(slug).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*$/)
      expect(slug.length).toBeLessThanOrEqual(88)
      expect(toSlug(slug)).toBe(slug)
    }),
    { numRuns: 500 },
  )
})

test.each([
  ['the last moment of a month in Paris', Date.UTC(2026, 0, 31, 22, 59), 'Europe/Paris', '2026/01'],
  [
    'an hour that Paris counts to the next year',
    Date.UTC(2025, 11, 31, 23),
    'Europe/Paris',
    '2026/01',
  ],
  ['a year of three digits', Date.UTC(999, 4, 1), 'UTC', '0999/05'],
])('a permalink names the local month: %s', (_, instant, timezone, month) => {
  expect(toPermalink('Title', instant, timezone)).toEqual({
    folder: `articles/${month}`,
    slug: 'title',
  })
})
