import type { EntryState } from '../core/entry/catalogue.ts'
import { integer, text, toEntryState } from './rows.ts'
import type { Statements } from './statements.ts'

type Counts = {
  readonly states: Map<EntryState, number>
  /** Of live entries. */
  readonly languages: Map<string, number>
}

/**
 * A language takes over from the one that the feed speaks when it has so many of a hundred of that one's entries:
 * each change writes every page and feed anew, so one drop more or less than half must not be enough.
 */
const takeoverPercent = 110

/** How many entries there are of a kind; counted once, and then kept, since every publication asks. */
export class Tallies {
  readonly #statements: Statements
  #counts: Counts | undefined

  constructor(statements: Statements) {
    this.#statements = statements
  }

  /** An entry more, or less. */
  add(state: EntryState, language: string | undefined, by: 1 | -1): void {
    if (this.#counts === undefined) return
    const { states, languages } = this.#counts
    states.set(state, (states.get(state) ?? 0) + by)
    if (state === 'live' && language !== undefined) {
      languages.set(language, (languages.get(language) ?? 0) + by)
    }
  }

  /** After a rolled-back transaction all is counted anew. */
  forget(): void {
    this.#counts = undefined
  }

  count(state: EntryState): number {
    return this.#read().states.get(state) ?? 0
  }

  /** @param kept what the feed has spoken so far; as long as it is about as common as any it is the answer */
  commonLanguage(kept: string | undefined): string | undefined {
    const { languages } = this.#read()
    const ordered = [...languages].filter(([, count]) => count > 0)
    ordered.sort(([left, more], [right, less]) => less - more || (left < right ? -1 : 1))
    const [leader, most] = ordered[0] ?? [undefined, 0]
    const isKept = kept !== undefined && most * 100 < (languages.get(kept) ?? 0) * takeoverPercent
    return isKept ? kept : leader
  }

  #read(): Counts {
    return (this.#counts ??= this.#count())
  }

  #count(): Counts {
    const states = this.#statements.all('SELECT state, COUNT(*) AS n FROM entry GROUP BY state')
    const languages = this.#statements.all(`SELECT language, COUNT(*) AS n FROM entry
        WHERE state = 'live' AND language IS NOT NULL GROUP BY language`)
    return {
      states: new Map(states.map((row) => [toEntryState(text(row, 'state')), integer(row, 'n')])),
      languages: new Map(languages.map((row) => [text(row, 'language'), integer(row, 'n')])),
    }
  }
}
