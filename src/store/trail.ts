import type { Category } from '../core/entry/entry.ts'
import { Burials } from './burials.ts'
import { integer, optionalInteger, optionalText, text } from './rows.ts'
import type { Row } from './rows.ts'
import type { Statements } from './statements.ts'
import type { StaleKind } from './store.ts'

/** The row of an entry, as far as documents other than its own depend on it. */
type Place = {
  readonly key: number
  readonly id: string
  readonly publishedAtMs: number
  /** Stays as it is while the entry is live. */
  readonly arrivedAtMs: number
}

/** Memberships written in one statement. */
const joinedMax = 64

/**
 * Follows what a change of entries means for documents: which categories an entry is in, and which
 * pages, category feeds and archive pages no longer tell the truth. One for each commit.
 */
export class Trail {
  readonly #statements: Statements
  readonly #burials: Burials
  readonly #stale = new Map<StaleKind, Set<string>>()
  /** Of categories, by key. */
  readonly #counts = new Map<number, number>()
  readonly #touched = new Set<number>()
  readonly #buriedIn = new Set<number>()
  readonly #keys = new Map<string, number>()
  readonly #moved: Place[] = []
  readonly #joined: (readonly [category: number, Place])[] = []

  constructor(statements: Statements) {
    this.#statements = statements
    this.#burials = new Burials(statements)
  }

  /** An entry is live, new or in its next version. */
  lives(place: Place, categories: readonly Category[], before: Row | undefined): void {
    const wasLive = before !== undefined && text(before, 'state') === 'live'
    const earlier = new Set(wasLive ? toKeys(before) : [])
    const keys = categories.map((category) => this.#keyOf(category))
    for (const key of keys) {
      if (!earlier.delete(key)) this.#join(key, place)
      this.#touched.add(key)
    }
    for (const key of earlier) this.#leave(key, before === undefined ? place : toPlace(before))
    this.#categorize(place.key, keys, before)
    this.#mark('page', place.id)
    this.#markArchivePage(before)
    if (!wasLive) this.#moved.push(place)
    if (before !== undefined && !wasLive) this.#burials.remove(place.key)
    const permalink = before && optionalText(before, 'permalink')
    if (permalink !== undefined) {
      this.#statements.run("DELETE FROM stale WHERE kind = 'removed' AND name = ?", permalink)
    }
  }

  /** An entry whose title changed is named by its neighbours' pages. */
  retitled(place: Place): void {
    this.#moved.push(place)
  }

  /** An entry that was live is no more; where it was deleted readers of its categories are told. */
  ends(place: Place, before: Row, deletedAtMs: number | undefined): void {
    const keys = toKeys(before)
    for (const key of keys) this.#leave(key, toPlace(before))
    if (deletedAtMs !== undefined) {
      this.#burials.add(keys, place.key, deletedAtMs)
      for (const key of keys) this.#buriedIn.add(key)
    }
    this.#categorize(place.key, [], before)
    this.#markArchivePage(before)
    this.#statements.run(
      'UPDATE entry SET archive_page = NULL, in_window = 0 WHERE key = ?',
      place.key,
    )
    for (const kind of ['page', 'links'] as const) {
      this.#statements.run('DELETE FROM stale WHERE kind = ? AND name = ?', kind, place.id)
      this.#stale.get(kind)?.delete(place.id)
    }
    const permalink = optionalText(before, 'permalink')
    if (permalink !== undefined) this.#mark('removed', permalink)
    this.#moved.push(place)
  }

  /** Writes down what was found; the last step of the commit. */
  flush(): void {
    this.#writeJoined()
    for (const place of this.#moved) this.#markNeighbours(place)
    for (const [key, by] of this.#counts) {
      this.#statements.run('UPDATE category SET entries = entries + ? WHERE key = ?', by, key)
    }
    for (const key of this.#buriedIn) this.#burials.trim(key)
    for (const key of this.#touched) {
      this.#statements.run(
        `INSERT OR IGNORE INTO stale (kind, name)
          SELECT 'category', term FROM category WHERE key = ?`,
        key,
      )
    }
    for (const [kind, names] of this.#stale) {
      for (const name of names) {
        this.#statements.run('INSERT OR IGNORE INTO stale (kind, name) VALUES (?, ?)', kind, name)
      }
    }
  }

  /** The first spelling of a category that was seen is its label. */
  #keyOf({ term, label }: Category): number {
    const known = this.#keys.get(term)
    if (known !== undefined) return known
    const row = this.#statements.get('SELECT key FROM category WHERE term = ?', term)
    const key =
      row === undefined
        ? this.#statements.insert('INSERT INTO category (term, label) VALUES (?, ?)', term, label)
        : integer(row, 'key')
    this.#keys.set(term, key)
    return key
  }

  #join(category: number, place: Place): void {
    this.#joined.push([category, place])
    this.#counts.set(category, (this.#counts.get(category) ?? 0) + 1)
  }

  /** Many in one statement take half the time; those of a category lie together. */
  #writeJoined(): void {
    const joined = this.#joined.toSorted(([left], [right]) => left - right)
    for (let done = 0; done < joined.length;) {
      const count = joined.length - done < joinedMax ? 1 : joinedMax
      this.#statements.run(
        `INSERT OR IGNORE INTO membership (category, published_at_ms, entry, arrived_at_ms)
          VALUES ${Array.from({ length: count }, () => '(?, ?, ?, ?)').join()}`,
        ...joined
          .slice(done, done + count)
          .flatMap(([category, { key, publishedAtMs, arrivedAtMs }]) => [
            category,
            publishedAtMs,
            key,
            arrivedAtMs,
          ]),
      )
      done += count
    }
  }

  #leave(category: number, { key, publishedAtMs }: Place): void {
    this.#statements.run(
      'DELETE FROM membership WHERE category = ? AND published_at_ms = ? AND entry = ?',
      category,
      publishedAtMs,
      key,
    )
    this.#counts.set(category, (this.#counts.get(category) ?? 0) - 1)
    this.#touched.add(category)
  }

  #categorize(entry: number, categories: readonly number[], before: Row | undefined): void {
    const keys = categories.join(' ')
    if (keys === (before === undefined ? '' : text(before, 'categories'))) return
    this.#statements.run('UPDATE entry SET categories = ? WHERE key = ?', keys, entry)
  }

  #markArchivePage(before: Row | undefined): void {
    const page = before && optionalInteger(before, 'archive_page')
    if (page !== undefined) this.#mark('archive', String(page))
  }

  #markNeighbours({ publishedAtMs, id }: Place): void {
    const sqls = [
      'published_at_ms = ? AND id < ? ORDER BY id DESC LIMIT 1',
      'published_at_ms > ? ORDER BY published_at_ms, id DESC LIMIT 1',
      'published_at_ms = ? AND id > ? ORDER BY id LIMIT 1',
      'published_at_ms < ? ORDER BY published_at_ms DESC, id LIMIT 1',
    ]
    for (const sql of sqls) {
      const values =
        sql.includes('id <') || sql.includes('id >') ? [publishedAtMs, id] : [publishedAtMs]
      const [row] = this.#statements.all(
        `SELECT id FROM entry WHERE state = 'live' AND ${sql}`,
        ...values,
      )
      if (row !== undefined) this.#mark('links', text(row, 'id'))
    }
  }

  #mark(kind: StaleKind, name: string): void {
    const names = this.#stale.get(kind)
    if (names === undefined) this.#stale.set(kind, new Set([name]))
    else names.add(name)
  }
}

/** The categories of an entry, by key. */
function toKeys(row: Row): readonly number[] {
  const keys = text(row, 'categories')
  return keys === '' ? [] : keys.split(' ').map(Number)
}

export function toPlace(row: Row): Place {
  return {
    key: integer(row, 'key'),
    id: text(row, 'id'),
    publishedAtMs: integer(row, 'published_at_ms'),
    arrivedAtMs: integer(row, 'arrived_at_ms'),
  }
}
