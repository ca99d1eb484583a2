import { integer, optionalInteger, text } from './rows.ts'
import type { Statements } from './statements.ts'
import type { PublicationStore } from './store.ts'

/** Of a category so many deletions are remembered; its feed has room for no more. */
const buriedMax = 100

/** Which entries were deleted, and out of which categories. */
export class Burials {
  readonly #statements: Statements

  constructor(statements: Statements) {
    this.#statements = statements
  }

  /** To be called within a transaction. */
  add(categories: readonly number[], entry: number, deletedAtMs: number): void {
    for (const category of categories) {
      this.#statements.run(
        'INSERT OR REPLACE INTO burial (category, deleted_at_ms, entry) VALUES (?, ?, ?)',
        category,
        deletedAtMs,
        entry,
      )
    }
  }

  /** The entry is live again. */
  remove(entry: number): void {
    this.#statements.run('DELETE FROM burial WHERE entry = ?', entry)
  }

  /** Forgets the oldest of a category, if they are too many. */
  trim(category: number): void {
    this.#statements.run(
      `DELETE FROM burial WHERE category = ? AND entry NOT IN (
        SELECT entry FROM burial WHERE category = ? ORDER BY deleted_at_ms DESC, entry LIMIT ?)`,
      category,
      category,
      buriedMax,
    )
  }

  newestAtMs(term: string): number | undefined {
    const row =
      term === ''
        ? this.#statements.get(
            'SELECT MAX(deleted_at_ms) AS at FROM entry WHERE deleted_at_ms IS NOT NULL',
          )
        : this.#statements.get(
            `SELECT MAX(deleted_at_ms) AS at FROM burial
              WHERE category = (SELECT key FROM category WHERE term = ?)`,
            term,
          )
    return row && optionalInteger(row, 'at')
  }

  since(term: string, sinceMs: number, limit: number): ReturnType<PublicationStore['tombstones']> {
    const rows =
      term === ''
        ? this.#statements.all(
            `SELECT id, deleted_at_ms FROM entry WHERE deleted_at_ms > ? AND state != 'live'
              ORDER BY deleted_at_ms DESC, id LIMIT ?`,
            sinceMs,
            limit,
          )
        : this.#statements.all(
            `SELECT id, burial.deleted_at_ms FROM burial JOIN entry ON entry.key = burial.entry
              WHERE burial.category = (SELECT key FROM category WHERE term = ?)
                AND burial.deleted_at_ms > ? AND state != 'live'
              ORDER BY burial.deleted_at_ms DESC, id LIMIT ?`,
            term,
            sinceMs,
            limit,
          )
    return rows.map((row) => ({
      id: text(row, 'id'),
      deletedAtMs: integer(row, 'deleted_at_ms'),
    }))
  }
}
