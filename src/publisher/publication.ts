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

/** Writes a publication to `out/` and keeps account of it. */
export class PublicationWriter {
  readonly #output: Output
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

  async replace(files: readonly FeedFile[]): Promise<void> {
    const { written, unchanged } = await this.#output.replace(files)
    this.#written.push(...written)
    this.#unchanged.push(...unchanged)
    const changed = new Set(written)
    for (const file of files) {
      if (!changed.has(file.path) || !toMedia(file.path).hasDeltas) continue
      this.#generations.push(toGeneration(file))
    }
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
