import { integer, optionalInteger, optionalText, text } from './rows.ts'
import type { Row } from './rows.ts'
import type { Statements } from './statements.ts'
import type { AnnouncementStore, HubState, Untold } from './store.ts'

/** Feeds whose present state a hub was not told of. */
const untold = `FROM topic LEFT JOIN announcement ON announcement.path = topic.path AND hub = ?
  WHERE announcement.digest IS NOT topic.digest`

/** Which hubs elsewhere are to be told of what, and how they answer. */
export class AnnouncementTables implements AnnouncementStore {
  readonly #statements: Statements
  readonly #transaction: <T>(work: () => T) => T

  constructor(statements: Statements, transaction: <T>(work: () => T) => T) {
    this.#statements = statements
    this.#transaction = transaction
  }

  keepHubs(addresses: readonly string[]): void {
    const kept = new Set(addresses)
    const known = this.#statements.all(
      'SELECT address FROM hub UNION SELECT DISTINCT hub FROM announcement',
    )
    const dropped = known.map((row) => text(row, 'address')).filter((hub) => !kept.has(hub))
    if (dropped.length === 0) return
    this.#transaction(() => {
      for (const hub of dropped) {
        this.#statements.run('DELETE FROM hub WHERE address = ?', hub)
        this.#statements.run('DELETE FROM announcement WHERE hub = ?', hub)
      }
    })
  }

  hub(address: string): HubState {
    const row = this.#statements.get('SELECT * FROM hub WHERE address = ?', address)
    if (row === undefined) return { attempts: 0, nextAtMs: 0, isLeftOut: false }
    return {
      attempts: integer(row, 'attempts'),
      nextAtMs: integer(row, 'next_at_ms'),
      failingSinceMs: optionalInteger(row, 'failing_since_ms'),
      isLeftOut: integer(row, 'is_left_out') === 1,
      answeredAtMs: optionalInteger(row, 'answered_at_ms'),
      answer: optionalText(row, 'answer'),
    }
  }

  writeHub(address: string, state: HubState): void {
    this.#statements.run(
      `INSERT OR REPLACE INTO hub
        (address, attempts, next_at_ms, failing_since_ms, is_left_out, answered_at_ms, answer)
        VALUES (?, ?, ?, ?, ?, ?, ?)`,
      address,
      state.attempts,
      state.nextAtMs,
      state.failingSinceMs ?? null,
      state.isLeftOut ? 1 : 0,
      state.answeredAtMs ?? null,
      state.answer ?? null,
    )
  }

  untold(address: string, limit: number): readonly Untold[] {
    return this.#statements
      .all(
        `SELECT topic.path, topic.digest, coalesce(attempts, 0) AS attempts,
          coalesce(next_at_ms, 0) AS next_at_ms ${untold}
          ORDER BY topic.path LIKE 'categories/%', next_at_ms, topic.path LIMIT ?`,
        address,
        limit,
      )
      .map(toUntold)
  }

  countUntold(address: string): number {
    const row = this.#statements.get(`SELECT COUNT(*) AS n ${untold}`, address)
    return row === undefined ? 0 : integer(row, 'n')
  }

  repeats(address: string, limit: number): readonly Untold[] {
    return this.#statements
      .all(
        `SELECT topic.path, topic.digest, repeats AS attempts, repeat_at_ms AS next_at_ms
          FROM announcement JOIN topic USING (path)
          WHERE hub = ? AND announcement.digest = topic.digest AND repeat_at_ms IS NOT NULL
          ORDER BY repeat_at_ms LIMIT ?`,
        address,
        limit,
      )
      .map(toUntold)
  }

  writeTold(
    address: string,
    path: string,
    told: {
      readonly digest: string
      readonly repeats: number
      readonly repeatAtMs: number | undefined
    },
  ): void {
    this.#statements.run(
      `INSERT OR REPLACE INTO announcement (hub, path, digest, repeats, repeat_at_ms)
        VALUES (?, ?, ?, ?, ?)`,
      address,
      path,
      told.digest,
      told.repeats,
      told.repeatAtMs ?? null,
    )
  }

  writeRefused(
    address: string,
    path: string,
    { attempts, nextAtMs }: { readonly attempts: number; readonly nextAtMs: number },
  ): void {
    this.#statements.run(
      `INSERT INTO announcement (hub, path, attempts, next_at_ms) VALUES (?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET attempts = excluded.attempts, next_at_ms = excluded.next_at_ms`,
      address,
      path,
      attempts,
      nextAtMs,
    )
  }

  lagsUntilMs(): number {
    const row = this.#statements.get("SELECT value FROM meta WHERE name = 'feeds-lag-until-ms'")
    return row === undefined ? 0 : Number(row['value'])
  }

  writeLag(untilMs: number): void {
    this.#statements.run(
      "INSERT OR REPLACE INTO meta (name, value) VALUES ('feeds-lag-until-ms', ?)",
      String(untilMs),
    )
  }
}

function toUntold(row: Row): Untold {
  return {
    path: text(row, 'path'),
    digest: text(row, 'digest'),
    attempts: integer(row, 'attempts'),
    nextAtMs: integer(row, 'next_at_ms'),
  }
}
