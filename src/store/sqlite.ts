import { join } from 'node:path'
import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import type { Article } from '../core/article/article.ts'
import type {
  CatalogueChanges,
  EntryRecord,
  FileRecord,
  FileState,
} from '../core/entry/catalogue.ts'
import type { Facts } from '../core/entry/identity.ts'
import type { Problem } from '../core/problem.ts'
import { EntryWriter } from './entry-writer.ts'
import {
  entryStates,
  fileColumns,
  fileStates,
  integer,
  optionalInteger,
  selectMarks,
  text,
  toFileRecord,
  toFileMark,
  toProblems,
} from './rows.ts'
import { HubTables } from './hub-tables.ts'
import { toArticle } from './kept-article.ts'
import { GenerationTables } from './generation-tables.ts'
import { Statements } from './statements.ts'
import { OutcomeTables } from './outcome-tables.ts'
import { PieceTables } from './piece-tables.ts'
import { PublicationTables } from './publication-tables.ts'
import { fileIdentity, openDatabase } from './open-database.ts'
import { migrate } from './schema.ts'
import type {
  CatalogueCounts,
  CommitSummary,
  FactsQuery,
  FileMark,
  Leftovers,
  Store,
  ValueName,
} from './store.ts'

/**
 * In this mode only what is committed durably waits for the disk; see below. What one article with many categories
 * asks for is some megabytes of a large catalogue; the limit is in KiB.
 */
const pragmas =
  'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -16384'

const catalogueName = 'catalogue.sqlite'

/** Where a catalogue is kept in its folder. */
export function catalogueFile(folder: string): string {
  return join(folder, catalogueName)
}

/** The catalogue in one SQLite file of a folder of its own. */
export class SqliteStore implements Store {
  readonly #database: DatabaseSync
  readonly #file: string
  readonly #identity: string | undefined
  readonly #statements: Statements
  readonly #entries: EntryWriter
  readonly publication: PublicationTables
  readonly hubs: HubTables
  readonly generations: GenerationTables
  readonly pieces: PieceTables
  readonly outcomes: OutcomeTables

  private constructor(database: DatabaseSync, file: string) {
    this.#database = database
    this.#file = file
    this.#identity = fileIdentity(file)
    this.#statements = new Statements(database)
    this.#entries = new EntryWriter(this.#statements)
    const transaction = <T>(work: () => T) => this.#transaction(work)
    this.publication = new PublicationTables(this.#statements, transaction)
    this.hubs = new HubTables(this.#statements, transaction)
    this.generations = new GenerationTables(this.#statements, transaction)
    this.pieces = new PieceTables(this.#statements)
    this.outcomes = new OutcomeTables(this.#statements, this.#entries.tallies)
  }

  /**
   * Opens the catalogue in this folder, and makes both when they are missing.
   * @throws Error with a plain sentence when the folder cannot be written, the file is damaged, or a newer
   *   dropfeed has written it
   */
  static open(folder: string): SqliteStore {
    const database = openDatabase(
      { folder, name: catalogueName, timeoutMs: 5_000 },
      (opened, file) => {
        opened.exec(pragmas)
        migrate(opened, file)
      },
    )
    return new SqliteStore(database, catalogueFile(folder))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#statements.clear()
    this.#database.close()
    await Promise.resolve()
  }

  isInPlace(): boolean {
    return fileIdentity(this.#file) === this.#identity
  }

  readValue(name: ValueName): string | undefined {
    const row = this.#statements.get('SELECT value FROM meta WHERE name = ?', name)
    return row && text(row, 'value')
  }

  writeValue(name: ValueName, value: string | undefined): void {
    if (value === undefined) this.#statements.run('DELETE FROM meta WHERE name = ?', name)
    else
      this.#statements.run('INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)', name, value)
  }

  marks(paths: readonly string[]): readonly FileMark[] {
    return paths.flatMap((path) => this.#marks('WHERE path = ?', path))
  }

  marksAfter(path: string, limit: number): readonly FileMark[] {
    return this.#marks('WHERE path > ? ORDER BY path LIMIT ?', path, limit)
  }

  marksBelow(folder: string): readonly FileMark[] {
    // "0" is the character after "/".
    return this.#marks('WHERE path > ? AND path < ?', `${folder}/`, `${folder}0`)
  }

  /** SQLite is asked when a fact is needed, once for each: it is nearly as near as a map would be. */
  facts(_query: FactsQuery): Facts {
    return {
      fileAt: once((path) => this.#files('WHERE file.path = ?', path)[0]),
      entryById: once((id) => this.#statements.records('WHERE id = ?', id)[0]),
      entriesByKey: once((key) =>
        this.#statements.records('WHERE article_key = ? ORDER BY key', key),
      ),
      retractedAt: (path) =>
        this.#statements.records(
          "WHERE path = ? AND state = 'retracted' ORDER BY deleted_at_ms DESC",
          path,
        )[0],
    }
  }

  copies(articleKeys: readonly string[]): readonly FileRecord[] {
    const where = "WHERE file.state = 'copy' AND file.article_key = ? ORDER BY file.path"
    return articleKeys.flatMap((key) => this.#files(where, key))
  }

  files(state: FileState): readonly FileRecord[] {
    // The state stands in the text, so that the partial indexes serve.
    return this.#files(`WHERE file.state = '${state}' ORDER BY file.path`)
  }

  entries(ids: readonly string[]): readonly EntryRecord[] {
    return ids.flatMap((id) => this.#statements.records('WHERE id = ?', id))
  }

  recovered(): readonly EntryRecord[] {
    return this.#statements.records("WHERE state = 'recovered' ORDER BY key")
  }

  commit(changes: CatalogueChanges): CommitSummary {
    return this.#durably(() => {
      const summary = this.#entries.apply(changes)
      for (const file of changes.files) this.#writeFile(file)
      for (const path of changes.forgottenPaths)
        this.#statements.run('DELETE FROM file WHERE path = ?', path)
      const { isRunOpen } = changes
      if (isRunOpen !== undefined) this.writeValue('run-open', isRunOpen ? 'yes' : undefined)
      return summary
    })
  }

  leftovers(): Leftovers {
    return {
      entries: this.#statements.records(
        `WHERE state IN ('live', 'scheduled', 'expired')
          AND NOT EXISTS (SELECT 1 FROM file WHERE file.path = entry.path AND file.entry = entry.key)
          ORDER BY key`,
      ),
      copies: this.#files(
        `WHERE file.state = 'copy' AND NOT EXISTS (SELECT 1 FROM entry AS original
          WHERE original.article_key = file.article_key AND original.state != 'retracted')
          ORDER BY file.path`,
      ),
    }
  }

  recover(records: readonly EntryRecord[]): void {
    this.#durably(() => {
      for (const record of records) this.#entries.insertRecovered(record)
    })
  }

  due(nowMs: number): { starting: readonly EntryRecord[]; ending: readonly EntryRecord[] } {
    return {
      starting: this.#statements.records(
        "WHERE state = 'scheduled' AND published_at_ms <= ? ORDER BY published_at_ms, id",
        nowMs,
      ),
      ending: this.#statements.records(
        "WHERE state = 'live' AND expires_at_ms <= ? ORDER BY expires_at_ms, id",
        nowMs,
      ),
    }
  }

  nextDueAtMs(): number | undefined {
    const row = this.#statements.get(
      `SELECT MIN(at) AS at FROM (
        SELECT MIN(published_at_ms) AS at FROM entry WHERE state = 'scheduled' UNION ALL
        SELECT MIN(expires_at_ms) FROM entry WHERE expires_at_ms IS NOT NULL AND state = 'live')`,
    )
    return row && optionalInteger(row, 'at')
  }

  scheduled(limit: number): readonly EntryRecord[] {
    return this.#statements.records(
      "WHERE state = 'scheduled' ORDER BY published_at_ms, id LIMIT ?",
      limit,
    )
  }

  deletedSince(sinceMs: number): number {
    const row = this.#statements.get(
      "SELECT COUNT(*) AS n FROM entry WHERE deleted_at_ms > ? AND state = 'retracted'",
      sinceMs,
    )
    return row === undefined ? 0 : integer(row, 'n')
  }

  articles(ids: readonly string[]): ReadonlyMap<string, Article> {
    const sql = `SELECT article, deflated FROM content JOIN entry ON entry.key = content.entry
      WHERE entry.id = ?`
    const found = new Map<string, Article>()
    for (const id of ids) {
      const row = this.#statements.get(sql, id)
      if (row !== undefined) found.set(id, toArticle(row))
    }
    return found
  }

  commonLanguage(): string | undefined {
    return this.#entries.tallies.commonLanguage(this.readValue('feed-language'))
  }

  labels(terms: readonly string[]): ReadonlyMap<string, string> {
    const found = new Map<string, string>()
    for (const term of terms) {
      const row = this.#statements.get('SELECT label FROM category WHERE term = ?', term)
      if (row !== undefined) found.set(term, text(row, 'label'))
    }
    return found
  }

  entryCounts(): CatalogueCounts['entries'] {
    // fromEntries loses the keys, which are those of the list it was made from.
    return Object.fromEntries(
      entryStates.map((state) => [state, this.#entries.tallies.count(state)]),
    ) as CatalogueCounts['entries']
  }

  counts(): CatalogueCounts {
    const files = this.#statements.all('SELECT state, COUNT(*) AS n FROM file GROUP BY state')
    const fileCount = (state: FileState) => {
      const row = files.find((candidate) => candidate['state'] === state)
      return row === undefined ? 0 : integer(row, 'n')
    }
    return {
      entries: this.entryCounts(),
      // As above.
      files: Object.fromEntries(
        fileStates.map((state) => [state, fileCount(state)]),
      ) as CatalogueCounts['files'],
    }
  }

  problems(limit: number): readonly Problem[] {
    const sql = 'SELECT problems FROM file WHERE problems IS NOT NULL ORDER BY path LIMIT ?'
    return this.#statements.all(sql, limit).flatMap((row) => toProblems(text(row, 'problems')))
  }

  #writeFile(file: FileRecord): void {
    this.#statements.run(
      `INSERT OR REPLACE INTO file
        (path, state, stamp, identity, bytes_key, entry, article_key, problems)
        VALUES (?, ?, ?, ?, ?, (SELECT key FROM entry WHERE id = ?), ?, ?)`,
      file.path,
      file.state,
      file.stamp,
      file.identity,
      file.bytesKey,
      file.entryId ?? null,
      file.articleKey ?? null,
      file.problems.length === 0 ? null : JSON.stringify(file.problems),
    )
  }

  #marks(where: string, ...values: readonly SQLInputValue[]): readonly FileMark[] {
    return this.#statements.all(`${selectMarks} ${where}`, ...values).map(toFileMark)
  }

  #files(where: string, ...values: readonly SQLInputValue[]): readonly FileRecord[] {
    const sql = `SELECT ${fileColumns} FROM file LEFT JOIN entry ON entry.key = file.entry ${where}`
    return this.#statements.all(sql, ...values).map(toFileRecord)
  }

  /**
   * What this has committed survives a loss of power, with all that was committed before. Of the rest (which
   * documents are stale, what stands where) such a loss may take the latest back: it is then done again.
   */
  #durably<T>(work: () => T): T {
    this.#database.exec('PRAGMA synchronous = FULL')
    try {
      return this.#transaction(work)
    } finally {
      this.#database.exec('PRAGMA synchronous = NORMAL')
    }
  }

  #transaction<T>(work: () => T): T {
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      this.#database.exec('COMMIT')
      return result
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      this.#entries.tallies.forget()
      throw error
    }
  }
}

/** Remembers what was answered to each question. */
function once<Answer>(ask: (about: string) => Answer): (about: string) => Answer {
  const answers = new Map<string, Answer>()
  return (about) => {
    const known = answers.get(about)
    if (known !== undefined || answers.has(about)) return known as Answer
    const answer = ask(about)
    answers.set(about, answer)
    return answer
  }
}
