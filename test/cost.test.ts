// What a run asks of the catalogue is what Node is asked for: each statement is noted as it is executed.
import { writeFileSync } from 'node:fs'
import { DatabaseSync, StatementSync } from 'node:sqlite'
import { afterEach, expect, test, vi } from 'vitest'
import { silentLog } from '../src/log.ts'
import { Publisher } from '../src/publisher/publisher.ts'
import { catalogueFile } from '../src/store/sqlite.ts'
import { Publication, siteId } from './support/publication.ts'

type Cost = { readonly statements: number; readonly rows: number; readonly written: number }

afterEach(() => void vi.restoreAllMocks())

function articleOf(number: number): string {
  const date = new Date(Date.UTC(2020, 0, 1) + number * 3_600_000).toISOString()
  const title = `Note ${number}`
  return `---\ntitle: ${title}\ndate: ${date}\n---\n\nText ${number}. #one #two\n`
}

/** Notes the text of each statement, and how many rows lists have. */
function noteStatements() {
  const noted = { sqls: new Array<string>(), rows: 0 }
  for (const name of ['all', 'get', 'run'] as const) {
    const original: unknown = Reflect.get(StatementSync.prototype, name)
    if (typeof original !== 'function') throw new Error(`Node has no ${name}`)
    vi.spyOn(StatementSync.prototype, name).mockImplementation(function (
      this: StatementSync,
      ...values: readonly unknown[]
    ) {
      noted.sqls.push(this.sourceSQL)
      const result: unknown = Reflect.apply(original, this, values)
      if (Array.isArray(result)) noted.rows += result.length
      // Whatever the real one gave.
      return result as never
    })
  }
  return noted
}

/** Publishes so many articles, and then one that is dropped. */
async function costOfOne(count: number): Promise<Cost & { readonly scans: readonly string[] }> {
  await using publication = Publication.make('timezone: UTC\n')
  for (let number = 0; number < count; number += 1) {
    writeFileSync(publication.path(`note-${number}.md`), articleOf(number))
  }
  let nowMs = Date.UTC(2026, 0, 1)
  const edges = { log: silentLog, now: () => nowMs, mintSiteId: () => siteId }
  await using publisher = await Publisher.open(publication.settings, edges)
  await publisher.run({ kind: 'all' })
  for (const number of [count, count + 1]) {
    nowMs += 60_000
    publication.write(`note-${number}.md`, articleOf(number))
    await publisher.run({ kind: 'some', paths: [`note-${number}.md`] })
  }
  nowMs += 60_000
  publication.write('last.md', articleOf(count + 2))
  const noted = noteStatements()
  const { written } = await publisher.run({ kind: 'some', paths: ['last.md'] })
  vi.restoreAllMocks()
  const { sqls, rows } = noted
  using database = new DatabaseSync(catalogueFile(publication.settings.state), { readOnly: true })
  const scans = [...new Set(sqls)].filter((sql) => {
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
  return { statements: sqls.length, rows, written, scans }
}

test('one dropped file costs the same however many articles there are', async () => {
  const { scans, ...few } = await costOfOne(200)
  const { scans: scansOfMany, ...many } = await costOfOne(800)
  expect(few.statements).toBeGreaterThan(50)
  expect(many).toEqual(few)
  expect([...scans, ...scansOfMany], 'statements that read a whole table').toEqual([])
})
