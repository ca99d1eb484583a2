// What a run costs is counted where it leaves our code: statements as Node executes them, calls on files,
// and texts that the strict parser reads, which are each rendered entry and each document once.
import fs, { writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { DatabaseSync, StatementSync } from 'node:sqlite'
import { SaxesParser } from 'saxes'
import { afterEach, expect, test, vi } from 'vitest'
import { silentLog } from '../src/log.ts'
import { nodeFileCalls } from '../src/out/file-calls.ts'
import { Publisher } from '../src/publisher/publisher.ts'
import { catalogueFile } from '../src/store/sqlite.ts'
import { Publication, siteId } from './support/publication.ts'

/** Of the larger inbox; COST_ARTICLES=10000 for one that takes longer than a suite should. */
const articlesMany = Number(process.env['COST_ARTICLES'] ?? 3000)
const articlesFew = 100
/** Milliseconds for each of them, far more than it takes. */
const articleMs = 50

type Cost = {
  readonly statements: number
  readonly rows: number
  readonly rendered: number
  readonly written: number
  readonly removed: number
  readonly filesOpened: number
  readonly filesSynced: number
  readonly namesChanged: number
  readonly foldersListed: number
}

type Noted = { -readonly [Key in keyof Cost]: Cost[Key] } & {
  readonly sqls: string[]
  bytesRead: number
  bytesWritten: number
}

afterEach(() => {
  vi.restoreAllMocks()
  syncBuiltinESMExports()
})

/** The newest are the same articles however many there are, so that the feeds are of one size. */
function articleOf(age: number): string {
  const date = new Date(Date.UTC(2025, 0, 1) - age * 3_600_000).toISOString()
  const title = `Note ${String(age).padStart(6, '0')}`
  return `---\ntitle: ${title}\ndate: ${date}\n---\n\nText of ${title}. #one #two\n`
}

/** Hands each call of a method on, and says what it was called with and gave. */
function follow(
  owner: object,
  name: string,
  note: (self: unknown, values: readonly unknown[], result: unknown) => void,
): void {
  const original: unknown = Reflect.get(owner, name)
  if (typeof original !== 'function') throw new Error(`there is no ${name}`)
  // The spy takes the place of a method that was just found there.
  const spy = vi.spyOn(owner as Record<string, () => unknown>, name)
  spy.mockImplementation(function (this: unknown, ...values: readonly unknown[]) {
    const result: unknown = Reflect.apply(original, this, values)
    note(this, values, result)
    return result
  })
}

function noteStatements(noted: Noted): void {
  for (const name of ['all', 'get', 'run']) {
    follow(StatementSync.prototype, name, (self, _, result) => {
      noted.statements += 1
      if (self instanceof StatementSync) noted.sqls.push(self.sourceSQL)
      if (Array.isArray(result)) noted.rows += result.length
    })
  }
  follow(SaxesParser.prototype, 'close', () => (noted.rendered += 1))
}

/** What is put in the place of a function of `node:fs` is what others import once the exports are synced. */
function noteFileCalls(noted: Noted): void {
  const count = (
    name: string,
    key: 'filesOpened' | 'filesSynced' | 'namesChanged' | 'foldersListed',
  ) => follow(fs, name, () => (noted[key] += 1))
  count('openSync', 'filesOpened')
  count('fsyncSync', 'filesSynced')
  count('renameSync', 'namesChanged')
  count('unlinkSync', 'namesChanged')
  count('readdirSync', 'foldersListed')
  follow(fs, 'readSync', (_, __, result) => (noted.bytesRead += Number(result)))
  follow(nodeFileCalls, 'syncAside', () => (noted.filesSynced += 1))
  follow(nodeFileCalls, 'readAside', (_, __, result) => {
    const add = async () => (noted.bytesRead += Number(await result))
    // Whoever asked for it is told.
    add().catch(() => {})
  })
  follow(fs, 'writeSync', (_, __, result) => (noted.bytesWritten += Number(result)))
  follow(fs, 'readFileSync', (_, __, result) => {
    if (typeof result === 'string' || result instanceof Uint8Array) noted.bytesRead += result.length
  })
  syncBuiltinESMExports()
}

/** Nothing of what is only prepared has to outlive a loss of power. */
function withoutSyncing(): void {
  vi.spyOn(fs, 'fsyncSync').mockImplementation(() => {})
  syncBuiltinESMExports()
}

function startNoting(): Noted {
  const noted: Noted = {
    statements: 0,
    rows: 0,
    rendered: 0,
    written: 0,
    removed: 0,
    filesOpened: 0,
    filesSynced: 0,
    namesChanged: 0,
    foldersListed: 0,
    sqls: [],
    bytesRead: 0,
    bytesWritten: 0,
  }
  noteStatements(noted)
  noteFileCalls(noted)
  return noted
}

/** Publishes so many articles, and then one that is dropped. */
async function costOfOne(count: number) {
  await using publication = Publication.make('timezone: UTC\n')
  for (let age = 1; age <= count; age += 1) {
    writeFileSync(publication.path(`note-${age}.md`), articleOf(age))
  }
  let nowMs = Date.UTC(2026, 0, 1)
  const edges = { log: silentLog, now: () => nowMs, mintSiteId: () => siteId }
  await using publisher = await Publisher.open(publication.settings, edges)
  withoutSyncing()
  await publisher.run({ kind: 'all' })
  for (const age of [0, -1]) {
    nowMs += 60_000
    publication.write(`note-${age}.md`, articleOf(age))
    await publisher.run({ kind: 'some', paths: [`note-${age}.md`] })
  }
  vi.restoreAllMocks()
  nowMs += 60_000
  publication.write('last.md', articleOf(-2))
  const noted = startNoting()
  const { written, removed } = await publisher.run({ kind: 'some', paths: ['last.md'] })
  vi.restoreAllMocks()
  syncBuiltinESMExports()
  const { sqls, bytesRead, bytesWritten, ...counts } = noted
  const scans = scansOf(sqls, catalogueFile(publication.settings.state))
  return { counts: { ...counts, written, removed } satisfies Cost, scans, bytesRead, bytesWritten }
}

/** The statements that read a whole table. */
function scansOf(sqls: readonly string[], file: string): readonly string[] {
  using database = new DatabaseSync(file, { readOnly: true })
  return [...new Set(sqls)].filter((sql) => {
    const steps = database
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .map(({ detail }) => String(detail))
    // What a category has is not to be picked out of what all have, which a burst makes many.
    const isOfCategory = sql.includes('membership') && sql.includes('JOIN')
    if (isOfCategory && !steps[0]?.startsWith('SEARCH membership')) return true
    // One that stops at its limit reads no more than that, unless it has to sort first.
    if (/ LIMIT /.test(sql) && !steps.some((step) => step.includes('TEMP B-TREE'))) return false
    return steps.some((step) => /^SCAN (?!CONSTANT|\(|stale)(?!.*USING)/.test(step))
  })
}

test(
  'one dropped file costs the same however many articles there are',
  async () => {
    const few = await costOfOne(articlesFew)
    const many = await costOfOne(articlesMany)
    expect(few.counts.statements).toBeGreaterThan(50)
    expect(few.counts.rendered).toBeGreaterThan(5)
    expect(few.counts.filesSynced).toBeGreaterThan(5)
    expect(few.bytesRead).toBeGreaterThan(1000)
    expect(many.counts).toEqual(few.counts)
    expect([...few.scans, ...many.scans], 'statements that read a whole table').toEqual([])
    // Numbers of entries and of archive pages have more digits, and the labels of both are in the index.
    for (const key of ['bytesRead', 'bytesWritten'] as const) {
      expect(many[key] / few[key], key).toBeGreaterThan(0.99)
      expect(many[key] / few[key], key).toBeLessThan(1.01)
    }
  },
  60_000 + articlesMany * articleMs,
)
