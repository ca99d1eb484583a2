// What a watcher does while the machine fails it: real file systems that are full or read-only, folders
// that somebody deletes, a catalogue with wrong bytes in it.
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test, vi } from 'vitest'
import { silentLog } from '../src/log.ts'
import { Publisher } from '../src/publisher/publisher.ts'
import { Publication } from './support/publication.ts'
import { catalogueFile } from '../src/store/sqlite.ts'
import { Faults } from './support/faults.ts'
import { Outage, canMount, cover } from './support/outage.ts'
import { runProgram, startProgram } from './support/program.ts'
import { waitFor } from './support/wait-for.ts'
import { faultOf, idsIn, listDrafts, readTree } from './support/whole.ts'

const isMountable = canMount()

function idsOf(tree: ReadonlyMap<string, string>): readonly string[] {
  return idsIn('atom.xml', tree.get('atom.xml') ?? '').toSorted()
}

function expectWhole(tree: ReadonlyMap<string, string>): void {
  for (const [path, text] of tree) expect(faultOf(path, text), path).toBeUndefined()
}

/** Takes all room that there is on a file system. @returns gives it back */
function fill(folder: string): () => void {
  const path = join(folder, '.ballast')
  const handle = openSync(path, 'w')
  for (const lengthBytes of [65_536, 4096, 1]) {
    try {
      for (;;) writeSync(handle, Buffer.alloc(lengthBytes))
    } catch {}
  }
  closeSync(handle)
  return () => rmSync(path)
}

describe.skipIf(!isMountable)('a file system that refuses', () => {
  test('a full disk leaves what was published; there is one word of it, and then all is caught up', async () => {
    await using outage = new Outage()
    const out = outage.mount('out', 'size=1m')
    await outage.start()
    const before = outage.tree()
    const makeRoom = fill(out)
    outage.drop('new.md', 'New')
    await outage.untilFault(/disk is full/)
    outage.drop('later.md', 'Later')
    rmSync(outage.folder.at('inbox/0.md'))
    const build = await runProgram(outage.folder.path, ['build', '--state', 'other'])
    expect(build).toMatchObject({ code: 1, stderr: expect.stringContaining('Another dropfeed') })
    expectWhole(outage.tree())
    expect(idsOf(outage.tree())).toEqual(idsOf(before))
    makeRoom()
    await outage.untilPublished('Later')
    await outage.untilEvent('at work again')
    expect(outage.faults).toEqual([
      expect.stringMatching(/^cannot .*disk is full; free some space/),
    ])
    await outage.untilPublished('New')
    await waitFor(() => outage.tree().get('atom.xml')?.includes('Note 0<') === false)
    // The feeds are there before the rest of their publication is.
    await waitFor(
      () => listDrafts(out).length === 0,
      () => listDrafts(out).join('\n'),
    )
  })

  test('what was written by a publication that failed halfway is served', async () => {
    await using outage = new Outage()
    const out = outage.mount('out', 'size=1m')
    await outage.start()
    const read = async () => await (await fetch(`${outage.address}feed.json`)).text()
    await waitFor(() => outage.address !== '')
    const makeRoom = fill(out)
    outage.drop('new.md', 'New')
    await outage.untilFault(/disk is full/)
    expect(await read()).toContain('Note 2')
    makeRoom()
    await outage.untilEvent('at work again')
    await outage.untilPublished('New')
    await vi.waitFor(async () => expect(await read()).toContain('"New"'))
    expect(await read()).toBe(readFileSync(join(out, 'feed.json'), 'utf8'))
  })

  test('a build on a full disk ends with 1 and says what to do; the next one completes it', async () => {
    await using outage = new Outage()
    const out = outage.mount('out', 'size=1m')
    expect(await runProgram(outage.folder.path, ['build'])).toMatchObject({ code: 0 })
    const before = outage.tree()
    const makeRoom = fill(out)
    outage.drop('new.md', 'New')
    const failed = await runProgram(outage.folder.path, ['build', '--quiet'])
    expect(failed).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^fault: .*disk is full/),
    })
    expectWhole(outage.tree())
    expect(idsOf(outage.tree())).toEqual(idsOf(before))
    makeRoom()
    expect(await runProgram(outage.folder.path, ['build'])).toMatchObject({ code: 0 })
    expect(idsOf(outage.tree())).toHaveLength(4)
  })

  test('a state folder without room is survived as well', async () => {
    await using outage = new Outage()
    const state = outage.mount('.dropfeed', 'size=2m')
    await outage.start()
    const makeRoom = fill(state)
    for (let number = 10; number < 40; number += 1) outage.drop(`${number}.md`, `Note ${number}`)
    await outage.untilFault(/catalogue.*disk is full/)
    expectWhole(outage.tree())
    makeRoom()
    await outage.untilPublished('Note 39')
    await outage.untilEvent('at work again')
    expect(idsOf(outage.tree())).toHaveLength(33)
  })

  test('a file system that is read-only is waited for', async () => {
    await using outage = new Outage()
    await outage.start()
    await outage.untilEvent('published')
    const before = outage.tree()
    const uncover = cover(outage.settings.out)
    try {
      outage.drop('new.md', 'New')
      await outage.untilFault(/cannot use .*out.*let the user that runs dropfeed write there/)
    } finally {
      uncover()
    }
    await outage.untilPublished('New')
    await outage.untilEvent('at work again')
    expect(outage.faults).toHaveLength(1)
    expect(idsOf(outage.tree())).toEqual(expect.arrayContaining([...idsOf(before)]))
  })

  test('a folder that may not be written any more is waited for', async () => {
    await using outage = new Outage()
    const nobody = 65_534
    spawnSync('chown', ['-R', `${nobody}`, outage.folder.path])
    await using program = startProgram(outage.folder.path, ['watch', '--no-serve'], nobody)
    await waitFor(
      () => /published entries=3/.test(program.said()),
      () => program.said(),
    )
    const before = outage.tree()
    const folders = ['', ...readdirSync(outage.settings.out, { recursive: true, encoding: 'utf8' })]
      .map((path) => join(outage.settings.out, path))
      .filter((path) => statSync(path).isDirectory())
    for (const path of folders) chmodSync(path, 0o555)
    outage.drop('new.md', 'New')
    await waitFor(() => /permission denied; let the user .* write there/.test(program.said()))
    expect(outage.tree()).toEqual(before)
    for (const path of folders) chmodSync(path, 0o755)
    await outage.untilPublished('New')
    expect(program.said().match(/fault:/g)).toHaveLength(1)
  })
})

describe('a folder that somebody deletes while it is in use', () => {
  test('out/ comes back whole with the next change', async () => {
    await using outage = new Outage()
    await outage.start()
    // While files are being written their folder may not go without a fault.
    await outage.untilEvent('published')
    const before = outage.tree()
    rmSync(outage.settings.out, { recursive: true })
    outage.drop('new.md', 'New')
    await outage.untilPublished('New')
    await waitFor(() => [...before.keys()].every((path) => outage.tree().has(path)))
    expect(idsOf(outage.tree())).toEqual(expect.arrayContaining([...idsOf(before)]))
    expectWhole(outage.tree())
    expect(outage.faults).toEqual([])
  })

  test('out/ comes back whole with the next rescan, byte for byte', async () => {
    await using publication = Publication.make('title: Test\ntimezone: UTC\n')
    for (const name of ['a', 'b', 'c']) publication.write(`${name}.txt`, `Text ${name}. #all\n`)
    const edges = { log: silentLog, now: () => publication.nowMs }
    await using publisher = await Publisher.open(publication.settings, edges)
    await publisher.run({ kind: 'all' })
    const before = readTree(publication.settings.out)
    rmSync(publication.settings.out, { recursive: true })
    await publisher.run({ kind: 'all' })
    expect(readTree(publication.settings.out)).toEqual(before)
  })

  test.each([
    ['a page', (paths) => paths.filter((path) => path.startsWith('articles/2025/02/'))],
    ['all pages', (paths) => paths.filter((path) => path.startsWith('articles/'))],
    ['a category', (paths) => paths.filter((path) => path.startsWith('categories/all/'))],
    ['a feed of a category', () => ['categories/all/rss.xml']],
    ['the archive', (paths) => paths.filter((path) => path.startsWith('archive/'))],
    ['each main feed', () => ['atom.xml', 'rss.xml', 'feed.json']],
    ['a main feed', () => ['feed.json']],
    ['the rest', () => ['index.html', 'feeds.opml', 'style.css', 'feed.css', 'theme.css']],
  ] satisfies [string, (paths: readonly string[]) => readonly string[]][])(
    '%s that somebody deletes comes back with the next build or rescan, and nothing else is written',
    async (_, pick) => {
      await using publication = Publication.make(
        'title: Test\ntimezone: UTC\nlimits:\n  feedLength: 10\n  arrivalHours: 0\n',
      )
      mkdirSync(join(publication.root, 'theme'))
      writeFileSync(join(publication.root, 'theme/style.css'), 'p { margin: 0 }\n')
      for (const [index, name] of 'abcdefghijkl'.split('').entries()) {
        const date = `2025-${String(index + 1).padStart(2, '0')}-01`
        publication.write(`${name}.txt`, `${date}\n\nText ${name}. #all\n`)
      }
      await publication.run()
      const { out } = publication.settings
      const before = readTree(out)
      const lost = pick([...before.keys()])
      expect(lost.length).toBeGreaterThan(0)
      const lose = () => {
        for (const path of lost) rmSync(join(out, path))
      }
      lose()
      expect((await publication.run()).written).toBe(lost.length)
      expect(readTree(out)).toEqual(before)
      const edges = { log: silentLog, now: () => publication.nowMs }
      await using publisher = await Publisher.open(publication.settings, edges)
      expect((await publisher.run({ kind: 'all' })).written).toBe(0)
      publication.nowMs += 60_000
      lose()
      expect((await publisher.run({ kind: 'all' })).written).toBe(lost.length)
      expect(readTree(out)).toEqual(before)
    },
  )

  test('the state folder is read back from out/: no id changes, and nothing is published twice', async () => {
    await using outage = new Outage()
    await outage.start()
    const before = outage.tree()
    rmSync(outage.settings.state, { recursive: true })
    outage.drop('new.md', 'New')
    await outage.untilPublished('New')
    await outage.untilEvent('at work again')
    const ids = idsOf(outage.tree())
    expect(ids).toHaveLength(4)
    expect(ids).toEqual(expect.arrayContaining([...idsOf(before)]))
    expect(outage.faults).toEqual([
      expect.stringMatching(/removed or replaced.*read back from out/),
    ])
  })
})

/** Spoils the page of a database that holds these bytes. */
function spoil(file: string, sought: string | Uint8Array): void {
  const bytes = readFileSync(file)
  const at = bytes.indexOf(sought)
  expect(at).toBeGreaterThan(0)
  const pageBytes = bytes.readUInt16BE(16)
  const page = Math.floor(at / pageBytes) * pageBytes
  bytes.fill(0xff, page === 0 ? 100 : page, page + pageBytes)
  writeFileSync(file, bytes)
}

/** What a catalogue keeps of one of its articles. */
function someArticle(file: string): Uint8Array {
  using database = new DatabaseSync(file, { readOnly: true })
  const kept = database.prepare('SELECT deflated FROM content').get()?.['deflated']
  if (kept instanceof Uint8Array) return kept
  throw new Error('there is no article')
}

/** Runs a publisher, and says whether it looked for damage before. */
async function start(publication: Publication) {
  const prepare = vi.spyOn(DatabaseSync.prototype, 'prepare')
  const edges = { log: silentLog, now: () => publication.nowMs }
  const publisher = await Publisher.open(publication.settings, edges)
  const hasLooked = prepare.mock.calls.some(([sql]) => sql.includes('quick_check'))
  prepare.mockRestore()
  await publisher.run({ kind: 'all' })
  return { publisher, hasLooked }
}

describe('a damaged catalogue', () => {
  const damaged = (state: string) =>
    readdirSync(state).filter((name) => name.startsWith('catalogue.sqlite.damaged-'))

  test('is noticed at the start and kept aside; what is published is read back from out/', async () => {
    await using outage = new Outage()
    const { out, state } = outage.settings
    await runProgram(outage.folder.path, ['build'])
    const before = outage.tree()
    spoil(catalogueFile(state), 'articles/')
    const { code, stderr } = await runProgram(outage.folder.path, ['build'])
    expect(stderr).toMatch(
      /fault: the catalogue is damaged \(.*\) and was kept as .*read back from out/,
    )
    expect(code).toBe(0)
    expect(outage.tree()).toEqual(before)
    expect(damaged(state)).toHaveLength(1)
    expect(await runProgram(outage.folder.path, ['build', '--quiet'])).toMatchObject({ stderr: '' })
    expect(existsSync(out)).toBe(true)
  })

  test('that is no database at all is treated alike', async () => {
    await using outage = new Outage()
    await runProgram(outage.folder.path, ['build'])
    const before = outage.tree()
    writeFileSync(catalogueFile(outage.settings.state), 'not a database, but long'.repeat(99))
    expect(await runProgram(outage.folder.path, ['build'])).toMatchObject({ code: 0 })
    expect(outage.tree()).toEqual(before)
  })

  test('is looked at as a whole after an error said that it is damaged', async () => {
    await using outage = new Outage()
    const { state } = outage.settings
    await runProgram(outage.folder.path, ['build'])
    const ids = idsOf(outage.tree())
    // The text of articles is the bulk of it, which no start reads.
    spoil(catalogueFile(state), someArticle(catalogueFile(state)))
    const renew = ['build', '--quiet', '--base-url', 'https://example.org/']
    const failed = await runProgram(outage.folder.path, renew)
    expect(failed).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/it is damaged; the next start/),
    })
    const mended = await runProgram(outage.folder.path, renew)
    expect(mended).toMatchObject({ code: 0, stderr: expect.stringMatching(/was kept as/) })
    expect(idsOf(outage.tree())).toEqual(ids)
    expect(damaged(state)).toHaveLength(1)
  })

  test('is looked for after a crash, another program’s change and a day, not at each start', async () => {
    await using publication = Publication.make('title: Test\ntimezone: UTC\n')
    publication.write('a.txt', 'Text a.\n')
    const { settings } = publication
    const startAndStop = async () => {
      const { publisher, hasLooked } = await start(publication)
      await publisher[Symbol.asyncDispose]()
      return hasLooked
    }
    expect(await startAndStop()).toBe(false)
    expect(await startAndStop()).toBe(false)
    publication.nowMs += 23 * 3_600_000
    expect(await startAndStop()).toBe(false)
    publication.nowMs += 2 * 3_600_000
    expect(await startAndStop()).toBe(true)
    expect(await startAndStop()).toBe(false)
    {
      using database = new DatabaseSync(catalogueFile(settings.state))
      database.exec("INSERT INTO meta (name, value) VALUES ('of another program', '')")
    }
    expect(await startAndStop()).toBe(true)
    const { publisher } = await start(publication)
    cpSync(settings.state, publication.path('../crashed'), { recursive: true })
    await publisher[Symbol.asyncDispose]()
    rmSync(settings.state, { recursive: true })
    cpSync(publication.path('../crashed'), settings.state, { recursive: true })
    expect(await startAndStop()).toBe(true)
  })

  test('is looked for in what took the place of a catalogue that was open', async () => {
    await using publication = Publication.make('title: Test\ntimezone: UTC\n')
    publication.write('a.txt', 'Text a.\n')
    const { state } = publication.settings
    const first = await start(publication)
    await first.publisher[Symbol.asyncDispose]()
    cpSync(state, `${state}.backup`, { recursive: true })
    const { publisher } = await start(publication)
    rmSync(state, { recursive: true })
    renameSync(`${state}.backup`, state)
    await publisher[Symbol.asyncDispose]()
    const next = await start(publication)
    await next.publisher[Symbol.asyncDispose]()
    expect(next.hasLooked).toBe(true)
  })

  test('is kept three times at most', async () => {
    await using outage = new Outage()
    const { state } = outage.settings
    for (let number = 1; number < 6; number += 1) {
      writeFileSync(join(state, `catalogue.sqlite.damaged-2025010${number}T000000Z`), '')
    }
    writeFileSync(catalogueFile(state), 'not a database, but long'.repeat(99))
    await runProgram(outage.folder.path, ['build'])
    expect(damaged(state)).toHaveLength(3)
  })
})

test.skipIf(process.platform !== 'linux')(
  'an opening that fails leaves no file open, whatever it fails at',
  async () => {
    await using publication = Publication.make('title: Test\ntimezone: UTC\n')
    publication.write('a.txt', 'Text a.\n')
    await publication.run()
    const countOpen = () => readdirSync('/proc/self/fd').length
    const edges = { log: silentLog, now: () => publication.nowMs }
    const before = countOpen()
    let failures = 0
    for (let at = 0; ; at += 1) {
      using faults = new Faults('throws', (_, number) => number === at)
      const { fileCalls } = faults
      const opened = await Publisher.open(publication.settings, { ...edges, fileCalls }).catch(
        () => undefined,
      )
      if (opened === undefined) failures += 1
      else await opened[Symbol.asyncDispose]()
      if (!faults.hasStruck) break
      expect(countOpen(), `after a failure at operation ${at}`).toBe(before)
    }
    expect(failures).toBeGreaterThan(10)
  },
)
