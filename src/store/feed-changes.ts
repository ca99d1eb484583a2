import { integer, optionalInteger, text } from './rows.ts'
import type { Statements } from './statements.ts'
import type { FeedChange, LiveEntry } from './store.ts'

/**
 * What each publication changed in each feed: which entries it came to show, in which version, and which
 * of those it showed were deleted. An entry that only comes back into a feed, since others left it, is
 * none; of those that left, and of those deleted, the latest are remembered.
 */
export class FeedChanges {
  readonly #statements: Statements

  constructor(statements: Statements) {
    this.#statements = statements
  }

  /** To be called within a transaction. */
  note(folder: string, window: readonly LiveEntry[]): void {
    const newest = this.newest(folder)
    let number = newest
    const known = new Map(
      this.#statements
        .all('SELECT id, number, version, kind FROM feed_change WHERE folder = ?', folder)
        .map((row) => [text(row, 'id'), row]),
    )
    const put = (id: string, version: number, kind: Kind, at: number) =>
      this.#statements.run(
        `INSERT OR REPLACE INTO feed_change (folder, id, number, version, kind)
          VALUES (?, ?, ?, ?, ?)`,
        folder,
        id,
        at,
        version,
        kind,
      )
    for (const { id, updatedAtMs } of window.toReversed()) {
      const row = known.get(id)
      known.delete(id)
      const isSame = row !== undefined && integer(row, 'version') === updatedAtMs
      if (isSame && row['kind'] === 'shown') continue
      if (isSame && row['kind'] === 'left') put(id, updatedAtMs, 'shown', integer(row, 'number'))
      else put(id, updatedAtMs, 'shown', (number += 1))
    }
    const dead = this.#deadIn(folder)
    for (const [id, row] of known) {
      if (dead.has(id)) put(id, integer(row, 'version'), 'gone', (number += 1))
      else if (row['kind'] === 'shown') {
        put(id, integer(row, 'version'), 'left', integer(row, 'number'))
      }
    }
    if (number === newest && newest > 0) return
    this.#trim(folder)
    this.#statements.run(
      'INSERT OR REPLACE INTO feed_newest (folder, number) VALUES (?, ?)',
      folder,
      number,
    )
  }

  /** To be called within a transaction. */
  forget(folder: string): void {
    // The count goes on where it was, so that nobody is behind a feed that comes again.
    this.#statements.run('DELETE FROM feed_change WHERE folder = ?', folder)
  }

  newest(folder: string): number {
    const row = this.#statements.get('SELECT number FROM feed_newest WHERE folder = ?', folder)
    return row === undefined ? 0 : integer(row, 'number')
  }

  isFeed(folder: string): boolean {
    return (
      this.#statements.get('SELECT 1 FROM feed_change WHERE folder = ? LIMIT 1', folder) !==
      undefined
    )
  }

  /** In the order in which they came about; at most `limit`. */
  since(folder: string, number: number, limit: number): readonly FeedChange[] {
    return this.#statements
      .all(
        `SELECT feed_change.id, number, kind, deleted_at_ms
          FROM feed_change LEFT JOIN entry ON entry.id = feed_change.id
          WHERE folder = ? AND number > ? ORDER BY number LIMIT ?`,
        folder,
        number,
        limit,
      )
      .map((row) => {
        const change = { id: text(row, 'id'), number: integer(row, 'number') }
        return row['kind'] === 'gone'
          ? { ...change, kind: 'gone', deletedAtMs: optionalInteger(row, 'deleted_at_ms') }
          : { ...change, kind: 'put' }
      })
  }

  /** Those that were shown, and are not published any more. */
  #deadIn(folder: string): ReadonlySet<string> {
    const rows = this.#statements.all(
      `SELECT feed_change.id FROM feed_change LEFT JOIN entry ON entry.id = feed_change.id
        WHERE folder = ? AND kind != 'gone' AND entry.state IS NOT 'live'`,
      folder,
    )
    return new Set(rows.map((row) => text(row, 'id')))
  }

  #trim(folder: string): void {
    this.#statements.run(
      `DELETE FROM feed_change WHERE folder = ? AND kind != 'shown' AND number <= (
        SELECT number FROM feed_change WHERE folder = ? AND kind != 'shown'
        ORDER BY number DESC LIMIT 1 OFFSET ?)`,
      folder,
      folder,
      rememberedMax,
    )
  }
}

type Kind = 'shown' | 'left' | 'gone'

/** Entries that are remembered of a feed that does not show them. */
const rememberedMax = 300
