import type { SQLOutputValue } from 'node:sqlite'
import type { EntryRecord, EntryState, FileRecord, FileState } from '../core/entry/catalogue.ts'
import type { Problem } from '../core/problem.ts'
import type { FileMark, LiveEntry } from './store.ts'

/** A row as SQLite gives it. The schema's STRICT tables are the proof of its columns' types. */
export type Row = Record<string, SQLOutputValue>

export function text(row: Row, column: string): string {
  return String(row[column])
}

export function optionalText(row: Row, column: string): string | undefined {
  const value = row[column]
  return value === null || value === undefined ? undefined : String(value)
}

export function integer(row: Row, column: string): number {
  return Number(row[column])
}

export function optionalInteger(row: Row, column: string): number | undefined {
  const value = row[column]
  return value === null || value === undefined ? undefined : Number(value)
}

export const entryStates = ['live', 'scheduled', 'expired', 'retracted', 'recovered'] as const

export const fileStates = ['entry', 'copy', 'draft', 'held', 'missing'] as const

export function toEntryState(value: string): EntryState {
  const state = entryStates.find((known) => known === value)
  if (state === undefined) throw new Error(`The store holds an unknown entry state "${value}"`)
  return state
}

function toFileState(value: string): FileState {
  const state = fileStates.find((known) => known === value)
  if (state === undefined) throw new Error(`The store holds an unknown file state "${value}"`)
  return state
}

export function toEntryRecord(row: Row): EntryRecord {
  const sketch = row['sketch']
  if (!(sketch instanceof Uint8Array)) throw new Error('The store holds an entry without a sketch')
  return {
    id: text(row, 'id'),
    state: toEntryState(text(row, 'state')),
    title: text(row, 'title'),
    publishedAtMs: integer(row, 'published_at_ms'),
    updatedAtMs: integer(row, 'updated_at_ms'),
    arrivedAtMs: integer(row, 'arrived_at_ms'),
    deletedAtMs: optionalInteger(row, 'deleted_at_ms'),
    expiresAtMs: optionalInteger(row, 'expires_at_ms'),
    permalink: optionalText(row, 'permalink'),
    articleKey: text(row, 'article_key'),
    visibleKey: text(row, 'visible_key'),
    // A copy: SQLite's bytes need not be aligned for 32-bit numbers.
    sketch: new Uint32Array(Uint8Array.from(sketch).buffer),
    path: optionalText(row, 'path'),
  }
}

export function toLiveEntry(row: Row): LiveEntry {
  return {
    id: text(row, 'id'),
    title: text(row, 'title'),
    publishedAtMs: integer(row, 'published_at_ms'),
    updatedAtMs: integer(row, 'updated_at_ms'),
    arrivedAtMs: integer(row, 'arrived_at_ms'),
    articleKey: text(row, 'article_key'),
    permalink: text(row, 'permalink'),
  }
}

export function toSketchBytes(record: Pick<EntryRecord, 'sketch'>): Uint8Array {
  const { buffer, byteOffset, byteLength } = record.sketch
  return new Uint8Array(buffer, byteOffset, byteLength)
}

/** What `toFileMark` reads. */
export const selectMarks =
  'SELECT path, state, stamp, problems IS NOT NULL AS has_problems FROM file'

export function toFileMark(row: Row): FileMark {
  return {
    path: text(row, 'path'),
    state: toFileState(text(row, 'state')),
    stamp: text(row, 'stamp'),
    hasProblems: integer(row, 'has_problems') === 1,
  }
}

/** What `toFileRecord` reads. */
export const fileColumns =
  'file.path, file.state, stamp, identity, bytes_key, file.article_key, problems, entry.id AS entry_id'

export function toFileRecord(row: Row): FileRecord {
  const problems = optionalText(row, 'problems')
  return {
    path: text(row, 'path'),
    state: toFileState(text(row, 'state')),
    stamp: text(row, 'stamp'),
    identity: text(row, 'identity'),
    bytesKey: text(row, 'bytes_key'),
    entryId: optionalText(row, 'entry_id'),
    articleKey: optionalText(row, 'article_key'),
    problems: problems === undefined ? [] : toProblems(problems),
  }
}

export function toProblems(json: string): readonly Problem[] {
  // Written by this program from the same type.
  return JSON.parse(json) as readonly Problem[]
}
