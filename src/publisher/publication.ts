import type { Problem } from '../core/problem.ts'
import type { Output, OutputChange, OutputFile } from '../out/folder.ts'

/** What one publication did to `out/`. */
export type Publication = OutputChange & {
  /** Paths where nothing is any more; some may have been empty before. */
  readonly removed: readonly string[]
  readonly problems: readonly Problem[]
}

/** Writes a publication to `out/` and keeps account of it. */
export class PublicationWriter {
  readonly #output: Output
  readonly #written: string[] = []
  readonly #unchanged: string[] = []
  readonly #removed: string[] = []
  readonly #problems: Problem[] = []

  constructor(output: Output) {
    this.#output = output
  }

  async replace(files: readonly OutputFile[]): Promise<void> {
    const { written, unchanged } = await this.#output.replace(files)
    this.#written.push(...written)
    this.#unchanged.push(...unchanged)
  }

  remove(paths: readonly string[]): void {
    this.#output.remove(paths)
    for (const path of paths) this.#removed.push(path)
  }

  /** What was not to be published. */
  refuse(problem: Problem): void {
    this.#problems.push(problem)
  }

  report(): Publication {
    return {
      written: this.#written,
      unchanged: this.#unchanged,
      removed: this.#removed,
      problems: this.#problems,
    }
  }
}
