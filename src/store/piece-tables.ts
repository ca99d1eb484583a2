import { text } from './rows.ts'
import type { Statements } from './statements.ts'
import type { PieceStore } from './store.ts'

/** How the feeds of each folder are put together; `PieceStore` tells what is promised. */
export class PieceTables implements PieceStore {
  readonly #statements: Statements

  constructor(statements: Statements) {
    this.#statements = statements
  }

  read(folder: string): string | undefined {
    const row = this.#statements.get('SELECT list FROM pieces WHERE folder = ?', folder)
    return row && text(row, 'list')
  }

  write(folder: string, pieces: string | undefined): void {
    if (pieces === undefined) {
      this.#statements.run('DELETE FROM pieces WHERE folder = ?', folder)
    } else {
      this.#statements.run('REPLACE INTO pieces (folder, list) VALUES (?, ?)', folder, pieces)
    }
  }

  forgetAll(): void {
    this.#statements.run('DELETE FROM pieces')
  }
}
