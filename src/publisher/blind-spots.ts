import type { Problem } from '../core/problem.ts'
import { isWithin } from '../inbox/path.ts'
import type { Unreadable } from '../inbox/scan.ts'
import type { Marks } from '../inbox/watch.ts'

/** Remembers from run to run what in the inbox could not be judged. */
export class BlindSpots {
  /** What was not to be judged yet when the whole inbox was looked at, and since; none before that. */
  #unseen: ReadonlySet<string> | undefined
  /** What could not be read when it was last looked at. */
  #unreadable: readonly Unreadable[] = []

  /** Whether all of the inbox was seen at least once. */
  get isWholeInbox(): boolean {
    return this.#unseen?.size === 0
  }

  /** What cannot be read stays a problem until it, or a folder above it, is looked at again. */
  noteUnreadable(marks: Marks, found: readonly Unreadable[]): readonly Problem[] {
    const looked = marks.kind === 'all' ? [''] : marks.paths
    const kept = this.#unreadable.filter(({ path }) => !looked.some((at) => isWithin(path, at)))
    const byPath = new Map([...kept, ...found].map((item) => [item.path, item]))
    this.#unreadable = [...byPath.values()]
    return this.#unreadable.map(({ path, reason }) => {
      return { code: 'file-unreadable', path, found: reason }
    })
  }

  noteUnseen(marks: Marks, paths: readonly string[]): void {
    const named = new Set(marks.kind === 'some' ? marks.paths : [])
    const before = marks.kind === 'all' ? new Set<string>() : this.#unseen
    if (before === undefined) return
    this.#unseen = new Set([...[...before].filter((path) => !named.has(path)), ...paths])
  }
}
