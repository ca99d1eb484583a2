import type { Problem } from '../core/problem.ts'
import { toMedia } from '../out/media.ts'
import type { Output, OutputChange } from '../out/folder.ts'
import { toGeneration } from './generations.ts'
import type { FeedFile, Generation } from './generations.ts'

/** What one publication did to `out/`. */
export type Publication = OutputChange & {
  /** Paths where nothing is any more; some may have been empty before. */
  readonly removed: readonly string[]
  readonly problems: readonly Problem[]
  /** The feeds among what was written, as far as they are remembered. */
  readonly generations: readonly Generation[]
}

export const nothingPublished: Publication = {
  written: [],
  unchanged: [],
  removed: [],
  problems: [],
  generations: [],
}

/** What waits to be written is written when it is as much as this. */
const waitingBytesMax = 8 * 1024 * 1024
const waitingFilesMax = 250

type Waiting = {
  readonly files: readonly FeedFile[]
  readonly done: () => void | Promise<void>
}

/**
 * Writes a publication to `out/` in the order in which it is given, and keeps account of it. What comes one
 * after the other is written together, for the disk takes as long for one file as for some.
 */
export class PublicationWriter {
  readonly #output: Output
  readonly #waiting: Waiting[] = []
  #waitingBytes = 0
  #waitingFiles = 0
  readonly #written: string[] = []
  readonly #unchanged: string[] = []
  readonly #removed: string[] = []
  readonly #problems: Problem[] = []
  readonly #generations: Generation[] = []
  /** How many of each were told of. */
  #told: Readonly<Record<keyof Publication, number>> | undefined

  constructor(output: Output) {
    this.#output = output
  }

  /**
   * Has files written, visible together, after all that was added before.
   * @param done is called once they are in place
   */
  async add(files: readonly FeedFile[], done: Waiting['done'] = () => {}): Promise<void> {
    this.#waiting.push({ files, done })
    this.#waitingFiles += files.length
    for (const { bytes } of files) this.#waitingBytes += bytes.length
    if (this.#waitingBytes >= waitingBytesMax || this.#waitingFiles >= waitingFilesMax) {
      await this.flush()
    }
  }

  /** Writes what waits. */
  async flush(): Promise<void> {
    const groups = this.#waiting.splice(0)
    this.#waitingBytes = 0
    this.#waitingFiles = 0
    const { written, unchanged } = await this.#output.replace(...groups.map(({ files }) => files))
    this.#written.push(...written)
    this.#unchanged.push(...unchanged)
    const changed = new Set(written)
    for (const file of groups.flatMap(({ files }) => files)) {
      if (!changed.has(file.path) || !toMedia(file.path).hasDeltas) continue
      this.#generations.push(toGeneration(file))
    }
    for (const { done } of groups) await done()
  }

  /** Says whether a file stands there, or will when what waits is written. */
  has(path: string): boolean {
    const isWaiting = this.#waiting.some(({ files }) => files.some((file) => file.path === path))
    return isWaiting || this.#output.has(path)
  }

  remove(paths: readonly string[]): void {
    this.#output.remove(paths)
    for (const path of paths) this.#removed.push(path)
  }

  /** What was not to be published. */
  refuse(problem: Problem): void {
    this.#problems.push(problem)
  }

  get hasRefused(): boolean {
    return this.#problems.length > 0
  }

  report(): Publication {
    return {
      written: this.#written,
      unchanged: this.#unchanged,
      removed: this.#removed,
      problems: this.#problems,
      generations: this.#generations,
    }
  }

  /** What was done since this was asked for last. */
  step(): Publication {
    const whole = this.report()
    const told = this.#told
    this.#told = {
      written: whole.written.length,
      unchanged: whole.unchanged.length,
      removed: whole.removed.length,
      problems: whole.problems.length,
      generations: whole.generations.length,
    }
    return {
      written: whole.written.slice(told?.written),
      unchanged: whole.unchanged.slice(told?.unchanged),
      removed: whole.removed.slice(told?.removed),
      problems: whole.problems.slice(told?.problems),
      generations: whole.generations.slice(told?.generations),
    }
  }
}
