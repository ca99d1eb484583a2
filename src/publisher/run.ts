import type { Problem } from '../core/problem.ts'
import type { Log } from '../log.ts'
import type { FileCalls } from '../out/file-calls.ts'
import type { CrewRules } from './crew.ts'
import type { Publication } from './publication.ts'
import type { OnTaken } from './telling.ts'

export type Edges = {
  readonly log: Log
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number
  /** Gives the publication's own id (`urn:uuid:…`) when there is none yet; a random one by default. */
  readonly mintSiteId?: (() => string) | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
  /**
   * Told of each step of a publication, of which a run may have several, once its files are in place: of the
   * main feeds and what they name before the rest.
   */
  readonly onPublication?: ((publication: Publication) => void) | undefined
  /** Told what became of files that were read, once it is committed. */
  readonly onTaken?: OnTaken | undefined
  /** A person has said that entries may vanish and change their ids, whatever the store knows. */
  readonly acceptsChanges?: boolean | undefined
  /** The file calls that write `out/`; Node's by default. */
  readonly fileCalls?: FileCalls | undefined
  /** How long others may wait while documents are written for which no feed waits; milliseconds, a second by default. */
  readonly turnMs?: number | undefined
  /** When threads are brought in, and what they run. */
  readonly crew?: CrewRules | undefined
}

export type RunReport = {
  /** Live entries. */
  readonly entries: number
  readonly added: number
  readonly updated: number
  readonly removed: number
  readonly written: number
  readonly unchanged: number
  /** All that stand now. */
  readonly problems: readonly Problem[]
  /** Files that were not whole yet; to be looked at again. */
  readonly deferred: readonly string[]
  /** Documents are left to be written: run again, with whatever is marked by then. */
  readonly isUnfinished: boolean
  /** Files are vanishing, and are judged together by a run in so many milliseconds, whatever is marked by then. */
  readonly judgeInMs: number | undefined
  readonly ms: number
}
