import type { EntryState } from '../core/entry/catalogue.ts'
import { noOutcomes } from '../core/entry/outcome.ts'
import type { FileOutcome, Outcome, OutcomeCounts } from '../core/entry/outcome.ts'
import { integer, optionalInteger, optionalText, text, toEntryState, toProblems } from './rows.ts'
import type { Row } from './rows.ts'
import type { Statements } from './statements.ts'
import type { OutcomeStore } from './store.ts'
import type { Tallies } from './tallies.ts'

const columns = `SELECT file.path, file.state, problems, entry.state AS entry_state, title,
  published_at_ms, expires_at_ms,
  CASE file.state WHEN 'copy' THEN (
    SELECT path FROM entry AS original WHERE original.article_key = file.article_key
      AND original.state IN ('live', 'scheduled', 'expired') ORDER BY key LIMIT 1
  ) END AS copy_of
  FROM file LEFT JOIN entry ON entry.key = file.entry`

/** What became of files, for people who ask. */
export class OutcomeTables implements OutcomeStore {
  readonly #statements: Statements
  readonly #entries: Tallies

  constructor(statements: Statements, entries: Tallies) {
    this.#statements = statements
    this.#entries = entries
  }

  count(): OutcomeCounts {
    const counts = {
      ...noOutcomes,
      scheduled: this.#entries.count('scheduled'),
      expired: this.#entries.count('expired'),
      published: this.#entries.count('live'),
    }
    // The state stands in the text, so that the partial index serves.
    const others = this.#statements.all(
      `SELECT file.state, entry.state AS entry_state, COUNT(*) AS n
        FROM file LEFT JOIN entry ON entry.key = file.entry
        WHERE file.state <> 'entry' GROUP BY 1, 2`,
    )
    for (const row of others) {
      const outcome = toOutcome(row)
      counts[outcome] += integer(row, 'n')
      const entryState = optionalText(row, 'entry_state')
      const before = entryState === undefined ? undefined : byEntry[toEntryState(entryState)]
      if (before !== undefined) counts[before] -= integer(row, 'n')
    }
    return counts
  }

  list(paths?: readonly string[]): readonly FileOutcome[] {
    if (paths === undefined) {
      return this.#statements.all(`${columns} ORDER BY file.path`).map(toFileOutcome)
    }
    const found = new Map<string, FileOutcome>()
    for (const path of paths) {
      // "0" is the character after "/".
      const rows = this.#statements.all(
        `${columns} WHERE file.path = ? OR (file.path > ? AND file.path < ?) ORDER BY file.path`,
        path,
        `${path}/`,
        `${path}0`,
      )
      for (const row of rows) found.set(text(row, 'path'), toFileOutcome(row))
      const retracted = rows.length === 0 ? this.#findRetracted(path) : undefined
      if (retracted !== undefined) found.set(path, retracted)
    }
    return [...found.values()]
  }

  #findRetracted(path: string): FileOutcome | undefined {
    const row = this.#statements.get(
      `SELECT title, published_at_ms, deleted_at_ms FROM entry WHERE path = ? AND state = 'retracted'
        ORDER BY deleted_at_ms DESC LIMIT 1`,
      path,
    )
    if (row === undefined) return undefined
    return {
      path,
      outcome: 'retracted',
      isPublished: false,
      title: text(row, 'title'),
      publishedAtMs: integer(row, 'published_at_ms'),
      retractedAtMs: optionalInteger(row, 'deleted_at_ms'),
      problems: [],
    }
  }
}

/** What the file of an entry is, by the entry's state; the others have none. */
const byEntry: Readonly<Partial<Record<EntryState, Outcome>>> = {
  live: 'published',
  scheduled: 'scheduled',
  expired: 'expired',
}

function toOutcome(row: Row): Outcome {
  switch (text(row, 'state')) {
    case 'copy':
      return 'copy'
    case 'draft':
      return 'draft'
    case 'missing':
      return 'missing'
    case 'entry':
      return byEntry[toEntryState(text(row, 'entry_state'))] ?? 'held'
    default:
      return 'held'
  }
}

function toFileOutcome(row: Row): FileOutcome {
  const problems = optionalText(row, 'problems')
  return {
    path: text(row, 'path'),
    outcome: toOutcome(row),
    isPublished: optionalText(row, 'entry_state') === 'live',
    title: optionalText(row, 'title'),
    publishedAtMs: optionalInteger(row, 'published_at_ms'),
    expiresAtMs: optionalInteger(row, 'expires_at_ms'),
    copyOf: optionalText(row, 'copy_of'),
    problems: problems === undefined ? [] : toProblems(problems),
  }
}
