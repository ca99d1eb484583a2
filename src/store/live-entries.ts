import type { SQLInputValue } from 'node:sqlite'
import { optionalInteger, toLiveEntry } from './rows.ts'
import type { Statements } from './statements.ts'
import type { LiveEntry, Neighbours } from './store.ts'

const liveColumns =
  'id, title, entry.published_at_ms, updated_at_ms, entry.arrived_at_ms, article_key, permalink'

/** So many entries are worth reading what lies between them. */
const spanMin = 10

/** Finds live entries by what documents ask for; `PublicationStore` tells what each promises. */
export class LiveEntries {
  readonly #statements: Statements

  constructor(statements: Statements) {
    this.#statements = statements
  }

  after(id: string | undefined, limit: number): readonly LiveEntry[] {
    return this.#live(
      `WHERE key > coalesce((SELECT key FROM entry WHERE id = ?), -1) AND state = 'live'
        ORDER BY key LIMIT ?`,
      id ?? '',
      limit,
    )
  }

  withIds(ids: readonly string[]): readonly LiveEntry[] {
    return ids.flatMap((id) => this.#live("WHERE id = ? AND state = 'live'", id))
  }

  newest(limit: number): readonly LiveEntry[] {
    return this.#live("WHERE state = 'live' ORDER BY published_at_ms DESC, id LIMIT ?", limit)
  }

  /** All rows from the newest to the oldest of many are read at once, if there are not many others between. */
  neighbours(entries: readonly LiveEntry[]): ReadonlyMap<string, Neighbours> {
    const times = entries.map(({ publishedAtMs }) => publishedAtMs)
    const limit = entries.length * 2
    const span =
      entries.length < spanMin
        ? []
        : this.#live(
            `WHERE state = 'live' AND published_at_ms BETWEEN ? AND ?
              ORDER BY published_at_ms DESC, id LIMIT ?`,
            Math.min(...times),
            Math.max(...times),
            limit,
          )
    const places = new Map(
      span.length < limit ? span.map(({ id }, index) => [id, index] as const) : [],
    )
    return new Map(
      entries.map((entry) => {
        const index = places.get(entry.id)
        const [newer, older] = index === undefined ? [] : [span[index - 1], span[index + 1]]
        return [
          entry.id,
          { newer: newer ?? this.#newer(entry), older: older ?? this.#older(entry) },
        ]
      }),
    )
  }

  #newer({ id, publishedAtMs }: LiveEntry): LiveEntry | undefined {
    return (
      this.#first(
        `WHERE state = 'live' AND published_at_ms = ? AND id < ? ORDER BY id DESC LIMIT 1`,
        publishedAtMs,
        id,
      ) ??
      this.#first(
        `WHERE state = 'live' AND published_at_ms > ? ORDER BY published_at_ms, id DESC LIMIT 1`,
        publishedAtMs,
      )
    )
  }

  #older({ id, publishedAtMs }: LiveEntry): LiveEntry | undefined {
    return (
      this.#first(
        `WHERE state = 'live' AND published_at_ms = ? AND id > ? ORDER BY id LIMIT 1`,
        publishedAtMs,
        id,
      ) ??
      this.#first(
        `WHERE state = 'live' AND published_at_ms < ? ORDER BY published_at_ms DESC, id LIMIT 1`,
        publishedAtMs,
      )
    )
  }

  newestArrivalAtMs(): number | undefined {
    const row = this.#statements.get(
      `SELECT MAX(at) AS at FROM (
        SELECT MAX(published_at_ms) AS at FROM entry WHERE state = 'live' UNION ALL
        SELECT MAX(arrived_at_ms) FROM entry
          WHERE state = 'live' AND arrived_at_ms <> published_at_ms)`,
    )
    return row && optionalInteger(row, 'at')
  }

  newestArrivalAtMsIn(term: string): number | undefined {
    const row = this.#statements.get(
      `SELECT max(
          coalesce((SELECT MAX(published_at_ms) FROM membership WHERE membership.category = category.key), 0),
          coalesce((SELECT MAX(arrived_at_ms) FROM membership WHERE membership.category = category.key
            AND arrived_at_ms <> published_at_ms), 0)) AS at
        FROM category WHERE term = ?`,
      term,
    )
    return row && optionalInteger(row, 'at')
  }

  arrivedSince(sinceMs: number, limit: number): readonly LiveEntry[] {
    return this.#latest(
      this.#live(
        `WHERE state = 'live' AND published_at_ms > ? AND arrived_at_ms = published_at_ms
          ORDER BY published_at_ms DESC, id LIMIT ?`,
        sinceMs,
        limit,
      ),
      this.#live(
        `WHERE state = 'live' AND arrived_at_ms > ? AND arrived_at_ms <> published_at_ms
          ORDER BY arrived_at_ms DESC, id LIMIT ?`,
        sinceMs,
        limit,
      ),
      limit,
    )
  }

  newestIn(term: string, limit: number): readonly LiveEntry[] {
    return this.#members('TRUE ORDER BY membership.published_at_ms DESC, id LIMIT ?', term, limit)
  }

  arrivedSinceIn(term: string, sinceMs: number, limit: number): readonly LiveEntry[] {
    return this.#latest(
      this.#members(
        `membership.published_at_ms > ? AND membership.arrived_at_ms = membership.published_at_ms
          ORDER BY membership.published_at_ms DESC, id LIMIT ?`,
        term,
        sinceMs,
        limit,
      ),
      this.#members(
        `membership.arrived_at_ms > ? AND membership.arrived_at_ms <> membership.published_at_ms
          ORDER BY membership.arrived_at_ms DESC, id LIMIT ?`,
        term,
        sinceMs,
        limit,
      ),
      limit,
    )
  }

  inArchivePage(page: number): readonly LiveEntry[] {
    return this.#live(
      `WHERE archive_page = ? AND state = 'live' AND in_window = 0
        ORDER BY published_at_ms DESC, id`,
      page,
    )
  }

  /** The last arrived first, ties by id. */
  #latest(
    stock: readonly LiveEntry[],
    late: readonly LiveEntry[],
    limit: number,
  ): readonly LiveEntry[] {
    return [...stock, ...late]
      .toSorted(
        (left, right) => right.arrivedAtMs - left.arrivedAtMs || (left.id < right.id ? -1 : 1),
      )
      .slice(0, limit)
  }

  #members(where: string, ...values: readonly SQLInputValue[]): readonly LiveEntry[] {
    return this.#statements
      .all(
        `SELECT ${liveColumns} FROM membership JOIN entry ON entry.key = membership.entry
        WHERE membership.category = (SELECT key FROM category WHERE term = ?) AND ${where}`,
        ...values,
      )
      .map(toLiveEntry)
  }

  #first(where: string, ...values: readonly SQLInputValue[]): LiveEntry | undefined {
    return this.#live(where, ...values)[0]
  }

  #live(where: string, ...values: readonly SQLInputValue[]): readonly LiveEntry[] {
    return this.#statements
      .all(`SELECT ${liveColumns} FROM entry ${where}`, ...values)
      .map(toLiveEntry)
  }
}
