import type { Problem } from '../problem.ts'

/**
 * What became of a file, as people are told; what needs attention comes first.
 *
 * - `held`: it has a problem; an earlier version of it may be published.
 * - `missing`: it is gone, together with so many others that its entry stays until that is confirmed.
 * - `waiting`: seen, but not read yet.
 * - `scheduled`, `expired`: its time has not come, or is over.
 * - `copy`: another file has the same content.
 * - `draft`: not to be published yet.
 * - `published`: it is as readers see it.
 */
export const outcomes = [
  'held',
  'missing',
  'waiting',
  'scheduled',
  'copy',
  'draft',
  'expired',
  'published',
] as const

export type Outcome = (typeof outcomes)[number]

export type OutcomeCounts = Readonly<Record<Outcome, number>>

/** Of no files. */
export const noOutcomes: OutcomeCounts = {
  held: 0,
  missing: 0,
  waiting: 0,
  scheduled: 0,
  copy: 0,
  draft: 0,
  expired: 0,
  published: 0,
}

export type FileOutcome = {
  readonly path: string
  /** `retracted` only of a file that is gone. */
  readonly outcome: Outcome | 'retracted'
  /** Readers see this version or an earlier one. */
  readonly isPublished: boolean
  readonly title?: string | undefined
  readonly publishedAtMs?: number | undefined
  readonly expiresAtMs?: number | undefined
  readonly retractedAtMs?: number | undefined
  /** The file that was there first. */
  readonly copyOf?: string | undefined
  readonly problems: readonly Problem[]
}
