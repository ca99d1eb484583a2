import type { Large } from './million.ts'
import type { Machine } from './machine.ts'
import type { Growth, Row } from './summary.ts'

/** All figures of one run, as `docs/performance.json` has them. */
export type Report = {
  readonly machine: Machine
  /** The day, in UTC. */
  readonly ranAt: string
  readonly options: {
    readonly sizes: readonly number[]
    readonly rounds: number
    readonly drops: number
    readonly burst: number
    readonly seed: number
  }
  readonly rows: readonly Row[]
  readonly growth: readonly Growth[]
}

/** The same of the large run, `docs/performance-large.json`. */
export type LargeReport = Large & { readonly machine: Machine; readonly ranAt: string }

/** What `npm run bench:serve` found, `docs/serving.json`. */
export type ServingReport = {
  readonly machine: string
  readonly ranAt: string
  /** Of the feed that was asked for, by form: `identity`, `gzip`, `br`. */
  readonly bodyBytes: Readonly<Record<string, number>>
  /** Processor time of the server for one answer, by server and row: `dropfeed 304`. */
  readonly cpuUs: Readonly<Record<string, number>>
}
