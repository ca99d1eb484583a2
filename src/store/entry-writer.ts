import type { SQLInputValue } from 'node:sqlite'
import { wasSeen } from '../core/entry/catalogue.ts'
import type {
  CatalogueChanges,
  EntryChange,
  EntryRecord,
  EntryState,
} from '../core/entry/catalogue.ts'
import type { PermalinkWish } from '../core/entry/permalink.ts'
import {
  integer,
  optionalInteger,
  optionalText,
  text,
  toEntryState,
  toSketchBytes,
} from './rows.ts'
import type { Row } from './rows.ts'
import type { Statements } from './statements.ts'
import type { CommitSummary } from './store.ts'
import { Tallies } from './tallies.ts'
import { toPlace, Trail } from './trail.ts'

type Written = Pick<EntryChange, 'articleKey' | 'visibleKey' | 'sketch'> & {
  readonly id: string
  readonly state: EntryState
  readonly title: string
  readonly language: string | undefined
  readonly publishedAtMs: number
  readonly updatedAtMs: number
  readonly updatedFromMs: number
  readonly arrivedAtMs: number
  readonly expiresAtMs: number | undefined
  readonly deletedAtMs: number | undefined
  readonly permalink: string | undefined
  readonly path: string | undefined
}

/**
 * Writes entries within a transaction of the store, gives out what must be unique (instants and
 * permalinks), and keeps the tallies.
 */
export class EntryWriter {
  readonly #statements: Statements
  readonly tallies: Tallies
  #trail: Trail

  constructor(statements: Statements) {
    this.#statements = statements
    this.tallies = new Tallies(statements)
    this.#trail = new Trail(statements)
  }

  apply(changes: CatalogueChanges): CommitSummary {
    this.#trail = new Trail(this.#statements)
    let removed = 0
    for (const { id, state, atMs } of changes.ended) if (this.#end(id, state, atMs)) removed += 1
    const paths = new Map(changes.files.map((file) => [file.entryId, file.path]))
    const summary = { added: 0, updated: 0 }
    for (const change of changes.entries) {
      const effect = this.#put(change, paths.get(change.id))
      if (effect === 'removed') removed += 1
      else if (effect !== 'none') summary[effect] += 1
    }
    const written = new Set(changes.entries.map(({ id }) => id))
    for (const file of changes.files) {
      if (file.entryId === undefined || written.has(file.entryId)) continue
      this.#statements.run(
        'UPDATE entry SET path = ? WHERE id = ? AND path IS NOT ?',
        file.path,
        file.entryId,
        file.path,
      )
    }
    this.#trail.flush()
    return { ...summary, removed }
  }

  insertRecovered(record: EntryRecord): void {
    if (this.#statements.get('SELECT 1 FROM entry WHERE id = ?', record.id) !== undefined) return
    this.#insert({
      ...record,
      language: undefined,
      updatedAtMs: this.#freeInstant(record.updatedAtMs),
      updatedFromMs: record.updatedAtMs,
      expiresAtMs: undefined,
      deletedAtMs: undefined,
      permalink: record.permalink,
      path: undefined,
    })
    if (record.deletedAtMs !== undefined) {
      this.#statements.run(
        'UPDATE entry SET deleted_at_ms = ? WHERE id = ?',
        record.deletedAtMs,
        record.id,
      )
    }
    this.tallies.add(record.state, undefined, 1)
  }

  #end(id: string, state: 'retracted' | 'expired', atMs: number): boolean {
    const row = this.#statements.get('SELECT * FROM entry WHERE id = ?', id)
    if (row === undefined) throw new Error(`The store does not know the entry ${id}`)
    const before = toEntryState(text(row, 'state'))
    const key = integer(row, 'key')
    this.#statements.run('DELETE FROM content WHERE entry = ?', key)
    // What readers never saw leaves no page and no tombstone.
    const isShown = before === 'live' || before === 'recovered'
    if (isShown) this.#trail.ends(toPlace(row), row, atMs)
    const deletedAtMs = isShown ? atMs : null
    this.#statements.run(
      'UPDATE entry SET state = ?, deleted_at_ms = coalesce(?, deleted_at_ms) WHERE key = ?',
      state,
      deletedAtMs,
      key,
    )
    this.tallies.add(before, optionalText(row, 'language'), -1)
    this.tallies.add(state, undefined, 1)
    return before === 'live'
  }

  #put(change: EntryChange, path: string | undefined): 'added' | 'updated' | 'removed' | 'none' {
    const row = this.#statements.get('SELECT * FROM entry WHERE id = ?', change.id)
    const before = row === undefined ? undefined : toEntryState(text(row, 'state'))
    const written = this.#toWritten(change, row, path)
    const key =
      row === undefined ? this.#insert(written) : this.#update(written, integer(row, 'key'))
    if (change.kept !== undefined) {
      this.#statements.run(
        "INSERT OR REPLACE INTO content (entry, article, deflated) VALUES (?, '', ?)",
        key,
        change.kept,
      )
    }
    if (row && before) this.tallies.add(before, optionalText(row, 'language'), -1)
    this.tallies.add(change.state, change.article.language, 1)
    this.#follow(change, { ...written, key }, row)
    if (change.state !== 'live') return before === 'live' ? 'removed' : 'none'
    if (before === 'recovered') return 'none'
    if (before !== 'live') return 'added'
    return row !== undefined && integer(row, 'updated_at_ms') !== written.updatedAtMs
      ? 'updated'
      : 'none'
  }

  #follow(
    change: EntryChange,
    place: Written & { readonly key: number },
    row: Row | undefined,
  ): void {
    const wasLive = row !== undefined && text(row, 'state') === 'live'
    if (change.state !== 'live') {
      const isShown = wasLive || (row !== undefined && text(row, 'state') === 'recovered')
      if (isShown) this.#trail.ends(place, row, place.deletedAtMs)
      return
    }
    this.#trail.lives(place, change.categories, row)
    if (wasLive && text(row, 'title') !== place.title) this.#trail.retitled(place)
  }

  #toWritten(change: EntryChange, row: Row | undefined, path: string | undefined): Written {
    const { id, state, article, articleKey, visibleKey, sketch, expiresAtMs } = change
    if (row === undefined && change.updatedFromMs === undefined) {
      throw new Error(`The new entry ${id} has no update time`)
    }
    const updatedFromMs =
      change.updatedFromMs ?? (row === undefined ? 0 : integer(row, 'updated_from_ms'))
    const updatedAtMs =
      row !== undefined && change.updatedFromMs === undefined
        ? integer(row, 'updated_at_ms')
        : this.#freeInstant(updatedFromMs)
    const publishedAtMs = change.publishedAtMs ?? updatedAtMs
    const isNamed =
      row !== undefined &&
      wasSeen({
        state: toEntryState(text(row, 'state')),
        deletedAtMs: optionalInteger(row, 'deleted_at_ms'),
      })
    const earlier = isNamed ? optionalText(row, 'permalink') : undefined
    return {
      id,
      state,
      title: article.title,
      language: article.language,
      publishedAtMs,
      updatedAtMs,
      updatedFromMs,
      arrivedAtMs:
        change.arrivedAtMs ?? (row === undefined ? publishedAtMs : integer(row, 'arrived_at_ms')),
      expiresAtMs,
      deletedAtMs: change.deletedAtMs,
      permalink: earlier ?? this.#freePermalink(change.permalink, id),
      articleKey,
      visibleKey,
      sketch,
      path: path ?? (row === undefined ? undefined : optionalText(row, 'path')),
    }
  }

  #insert(written: Written): number {
    return this.#statements.insert(
      `INSERT INTO entry (state, title, language, published_at_ms, updated_at_ms,
        updated_from_ms, arrived_at_ms, expires_at_ms, permalink, article_key, visible_key, sketch,
        path, id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...toValues(written),
      written.id,
    )
  }

  #update(written: Written, key: number): number {
    this.#statements.run(
      `UPDATE entry SET state = ?, title = ?, language = ?, published_at_ms = ?,
        updated_at_ms = ?, updated_from_ms = ?, arrived_at_ms = ?, expires_at_ms = ?, permalink = ?,
        article_key = ?, visible_key = ?, sketch = ?, path = ?,
        deleted_at_ms = CASE WHEN ? THEN NULL ELSE coalesce(?, deleted_at_ms) END WHERE key = ?`,
      ...toValues(written),
      written.state === 'live' ? 1 : 0,
      written.deletedAtMs ?? null,
      key,
    )
    return key
  }

  /**
   * The first instant from this one on that no entry has. Entries that asked for the same one stand in
   * a row, so the end of that row is where to look; only rows that meet are walked.
   */
  #freeInstant(fromMs: number): number {
    if (!this.#isTaken(fromMs)) return fromMs
    const row = this.#statements.get(
      `SELECT MAX(updated_at_ms) AS last FROM entry
        WHERE updated_from_ms = ? AND updated_from_ms <> updated_at_ms`,
      fromMs,
    )
    const last = row?.['last']
    let instant = Math.max(fromMs, typeof last === 'number' ? last : fromMs) + 1
    while (this.#isTaken(instant)) instant += 1
    return instant
  }

  #isTaken(instantMs: number): boolean {
    return (
      this.#statements.get('SELECT 1 FROM entry WHERE updated_at_ms = ?', instantMs) !== undefined
    )
  }

  /** `title.html`, else `title-2.html` to `title-9.html`, else with a part of the id's digits. */
  #freePermalink({ folder, slug }: PermalinkWish, id: string): string {
    const digits = id
      .replaceAll(/[^0-9a-z]/gi, '')
      .slice(-12)
      .toLowerCase()
    const endings = [
      '',
      ...['2', '3', '4', '5', '6', '7', '8', '9', digits].map((end) => `-${end}`),
    ]
    for (const ending of endings) {
      const permalink = `${folder}/${slug}${ending}.html`
      const row = this.#statements.get('SELECT id FROM entry WHERE permalink = ?', permalink)
      if (row === undefined || text(row, 'id') === id) return permalink
    }
    let number = 10
    while (
      this.#statements.get(
        'SELECT 1 FROM entry WHERE permalink = ?',
        `${folder}/${slug}-${number}.html`,
      )
    ) {
      number += 1
    }
    return `${folder}/${slug}-${number}.html`
  }
}

function toValues(written: Written): readonly SQLInputValue[] {
  return [
    written.state,
    written.title,
    written.language ?? null,
    written.publishedAtMs,
    written.updatedAtMs,
    written.updatedFromMs,
    written.arrivedAtMs,
    written.expiresAtMs ?? null,
    written.permalink ?? null,
    written.articleKey,
    written.visibleKey,
    toSketchBytes(written),
    written.path ?? null,
  ]
}
