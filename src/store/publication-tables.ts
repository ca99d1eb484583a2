import type { Category } from '../core/entry/entry.ts'
import { Burials } from './burials.ts'
import { LiveEntries } from './live-entries.ts'
import { integer, optionalText, text } from './rows.ts'
import type { Row } from './rows.ts'
import type { Statements } from './statements.ts'
import { toPlace, Trail } from './trail.ts'
import type {
  ArchivePage,
  CategoryRecord,
  LiveEntry,
  Neighbours,
  PublicationStore,
  Stale,
  StaleKind,
} from './store.ts'

/** What is published where: categories, the window and the archive, and what is still to be written. */
export class PublicationTables implements PublicationStore {
  readonly #statements: Statements
  readonly #transaction: <T>(work: () => T) => T
  readonly #live: LiveEntries
  readonly #burials: Burials

  constructor(statements: Statements, transaction: <T>(work: () => T) => T) {
    this.#statements = statements
    this.#transaction = transaction
    this.#live = new LiveEntries(statements)
    this.#burials = new Burials(statements)
  }

  isStale(): boolean {
    return this.#statements.get('SELECT 1 FROM stale LIMIT 1') !== undefined
  }

  stale(): Stale {
    const sql = `SELECT name FROM stale LEFT JOIN entry ON id = name WHERE kind = ?
      ORDER BY published_at_ms DESC, name`
    const names = (kind: StaleKind) =>
      this.#statements.all(sql, kind).map((row) => text(row, 'name'))
    const pages = names('page')
    const isWritten = new Set(pages)
    return {
      pages,
      links: names('links').filter((id) => !isWritten.has(id)),
      categories: names('category'),
      archivePages: names('archive').map(Number),
      removed: names('removed'),
    }
  }

  #markStale(kind: StaleKind, names: Iterable<string>): void {
    for (const name of names) {
      this.#statements.run('INSERT OR IGNORE INTO stale (kind, name) VALUES (?, ?)', kind, name)
    }
  }

  settle(kind: StaleKind, names: readonly string[]): void {
    if (names.length === 0) return
    this.#transaction(() => {
      for (const each of kind === 'page' ? [kind, 'links'] : [kind]) {
        const sql = 'DELETE FROM stale WHERE kind = ? AND name = ?'
        for (const name of names) this.#statements.run(sql, each, name)
      }
    })
  }

  recategorize(
    entries: readonly { readonly id: string; readonly categories: readonly Category[] }[],
  ): void {
    this.#transaction(() => {
      const trail = new Trail(this.#statements)
      for (const { id, categories } of entries) {
        const row = this.#statements.get('SELECT * FROM entry WHERE id = ?', id)
        if (row !== undefined) trail.lives(toPlace(row), categories, row)
      }
      trail.flush()
    })
  }

  markAllStale(): void {
    this.#transaction(() => {
      this.#statements.run(`INSERT OR IGNORE INTO stale (kind, name)
        SELECT 'page', id FROM entry WHERE state = 'live' UNION ALL
        SELECT 'category', term FROM category WHERE entries > 0 OR slug IS NOT NULL UNION ALL
        SELECT 'archive', CAST(page AS TEXT) FROM archive_page`)
    })
  }

  markStale(kind: StaleKind, names: readonly string[]): void {
    if (names.length > 0) this.#transaction(() => this.#markStale(kind, names))
  }

  pagesAfter(permalink: string, limit: number): readonly { id: string; permalink: string }[] {
    return this.#statements
      .all(
        `SELECT id, permalink FROM entry WHERE permalink > ? AND state = 'live'
          ORDER BY permalink LIMIT ?`,
        permalink,
        limit,
      )
      .map((row) => ({ id: text(row, 'id'), permalink: text(row, 'permalink') }))
  }

  archiveFiles(): readonly { page: number; file: string }[] {
    return this.#statements
      .all('SELECT page, file FROM archive_page WHERE file IS NOT NULL ORDER BY page')
      .map((row) => ({ page: integer(row, 'page'), file: text(row, 'file') }))
  }

  entriesAfter(id: string | undefined, limit: number): readonly LiveEntry[] {
    return this.#live.after(id, limit)
  }

  liveEntries(ids: readonly string[]): readonly LiveEntry[] {
    return this.#live.withIds(ids)
  }

  newest(limit: number): readonly LiveEntry[] {
    return this.#live.newest(limit)
  }

  neighbours(entries: readonly LiveEntry[]): ReadonlyMap<string, Neighbours> {
    return this.#live.neighbours(entries)
  }

  newestArrivalAtMs(): number | undefined {
    return this.#live.newestArrivalAtMs()
  }

  newestArrivalAtMsIn(term: string): number | undefined {
    return this.#live.newestArrivalAtMsIn(term)
  }

  arrivedSince(sinceMs: number, limit: number): readonly LiveEntry[] {
    return this.#live.arrivedSince(sinceMs, limit)
  }

  newestIn(term: string, limit: number): readonly LiveEntry[] {
    return this.#live.newestIn(term, limit)
  }

  arrivedSinceIn(term: string, sinceMs: number, limit: number): readonly LiveEntry[] {
    return this.#live.arrivedSinceIn(term, sinceMs, limit)
  }

  category(term: string): CategoryRecord | undefined {
    const row = this.#statements.get('SELECT * FROM category WHERE term = ?', term)
    return row && toCategoryRecord(row)
  }

  commonCategories(limit: number): readonly CategoryRecord[] {
    return this.#statements
      .all('SELECT * FROM category WHERE entries > 0 ORDER BY entries DESC, term LIMIT ?', limit)
      .map(toCategoryRecord)
  }

  publishedCategories(): readonly CategoryRecord[] {
    return this.#statements
      .all('SELECT * FROM category WHERE slug IS NOT NULL AND entries > 0 ORDER BY slug')
      .map(toCategoryRecord)
  }

  nameCategory(term: string, wish: string): string {
    return this.#transaction(() => {
      let slug = wish
      for (let number = 2; ; number += 1) {
        const row = this.#statements.get('SELECT term FROM category WHERE slug = ?', slug)
        if (row === undefined) break
        slug = `${wish}-${number}`
      }
      this.#statements.run('UPDATE category SET slug = ? WHERE term = ?', slug, term)
      // The pages of its articles can link to it now.
      this.#statements.run(
        `INSERT OR IGNORE INTO stale (kind, name) SELECT 'links', id
          FROM membership JOIN entry ON entry.key = membership.entry
          WHERE membership.category = (SELECT key FROM category WHERE term = ?)`,
        term,
      )
      return slug
    })
  }

  relabelCategory(term: string, label: string): void {
    this.#statements.run('UPDATE category SET label = ? WHERE term = ?', label, term)
  }

  recoverCategories(categories: readonly CategoryRecord[]): void {
    this.#transaction(() => {
      for (const { term, label, slug } of categories) {
        this.#statements.run(
          'INSERT OR IGNORE INTO category (term, label, slug) VALUES (?, ?, ?)',
          term,
          label,
          slug ?? null,
        )
      }
    })
  }

  /** Keeps which entries the main feed shows; the archive pages of those that come or go become stale. */
  setWindow(ids: readonly string[]): void {
    const before = new Set(
      this.#statements
        .all('SELECT id FROM entry WHERE in_window = 1')
        .map((row) => text(row, 'id')),
    )
    const after = new Set(ids)
    const came = ids.filter((id) => !before.has(id))
    const left = [...before].filter((id) => !after.has(id))
    if (came.length === 0 && left.length === 0) return
    this.#transaction(() => {
      for (const [list, flag] of [
        [came, 1],
        [left, 0],
      ] as const) {
        for (const id of list) {
          this.#statements.run('UPDATE entry SET in_window = ? WHERE id = ?', flag, id)
          this.#statements.run(
            `INSERT OR IGNORE INTO stale (kind, name)
              SELECT 'archive', CAST(archive_page AS TEXT) FROM entry
              WHERE id = ? AND archive_page IS NOT NULL`,
            id,
          )
        }
      }
    })
  }

  /** Gives each live entry outside the window its archive page, oldest first. */
  archive(pageLength: number): void {
    this.#transaction(() => {
      const last = this.#statements.get(
        'SELECT page, given FROM archive_page ORDER BY page DESC LIMIT 1',
      )
      let page = last === undefined ? 0 : integer(last, 'page')
      let given = last === undefined ? pageLength : integer(last, 'given')
      const waiting = this.#statements.all(
        `SELECT key FROM entry WHERE state = 'live' AND archive_page IS NULL AND in_window = 0
          ORDER BY published_at_ms, id`,
      )
      const touched = new Set<number>()
      for (const row of waiting) {
        if (given >= pageLength) {
          // The page before is closed now: it names the next one from here on.
          if (page > 0) touched.add(page)
          page += 1
          given = 0
        }
        given += 1
        touched.add(page)
        this.#statements.run(
          'UPDATE entry SET archive_page = ? WHERE key = ?',
          page,
          integer(row, 'key'),
        )
        this.#statements.run(
          'INSERT INTO archive_page (page, given) VALUES (?, ?) ON CONFLICT DO UPDATE SET given = excluded.given',
          page,
          given,
        )
      }
      this.#markStale('archive', [...touched].map(String))
    })
  }

  /** The file before the last one of a page is to be removed: nobody who walks now is sent there. */
  nameArchivePage(page: number, files: readonly string[]): void {
    for (const name of files)
      this.#statements.run("DELETE FROM stale WHERE kind = 'removed' AND name = ?", name)
    const file = files.at(-1) ?? ''
    const row = this.#statements.get(
      'SELECT file, file_before FROM archive_page WHERE page = ?',
      page,
    )
    const before = row && optionalText(row, 'file')
    if (before === file) return
    const old = row && optionalText(row, 'file_before')
    this.#transaction(() => {
      if (old !== undefined) this.#markStale('removed', [old])
      // Nobody walks any more who was sent to the page before while it was open.
      if (before !== undefined) this.#dropFileBefore(page - 1)
      this.#statements.run(
        'UPDATE archive_page SET file = ?, file_before = ? WHERE page = ?',
        file,
        before ?? null,
        page,
      )
    })
  }

  #dropFileBefore(page: number): void {
    this.#statements.run(
      `INSERT OR IGNORE INTO stale (kind, name) SELECT 'removed', file_before
        FROM archive_page WHERE page = ? AND file_before IS NOT NULL`,
      page,
    )
    this.#statements.run('UPDATE archive_page SET file_before = NULL WHERE page = ?', page)
  }

  archivePages(): number {
    const row = this.#statements.get('SELECT MAX(page) AS page FROM archive_page')
    const page = row?.['page']
    return typeof page === 'number' ? page : 0
  }

  isGone(permalink: string): boolean {
    const row = this.#statements.get('SELECT state FROM entry WHERE permalink = ?', permalink)
    return row !== undefined && ['retracted', 'expired'].includes(text(row, 'state'))
  }

  archivePage(page: number): ArchivePage | undefined {
    const row = this.#statements.get('SELECT * FROM archive_page WHERE page = ?', page)
    if (row === undefined) return undefined
    return {
      page,
      given: integer(row, 'given'),
      file: optionalText(row, 'file'),
      fileBefore: optionalText(row, 'file_before'),
      entries: this.#live.inArchivePage(page),
    }
  }

  newestDeletionAtMs(term: string): number | undefined {
    return this.#burials.newestAtMs(term)
  }

  tombstones(...asked: Parameters<Burials['since']>): ReturnType<Burials['since']> {
    return this.#burials.since(...asked)
  }
}

function toCategoryRecord(row: Row): CategoryRecord {
  return {
    term: text(row, 'term'),
    label: text(row, 'label'),
    entries: integer(row, 'entries'),
    slug: optionalText(row, 'slug'),
  }
}
