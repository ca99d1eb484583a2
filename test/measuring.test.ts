import { Buffer } from 'node:buffer'
import { describe, expect, test } from 'vitest'
import { sampleArticle, toFrontMatter, toPlainText } from './bench/corpus.ts'
import { fitExponent, median, quantile } from './bench/statistics.ts'
import { toGrowth, toRows } from './bench/summary.ts'
import type { Sample } from './bench/samples.ts'

describe('figures', () => {
  test('a power law is found from exact points, and an empty inbox says nothing of growth', () => {
    const counts = [0, 1000, 10_000, 100_000]
    const toPoints = (exponent: number) =>
      counts.map((count) => ({ count, value: 3 * count ** exponent }))
    for (const exponent of [0, 0.5, 1, 1.05]) {
      expect(fitExponent(toPoints(exponent))).toBeCloseTo(exponent, 10)
    }
    expect(fitExponent([{ count: 1000, value: 5 }])).toBeUndefined()
    expect(fitExponent([{ count: 0, value: 5 }])).toBeUndefined()
  })

  test('the median lies in the middle, a quantile is a value that occurred', () => {
    expect(median([3, 1, 2])).toBe(2)
    expect(median([4, 1, 3, 2])).toBe(2.5)
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index)
    expect(quantile(hundred, 0.99)).toBe(99)
    expect(quantile([7], 0.99)).toBe(7)
  })

  test('ratios compare what ran in one round, not what ran on a quieter machine', () => {
    const sample = (round: number, who: Sample['who'], value: number): Sample => {
      return { work: 'build-all', who, articles: 1000, round, value, cpuMs: value / 2 }
    }
    // The second round was ten times as slow for both.
    const samples = [sample(1, 'dropfeed', 50), sample(1, 'hugo', 100)]
    samples.push(sample(2, 'dropfeed', 500), sample(2, 'hugo', 1000))
    const [row] = toRows(samples)
    expect(row?.ratios).toEqual({ hugo: 0.5 })
    expect(row?.cpuRatios).toEqual({ hugo: 0.5 })
  })

  test('growth is told for each program and work that was measured at two sizes', () => {
    const samples = [1000, 10_000].flatMap((articles): readonly Sample[] => [
      { work: 'build-all', who: 'dropfeed', articles, round: 1, value: articles * 2 },
      { work: 'drop-feed', who: 'dropfeed', articles, round: 1, value: 7 },
    ])
    const growth = toGrowth(toRows(samples)).map(({ work, exponent }) => [work, exponent])
    expect(growth).toEqual([
      ['drop-feed', 0],
      ['build-all', expect.closeTo(1, 10)],
    ])
  })
})

describe('the corpus', () => {
  test('is the same for the same seed, whichever article is made first', () => {
    const forwards = [1, 2, 3].map((index) => sampleArticle(7, index))
    const backwards = [3, 2, 1].map((index) => sampleArticle(7, index)).toReversed()
    expect(backwards).toEqual(forwards)
    expect(sampleArticle(8, 1)).not.toEqual(forwards[0])
  })

  test('has articles of 3 to 5 KB in six languages with twelve hashtags each', () => {
    const articles = Array.from({ length: 300 }, (_, index) => sampleArticle(1, index))
    expect(new Set(articles.map(({ language }) => language)).size).toBe(6)
    for (const article of articles) {
      expect(new Set(article.hashtags).size).toBe(12)
      const lengthBytes = Buffer.byteLength(toPlainText(article))
      expect(lengthBytes).toBeGreaterThan(3000)
      expect(lengthBytes).toBeLessThan(5100)
      // The same words in the other shape.
      expect(toFrontMatter(article)).toContain(article.paragraphs.join('\n\n'))
    }
  })
})
