import { toCandidates } from '../core/feed/window.ts'
import type { LiveEntry, PublicationStore } from '../store/store.ts'

const hourMs = 3_600_000

/**
 * Finds what a feed may show: the newest published, then what arrived lately, the last first.
 * @param term the category of the feed; '' for the main feed
 */
export async function findCandidates(
  publication: PublicationStore,
  term: string,
  rules: {
    readonly feedLength: number
    readonly feedLengthMax: number
    readonly arrivalHours: number
  },
): Promise<readonly LiveEntry[]> {
  const { feedLength, feedLengthMax, arrivalHours } = rules
  const isMain = term === ''
  const newest = isMain
    ? await publication.newest(feedLength)
    : await publication.newestIn(term, feedLength)
  const latestMs = isMain
    ? await publication.newestArrivalAtMs()
    : await publication.newestArrivalAtMsIn(term)
  // Hours before the feed's own latest arrival, not before now: an idle feed stays as it is.
  const sinceMs = (latestMs ?? 0) - arrivalHours * hourMs
  const arrived = isMain
    ? await publication.arrivedSince(sinceMs, feedLengthMax)
    : await publication.arrivedSinceIn(term, sinceMs, feedLengthMax)
  return toCandidates({ newest, arrived })
}
