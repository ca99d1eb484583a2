import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { formatRfc3339 } from '../core/dates.ts'
import { isDamage, toStoreFault } from './open-database.ts'
import { catalogueFile } from './sqlite.ts'

/** However it was closed, a catalogue is looked at again after this time. */
const trustedMs = 24 * 3_600_000

export type Damage = { readonly found: string; readonly aside: string }

/** What is kept aside; older ones make room. */
const damagedMax = 3
const sides = ['', '-wal', '-shm'] as const
/** The bulk of the file; read whole only when something about it was found to be wrong. */
const bulk = new Set(['content', 'rendering'])

/**
 * Looks whether a catalogue is damaged: after a process that died, after another program's change, and once a
 * day. The tables that every run needs are read whole (0.3 s for 100,000 articles that the system has in
 * memory), all others only after `toCatalogueFault` had to do with damage.
 * @returns what SQLite says is wrong; undefined when nothing is, or there is no file
 * @throws SQLite's own error for anything but damage: no permission, a failing disk
 */
function findDamage(file: string): string | undefined {
  if (!existsSync(file)) return undefined
  const isSuspected = existsSync(suspicionOf(file))
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(file, { timeout: 5_000 })
    const tables = database
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
      .all()
      .map(({ name }) => String(name))
      .filter((name) => isSuspected || !bulk.has(name))
    for (const table of tables) {
      const found = database.prepare(`PRAGMA quick_check('${table}')`).get()?.['quick_check']
      if (found !== 'ok') return String(found)
    }
  } catch (error) {
    if (!isDamage(error)) throw error
    return error instanceof Error ? error.message : String(error)
  } finally {
    database?.close()
  }
  if (isSuspected) rmSync(suspicionOf(file), { force: true })
  return undefined
}

/**
 * Makes a fault of what a statement threw, that says what to do; anything else stays as it is. If it says
 * that the catalogue is damaged, the next start looks at all of it.
 */
export function toCatalogueFault(folder: string, error: unknown): unknown {
  const file = catalogueFile(folder)
  // Where not even this can be written, the next error tries again.
  if (isDamage(error)) attempt(() => writeFileSync(suspicionOf(file), ''))
  return toStoreFault(error, file)
}

/**
 * Keeps a damaged catalogue aside, for whoever wants to look into it; to be called by the only writer.
 * @param nowMs milliseconds since 1970 UTC, for its new name
 * @returns what was found and where it is now; undefined when nothing is wrong
 */
export function setAsideDamaged(folder: string, nowMs: number): Damage | undefined {
  const file = catalogueFile(folder)
  if (isAsClosed(file, nowMs)) return undefined
  const found = findDamage(file)
  if (found === undefined) {
    writeFileSync(lookOf(file), `${nowMs}`)
    return undefined
  }
  const stamp = formatRfc3339(Math.floor(nowMs / 1000) * 1000).replaceAll(/[-:]/g, '')
  const aside = `${file}.damaged-${stamp}`
  for (const side of sides) {
    if (existsSync(`${file}${side}`)) renameSync(`${file}${side}`, `${aside}${side}`)
  }
  rmSync(suspicionOf(file), { force: true })
  const kept = readdirSync(folder)
    .filter((name) => /\.damaged-[^-]+$/.test(name))
    .toSorted()
  for (const name of kept.slice(0, -damagedMax)) {
    for (const side of sides) rmSync(join(folder, `${name}${side}`), { force: true })
  }
  return { found, aside }
}

/** Remembers how a catalogue was when it was closed; to be called by the only writer. */
export function noteClosed(folder: string): void {
  const file = catalogueFile(folder)
  // Whoever fails here only has it looked at once more.
  attempt(() => {
    const [lookedAtMs = ''] = readFileSync(lookOf(file), 'utf8').split(' ')
    writeFileSync(lookOf(file), `${lookedAtMs} ${versionOf(file)}`)
  })
}

/** Nothing has touched it since it was closed as it should be, and it was looked at not long before. */
function isAsClosed(file: string, nowMs: number): boolean {
  // What is left of a process that died, or of the writes of another program.
  if (existsSync(`${file}-wal`) || existsSync(suspicionOf(file))) return false
  try {
    const [lookedAtMs, ...version] = readFileSync(lookOf(file), 'utf8').split(' ')
    const agoMs = nowMs - Number(lookedAtMs)
    return version.join(' ') === versionOf(file) && agoMs >= 0 && agoMs < trustedMs
  } catch {
    return false
  }
}

function versionOf(file: string): string {
  const { size, mtimeNs, ino } = statSync(file, { bigint: true })
  return `${size} ${mtimeNs} ${ino}`
}

/** Tells when a catalogue was looked at, and how it was when it was closed last. */
function lookOf(file: string): string {
  return `${file}.looked`
}

function suspicionOf(file: string): string {
  return `${file}.suspected`
}

function attempt(operation: () => void): void {
  try {
    operation()
  } catch {}
}
