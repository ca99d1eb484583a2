// What happens to the publication when a document may not be published. A catalogue that somebody
// meddled with stands for every way in which one could come to hold something wrong.
import { cpSync, existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import type { Problem } from '../src/core/problem.ts'
import type { Log } from '../src/log.ts'
import { Publisher } from '../src/publisher/publisher.ts'
import type { RunReport } from '../src/publisher/run.ts'
import { readStatus } from '../src/publisher/status.ts'
import { catalogueFile } from '../src/store/sqlite.ts'
import { runProgram } from './support/program.ts'
import { Publication } from './support/publication.ts'
import { readTree } from './support/whole.ts'

const settings = 'title: Test\ntimezone: UTC\nbaseUrl: https://example.org/\n'

function note(title: string, date = '2026-01-03'): string {
  return `---\ntitle: ${title}\ndate: ${date}\n---\n\nA note about ${title}, and no other. #all\n`
}

async function publishThree(): Promise<Publication> {
  const publication = Publication.make(settings)
  for (const title of ['Ash', 'Birch', 'Cedar']) publication.write(`${title}.md`, note(title))
  await publication.run()
  return publication
}

function meddle(publication: Publication, ...sqls: readonly string[]): void {
  using database = new DatabaseSync(catalogueFile(publication.settings.state))
  for (const sql of sqls) database.exec(sql)
}

/** Leaves nothing of an entry but what is published. */
const lose = [
  "DELETE FROM content WHERE entry = (SELECT key FROM entry WHERE title = 'Birch')",
  "DELETE FROM membership WHERE entry = (SELECT key FROM entry WHERE title = 'Birch')",
  "DELETE FROM file WHERE path = 'Birch.md'",
  "DELETE FROM entry WHERE title = 'Birch'",
]

async function run(
  publication: Publication,
  acceptsChanges = false,
): Promise<{ readonly report: RunReport; readonly logged: readonly Problem[] }> {
  const logged: Problem[] = []
  const log: Log = {
    event: () => {},
    problem: (problem) => logged.push(problem),
    fault: () => {},
    usage: () => {},
  }
  publication.nowMs += 60_000
  await using publisher = await Publisher.open(publication.settings, {
    log,
    now: () => publication.nowMs,
    acceptsChanges,
  })
  const report = await publisher.run({ kind: 'all' })
  // A run that changes nothing does not forget what stands.
  const again = await publisher.run({ kind: 'some', paths: [] })
  expect(again.problems).toEqual(report.problems)
  return { report, logged }
}

const mainFiles = ['rss.xml', 'atom.xml', 'feed.json'] as const

test('an entry that nobody deleted does not vanish: the last good feeds stay, and say why', async () => {
  await using publication = await publishThree()
  const before = readTree(publication.settings.out)
  const { id, url } = publication.item('Birch')
  meddle(publication, ...lose)
  publication.remove('Birch.md')
  publication.write('Douglas.md', note('Douglas'))
  const { report, logged } = await run(publication)
  const problem = {
    code: 'changes-refused',
    path: 'atom.xml',
    found: `"Birch" (${id}) would vanish, though nobody deleted it`,
  }
  expect(report.problems).toContainEqual(problem)
  expect(logged).toContainEqual(problem)
  expect((await readStatus(publication.settings)).problems).toContainEqual(problem)
  const after = readTree(publication.settings.out)
  for (const name of mainFiles) {
    expect(after.get(name)).toBe(before.get(name))
    expect(after.get(`categories/all/${name}`)).toBe(before.get(`categories/all/${name}`))
  }
  // What the last good feeds name is still there, and what is new has its page.
  expect(after.has(url.replace('https://example.org/', ''))).toBe(true)
  expect(after.has('articles/2026/01/douglas.html')).toBe(true)
})

test('the problem is gone, and all is published, when a person says that it is meant', async () => {
  await using publication = await publishThree()
  meddle(publication, ...lose)
  publication.remove('Birch.md')
  publication.write('Douglas.md', note('Douglas'))
  expect((await run(publication)).report.problems).not.toEqual([])
  const { code } = await runProgram(publication.root, ['build', '--quiet'])
  expect(code).toBe(3)
  const accepted = await runProgram(publication.root, ['build', '--quiet', '--accept-changes'])
  expect(accepted).toMatchObject({ code: 0, stderr: '' })
  expect(publication.items().map(({ title }) => title)).toEqual(
    expect.arrayContaining(['Ash', 'Cedar', 'Douglas']),
  )
  expect(publication.items()).toHaveLength(3)
  expect((await run(publication)).report.problems).toEqual([])
})

test('an id does not change: the last good feeds stay until it is mended', async () => {
  await using publication = await publishThree()
  const before = readTree(publication.settings.out)
  const { id } = publication.item('Birch')
  meddle(publication, "UPDATE entry SET id = 'urn:uuid:other' WHERE title = 'Birch'")
  publication.write('Douglas.md', note('Douglas'))
  const { report } = await run(publication)
  expect(report.problems).toContainEqual({
    code: 'changes-refused',
    path: 'atom.xml',
    found: `the id of "Birch" would change from ${id} to urn:uuid:other`,
  })
  for (const name of mainFiles) {
    expect(publication.read(name)).toBe(before.get(name))
  }
  meddle(publication, `UPDATE entry SET id = '${id}' WHERE title = 'Birch'`)
  expect((await run(publication)).report.problems).toEqual([])
  expect((await readStatus(publication.settings)).problems).toEqual([])
  expect(publication.items()).toHaveLength(4)
  expect(publication.item('Birch').id).toBe(id)
})

test('the feeds of another publication are not replaced', async () => {
  await using mine = await publishThree()
  await using other = Publication.make(settings)
  for (const title of ['Elm', 'Fir', 'Gum']) other.write(`${title}.md`, note(title))
  const edges = {
    now: () => other.nowMs,
    mintSiteId: () => 'urn:uuid:0b5f7ee1-0000-4000-8000-000000000000',
  }
  {
    const log: Log = { event() {}, problem() {}, fault() {}, usage() {} }
    await using publisher = await Publisher.open(other.settings, { ...edges, log })
    await publisher.run({ kind: 'all' })
  }
  rmSync(mine.settings.out, { recursive: true })
  cpSync(other.settings.out, mine.settings.out, { recursive: true })
  mine.write('Douglas.md', note('Douglas'))
  const { report } = await run(mine)
  expect(report.problems).toMatchObject([
    { code: 'changes-refused', path: 'atom.xml' },
    { code: 'changes-refused', path: 'categories/all/atom.xml' },
  ])
  expect(mine.read('feed.json')).toBe(other.read('feed.json'))
})

test('a document that a strict parser does not take is not published', async () => {
  await using publication = await publishThree()
  const before = readTree(publication.settings.out)
  const { id } = publication.item('Birch')
  meddle(publication, "UPDATE entry SET id = '' WHERE title = 'Birch'")
  const { report } = await run(publication, true)
  expect(report.problems).toContainEqual(
    expect.objectContaining({ code: 'document-refused', path: 'atom.xml' }),
  )
  for (const name of mainFiles) expect(publication.read(name)).toBe(before.get(name))
  meddle(publication, `UPDATE entry SET id = '${id}' WHERE title = 'Birch'`)
  expect((await run(publication)).report.problems).toEqual([])
})

test('no feed names an archive page that was refused, and nothing that it names is removed', async () => {
  await using publication = Publication.make(
    `${settings}limits: { feedLength: 1, feedLengthMin: 1, arrivalHours: 0 }\n`,
  )
  publication.write('Ash.md', note('Ash', '2026-01-01'))
  publication.write('Birch.md', note('Birch', '2026-01-02'))
  publication.write('Cedar.md', note('Cedar'))
  await publication.run()
  const before = publication.read('atom.xml')
  const archived = publication.read('archive/1.xml')
  meddle(publication, "UPDATE entry SET id = '' WHERE title = 'Ash'")
  publication.remove('Birch.md')
  publication.write('Douglas.md', note('Douglas', '2026-01-04'))
  const { report } = await run(publication, true)
  expect(report.problems).toContainEqual(
    expect.objectContaining({ code: 'document-refused', path: expect.stringMatching(/^archive/) }),
  )
  expect(publication.read('atom.xml')).toBe(before)
  expect(publication.read('archive/1.xml')).toBe(archived)
  expect(existsSync(join(publication.settings.out, 'articles/2026/01/birch.html'))).toBe(true)
})
