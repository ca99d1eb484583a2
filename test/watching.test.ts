import { existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { openForWriting } from '../src/inbox/settle.ts'
import { silentLog } from '../src/log.ts'
import { Publisher } from '../src/publisher/publisher.ts'
import { LivePublication, toArticle } from './support/live-publication.ts'
import { Publication } from './support/publication.ts'
import { hasTool, runProgram, runTool, startProgram } from './support/program.ts'
import { SlowWriter } from './support/slow-writer.ts'

// Real folders, the real watcher, the real documents: what a subscriber sees, and ever saw, of what
// authors and their programs do to the inbox. Tests run side by side, since they mostly wait.

/** Long enough that no program writes it in one go. */
const longBody = Array.from({ length: 3000 }, (_, line) => `Line ${line} of a long article.`).join(
  '\n',
)
const isWhole = ({ content_html }: { readonly content_html: string }) =>
  content_html.includes('Thus ends')

/** Expects that no version of the feed showed an entry of this title without its last words. */
function expectNeverHalf(publication: LivePublication, title: string): void {
  const seen = publication.versions.flat().filter((item) => item.title === title)
  expect(seen.length).toBeGreaterThan(0)
  expect(seen.every(isWhole)).toBe(true)
}

/** Expects that from the version on that first showed it, this entry never left the feed, alone. */
function expectAlwaysThere(publication: LivePublication, id: string): void {
  const history = publication.history()
  const first = history.findIndex((ids) => ids.length > 0)
  expect(first).toBeGreaterThanOrEqual(0)
  for (const ids of history.slice(first)) expect(ids).toEqual([id])
}

describe.concurrent('an article', () => {
  test('that is moved in is published', async () => {
    await using publication = await LivePublication.start()
    await runTool('mv', [publication.prepare('a.md', toArticle('Tide')), publication.in('a.md')])
    const { id } = await publication.entry('Tide')
    expect(id).toMatch(/^urn:uuid:/)
    expectNeverHalf(publication, 'Tide')
  })

  test('that is copied in is published whole', async () => {
    await using publication = await LivePublication.start()
    const path = publication.prepare('a.md', toArticle('Tide', longBody))
    await runTool('cp', [path, publication.in('a.md')])
    await publication.entry('Tide')
    await runTool('cp', ['-p', path, publication.in('b.md')])
    await publication.until(() => publication.problems.length > 0)
    expect(publication.problems.map(({ code }) => code)).toEqual(['file-copy'])
    expectNeverHalf(publication, 'Tide')
  })

  const otherFileSystem = '/dev/shm'
  const hasOther =
    existsSync(otherFileSystem) &&
    statSync(otherFileSystem).dev !== statSync(import.meta.dirname).dev
  if (!hasOther) process.stderr.write('SKIPPED: no other file system at /dev/shm\n')

  test.skipIf(!hasOther)('that comes from another file system is published whole', async () => {
    await using publication = await LivePublication.start()
    const folder = await mkdtemp(join(otherFileSystem, 'dropfeed-'))
    try {
      for (const name of ['Copied', 'Moved']) {
        writeFileSync(join(folder, name), toArticle(name, longBody))
      }
      await runTool('cp', [join(folder, 'Copied'), publication.in('copied.md')])
      await runTool('mv', [join(folder, 'Moved'), publication.in('moved.md')])
    } finally {
      await rm(folder, { recursive: true })
    }
    for (const name of ['Copied', 'Moved']) {
      expect(await publication.entry(name)).toSatisfy(isWhole)
      expectNeverHalf(publication, name)
    }
  })

  test('that is deleted goes, and is the same when it returns', async () => {
    await using publication = await LivePublication.start((inbox) =>
      writeFileSync(inbox('a.md'), toArticle('Tide')),
    )
    const before = await publication.entry('Tide')
    renameSync(publication.in('a.md'), publication.at('elsewhere/a.md'))
    await publication.until(() => publication.items().length === 0)
    mkdirSync(publication.in('deep'))
    await runTool('mv', [publication.at('elsewhere/a.md'), publication.in('deep/b.md')])
    expect(await publication.entry('Tide')).toEqual(before)
  })

  test('that is moved within the inbox changes nothing for subscribers', async () => {
    await using publication = await LivePublication.start((inbox) =>
      writeFileSync(inbox('a.md'), toArticle('Tide')),
    )
    const before = await publication.entry('Tide')
    mkdirSync(publication.in('deep/er'), { recursive: true })
    const count = publication.versions.length
    await runTool('mv', [publication.in('a.md'), publication.in('deep/er/b.md')])
    await publication.pass()
    expect(await publication.entry('Tide')).toEqual(before)
    // Those of the two articles that came after it.
    expect(publication.versions.length - count).toBe(2)
    expectAlwaysThere(publication, before.id)
    expect(publication.problems).toEqual([])
  })

  test('whose draft gets its name is published, and not before', async () => {
    await using publication = await LivePublication.start()
    publication.write('_tide.md', toArticle('Tide'))
    publication.write('_drafts/ebb.md', toArticle('Ebb'))
    await publication.pass()
    expect(publication.everSaid('Tide') || publication.everSaid('Ebb')).toBe(false)
    await runTool('mv', [publication.in('_tide.md'), publication.in('tide.md')])
    await runTool('mv', [publication.in('_drafts'), publication.in('ready')])
    await publication.entry('Tide')
    await publication.entry('Ebb')
  })

  test('under a name that is not for good is never published', async () => {
    await using publication = await LivePublication.start()
    const names = ['.tide.md', 'tide.md~', 'tide.md.swp', '#tide.md#', 'tide.tmp', 'tide.md.part']
    for (const name of [...names, '.tide.md.Xa81Zq', 'tide.md.crdownload', '.git/tide.md']) {
      publication.write(name, toArticle('Tide', `Of the name ${name}.`))
    }
    await publication.pass()
    expect(publication.everSaid('Tide')).toBe(false)
    expect(publication.problems).toEqual([])
    await runTool('mv', [publication.in('tide.md.part'), publication.in('tide.md')])
    await publication.entry('Tide')
  })

  test('that is broken is named until it is mended, and its last good version stays', async () => {
    await using publication = await LivePublication.start()
    const broken = '---\ntitle: [Tide\ndate: 2025-05-01\n---\n\nThe tide.\n'
    publication.write('a.md', broken)
    await publication.until(() => publication.problems.length > 0)
    expect((await publication.status()).problems.map(({ path }) => path)).toEqual(['a.md'])
    await publication.pass()
    expect(publication.everSaid('The tide.')).toBe(false)
    publication.write('a.md', broken.replace('[Tide', 'Tide'))
    const { id } = await publication.entry('Tide')
    expect((await publication.status()).problems).toEqual([])
    publication.write('a.md', broken)
    await publication.pass()
    expect((await publication.status()).problems.map(({ path }) => path)).toEqual(['a.md'])
    publication.write('a.md', broken.replace('[Tide', 'High Tide'))
    expect((await publication.entry('High Tide')).id).toBe(id)
    expect((await publication.status()).problems).toEqual([])
    expectAlwaysThere(publication, id)
  })

  test('dated in the future is published by itself, and not before', async () => {
    await using publication = await LivePublication.start()
    const moment = new Date(Date.now() + 2_000)
    publication.write('a.md', `---\ndate: ${moment.toISOString()}\n---\n\n${toArticle('Tide')}`)
    const item = await publication.entry('Tide')
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(item.date_published))
    expect(Date.parse(item.date_published)).toBe(moment.getTime())
  })

  test('that expires goes by itself, and not before', async () => {
    await using publication = await LivePublication.start()
    const moment = new Date(Date.now() + 2_500)
    publication.write('a.md', `---\nexpires: ${moment.toISOString()}\n---\n\n${toArticle('Tide')}`)
    const { id } = await publication.entry('Tide')
    await publication.until(() => publication.items().length === 0)
    expect(Date.now()).toBeGreaterThanOrEqual(moment.getTime())
    expect(publication.everSaid(`<at:deleted-entry ref="${id}"`)).toBe(true)
  })
})

describe.concurrent('an article that is being written', () => {
  // In a container whose processes are not all seen, only quiet tells that a writer is done.
  const areWritersSeen = openForWriting([import.meta.filename]) !== undefined
  if (!areWritersSeen) process.stderr.write('SKIPPED: who writes a file is not known here\n')

  test.skipIf(!areWritersSeen).each([
    ['in the inbox', 'a.md'],
    ['in a new folder', 'new/folder/a.md'],
  ])('by a slow writer %s is never published by half', async (_, name) => {
    await using publication = await LivePublication.start()
    await using writer = new SlowWriter()
    mkdirSync(join(publication.in(name), '..'), { recursive: true })
    await writer.open(publication.in(name))
    await publication.pass()
    await writer.write('# Tide\n\nThe first half.\n\n')
    await publication.pass()
    await writer.write('The second half.\n\n')
    await pause(3 * publication.settings.settleMs)
    expect(publication.everSaid('half')).toBe(false)
    await writer.write('Thus ends it.\n')
    await writer.close()
    await publication.entry('Tide')
    expectNeverHalf(publication, 'Tide')
  })

  test.skipIf(!areWritersSeen)(
    'in a folder that is moved in meanwhile is never published by half',
    async () => {
      await using publication = await LivePublication.start()
      await using writer = new SlowWriter()
      await publication.pass()
      const path = publication.prepare('new/folder/a.md', '')
      await writer.open(path)
      await writer.write('# Tide\n\nThe first half.\n\n')
      publication.prepare('new/folder/b.md', toArticle('Ebb'))
      await runTool('mv', [publication.at('elsewhere/new'), publication.in('new')])
      await publication.entry('Ebb')
      await publication.pass()
      expect(publication.everSaid('half')).toBe(false)
      await writer.write('The second half.\n\nThus ends it.\n')
      await writer.close()
      await publication.entry('Tide')
      expectNeverHalf(publication, 'Tide')
    },
  )

  test.skipIf(!areWritersSeen)(
    'since before dropfeed started is never published by half',
    async () => {
      await using writer = new SlowWriter()
      await using publication = await LivePublication.start(async (inbox) => {
        await writer.open(inbox('a.md'))
        await writer.write('# Tide\n\nThe first half.\n\n')
      })
      await publication.pass()
      expect(publication.everSaid('half')).toBe(false)
      await writer.write('The second half.\n\nThus ends it.\n')
      await writer.close()
      await publication.entry('Tide')
      expectNeverHalf(publication, 'Tide')
    },
  )

  test.skipIf(!areWritersSeen)('while the store is lost keeps its id', async () => {
    await using publication = await LivePublication.start((inbox) =>
      writeFileSync(inbox('a.md'), toArticle('Tide')),
    )
    const { id } = await publication.entry('Tide')
    await publication.stop()
    rmSync(publication.settings.state, { recursive: true })
    await using writer = new SlowWriter()
    await writer.openToAdd(publication.in('a.md'))
    publication.restart()
    publication.write('b.md', '# Ebb\n\nOf quite another matter, in words of its own.\n')
    await publication.untilStatus(({ entries }) => entries.live === 1)
    // What is not known again yet stays in the feed, and all else waits for it.
    expect(publication.items().map((item) => item.id)).toEqual([id])
    await writer.close()
    await publication.entry('Ebb')
    expect((await publication.entry('Tide')).id).toBe(id)
    expect(publication.history().every((ids) => ids.includes(id))).toBe(true)
    expect((await publication.status()).entries).toMatchObject({ live: 2, recovered: 0 })
  })

  test('by one who closes it after each part is updated until it stands', async () => {
    await using publication = await LivePublication.start()
    publication.write('a.md', '# Tide\n\nPart 0 of it.\n')
    const { id } = await publication.entry('Tide')
    for (const part of [1, 2]) {
      await runTool('sh', [
        '-c',
        `printf '\\nPart ${part} of it.\\n' >> "$0"`,
        publication.in('a.md'),
      ])
      await publication.entry('Tide', (item) => item.content_html.includes(`Part ${part} of it.`))
    }
    const last = await publication.entry('Tide')
    expect(last.content_html.match(/Part \d/g)).toEqual(['Part 0', 'Part 1', 'Part 2'])
    expectAlwaysThere(publication, id)
  })

  test('a hundred times over keeps its id, and the last version stands', async () => {
    await using publication = await LivePublication.start()
    publication.write('a.md', toArticle('Tide', 'Version 0.'))
    const { id } = await publication.entry('Tide')
    for (let version = 1; version <= 100; version += 1) {
      const draft = publication.prepare('draft', toArticle('Tide', `Version ${version}.`))
      if (version % 2 === 0) renameSync(draft, publication.in('a.md'))
      else publication.write('a.md', toArticle('Tide', `Version ${version}.`))
      await turn()
    }
    await publication.entry('Tide', (item) => item.content_html.includes('Version 100.'))
    await publication.pass()
    const last = await publication.entry('Tide')
    expect(last.content_html).toContain('Version 100.')
    expectAlwaysThere(publication, id)
  })
})

describe.concurrent('an article that is saved', () => {
  const before = toArticle('Tide', 'It was low.')
  const after = toArticle('Tide', 'It was high.')

  const unharmed = { wasAlwaysThere: true, wasAlwaysWhole: true, isLast: true, problems: [] }

  /** Lets a program save an article that is published, and says what subscribers saw of that. */
  async function observe(save: (publication: LivePublication) => Promise<void>) {
    await using publication = await LivePublication.start((inbox) =>
      writeFileSync(inbox('a.md'), before),
    )
    const { id } = await publication.entry('Tide')
    await save(publication)
    await publication.entry('Tide', (item) => item.content_html.includes('It was high.'))
    await publication.pass()
    const { content_html } = await publication.entry('Tide')
    const history = publication.history().filter((ids) => ids.length > 0)
    const items = publication.versions.flat().filter(({ title }) => title === 'Tide')
    return {
      wasAlwaysThere: history.every((ids) => ids.length === 1 && ids[0] === id),
      wasAlwaysWhole: items.every(isWhole),
      isLast: content_html.includes('It was high.'),
      problems: publication.problems,
    }
  }

  test('as vim does it, old one renamed and new one written, never leaves the feed', async () => {
    const script = 'mv "$0" "$0~"; printf %s "$1" > "$0"; rm "$0~"'
    const observed = await observe((publication) =>
      runTool('sh', ['-c', script, publication.in('a.md'), after]),
    )
    expect(observed).toEqual(unharmed)
  })

  test('as GNOME and KDE do it, a new file renamed over the old, never leaves the feed', async () => {
    const script = 'd="${0%/*}/.goutputstream-A1"; printf %s "$1" > "$d"; mv "$d" "$0"'
    const observed = await observe((publication) =>
      runTool('sh', ['-c', script, publication.in('a.md'), after]),
    )
    expect(observed).toEqual(unharmed)
  })

  test('as nano does it, in place, never leaves the feed', async () => {
    const observed = await observe((publication) =>
      runTool('sh', ['-c', 'printf %s "$1" > "$0"', publication.in('a.md'), after]),
    )
    expect(observed).toEqual(unharmed)
  })

  test('by sed -i is never seen under the name of its draft', async () => {
    const observed = await observe((publication) =>
      runTool('sed', ['-i', 's/low/high/', publication.in('a.md')]),
    )
    expect(observed).toEqual(unharmed)
  })

  const hasVim = hasTool('vim')
  const vimWords = '-N -u NONE -es'.split(' ')

  test.skipIf(!hasVim).each(['yes', 'no', 'auto'])(
    'by vim with backupcopy=%s never leaves the feed',
    async (backupCopy) => {
      const script = `set backup backupcopy=${backupCopy} backupdir=. directory=. | %s/low/high/ | wq`
      const observed = await observe((publication) =>
        runTool('vim', [...vimWords, '-c', script, publication.in('a.md')]),
      )
      expect(observed).toEqual(unharmed)
    },
  )
})

describe.concurrent('an article that rsync brings', () => {
  const hasRsync = hasTool('rsync')

  test.skipIf(!hasRsync).each([
    ['as it is by default', []],
    ['in place', ['--inplace']],
    ['with a folder for parts', ['--partial-dir=.parts']],
    ['with its updates at the end', ['--delay-updates']],
  ])('%s is published whole, and updated', async (_, options) => {
    await using publication = await LivePublication.start()
    const path = publication.prepare('a.md', toArticle('Tide', longBody))
    // Slow enough to be seen at work.
    const send = () =>
      runTool('rsync', ['-t', '--bwlimit=300', ...options, path, publication.in('')])
    await send()
    const { id } = await publication.entry('Tide')
    publication.prepare('a.md', toArticle('Tide', longBody.replace('Line 7 ', 'Line seven ')))
    await send()
    await publication.entry('Tide', (item) => item.content_html.includes('Line seven '))
    expectAlwaysThere(publication, id)
    expectNeverHalf(publication, 'Tide')
    expect(publication.problems).toEqual([])
  })
})

describe.concurrent('articles that vanish one after the other', () => {
  const fill = (inbox: (name: string) => string) => {
    for (let number = 0; number < 40; number += 1) {
      writeFileSync(inbox(`${number}.md`), toArticle(`Note ${number}`))
    }
  }

  test('as a slow rm takes them are held as soon as they are most, but for the first few', async () => {
    await using publication = await LivePublication.start(fill)
    await publication.until(() => publication.items().length === 40)
    const isRemoved = runTool('sh', [
      '-c',
      `cd "${publication.in('')}" && for n in $(seq 0 35); do rm "$n.md"; sleep 0.1; done`,
    ])
    const { problems } = await publication.untilStatus(
      ({ heldRetractions }) => (heldRetractions?.articles ?? 0) > 0,
    )
    expect(problems.map(({ code }) => code)).toEqual(['retractions-held'])
    publication.write('new.md', toArticle('New'))
    await publication.entry('New')
    await isRemoved
    await publication.pass()
    for (const items of publication.versions.slice(1)) expect(items.length).toBeGreaterThan(34)
  })

  test('and are not most go together, a single one at once', async () => {
    await using publication = await LivePublication.start(fill)
    await publication.until(() => publication.items().length === 40)
    const count = publication.versions.length
    for (let number = 1; number < 12; number += 1) rmSync(publication.in(`${number}.md`))
    publication.write('new.md', toArticle('New'))
    await publication.entry('New')
    await publication.until(() => publication.items().length === 30)
    const seen = publication.versions.slice(count).map(({ length }) => length)
    expect(seen.filter((length) => length !== 41 && length !== 40)).toEqual([30])
    expect(publication.problems).toEqual([])
    rmSync(publication.in('20.md'))
    await publication.until(() => publication.items().length === 29)
  })
})

describe.concurrent('a folder', () => {
  test('that is moved in and out brings and takes all its articles', async () => {
    const others = Array.from({ length: 21 }, (_, number) => `Other ${number}`)
    await using publication = await LivePublication.start((inbox) => {
      for (const title of others) writeFileSync(inbox(`${title}.md`), toArticle(title))
    })
    await publication.until(() => publication.items().length === others.length)
    for (let number = 0; number < 20; number += 1) {
      const below = ['', 'north/', 'north/far/', 'south/'][number % 4]
      publication.prepare(`tides/${below}${number}.md`, toArticle(`Tide ${number}`))
    }
    await runTool('mv', [publication.at('elsewhere/tides'), publication.in('tides')])
    await publication.until(() => publication.items().length === others.length + 20)
    publication.write('tides/north/far/later.md', toArticle('Later'))
    await publication.entry('Later')
    await runTool('rm', [publication.in('tides/north/far/later.md')])
    await publication.until(() => publication.items().length === others.length + 20)
    await runTool('mv', [publication.in('tides'), publication.at('elsewhere/tides')])
    await publication.until(() => publication.items().length === others.length)
    expect(
      publication
        .items()
        .map(({ title }) => title)
        .toSorted(),
    ).toEqual(others.toSorted())
    expect(publication.problems).toEqual([])
  })

  test('that is the inbox itself may go away and come back, and nothing is retracted', async () => {
    await using publication = await LivePublication.start((inbox) => {
      for (const title of ['Ebb', 'Flow']) writeFileSync(inbox(`${title}.md`), toArticle(title))
    })
    await publication.until(() => publication.items().length === 2)
    const before = publication.items()
    renameSync(publication.at('inbox'), publication.at('away'))
    await publication.until(() => publication.problems.length > 0)
    expect(publication.problems.map(({ code }) => code)).toEqual(['inbox-missing'])
    expect(publication.items()).toEqual(before)
    writeFileSync(publication.at('away/Tide.md'), toArticle('Tide'))
    renameSync(publication.at('away'), publication.at('inbox'))
    await publication.entry('Tide')
    publication.write('later/Later.md', toArticle('Later'))
    await publication.entry('Later')
    expect((await publication.status()).problems).toEqual([])
    for (const { id } of before) {
      expect(publication.history().every((ids) => ids.includes(id))).toBe(true)
    }
  })

  test('out/ that is deleted comes back with the next change', async () => {
    await using publication = await LivePublication.start((inbox) =>
      writeFileSync(inbox('a.md'), toArticle('Tide')),
    )
    const before = await publication.entry('Tide')
    // While files are being written their folder may not go without a fault.
    await publication.untilStatus(({ lastPublicationAtMs }) => lastPublicationAtMs !== undefined)
    rmSync(publication.settings.out, { recursive: true })
    publication.write('b.md', toArticle('Ebb'))
    await publication.entry('Ebb')
    expect(await publication.entry('Tide')).toEqual(before)
    for (const name of ['rss.xml', 'atom.xml', 'feed.json']) {
      expect(existsSync(join(publication.settings.out, name))).toBe(true)
    }
  })
})

describe('a burst of 2,000 articles', () => {
  const count = 2000

  /** Numbered by the minute; the last is the newest. */
  function prepareBurst(publication: { prepare: (name: string, text: string) => string }): string {
    for (let number = 0; number < count; number += 1) {
      const date = new Date(Date.UTC(2025, 0, 1) + number * 60_000).toISOString()
      const text = `---\ndate: ${date}\n---\n\n${toArticle(`Tide ${number}`)}`
      publication.prepare(`burst/${number % 7}/${number}.md`, text)
    }
    return join(publication.prepare('burst/list.tmp', ''), '..')
  }

  test('is published to the last, the newest first', async () => {
    await using publication = await LivePublication.start()
    const folder = prepareBurst(publication)
    await runTool('cp', ['-r', `${folder}/.`, publication.in('')])
    await publication.entry(`Tide ${count - 1}`)
    await publication.entry(`Tide ${count - 50}`)
    await publication.untilStatus(({ entries }) => entries.live === count)
    await publication.pass()
    const titles = publication
      .items()
      .map(({ title }) => title)
      .filter((title) => !title.startsWith('Beacon '))
    expect(titles.slice(0, 40)).toEqual(
      Array.from({ length: 40 }, (_, index) => `Tide ${count - 1 - index}`),
    )
    expect(publication.problems).toEqual([])
  })

  test('is taken in to the last by a later run when a SIGTERM comes meanwhile', async () => {
    await using publication = await LivePublication.start()
    await publication.stop()
    const folder = prepareBurst(publication)
    let copied = Promise.resolve()
    for (const round of [1, 2]) {
      const seen = publication.versions.length
      await using program = startProgram(publication.at(''), ['watch'])
      await publication.until(() => program.said().includes('watching'))
      if (round === 1) copied = runTool('cp', ['-r', `${folder}/.`, publication.in('')])
      // The first program may have taken in all of it, so that the second has nothing to tell.
      await publication.until(() => round === 2 || publication.versions.length > seen)
      expect(await program.end()).toMatchObject({ code: 0 })
      const [first, ...others] = publication.ids()
      for (const ids of others) expect(ids).toEqual(first)
    }
    await copied
    expect(await runProgram(publication.at(''), ['build'])).toMatchObject({ code: 0 })
    await publication.entry(`Tide ${count - 1}`)
    const { entries, problems } = await publication.status()
    expect(entries.live).toBe(count)
    expect(problems).toEqual([])
    const idsByTitle = Map.groupBy(publication.versions.flat(), ({ title }) => title)
    for (const items of idsByTitle.values()) {
      expect(new Set(items.map(({ id }) => id)).size).toBe(1)
    }
  })
})

test('what the watcher still waits for is left alone by a scan that misses it', async () => {
  await using publication = Publication.make()
  publication.write('a.md', toArticle('Tide'))
  publication.write('deep/b.md', toArticle('Ebb'))
  await publication.run()
  const before = publication.items()
  const edges = { log: silentLog, now: () => publication.nowMs }
  await using publisher = await Publisher.open(publication.settings, edges)
  publication.remove('a.md')
  publication.remove('deep')
  await publisher.run({ kind: 'all' }, (path) => path === 'a.md' || path.startsWith('deep/'))
  expect(publication.items()).toEqual(before)
  await publisher.run({ kind: 'some', paths: ['a.md', 'deep'] })
  expect(publication.items()).toEqual([])
})
