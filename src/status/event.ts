import type { Problem } from '../core/problem.ts'

/**
 * What happens to a file on its way, or to the publication as a whole.
 *
 * - `seen`: something about it moved; `settling`: it is not whole yet; `read`: it was read.
 * - `published`, `updated`, `retracted`: readers see it.
 * - `unchanged`: readers see nothing else than before.
 * - `problem`: there is something to mend; `notice`: something to know.
 * - `missing`: it is gone with too many others, and stays published until that is confirmed.
 * - `fault`: the machine failed dropfeed.
 */
type EventKind =
  | Exclude<TakenFile['outcome'], 'held'>
  | 'seen'
  | 'settling'
  | 'read'
  | 'problem'
  | 'notice'
  | 'fault'

export type StatusEvent = {
  /** Counts up from 1. */
  readonly number: number
  readonly atMs: number
  readonly kind: EventKind
  /** Inside the inbox; none of a fault. */
  readonly path?: string | undefined
  readonly title?: string | undefined
  /** Where its page is, below `out/`. */
  readonly page?: string | undefined
  /** Of what is scheduled. */
  readonly publishedAtMs?: number | undefined
  /** Since it was seen. */
  readonly ms?: number | undefined
  /** Of a problem. */
  readonly code?: Problem['code'] | undefined
  /** A problem or a fault, worded. */
  readonly message?: string | undefined
}

/** What a run made of a file. */
export type TakenFile = {
  readonly path: string
  readonly outcome:
    | 'published'
    | 'updated'
    | 'unchanged'
    | 'scheduled'
    | 'expired'
    | 'draft'
    | 'copy'
    | 'held'
    | 'retracted'
    | 'missing'
  /** False: it did not come to that, or there was no need. */
  readonly isRead: boolean
  /** The entry changes for readers with the next publication. */
  readonly isVisible: boolean
  readonly title?: string | undefined
  readonly page?: string | undefined
  readonly publishedAtMs?: number | undefined
  readonly problems: readonly Problem[]
}
