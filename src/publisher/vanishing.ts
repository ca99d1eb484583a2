import type { Marks } from '../inbox/watch.ts'

/** So many files vanish at once without anybody wondering: their entries go at once. */
const handful = 5
/** A removal goes on while another file vanishes within this time. */
const quietMs = 1_000
/** What was retracted so lately belongs to the same removal. */
const latelyMs = 2_000
/** However long a removal goes on, it is judged by then. */
const gatheringMsMax = 30_000

/**
 * Gathers what vanishes file by file, as a slow `rm` or a file manager does it, so that it is judged as the
 * one removal that it is. All times are milliseconds of a clock that is never set back.
 */
export class Vanishing {
  #paths: ReadonlySet<string> = new Set()
  #retractedAtMs: readonly number[] = []
  #beganAtMs = 0
  #grewAtMs = 0

  /** Adds what is gone and was not judged yet, so that a file that comes may turn out to be it. */
  addTo(marks: Marks, isGone: (path: string) => boolean): Marks {
    if (marks.kind === 'all') return marks
    const paths = new Set(marks.paths)
    for (const path of this.#paths) if (isGone(path)) paths.add(path)
    return { kind: 'some', paths: [...paths] }
  }

  /** Says whether to wait before these, which are all that are gone now, are judged. */
  isMoreToCome(paths: readonly string[], nowMs: number): boolean {
    this.#retractedAtMs = this.#retractedAtMs.filter((atMs) => atMs > nowMs - latelyMs)
    if (this.#paths.size === 0) this.#beganAtMs = nowMs
    if (paths.some((path) => !this.#paths.has(path))) this.#grewAtMs = nowMs
    const isMany = paths.length + this.#retractedAtMs.length > handful
    const isFresh = nowMs - this.#grewAtMs < quietMs && nowMs - this.#beganAtMs < gatheringMsMax
    if (paths.length > 0 && isMany && isFresh) {
      this.#paths = new Set(paths)
      return true
    }
    this.forget()
    // More than a handful need not be remembered to be many.
    this.#retractedAtMs = [...this.#retractedAtMs, ...paths.map(() => nowMs)].slice(-handful)
    return false
  }

  /** In how many milliseconds what is gone can be judged; `undefined` when nothing waits for that. */
  waitMs(nowMs: number): number | undefined {
    if (this.#paths.size === 0) return undefined
    const endMs = Math.min(this.#grewAtMs + quietMs, this.#beganAtMs + gatheringMsMax)
    return Math.max(endMs - nowMs, 0)
  }

  /** Nothing is known to be gone any more: the next look at the inbox tells. */
  forget(): void {
    this.#paths = new Set()
  }
}
