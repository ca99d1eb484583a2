import { describe, expect, test } from 'vitest'
import { toCandidates, Window } from '../src/core/feed/window.ts'
import type { WindowCandidate } from '../src/core/feed/window.ts'

const rules = { feedLengthMin: 3, feedLengthMax: 8, feedBytesMax: 100_000 }

/** Entry 9 is the newest published. */
function entries(...numbers: readonly number[]) {
  return numbers.map((number) => ({ id: `id-${number}`, publishedAtMs: number * 1_000 }))
}

function idsOf(
  newest: readonly number[],
  arrived: readonly number[],
  lengthBytes = 1_000,
): readonly string[] {
  const candidates = { newest: entries(...newest), arrived: entries(...arrived) }
  return fill(toCandidates(candidates), lengthBytes)
}

function fill(candidates: readonly WindowCandidate[], lengthBytes: number): readonly string[] {
  const window = new Window(rules)
  for (const candidate of candidates) if (!window.isFull) window.take(candidate, lengthBytes)
  return window.entries.map(({ id }) => id)
}

describe('the window', () => {
  test('shows the newest, and what arrived lately however old its date', () => {
    expect(idsOf([9, 8, 7], [1, 9])).toEqual(['id-9', 'id-8', 'id-7', 'id-1'])
  })

  test('prefers the newest to arrivals, and late arrivals to earlier ones, where not all fit', () => {
    expect(idsOf([9, 8, 7], [1, 3, 2], 20_000)).toEqual(['id-9', 'id-8', 'id-7', 'id-1'])
  })

  test('shows a few however large they are', () => {
    expect(idsOf([9, 8, 7, 6], [5], 90_000)).toEqual(['id-9', 'id-8', 'id-7'])
  })

  test('leaves out what is too large, and shows what comes after it', () => {
    const window = new Window(rules)
    for (const candidate of entries(9, 8, 7)) window.take(candidate, 1_000)
    for (const candidate of entries(6)) window.take(candidate, 90_000)
    for (const candidate of entries(5, 4)) window.take(candidate, 1_000)
    expect(window.entries.map(({ id }) => id)).toEqual(['id-9', 'id-8', 'id-7', 'id-5', 'id-4'])
  })

  test('asks no more when many were too large', () => {
    const window = new Window(rules)
    for (const candidate of entries(9, 8, 7)) window.take(candidate, 1_000)
    for (let asked = 0; asked < 10; asked += 1) {
      expect(window.isFull).toBe(false)
      for (const candidate of entries(6)) window.take(candidate, 90_000)
    }
    expect(window.isFull).toBe(true)
  })

  test('has a greatest length', () => {
    expect(idsOf([19, 18, 17], [1, 2, 3, 4, 5, 6, 7, 8, 9], 1)).toHaveLength(8)
  })

  test('orders ties by id', () => {
    const tied = ['b', 'c', 'a'].map((id) => ({ id, publishedAtMs: 5 }))
    const ids = fill(toCandidates({ newest: tied, arrived: tied }), 1)
    expect(ids).toEqual(['a', 'b', 'c'])
  })
})
