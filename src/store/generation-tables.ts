import { text } from './rows.ts'
import type { Statements } from './statements.ts'
import type { GenerationStep, GenerationStore } from './store.ts'

/** Which versions of entries each version of a feed document held, as steps from one to the next. */
export class GenerationTables implements GenerationStore {
  readonly #statements: Statements
  readonly #transaction: <T>(work: () => T) => T

  constructor(statements: Statements, transaction: <T>(work: () => T) => T) {
    this.#statements = statements
    this.#transaction = transaction
  }

  latest(path: string): ReturnType<GenerationStore['latest']> {
    const row = this.#statements.get('SELECT hash, parts FROM document WHERE path = ?', path)
    return row && { hash: text(row, 'hash'), parts: toNames(text(row, 'parts')) }
  }

  steps(path: string): readonly GenerationStep[] {
    return this.#statements
      .all('SELECT hash, fresh FROM generation WHERE path = ? ORDER BY number', path)
      .map((row) => ({ hash: text(row, 'hash'), fresh: toNames(text(row, 'fresh')) }))
  }

  add(steps: Parameters<GenerationStore['add']>[0], stepsMax: number): void {
    this.#transaction(() => {
      for (const { path, hash, parts, fresh } of steps) {
        this.#statements.run(
          `INSERT INTO document (path, number, hash, parts) VALUES (?, 1, ?, ?)
            ON CONFLICT DO UPDATE SET number = number + 1, hash = excluded.hash, parts = excluded.parts`,
          path,
          hash,
          parts.join(' '),
        )
        this.#statements.run(
          `INSERT INTO generation (path, number, hash, fresh)
            SELECT path, number, hash, ? FROM document WHERE path = ?`,
          fresh.join(' '),
          path,
        )
        this.#statements.run(
          `DELETE FROM generation
            WHERE path = ? AND number <= (SELECT number FROM document WHERE path = ?) - ?`,
          path,
          path,
          stepsMax,
        )
      }
    })
  }
}

function toNames(list: string): readonly string[] {
  return list === '' ? [] : list.split(' ')
}
