import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InboxWatcher } from '../src/inbox/watch.ts'
import { Mirror } from './support/mirror.ts'
import { makeTemporaryFolder } from './support/temporary-folder.ts'
import type { TemporaryFolder } from './support/temporary-folder.ts'
import { waitFor } from './support/wait-for.ts'

// Real folders, the real watcher, and a mirror that follows nothing but the watcher's marks. What
// must not happen is looked for in everything the mirror ever read or found gone.

function hasProgram(name: string): boolean {
  const isThere = spawnSync(name, ['--version']).status === 0
  if (!isThere) process.stderr.write(`SKIPPED: the tests with ${name}, which is not installed\n`)
  return isThere
}

/** An inbox, and beside it, on the same file system, a place to move things from and to. */
function makeInbox(): TemporaryFolder & {
  readonly inbox: string
  readonly in: (name: string) => string
} {
  const folder = makeTemporaryFolder()
  const inbox = folder.at('inbox')
  mkdirSync(inbox)
  return { ...folder, inbox, in: (name) => `${inbox}/${name}` }
}

/** Another process that keeps a file open and does to it what it is told, a line at a time. */
class Writer implements AsyncDisposable {
  readonly #child = spawn(
    process.execPath,
    [
      '-e',
      `const fs = require('node:fs')
      let handle
      require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
        const [verb, rest] = JSON.parse(line)
        if (verb === 'open') handle = fs.openSync(rest, 'w')
        if (verb === 'write') fs.writeSync(handle, rest)
        if (verb === 'close') fs.closeSync(handle)
        process.stdout.write('done\\n')
      })`,
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )

  async tell(verb: 'open' | 'write' | 'close', rest = ''): Promise<void> {
    this.#child.stdin.write(`${JSON.stringify([verb, rest])}\n`)
    await once(this.#child.stdout, 'data')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, 'exit')
    this.#child.stdin.end()
    await ended
  }
}

describe('an article that is dropped', () => {
  it('is read while the times of its folder are set', async () => {
    using folder = makeInbox()
    const names = Array.from({ length: 60 }, (_, index) => `f${index}`)
    for (const name of names) mkdirSync(folder.in(name))
    await using mirror = await Mirror.open(folder.inbox)
    for (const [index, name] of names.entries()) {
      utimesSync(folder.in(name), 1_700_000_000, 1_700_000_000)
      // What becomes of the watch takes some turns; the article comes at a different one each time.
      for (let turns = 0; turns < index; turns += 1) await turn()
      writeFileSync(folder.in(`${name}/a.txt`), name)
    }
    for (const name of names) await mirror.waitForFile(`${name}/a.txt`, name)
    expect(mirror.retractions.filter((path) => path.endsWith('.txt'))).toEqual([])
  })

  it('is read when it was there before', async () => {
    using folder = makeInbox()
    writeFileSync(folder.in('a.txt'), 'text')
    await using mirror = await Mirror.open(folder.inbox)
    await mirror.waitForFile('a.txt', 'text')
    expect(mirror.marks[0]).toEqual({ kind: 'all' })
  })

  it('is read once, whole, when it is written in place', async () => {
    using folder = makeInbox()
    await using mirror = await Mirror.open(folder.inbox)
    writeFileSync(folder.in('a.txt'), 'text')
    await mirror.waitForFile('a.txt', 'text')
    expect(mirror.readings).toEqual(['a.txt=text'])
  })

  it('is read once, whole, when it is moved in', async () => {
    using folder = makeInbox()
    await using mirror = await Mirror.open(folder.inbox)
    writeFileSync(folder.at('draft'), 'text')
    renameSync(folder.at('draft'), folder.in('a.txt'))
    await mirror.waitForFile('a.txt', 'text')
    expect(mirror.readings).toEqual(['a.txt=text'])
  })

  it('is read when it is moved over the one before', async () => {
    using folder = makeInbox()
    writeFileSync(folder.in('a.txt'), 'one')
    await using mirror = await Mirror.open(folder.inbox)
    await mirror.waitForFile('a.txt', 'one')
    writeFileSync(folder.at('draft'), 'two')
    renameSync(folder.at('draft'), folder.in('a.txt'))
    await mirror.waitForFile('a.txt', 'two')
    expect(mirror.retractions).toEqual([])
  })

  it('is read once, whole, when it is copied with its times (cp -p)', async () => {
    using folder = makeInbox()
    await using mirror = await Mirror.open(folder.inbox)
    const text = 'x'.repeat(3_000_000)
    writeFileSync(folder.at('draft'), text)
    utimesSync(folder.at('draft'), 1_700_000_000, 1_700_000_000)
    execFileSync('cp', ['-p', folder.at('draft'), folder.in('a.txt')])
    await waitFor(() => mirror.files.has('a.txt'))
    expect(mirror.readings).toEqual([`a.txt=${text}`])
  })

  it.runIf(hasProgram('rsync'))('is read once, whole, when rsync brings it', async () => {
    using folder = makeInbox()
    await using mirror = await Mirror.open(folder.inbox)
    mkdirSync(folder.at('from/deep'), { recursive: true })
    const text = 'y'.repeat(2_000_000)
    writeFileSync(folder.at('from/a.txt'), text)
    writeFileSync(folder.at('from/deep/b.md'), text)
    execFileSync('rsync', ['-a', `${folder.at('from')}/`, `${folder.inbox}/`])
    await mirror.waitForTruth()
    expect(mirror.readings.toSorted()).toEqual([`a.txt=${text}`, `deep/b.md=${text}`])
  })

  it('is read although its name has line ends, quotes, or another composition', async () => {
    using folder = makeInbox()
    await using mirror = await Mirror.open(folder.inbox)
    const names = [
      'a\nb.txt',
      'c\td.txt',
      '\u202Ee.txt',
      'e\u0301.txt',
      '\u00E9.txt',
      '\'"`$(x).md',
    ]
    for (const name of names) writeFileSync(folder.in(name), name)
    await mirror.waitForTruth()
    expect([...mirror.files.keys()].toSorted()).toEqual(
      [
        'a\\nb.txt',
        'c\\td.txt',
        '\\u{202e}e.txt',
        'e\u0301.txt',
        '\u00E9.txt',
        '\'"`$(x).md',
      ].toSorted(),
    )
  })

  it('is read, changed and removed although its name is not UTF-8', async () => {
    using folder = makeInbox()
    await using mirror = await Mirror.open(folder.inbox)
    const file = Buffer.concat([Buffer.from(folder.in('caf')), Buffer.from([0xe9])])
    writeFileSync(file, 'one')
    await mirror.waitForFile('caf\\xe9', 'one')
    writeFileSync(file, 'two')
    await mirror.waitForFile('caf\\xe9', 'two')
    unlinkSync(file)
    await mirror.waitForGone('caf\\xe9')
    expect(mirror.faults).toEqual([])
  })

  it('is read when its writer wrote nothing at first', async () => {
    using folder = makeInbox()
    await using mirror = await Mirror.open(folder.inbox)
    writeFileSync(folder.in('a.txt'), '')
    appendFileSync(folder.in('a.txt'), 'text')
    await mirror.waitForFile('a.txt', 'text')
    expect(mirror.readings).toEqual(['a.txt=text'])
  })

  it('is read among two thousand others that come at once', async () => {
    using folder = makeInbox()
    await using mirror = await Mirror.open(folder.inbox)
    for (let index = 0; index < 2000; index += 1)
      writeFileSync(folder.in(`${index}.txt`), `${index}`)
    await mirror.waitForTruth()
    expect(mirror.files.size).toBe(2000)
    expect(mirror.readings).toHaveLength(2000)
  })

  it('is read although the system dropped the notice of it', async () => {
    using folder = makeInbox()
    await using mirror = await Mirror.open(folder.inbox)
    await waitFor(() => mirror.marks.length === 1)
    // No turn of the event loop in between: more notices than Linux keeps (max_queued_events).
    for (let index = 0; index < 9000; index += 1) writeFileSync(folder.in(`${index}.txt`), 'x')
    await mirror.waitForTruth()
    expect(mirror.files.size).toBe(9000)
    expect(mirror.marks).toContainEqual({ kind: 'all' })
  })
})

describe('a mark that was not taken yet', () => {
  it('is still to come for both ends of a move', async () => {
    using folder = makeInbox()
    for (const name of ['a', 'b']) mkdirSync(folder.in(name))
    writeFileSync(folder.in('a/1.txt'), 'one')
    await using watcher = await InboxWatcher.open({
      root: folder.inbox,
      settleMs: 100,
      rescanMs: 3_600_000,
      onReady: () => {},
    })
    expect(watcher.take()).toEqual({ kind: 'all' })
    renameSync(folder.in('a/1.txt'), folder.in('b/1.txt'))
    await waitFor(() => watcher.ready === 2)
    expect(watcher.waiting).toEqual([])
    for (const path of ['a/1.txt', 'b/1.txt']) expect(watcher.isWaiting(path)).toBe(true)
    expect(watcher.take()).toEqual({
      kind: 'some',
      paths: expect.arrayContaining(['a/1.txt']) as [],
    })
    for (const path of ['a/1.txt', 'b/1.txt']) expect(watcher.isWaiting(path)).toBe(false)
  })
})

describe('an article that is being written', () => {
  it('is never read by half while its writer pauses, and at once when the writer is done', async () => {
    using folder = makeInbox()
    await using writer = new Writer()
    await using mirror = await Mirror.open(folder.inbox, { settleMs: 30 })
    await writer.tell('open', folder.in('slow.txt'))
    await writer.tell('write', 'first half, ')
    await waitFor(() => mirror.watcher.waiting.includes('slow.txt'))
    // The pause lasts many times the time of quiet.
    for (let index = 0; index < 10; index += 1) {
      writeFileSync(folder.in(`other-${index}.txt`), 'x')
      await mirror.waitForFile(`other-${index}.txt`, 'x')
    }
    expect(mirror.files.has('slow.txt')).toBe(false)
    await writer.tell('write', 'second half')
    await writer.tell('close')
    await mirror.waitForFile('slow.txt', 'first half, second half')
    expect(mirror.readings.filter((reading) => reading.startsWith('slow.txt'))).toHaveLength(1)
  })

  it('is never read by half when the writing began before dropfeed', async () => {
    using folder = makeInbox()
    await using writer = new Writer()
    await writer.tell('open', folder.in('slow.txt'))
    await writer.tell('write', 'first half, ')
    utimesSync(folder.in('slow.txt'), 1_700_000_000, 1_700_000_000)
    await using mirror = await Mirror.open(folder.inbox, { settleMs: 10 })
    writeFileSync(folder.in('other.txt'), 'x')
    await mirror.waitForFile('other.txt', 'x')
    expect(mirror.files.has('slow.txt')).toBe(false)
    await writer.tell('write', 'second half')
    await writer.tell('close')
    await mirror.waitForFile('slow.txt', 'first half, second half')
    expect(mirror.readings).not.toContain('slow.txt=first half, ')
  })

  it('is never read by half in a folder that is moved in meanwhile', async () => {
    using folder = makeInbox()
    mkdirSync(folder.at('trip'))
    await using writer = new Writer()
    await using mirror = await Mirror.open(folder.inbox, { settleMs: 10 })
    await writer.tell('open', folder.at('trip/slow.txt'))
    await writer.tell('write', 'first half, ')
    writeFileSync(folder.at('trip/done.txt'), 'x')
    renameSync(folder.at('trip'), folder.in('trip'))
    await mirror.waitForFile('trip/done.txt', 'x')
    await writer.tell('write', 'second half')
    await writer.tell('close')
    await mirror.waitForFile('trip/slow.txt', 'first half, second half')
    expect(mirror.readings).not.toContain('trip/slow.txt=first half, ')
  })

  it('is read again when it is added to after all', async () => {
    using folder = makeInbox()
    await using mirror = await Mirror.open(folder.inbox)
    writeFileSync(folder.in('a.txt'), 'one')
    await mirror.waitForFile('a.txt', 'one')
    appendFileSync(folder.in('a.txt'), ', two')
    await mirror.waitForFile('a.txt', 'one, two')
    expect(mirror.faults).toEqual([])
  })
})

describe('an editor that saves', () => {
  it('by rename never makes the article vanish', async () => {
    using folder = makeInbox()
    writeFileSync(folder.in('a.txt'), 'one')
    await using mirror = await Mirror.open(folder.inbox)
    await mirror.waitForFile('a.txt', 'one')
    // What vim does (`:help backup`).
    writeFileSync(folder.in('4913'), '')
    unlinkSync(folder.in('4913'))
    renameSync(folder.in('a.txt'), folder.in('a.txt~'))
    writeFileSync(folder.in('a.txt'), 'two')
    unlinkSync(folder.in('a.txt~'))
    await mirror.waitForFile('a.txt', 'two')
    expect(mirror.retractions).toEqual([])
    expect(mirror.readings).toEqual(['a.txt=one', 'a.txt=two'])
  })

  it('by removing and writing anew never makes the article vanish', async () => {
    using folder = makeInbox()
    writeFileSync(folder.in('a.txt'), 'one')
    await using mirror = await Mirror.open(folder.inbox)
    await mirror.waitForFile('a.txt', 'one')
    unlinkSync(folder.in('a.txt'))
    await waitFor(() => mirror.watcher.isWaiting('a.txt'))
    writeFileSync(folder.in('a.txt'), 'two')
    await mirror.waitForFile('a.txt', 'two')
    expect(mirror.retractions).toEqual([])
  })

  it.runIf(hasProgram('vim'))('and is vim leaves nothing but the article', async () => {
    using folder = makeInbox()
    writeFileSync(folder.in('a.txt'), 'one\n')
    await using mirror = await Mirror.open(folder.inbox)
    await mirror.waitForFile('a.txt', 'one\n')
    const commands = ['set backup backupcopy=no swapfile', 'normal otwo', 'wq']
    execFileSync(
      'vim',
      [
        '-u',
        'NONE',
        '-N',
        '-es',
        ...commands.flatMap((command) => ['-c', command]),
        folder.in('a.txt'),
      ],
      { stdio: 'ignore' },
    )
    await mirror.waitForFile('a.txt', 'one\ntwo\n')
    expect(mirror.retractions).toEqual([])
    expect([...mirror.files.keys()]).toEqual(['a.txt'])
  })
})

describe('an article that goes away', () => {
  it('is marked when it is deleted', async () => {
    using folder = makeInbox()
    writeFileSync(folder.in('a.txt'), 'one')
    await using mirror = await Mirror.open(folder.inbox)
    await mirror.waitForFile('a.txt', 'one')
    unlinkSync(folder.in('a.txt'))
    await mirror.waitForGone('a.txt')
    expect(mirror.retractions).toEqual(['a.txt'])
  })

  it('is marked together with its new place when it is moved within the inbox', async () => {
    using folder = makeInbox()
    mkdirSync(folder.in('b'))
    writeFileSync(folder.in('a.txt'), 'one')
    await using mirror = await Mirror.open(folder.inbox)
    await mirror.waitForFile('a.txt', 'one')
    renameSync(folder.in('a.txt'), folder.in('b/c.txt'))
    await mirror.waitForFile('b/c.txt', 'one')
    const moved = mirror.marks.filter(({ kind }) => kind === 'some')
    expect(moved).toEqual([{ kind: 'some', paths: ['b/c.txt', 'a.txt'] }])
  })

  it('is marked when its name becomes that of a draft or a leftover', async () => {
    using folder = makeInbox()
    writeFileSync(folder.in('a.txt'), 'one')
    writeFileSync(folder.in('b.txt'), 'two')
    await using mirror = await Mirror.open(folder.inbox)
    await mirror.waitForTruth()
    renameSync(folder.in('a.txt'), folder.in('_a.txt'))
    renameSync(folder.in('b.txt'), folder.in('b.txt~'))
    await waitFor(() => mirror.files.size === 0)
    expect(mirror.faults).toEqual([])
  })
})

describe('a folder', () => {
  it('that is made is watched with all below it', async () => {
    using folder = makeInbox()
    await using mirror = await Mirror.open(folder.inbox)
    mkdirSync(folder.in('a/b/c'), { recursive: true })
    writeFileSync(folder.in('a/b/c/d.txt'), 'one')
    await mirror.waitForFile('a/b/c/d.txt', 'one')
    writeFileSync(folder.in('a/b/c/d.txt'), 'two')
    await mirror.waitForFile('a/b/c/d.txt', 'two')
    writeFileSync(folder.in('a/b/e.txt'), 'three')
    await mirror.waitForFile('a/b/e.txt', 'three')
    expect(mirror.faults).toEqual([])
  })

  it('that is moved in brings all its articles, and is watched', async () => {
    using folder = makeInbox()
    await using mirror = await Mirror.open(folder.inbox)
    mkdirSync(folder.at('trip/deep'), { recursive: true })
    for (let index = 0; index < 50; index += 1)
      writeFileSync(folder.at(`trip/deep/${index}.txt`), 'x')
    renameSync(folder.at('trip'), folder.in('trip'))
    await mirror.waitForTruth()
    expect(mirror.files.size).toBe(50)
    writeFileSync(folder.in('trip/deep/new.txt'), 'y')
    await mirror.waitForFile('trip/deep/new.txt', 'y')
  })

  it('that is moved within the inbox is seen whole: its articles in their new place and gone from the old', async () => {
    using folder = makeInbox()
    mkdirSync(folder.in('a/deep'), { recursive: true })
    writeFileSync(folder.in('a/deep/1.txt'), 'one')
    await using mirror = await Mirror.open(folder.inbox)
    await mirror.waitForTruth()
    renameSync(folder.in('a'), folder.in('b'))
    await mirror.waitForTruth()
    const last = mirror.marks.findLast(({ kind }) => kind === 'some')
    expect(last).toMatchObject({ paths: expect.arrayContaining(['b/deep/1.txt', 'a']) })
    writeFileSync(folder.in('b/deep/1.txt'), 'two')
    await mirror.waitForFile('b/deep/1.txt', 'two')
  })

  it('that is moved is seen whole also when an article in it is not whole for a while', async () => {
    using folder = makeInbox()
    mkdirSync(folder.in('a'))
    writeFileSync(folder.in('a/1.txt'), '')
    await using mirror = await Mirror.open(folder.inbox)
    await mirror.waitForTruth()
    // An empty file that was touched just now has to be quiet for settleMs.
    utimesSync(folder.in('a/1.txt'), 1_700_000_000, 1_700_000_000)
    renameSync(folder.in('a'), folder.in('b'))
    await mirror.waitForTruth()
    const marked = mirror.marks.flatMap((marks) => (marks.kind === 'some' ? [marks.paths] : []))
    expect(marked.filter((paths) => paths.includes('a'))).toEqual(
      marked.filter((paths) => paths.includes('b/1.txt')),
    )
  })

  it('that is moved out takes all its articles with it', async () => {
    using folder = makeInbox()
    mkdirSync(folder.in('a/deep'), { recursive: true })
    writeFileSync(folder.in('a/deep/1.txt'), 'one')
    writeFileSync(folder.in('2.txt'), 'two')
    await using mirror = await Mirror.open(folder.inbox)
    await mirror.waitForTruth()
    renameSync(folder.in('a'), folder.at('a'))
    await mirror.waitForGone('a/deep/1.txt')
    await mirror.waitForTruth()
    expect([...mirror.files.keys()]).toEqual(['2.txt'])
  })

  it.each([
    ['a', 'a'],
    ['a', 'b'],
    ['d1/a', 'd2/b'],
    ['d2/a', 'd1/b'],
  ])('%s that became %s, was deleted and made again is still watched', async (from, to) => {
    using folder = makeInbox()
    mkdirSync(folder.in('d1'))
    mkdirSync(folder.in('d2'))
    mkdirSync(folder.in(from))
    writeFileSync(folder.in(`${from}/1.txt`), 'one')
    await using mirror = await Mirror.open(folder.inbox)
    await mirror.waitForTruth()
    renameSync(folder.in(from), folder.in(to))
    await mirror.waitForFile(`${to}/1.txt`, 'one')
    // The hard case: the new folder gets the number of the old one.
    const { ino } = statSync(folder.in(to))
    for (let tries = 0; tries < 100; tries += 1) {
      rmSync(folder.in(to), { recursive: true })
      mkdirSync(folder.in(to))
      if (statSync(folder.in(to)).ino === ino) break
    }
    writeFileSync(folder.in(`${to}/2.txt`), 'two')
    await mirror.waitForTruth()
    for (const text of ['three', 'four', 'five']) {
      writeFileSync(folder.in(`${to}/3.txt`), text)
      await mirror.waitForFile(`${to}/3.txt`, text)
    }
    expect(mirror.faults).toEqual([])
  })

  it('takes the place of a file, and a file that of a folder', async () => {
    using folder = makeInbox()
    writeFileSync(folder.in('a'), 'file')
    await using mirror = await Mirror.open(folder.inbox)
    await mirror.waitForFile('a', 'file')
    unlinkSync(folder.in('a'))
    mkdirSync(folder.in('a'))
    writeFileSync(folder.in('a/b.txt'), 'below')
    await mirror.waitForTruth()
    rmSync(folder.in('a'), { recursive: true })
    writeFileSync(folder.in('a'), 'file again')
    await mirror.waitForFile('a', 'file again')
    await mirror.waitForTruth()
    expect(mirror.faults).toEqual([])
  })

  it('is followed although its name cannot be watched', async () => {
    using folder = makeInbox()
    await using mirror = await Mirror.open(folder.inbox)
    mkdirSync(folder.in('back\\slash'))
    writeFileSync(folder.in('back\\slash/1.txt'), 'one')
    await mirror.waitForFile('back\\\\slash/1.txt', 'one')
    writeFileSync(folder.in('back\\slash/2.txt'), 'two')
    unlinkSync(folder.in('back\\slash/1.txt'))
    await mirror.waitForFile('back\\\\slash/2.txt', 'two')
    await mirror.waitForGone('back\\\\slash/1.txt')
    expect(mirror.faults).toEqual([])
  })
})

describe('what is no article', () => {
  it('is never marked when it is a leftover or a draft', async () => {
    using folder = makeInbox()
    await using mirror = await Mirror.open(folder.inbox)
    mkdirSync(folder.in('.git'))
    mkdirSync(folder.in('_drafts'))
    for (const name of [
      '.hidden',
      'a~',
      'b.swp',
      '#c#',
      'd.tmp',
      '_e.txt',
      '.git/f.txt',
      '_drafts/g.txt',
    ]) {
      writeFileSync(folder.in(name), 'x')
    }
    writeFileSync(folder.in('z.txt'), 'x')
    await mirror.waitForFile('z.txt', 'x')
    expect(mirror.marks).toEqual([{ kind: 'all' }, { kind: 'some', paths: ['z.txt'] }])
  })

  it('is marked once and never followed when it is a link, a FIFO or a socket', async () => {
    using folder = makeInbox()
    await using mirror = await Mirror.open(folder.inbox)
    mkdirSync(folder.at('outside'))
    writeFileSync(folder.at('outside/secret.txt'), 'secret')
    symlinkSync(folder.at('outside'), folder.in('outside'))
    symlinkSync(folder.at('outside/secret.txt'), folder.in('secret.txt'))
    symlinkSync(folder.at('nothing'), folder.in('broken.txt'))
    execFileSync('mkfifo', [folder.in('pipe.txt')])
    await mirror.waitForTruth()
    expect(Object.fromEntries(mirror.files)).toEqual({
      outside: 'symbolic link',
      'secret.txt': 'symbolic link',
      'broken.txt': 'symbolic link',
      'pipe.txt': 'FIFO',
    })
    writeFileSync(folder.at('outside/secret.txt'), 'changed')
    writeFileSync(folder.in('z.txt'), 'x')
    await mirror.waitForFile('z.txt', 'x')
    expect(mirror.readings.join()).not.toMatch(/changed|=secret/)
  })
})

describe('the inbox itself', () => {
  it('need not be there at first', async () => {
    using folder = makeTemporaryFolder()
    await using mirror = await Mirror.open(folder.at('inbox'))
    mkdirSync(folder.at('inbox'))
    writeFileSync(folder.at('inbox/a.txt'), 'one')
    await mirror.waitForFile('a.txt', 'one')
    writeFileSync(folder.at('inbox/b.txt'), 'two')
    await mirror.waitForFile('b.txt', 'two')
    expect(mirror.faults).toEqual([])
  })

  it('retracts nothing when it is moved away, and is followed again when it is back', async () => {
    using folder = makeInbox()
    mkdirSync(folder.in('deep'))
    writeFileSync(folder.in('deep/a.txt'), 'one')
    await using mirror = await Mirror.open(folder.inbox)
    await mirror.waitForTruth()
    renameSync(folder.inbox, folder.at('away'))
    await waitFor(() => mirror.marks.length === 2)
    appendFileSync(folder.at('away/deep/a.txt'), ', two')
    expect(mirror.files.get('deep/a.txt')).toBe('one')
    renameSync(folder.at('away'), folder.inbox)
    await mirror.waitForFile('deep/a.txt', 'one, two')
    writeFileSync(folder.in('deep/b.txt'), 'three')
    await mirror.waitForFile('deep/b.txt', 'three')
    expect(mirror.retractions).toEqual([])
  })

  it('is followed when it was deleted and made again at once', async () => {
    using folder = makeInbox()
    writeFileSync(folder.in('a.txt'), 'one')
    await using mirror = await Mirror.open(folder.inbox)
    await mirror.waitForTruth()
    rmSync(folder.inbox, { recursive: true })
    mkdirSync(folder.inbox)
    writeFileSync(folder.in('b.txt'), 'two')
    await mirror.waitForFile('b.txt', 'two')
    await mirror.waitForTruth()
    writeFileSync(folder.in('c.txt'), 'three')
    await mirror.waitForFile('c.txt', 'three')
    expect(mirror.faults).toEqual([])
  })

  it('may be reached through a link', async () => {
    using folder = makeInbox()
    symlinkSync(folder.inbox, folder.at('link'))
    await using mirror = await Mirror.open(folder.at('link'))
    mkdirSync(folder.in('deep'))
    writeFileSync(folder.in('deep/a.txt'), 'one')
    await mirror.waitForFile('deep/a.txt', 'one')
    expect(mirror.faults).toEqual([])
  })

  it('is looked at as a whole every so often', async () => {
    using folder = makeInbox()
    await using mirror = await Mirror.open(folder.inbox, { rescanMs: 20 })
    await waitFor(() => mirror.marks.filter(({ kind }) => kind === 'all').length > 3)
    expect(mirror.faults).toEqual([])
  })
})

describe('whatever is done to the inbox', () => {
  const names = [
    'a.txt',
    'b.md',
    'dir',
    'dir/a.txt',
    'dir/b.txt',
    'dir/sub',
    'dir/sub/c.txt',
    'other',
  ]
  const name = fc.constantFrom(...names)
  const step = fc.oneof(
    fc.record({
      verb: fc.constant('write' as const),
      name,
      text: fc.string({ unit: 'binary', maxLength: 9 }),
    }),
    fc.record({
      verb: fc.constant('move in' as const),
      name,
      text: fc.string({ unit: 'binary', maxLength: 9 }),
    }),
    fc.record({ verb: fc.constant('rename' as const), name, to: name }),
    fc.record({ verb: fc.constant('copy' as const), name, to: name }),
    fc.record({ verb: fc.constant('remove' as const), name }),
    fc.record({ verb: fc.constant('make folder' as const), name }),
    fc.record({ verb: fc.constant('yield' as const) }),
  )

  it('in the end what was read is what is there, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
        using folder = makeInbox()
        await using mirror = await Mirror.open(folder.inbox, { settleMs: 20 })
        for (const next of steps) {
          try {
            if (next.verb === 'write') writeFileSync(folder.in(next.name), next.text)
            else if (next.verb === 'move in') {
              writeFileSync(folder.at('draft'), next.text)
              renameSync(folder.at('draft'), folder.in(next.name))
            } else if (next.verb === 'rename') renameSync(folder.in(next.name), folder.in(next.to))
            else if (next.verb === 'copy')
              cpSync(folder.in(next.name), folder.in(next.to), { recursive: true })
            else if (next.verb === 'remove') rmSync(folder.in(next.name), { recursive: true })
            else if (next.verb === 'make folder') mkdirSync(folder.in(next.name))
            else await new Promise(setImmediate)
          } catch {
            // A step that cannot be done (no such file, not a folder …) is none.
          }
        }
        await mirror.waitForTruth()
        expect(mirror.faults).toEqual([])
        await waitFor(() => mirror.watcher.waiting.length === 0)
        await mirror.waitForTruth()
      }),
      { numRuns: 30 },
    )
  })

  it('closing leaves nothing behind that keeps the process or hears of changes', async () => {
    using folder = makeInbox()
    const mirror = await Mirror.open(folder.inbox)
    await mirror[Symbol.asyncDispose]()
    const before = mirror.marks.length
    writeFileSync(folder.in('a.txt'), 'x')
    await using other = await Mirror.open(folder.inbox)
    await other.waitForFile('a.txt', 'x')
    expect(mirror.marks).toHaveLength(before)
    expect(readdirSync(folder.inbox)).toEqual(['a.txt'])
    expect(statSync(folder.in('a.txt')).size).toBe(1)
  })
})
