import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { toTtlMinutes } from '../src/core/feed/rhythm.ts'
import { ask } from './support/ask.ts'
import { LivePublication } from './support/live-publication.ts'

const minuteMs = 60_000
const startMs = Date.UTC(2026, 0, 31)
const every = (gapMs: number, count = 30) =>
  Array.from({ length: count }, (_, index) => startMs + index * gapMs)

test.each([
  ['of seconds', 2_000, 1],
  ['of two minutes', 2 * minuteMs, 1],
  ['of ten minutes', 10 * minuteMs, 5],
  ['of an hour', 60 * minuteMs, 30],
  ['of a day', 24 * 60 * minuteMs, 60],
])(
  'a feed with arrivals at intervals %s may be kept for at most half of one',
  (_, gapMs, minutes) => {
    expect(toTtlMinutes(every(gapMs))).toBe(minutes)
    expect(toTtlMinutes(every(gapMs).toReversed())).toBe(minutes)
  },
)

test('a feed that becomes fast is soon asked often', () => {
  const slow = every(24 * 60 * minuteMs)
  const fast = every(minuteMs, 20).map((ms) => ms + 30 * 24 * 60 * minuteMs)
  expect(toTtlMinutes([...slow, ...fast])).toBe(1)
})

test('a feed with hardly an entry is kept for five minutes', () => {
  for (const arrivals of [[], [startMs], [startMs, 0]]) expect(toTtlMinutes(arrivals)).toBe(5)
})

test('whatever arrives when, a feed is kept from a minute to an hour', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -1e14, max: 1e14 })), (arrivals) => {
      const minutes = toTtlMinutes(arrivals)
      expect(Number.isInteger(minutes) && minutes >= 1 && minutes <= 60).toBe(true)
    }),
  )
})

test('what RSS says of a feed, HTTP says of all its formats, with no Expires, and again after a restart', async () => {
  await using publication = await LivePublication.start()
  for (const [index, title] of ['Ebb', 'Flow', 'Tide'].entries()) {
    publication.write(
      `${title}.md`,
      `---\ndate: 2026-01-31T0${index}:00:00Z\n---\n\n${title} #sea\n`,
    )
  }
  await publication.until(() => publication.items().length === 3)
  await publication.pass()
  for (let start = 0; start < 2; start += 1) {
    for (const folder of ['', 'categories/sea/']) {
      const rss = await ask(publication.address, `/${folder}rss.xml`)
      const minutes = Number(/<ttl>(\d+)<\/ttl>/.exec(rss.text)?.[1])
      for (const name of ['rss.xml', 'atom.xml', 'feed.json']) {
        const { headers } = await ask(publication.address, `/${folder}${name}`)
        expect(headers['cache-control'], folder + name).toBe(`max-age=${minutes * 60}`)
        expect(headers.expires).toBeUndefined()
      }
    }
    if (start > 0) break
    await publication.stop()
    publication.address = ''
    publication.restart()
    await publication.until(() => publication.address !== '')
  }
})
