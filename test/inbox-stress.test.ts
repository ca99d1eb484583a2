import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { LivePublication, toArticle } from './support/live-publication.ts'
import { makeTemporaryFolder } from './support/temporary-folder.ts'
import { isLong, report } from './support/chaos-table.ts'
import { judge, prepareArticles, toTitles, vanishAtOnce } from './support/trials.ts'
import { waitFor } from './support/wait-for.ts'

// What may happen to the inbox as a whole, to a real watcher at work. Whatever it is: nothing is retracted that nobody
// deleted, and all goes on when it is over.

const sound = { lost: 0, doubled: 0, half: 0, changedIds: 0 }

/** A publication whose inbox holds these articles. */
async function startWith(titles: readonly string[]) {
  const publication = await LivePublication.start((inbox) => {
    for (const title of titles) writeFileSync(inbox(`${title}.md`), toArticle(title))
  })
  await publication.untilStatus(({ entries }) => entries.live === titles.length)
  return publication
}

function isPossible(reason: string, command: string, args: readonly string[]): boolean {
  const done = spawnSync(command, args).status === 0
  if (!done) process.stderr.write(`SKIPPED: ${reason}\n`)
  return done
}

const canMount = isPossible('the test that unmounts the inbox; only root may', 'unshare', [
  '-m',
  'mount',
  '-t',
  'tmpfs',
  'tmpfs',
  '/mnt',
])

describe.concurrent('the inbox', () => {
  test.skipIf(!canMount)(
    'that is unmounted retracts nothing, and goes on when it is back',
    async () => {
      await using publication = await LivePublication.start()
      const titles = toTitles(25)
      const store = prepareArticles(publication, titles)
      mount('--bind', store, publication.in(''))
      try {
        await publication.untilStatus(({ entries }) => entries.live === titles.length)
        spawnSync('umount', [publication.in('')])
        await publication.untilStatus(({ problems }) => problems.length > 0)
        await publication.pass()
        expect(judge(publication, titles)).toMatchObject(sound)
        mount('--bind', store, publication.in(''))
        writeFileSync(publication.in('later.md'), toArticle('Later'))
        await publication.entry('Later')
        await publication.untilStatus(({ problems }) => problems.length === 0)
        expect(judge(publication, [...titles, 'Later'])).toMatchObject(sound)
      } finally {
        spawnSync('umount', ['-l', publication.in('')])
      }
    },
  )

  function mount(...args: readonly string[]): void {
    const { status, stderr } = spawnSync('mount', args, { encoding: 'utf8' })
    if (status !== 0) throw new Error(stderr)
  }

  test.each([3, 25])(
    'of %i articles that is replaced by an empty folder retracts nothing',
    async (count) => {
      const titles = toTitles(count)
      await using publication = await startWith(titles)
      renameSync(publication.at('inbox'), publication.at('away'))
      mkdirSync(publication.at('inbox'))
      await publication.untilStatus(({ problems }) =>
        problems.some(({ code }) => code === 'retractions-held'),
      )
      await publication.pass()
      expect(judge(publication, titles)).toMatchObject(sound)
      for (const name of readdirSync(publication.at('away'))) {
        renameSync(publication.at(`away/${name}`), publication.in(name))
      }
      await publication.untilStatus(({ problems }) => problems.length === 0)
      await publication.pass()
      expect(judge(publication, titles)).toMatchObject(sound)
    },
  )

  test('that swaps places with another folder and back ends as it was', async () => {
    const titles = toTitles(25)
    await using publication = await startWith(titles)
    mkdirSync(publication.at('other'))
    for (let round = 0; round < 20; round += 1) {
      renameSync(publication.at('inbox'), publication.at('away'))
      if (round % 2 === 0) {
        renameSync(publication.at('other'), publication.at('inbox'))
        renameSync(publication.at('inbox'), publication.at('other'))
      }
      renameSync(publication.at('away'), publication.at('inbox'))
    }
    await publication.pass()
    await publication.untilStatus(({ problems }) => problems.length === 0)
    expect(judge(publication, titles)).toMatchObject(sound)
  })

  test('from which all articles vanish at once keeps them until a person confirms', async () => {
    const { articles, left, ...harm } = await vanishAtOnce(isLong ? 10_000 : 300)
    report({ what: 'all vanish at once', times: articles, ...harm })
    expect({ ...harm, left }).toMatchObject({ ...sound, left: 0 })
  })
})

const program = fileURLToPath(new URL('../src/cli.ts', import.meta.url))
const isRoot = process.getuid?.() === 0
/** `nobody` on most systems; any number that owns nothing would do. */
const otherId = 65_534
const other = isRoot ? { uid: otherId, gid: otherId } : {}
const canBeOther =
  !isRoot ||
  isPossible('tests in which permissions bind; another user cannot see the program', 'setpriv', [
    `--reuid=${otherId}`,
    `--regid=${otherId}`,
    '--clear-groups',
    'test',
    '-r',
    program,
    '-a',
    '-x',
    process.execPath,
  ])

/** The real program in a folder of its own, as a user whom permissions bind, behind a command of the system. */
async function startBound(
  shellLine: string,
  files: readonly string[],
  options: { readonly published?: number; readonly rescanMs?: number } = {},
) {
  const { published = files.length, rescanMs = 3_600_000 } = options
  const folder = makeTemporaryFolder()
  const own = (name: string) => {
    if (isRoot) chownSync(folder.at(name), otherId, otherId)
  }
  writeFileSync(
    folder.at('feed.yaml'),
    `title: Test\ntimezone: UTC\nrescanMs: ${rescanMs}\nserve: false\n`,
  )
  mkdirSync(folder.at('inbox'))
  for (const name of ['', 'inbox']) own(name)
  for (const name of files) {
    mkdirSync(join(folder.at('inbox'), name, '..'), { recursive: true })
    own(`inbox/${name}`.slice(0, `inbox/${name}`.lastIndexOf('/')))
    writeFileSync(folder.at(`inbox/${name}`), toArticle(name))
    own(`inbox/${name}`)
  }
  const line = shellLine.replace('PROGRAM', `exec "${process.execPath}" "${program}" watch`)
  const child = spawn('sh', ['-c', line], {
    cwd: folder.path,
    ...other,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (part: string) => (said += part))
  const exited = once(child, 'exit')
  const bound = {
    folder,
    said: () => said,
    /** Waits for so many live entries. */
    until: (sentence: string | RegExp) =>
      waitFor(
        () => said.match(sentence) ?? undefined,
        () => said,
      ),
    async [Symbol.asyncDispose](): Promise<void> {
      child.kill('SIGKILL')
      await exited
      for (const name of ['', 'inbox']) chmodSync(folder.at(name), 0o700)
      rmSync(folder.path, { recursive: true, force: true })
    },
  }
  await bound.until(`published entries=${published} `)
  return bound
}

describe.concurrent('a permission that is lost', () => {
  test.skipIf(!canBeOther)(
    'on the inbox retracts nothing, and all goes on when it is back',
    async () => {
      const names = toTitles(25).map((title) => `${title}.md`)
      await using bound = await startBound('PROGRAM', names)
      chmodSync(bound.folder.at('inbox'), 0)
      await bound.until('the inbox cannot be read \\(EACCES\\)')
      chmodSync(bound.folder.at('inbox'), 0o700)
      writeFileSync(bound.folder.at('inbox/later.md'), toArticle('Later'))
      await bound.until('published entries=26 added=1')
      expect(bound.said()).not.toContain('removed=')
    },
  )

  test.skipIf(!canBeOther)(
    'on a folder retracts nothing, and all goes on when it is back',
    async () => {
      const names = toTitles(25).map((title) => `deep/${title}.md`)
      await using bound = await startBound('PROGRAM', [...names, 'a.md'])
      chmodSync(bound.folder.at('inbox/deep'), 0)
      writeFileSync(bound.folder.at('inbox/b.md'), toArticle('Ebb'))
      await bound.until('published entries=27 added=1')
      chmodSync(bound.folder.at('inbox/deep'), 0o700)
      writeFileSync(bound.folder.at('inbox/deep/c.md'), toArticle('Flow'))
      await bound.until('published entries=28 added=1')
      expect(bound.said()).not.toContain('removed=')
    },
  )

  test.skipIf(!canBeOther)('before dropfeed starts takes nothing, until it is back', async () => {
    const names = toTitles(3).map((title) => `deep/${title}.md`)
    await using bound = await startBound('chmod 0 inbox/deep; PROGRAM', [...names, 'a.md'], {
      published: 1,
    })
    await bound.until('deep: cannot be read \\(EACCES\\)')
    writeFileSync(bound.folder.at('inbox/b.md'), toArticle('Ebb'))
    await bound.until('published entries=2 added=1')
    chmodSync(bound.folder.at('inbox/deep'), 0o700)
    await bound.until('published entries=5 added=3')
    writeFileSync(bound.folder.at('inbox/deep/c.md'), toArticle('Flow'))
    await bound.until('published entries=6 added=1')
    expect(bound.said()).not.toContain('deep/deep')
  })

  test.skipIf(!canBeOther)(
    'takes its files with the next rescan once it is back, when it could be listed but not entered',
    async () => {
      const names = toTitles(3).map((title) => `deep/${title}.md`)
      // It may be listed and not entered.
      await using bound = await startBound('chmod 400 inbox/deep; PROGRAM', [...names, 'a.md'], {
        published: 1,
        rescanMs: 1_000,
      })
      chmodSync(bound.folder.at('inbox/deep'), 0o700)
      await bound.until('published entries=4 added=3')
      expect(bound.said()).not.toContain('removed=')
    },
  )
})

const limitLine =
  "exec unshare --user --map-root-user sh -c 'echo 4 > /proc/sys/user/max_inotify_watches && PROGRAM'"
const canLimit = isPossible(
  'tests of the limit of watched folders; no namespace for users can be made',
  'sh',
  ['-c', limitLine.replace('PROGRAM', 'true')],
)

describe.concurrent('when the system watches no more folders', () => {
  test.skipIf(!canLimit || !canBeOther)(
    'the others are listed instead, which is said once',
    async () => {
      const names = Array.from({ length: 10 }, (_, number) => `folder ${number}/a.md`)
      await using bound = await startBound(limitLine, names)
      for (const [number, name] of names.entries()) {
        writeFileSync(
          bound.folder.at(`inbox/${name.replace('a.md', 'b.md')}`),
          toArticle(`Late ${number}`),
        )
      }
      await bound.until('published entries=20 ')
      // A folder that comes later, and one in it, are noticed too.
      mkdirSync(bound.folder.at('inbox/folder 9/new/deep'), { recursive: true })
      writeFileSync(bound.folder.at('inbox/folder 9/new/deep/c.md'), toArticle('Later still'))
      await bound.until('published entries=21 ')
      rmSync(bound.folder.at('inbox/folder 8'), { recursive: true })
      await bound.until('published entries=19 removed=2')
      renameSync(bound.folder.at('inbox/folder 7'), bound.folder.at('inbox/folder 7b'))
      writeFileSync(bound.folder.at('inbox/folder 7b/d.md'), toArticle('Last'))
      await bound.until('published entries=20 added=1')
      expect(bound.said().match(/watches no more folders/g)).toHaveLength(1)
    },
  )
})

describe.concurrent('names', () => {
  test('that differ only in composition are two files, and each keeps its own entry', async () => {
    await using publication = await startWith([])
    const names = ['\u00e9t\u00e9.md', 'e\u0301te\u0301.md']
    for (const [number, name] of names.entries())
      publication.write(name, toArticle(`Tide ${number}`))
    const [nfc, nfd] = await Promise.all([publication.entry('Tide 0'), publication.entry('Tide 1')])
    expect(nfc.id).not.toBe(nfd.id)
    expect(nfc.url).not.toBe(nfd.url)
    rmSync(publication.in(names[0] ?? ''))
    await publication.until(() => publication.items().length === 1)
    expect(await publication.entry('Tide 1')).toEqual(nfd)
    renameSync(publication.in(names[1] ?? ''), publication.in(names[0] ?? ''))
    await publication.pass()
    expect(await publication.entry('Tide 1')).toEqual(nfd)
  })

  test('that differ only in case are two files, and a rename in case alone changes nothing', async () => {
    await using publication = await startWith([])
    for (const [number, name] of ['Tide.md', 'tide.MD', 'TIDE.md'].entries()) {
      publication.write(name, toArticle(`Tide ${number}`))
    }
    for (const title of toTitles(3)) await publication.entry(title)
    const before = publication.items()
    renameSync(publication.in('Tide.md'), publication.in('tIDE.md'))
    await publication.pass()
    expect(publication.items().filter(({ title }) => title.startsWith('Tide'))).toEqual(before)
    expect(judge(publication, toTitles(3))).toMatchObject(sound)
  })
})

describe.concurrent('a clock that is set back a day', () => {
  test('moves no date of what is published, and what comes later is published and updated', async () => {
    const dayMs = 86_400_000
    const titles = toTitles(3)
    await using publication = await startWith(titles)
    const before = publication.items()
    publication.clockOffsetMs = -dayMs
    publication.write('later.md', toArticle('Later'))
    const later = await publication.entry('Later')
    publication.write(
      'Tide 1.md',
      toArticle('Tide 1', 'It was changed after the clock was set back.'),
    )
    const changed = await publication.entry('Tide 1', ({ content_html: html }) =>
      html.includes('changed'),
    )
    const first = before.find(({ title }) => title === 'Tide 1')
    expect(changed.id).toBe(first?.id)
    expect(changed.date_published).toBe(first?.date_published)
    // Readers take an entry for new by this alone.
    expect(Date.parse(changed.date_modified)).toBeGreaterThan(
      Date.parse(first?.date_modified ?? ''),
    )
    for (const title of ['Tide 0', 'Tide 2']) {
      expect(await publication.entry(title)).toEqual(before.find((item) => item.title === title))
    }
    await publication.stop()
    publication.restart()
    await publication.pass()
    publication.clockOffsetMs = dayMs
    await publication.pass()
    expect(await publication.entry('Later')).toEqual(later)
    expect(judge(publication, [...titles, 'Later'])).toMatchObject(sound)
    expect((await publication.status()).problems).toEqual([])
  })
})
