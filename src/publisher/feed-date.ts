import type { Site } from '../core/site.ts'
import type { LiveEntry } from '../store/store.ts'

/** The newest change the feed contains, never the clock: an edit, an arrival or a deletion. */
export function newestChange(
  window: readonly LiveEntry[],
  site: Site,
  deletedAtMs: number | undefined,
): number {
  return window.reduce(
    (newest, { updatedAtMs, arrivedAtMs }) => Math.max(newest, updatedAtMs, arrivedAtMs),
    deletedAtMs ?? (window.length === 0 ? site.createdAtMs : 0),
  )
}
