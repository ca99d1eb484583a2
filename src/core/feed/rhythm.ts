/** Arrivals that say how often a feed changes; with fewer than the least, nothing is known of it. */
const arrivalsMax = 20
const arrivalsMin = 3
/** Minutes that a feed may be kept: few steps, so that they seldom change, and never so long that it hurts. */
const steps = [60, 30, 15, 10, 5, 2, 1] as const
const unknownMinutes = 5
const minuteMs = 60_000

/**
 * Tells how long a feed may be kept before it is asked for again, from its own rhythm: half the mean
 * time between its latest arrivals, at most an hour. It follows from the entries alone, never from the
 * clock, so an idle feed stays as it is.
 * Source: RSS 2.0, "<ttl> sub-element of <channel>".
 * @param arrivalsAtMs of the entries that the feed shows, in any order
 * @returns whole minutes, from 1 to 60
 */
export function toTtlMinutes(arrivalsAtMs: readonly number[]): number {
  const latest = arrivalsAtMs.toSorted((left, right) => right - left).slice(0, arrivalsMax)
  const [newest, oldest] = [latest[0], latest.at(-1)]
  if (latest.length < arrivalsMin || newest === undefined || oldest === undefined) {
    return unknownMinutes
  }
  const gapMs = (newest - oldest) / (latest.length - 1)
  return steps.find((minutes) => minutes * minuteMs <= gapMs / 2) ?? 1
}
