import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { toStatusLines } from '../src/cli/status-text.ts'
import { outcomes } from '../src/core/entry/outcome.ts'
import { isToMend } from '../src/core/problem.ts'
import { listDrafts } from '../src/inbox/drafts.ts'
import { readStatus } from '../src/publisher/status.ts'
import { SqliteStore } from '../src/store/sqlite.ts'
import { runProgram } from './support/program.ts'
import { Publication } from './support/publication.ts'
import { makeTemporaryFolder } from './support/temporary-folder.ts'

// What `dropfeed status` tells: of each file what became of it, and first of all what needs attention.

const text = (about: string) => `An article about ${about}.\nIt has a second line on ${about}.\n`

/** One file of each kind, as a run finds them. */
async function fillPublication(): Promise<Publication> {
  const publication = Publication.make('title: Test\ntimezone: UTC\n')
  publication.write('a.txt', text('the sea'))
  publication.write('copy.txt', text('the sea'))
  publication.write('deep/b.md', '---\ndate: 2990-01-01\n---\n\nAn article for another day.\n')
  publication.write('over.md', '---\nexpires: 2020-01-01\n---\n\nIts time was over long ago.\n')
  publication.write('draft.md', '---\ndraft: true\n---\n\nNot finished.\n')
  publication.write('_named.md', 'Not finished either.\n')
  publication.write('_folder/deep/too.md', 'Nor this.\n')
  publication.write('bad.md', text('mountains'))
  publication.write('slides.pdf', '%PDF\n')
  await publication.run()
  publication.write('bad.md', '---\ntitle: [\n---\n\nA later version that cannot be read.\n')
  await publication.run()
  publication.write('new.txt', text('rivers'))
  return publication
}

const each = { isAll: true, files: [] }

test('each file is told of with what became of it, what needs attention first', async () => {
  await using publication = await fillPublication()
  const { articles = [], outcomes: counts } = await readStatus(publication.settings, each)
  const told = articles.map(({ path, outcome, isPublished }) => [outcome, path, isPublished])
  expect(told).toEqual([
    ['held', 'bad.md', true],
    ['held', 'slides.pdf', false],
    ['waiting', 'new.txt', false],
    ['scheduled', 'deep/b.md', false],
    ['copy', 'copy.txt', false],
    ['draft', '_folder/deep/too.md', false],
    ['draft', '_named.md', false],
    ['draft', 'draft.md', false],
    ['expired', 'over.md', false],
    ['published', 'a.txt', true],
  ])
  for (const outcome of outcomes) {
    const number = articles.filter((file) => file.outcome === outcome).length
    expect([outcome, counts[outcome]]).toEqual([outcome, number])
  }
  expect(articles.find(({ path }) => path === 'copy.txt')).toMatchObject({ copyOf: 'a.txt' })
  expect(articles.find(({ path }) => path === 'bad.md')?.problems).toMatchObject([
    { code: 'front-matter-invalid' },
  ])
})

test('counts that cost little are those that are counted one by one', async () => {
  await using publication = await fillPublication()
  await using store = SqliteStore.open(publication.settings.state)
  const { entry, copy, draft, held, missing } = store.counts().files
  const counts = store.outcomes.count()
  expect(counts).toMatchObject({ copy, draft, held, missing, waiting: 0 })
  expect(counts.published + counts.scheduled + counts.expired).toBe(entry)
})

test('files and folders are asked for from the working folder, or as status names them', async () => {
  await using publication = await fillPublication()
  const ask = async (...files: string[]) => {
    const status = await readStatus(publication.settings, { isAll: false, files })
    return status.articles?.map(({ path, outcome }) => `${outcome} ${path}`)
  }
  expect(await ask(publication.path('a.txt'))).toEqual(['published a.txt'])
  expect(await ask('a.txt', './deep/')).toEqual(['scheduled deep/b.md', 'published a.txt'])
  expect(await ask('_folder')).toEqual(['draft _folder/deep/too.md'])
  expect(await ask('new.txt')).toEqual(['waiting new.txt'])
  expect(await ask('../../etc/passwd')).toEqual(['held ../../etc/passwd'])
  expect(await ask(publication.path(''))).toHaveLength(10)
  publication.remove('a.txt')
  publication.remove('copy.txt')
  await publication.run()
  expect(await ask('a.txt')).toEqual(['retracted a.txt'])
})

test('articles that vanished all at once are told of with the command that retracts them', async () => {
  await using publication = Publication.make('title: Test\ntimezone: UTC\n')
  for (let number = 0; number < 20; number += 1) {
    publication.write(`all/${number}.txt`, text(`number ${number}, which is no other`))
  }
  await publication.run()
  mkdirSync(`${publication.root}/elsewhere`)
  renameSync(publication.path('all'), `${publication.root}/elsewhere/all`)
  await publication.run()
  const status = await readStatus(publication.settings)
  expect(status).toMatchObject({
    outcomes: { missing: 20, published: 0 },
    heldRetractions: { articles: 20, release: 'dropfeed confirm' },
  })
  const lines = [...toStatusLines(status)]
  expect(lines.join('\n')).toMatch(
    /missing +20, still published; to retract them: dropfeed confirm/,
  )
  expect(lines[1]).toContain('20 articles vanished at once')
})

describe('on a terminal', () => {
  test('what is to be mended comes first, then counts', async () => {
    await using publication = await fillPublication()
    const lines = [...toStatusLines(await readStatus(publication.settings))]
    expect(lines.slice(0, 3)).toEqual([
      expect.stringMatching(/^problems +3$/),
      expect.stringContaining('  bad.md:2: '),
      expect.stringContaining('  slides.pdf: '),
    ])
    expect(lines.map((line) => line.replace(/ {2,}/, ': '))).toEqual(
      expect.arrayContaining([
        'held: 2',
        'waiting: 1, seen and not read yet',
        'scheduled: 1',
        'copies: 1',
        'drafts: 3',
        'expired: 1',
        'published: 1',
      ]),
    )
    expect(lines).toContain('  2990-01-01T00:00:00Z  deep/b.md  An article for another day')
    expect(lines.at(-2)).toMatch(/^last publication {2}2026-/)
  })

  test('of very many problems twenty are shown, those to mend before those to know', async () => {
    await using publication = await fillPublication()
    const status = await readStatus(publication.settings)
    const problem = status.problems.find(isToMend)
    const notice = { code: 'encoding-guessed', path: 'n.txt' } as const
    const problems = [notice, ...Array.from({ length: 1234 }, () => problem ?? notice)]
    const lines = [...toStatusLines({ ...status, problems })]
    expect(lines[0]).toBe('problems          1,235')
    expect(lines[21]).toBe('  … and 1,215 more: dropfeed status --all')
    expect(lines.length).toBeLessThan(40)
    expect(lines.join('\n')).not.toContain('n.txt')
  })

  test('no name and no title moves the cursor', async () => {
    await using publication = Publication.make('title: Test\ntimezone: UTC\n')
    publication.write('a\u001B[2J\n\u202Eb.txt', `A title\u202E of\u200B one\n\n${text('lines')}`)
    publication.write('c\u001B.pdf', 'x')
    await publication.run()
    publication.write('d\u001B.txt', text('waiting'))
    publication.write('_e\u001B.txt', text('drafts'))
    for (const query of [each, { isAll: false, files: [] }]) {
      const lines = [...toStatusLines(await readStatus(publication.settings, query))]
      expect(lines.length).toBeGreaterThan(3)
      for (const line of lines) expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
    }
  })

  test('hubs, and whatever else is told, have their place after the counts', async () => {
    await using publication = await fillPublication()
    const hub = { address: 'https://hub.example/', untold: 2, answer: '<500>', isLeftOut: true }
    const status = { ...(await readStatus(publication.settings)), hubs: [hub] }
    expect([...toStatusLines(status)].at(-1)).toMatch(/^hubs .*address https:\/\/hub\.example\/, /)
  })
})

test('the command line tells of each file, or of those asked for, and ends with 3 for those to mend', async () => {
  await using publication = await fillPublication()
  const run = (...words: string[]) => runProgram(publication.root, ['status', ...words])
  const all = await run('--all')
  expect(all.code).toBe(3)
  expect(all.stdout.split('\n').filter((line) => /^\S/.test(line))).toHaveLength(10)
  expect(all.stdout).toMatch(
    /^held {7}bad\.md {2}.*an earlier version is published\n {2}bad\.md:2: /m,
  )
  expect(all.stdout).toMatch(/^copy {7}copy\.txt {2}of a\.txt\n/m)
  const one = await run('inbox/a.txt')
  expect(one).toMatchObject({ code: 0, stderr: '' })
  expect(one.stdout).toMatch(/^published {2}a\.txt {2}An article about the sea {2}2026-\S+\n$/)
  const none = await run('nope.txt')
  expect(none.code).toBe(3)
  expect(none.stdout).toContain('nope.txt: there is no file of this name')
  const json = JSON.parse((await run('--json', '--all')).stdout) as Record<string, unknown>
  expect(json['articles']).toHaveLength(10)
  expect(json).toMatchObject({ waiting: ['new.txt'], outcomes: { published: 1 } })
  expect(json['problems']).toHaveLength(3)
})

test('before the first run there is nothing to tell, and nothing is made', async () => {
  using folder = makeTemporaryFolder()
  mkdirSync(folder.at('inbox'))
  writeFileSync(folder.at('inbox/a.txt'), text('nothing'))
  const { code, stdout } = await runProgram(folder.path, ['status'])
  expect([code, stdout]).toEqual([0, 'published         0\n'])
})

test('drafts are found by their names alone, also those that are not UTF-8', async () => {
  using folder = makeTemporaryFolder()
  mkdirSync(folder.at('inbox/_a/b'), { recursive: true })
  mkdirSync(folder.at('inbox/.git/_no'), { recursive: true })
  for (const name of ['_a/b/c.md', '_a/.hidden', '.git/_no/x.md', 'd.md', '_e.txt~']) {
    writeFileSync(folder.at(`inbox/${name}`), 'x')
  }
  writeFileSync(Buffer.concat([Buffer.from(folder.at('inbox/_')), Buffer.from([0xe9])]), 'x')
  const found: string[] = []
  for await (const path of listDrafts(folder.at('inbox'))) found.push(path)
  expect(found.toSorted()).toEqual([String.raw`_\xe9`, '_a/b/c.md'])
})
