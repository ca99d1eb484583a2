import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { EntryRecord } from '../core/entry/catalogue.ts'
import { toEntryRecord } from './rows.ts'
import type { Row } from './rows.ts'

/** The statements of one database, each prepared once. */
export class Statements {
  readonly #database: DatabaseSync
  readonly #prepared = new Map<string, StatementSync>()

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  run(sql: string, ...values: readonly SQLInputValue[]): void {
    this.#prepare(sql).run(...values)
  }

  /** @returns the key of the row that was inserted */
  insert(sql: string, ...values: readonly SQLInputValue[]): number {
    return Number(this.#prepare(sql).run(...values).lastInsertRowid)
  }

  get(sql: string, ...values: readonly SQLInputValue[]): Row | undefined {
    return this.#prepare(sql).get(...values)
  }

  all(sql: string, ...values: readonly SQLInputValue[]): readonly Row[] {
    return this.#prepare(sql).all(...values)
  }

  /** @param where what follows `SELECT * FROM entry` */
  records(where: string, ...values: readonly SQLInputValue[]): readonly EntryRecord[] {
    return this.all(`SELECT * FROM entry ${where}`, ...values).map(toEntryRecord)
  }

  /** Forgets them all, before the database is closed. */
  clear(): void {
    this.#prepared.clear()
  }

  #prepare(sql: string): StatementSync {
    const known = this.#prepared.get(sql)
    if (known !== undefined) return known
    const statement = this.#database.prepare(sql)
    this.#prepared.set(sql, statement)
    return statement
  }
}
