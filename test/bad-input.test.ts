// Everything an author (or a careless program) can drop that is no article, or hardly one. Each case is
// dropped beside a good article: that one is published whatever the other is, the problem says where,
// what and what to do, what readers have already stays, and mending the file is all that is needed.
import { execFile, execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { parseArticle } from '../src/core/article/parse.ts'
import { describe as describeProblem } from '../src/core/problem.ts'
import type { Problem, ProblemCode } from '../src/core/problem.ts'
import { silentLog } from '../src/log.ts'
import { Publisher } from '../src/publisher/publisher.ts'
import type { RunReport } from '../src/publisher/run.ts'
import { readStatus } from '../src/publisher/status.ts'
import { Publication } from './support/publication.ts'

const good = '2025-06-01 10:00\nThe ferry runs again since Monday.\n'
const mended = '2025-06-02 10:00\nThis file was broken, and was mended.\n'
const mendedTitle = 'This file was broken, and was mended'

/** One line that any terminal shows as it is: what to look at, what is wrong, what to do. */
const message = /^(?! )[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]{20,300}$/u

function titlesOf(publication: Publication): readonly string[] {
  return publication.items().map(({ title }) => title)
}

function expectOne(
  report: RunReport,
  expected: { readonly code: ProblemCode; readonly path: string; readonly line?: number },
): Problem {
  expect(report.problems).toHaveLength(1)
  const [problem] = report.problems
  if (problem === undefined) throw new Error('There is no problem')
  const { code, path, line } = problem
  expect({ code, path, line }).toEqual({ line: undefined, ...expected })
  expect(describeProblem(problem)).toMatch(message)
  return problem
}

type BadFile = {
  readonly what: string
  readonly path: string
  readonly content: string | Uint8Array
  readonly code: ProblemCode
  readonly line?: number
  /** What its message must say. */
  readonly says: RegExp
}

const png = Buffer.from('89504e470d0a1a0a0000000d4948445200000001', 'hex')
const matter = (...lines: readonly string[]) => `---\n${lines.join('\n')}\n---\n\nText.\n`
const inMatter = 'front-matter-type'

const badFiles: readonly BadFile[] = [
  {
    what: 'an empty file',
    path: 'x.txt',
    content: '',
    code: 'text-empty',
    says: /write some text/,
  },
  {
    what: 'white space alone',
    path: 'x.md',
    content: '\ufeff \r\n\t\u00a0\u3000\r\n',
    code: 'text-empty',
    says: /write some text/,
  },
  {
    what: 'a date and hashtags without a text',
    path: 'x.txt',
    content: '2025-06-03 10:00\n#sea #boats\n1750000000\n',
    code: 'text-empty',
    says: /nothing to publish/,
  },
  {
    what: 'a picture that is called an article',
    path: 'x.txt',
    content: png,
    code: 'text-binary',
    says: /PNG picture/,
  },
  {
    what: 'text with a NUL in it',
    path: 'x.md',
    content: 'One\0two, and the rest of a sentence.\n',
    code: 'text-binary',
    says: /NUL/,
  },
  {
    what: 'UTF-16 without its mark',
    path: 'x.txt',
    content: Buffer.from('A text as some editors save it.\n', 'utf16le'),
    code: 'text-binary',
    says: /UTF-16 without a byte-order mark; save it as UTF-8/,
  },
  {
    what: 'a PDF document that is called an article',
    path: 'x.text',
    content: '%PDF-1.7\n%âãÏÓ\n1 0 obj\n',
    code: 'text-binary',
    says: /PDF document/,
  },
  {
    what: 'YAML front matter that is never closed',
    path: 'x.md',
    content: '\n---\ntitle: Unclosed\n\nText.\n',
    code: 'front-matter-unclosed',
    line: 2,
    says: /---/,
  },
  {
    what: 'TOML front matter that is never closed',
    path: 'x.md',
    content: '+++\ntitle = "Unclosed"\n\nText.\n',
    code: 'front-matter-unclosed',
    line: 1,
    says: /\+\+\+/,
  },
  {
    what: 'YAML that is none',
    path: 'x.md',
    content: matter('title: Fine', 'tags: [sea, boats'),
    code: 'front-matter-invalid',
    line: 3,
    says: /quotes/,
  },
  {
    what: 'TOML that is none',
    path: 'x.md',
    content: '+++\ntitle = "Fine"\ndate = tomorrow\n+++\nText.\n',
    code: 'front-matter-invalid',
    line: 3,
    says: /quotes/,
  },
  {
    what: 'a date in the front matter that is none',
    path: 'x.md',
    content: matter('title: Fine', 'date: tomorow'),
    code: 'date-unreadable',
    line: 3,
    says: /tomorow.*2026-01-31/,
  },
  {
    what: 'a day that no calendar has',
    path: 'x.md',
    content: matter('title: Fine', 'updated: 2025-02-30'),
    code: 'date-unreadable',
    line: 3,
    says: /2025-02-30/,
  },
  {
    what: 'a first line that is meant to be a date and is none',
    path: 'x.txt',
    content: '\n2025-13-01 10:00\nText.\n',
    code: 'date-unreadable',
    line: 2,
    says: /2025-13-01 10:00/,
  },
  {
    what: 'a first line below front matter that is meant to be a date and is none',
    path: 'x.md',
    content: '---\ntitle: Fine\n---\n\n31.02.2025\n\nText.\n',
    code: 'date-unreadable',
    line: 5,
    says: /31\.02\.2025/,
  },
  {
    what: 'a list where there should be a title',
    path: 'x.md',
    content: matter('title: [one, two]'),
    code: inMatter,
    line: 2,
    says: /title is a list/,
  },
  {
    what: 'neither yes nor no where there should be one',
    path: 'x.md',
    content: matter('title: Fine', 'draft: perhaps'),
    code: inMatter,
    line: 3,
    says: /true or false/,
  },
  {
    what: 'a group of values where there should be categories',
    path: 'x.md',
    content: matter('title: Fine', 'tags: { sea: { deep: 1 } }'),
    code: inMatter,
    line: 3,
    says: /tags/,
  },
  {
    what: 'a link that is no address',
    path: 'x.md',
    content: matter('title: Fine', 'link: example.org/page'),
    code: 'link-invalid',
    line: 3,
    says: /in full, as https:/,
  },
  {
    what: 'a link that would run a script',
    path: 'x.md',
    content: matter('title: Fine', 'link: "javascript:alert(1)"'),
    code: 'link-invalid',
    line: 3,
    says: /javascript:alert/,
  },
  {
    what: 'an id with spaces',
    path: 'x.md',
    content: matter('id: my first one', 'title: Fine'),
    code: 'id-invalid',
    line: 2,
    says: /urn:uuid:/,
  },
  {
    what: 'a language that is none',
    path: 'x.md',
    content: matter('title: Fine', 'lang: français de France'),
    code: 'language-invalid',
    line: 3,
    says: /pt-BR/,
  },
]

describe('a file with a problem', () => {
  test.for(badFiles)('$what: reported, the others are published', async (bad) => {
    await using publication = Publication.make()
    publication.write(`folder/${bad.path}`, bad.content)
    publication.write('good.txt', good)
    const report = await publication.run()
    const { code, line } = bad
    const place = line === undefined ? {} : { line }
    const problem = expectOne(report, { code, path: `folder/${bad.path}`, ...place })
    expect(describeProblem(problem)).toMatch(bad.says)
    expect(titlesOf(publication)).toEqual(['The ferry runs again since Monday'])
    expect((await publication.run()).problems).toEqual(report.problems)

    publication.write(`folder/${bad.path}`, mended)
    expect((await publication.run()).problems).toEqual([])
    expect(publication.item(mendedTitle).content_html).toContain('was mended.')
    expect(publication.items()).toHaveLength(2)
  })

  test.for(badFiles)('$what: what was published of it before stays as it was', async (bad) => {
    await using publication = Publication.make()
    publication.write(bad.path, mended.replace('broken, and was mended', 'well'))
    await publication.run()
    const before = { items: publication.items(), atom: publication.read('atom.xml') }
    publication.write(bad.path, bad.content)
    const report = await publication.run()
    expect(report.problems.map(({ code }) => code)).toEqual([bad.code])
    expect(publication.items()).toEqual(before.items)
    expect(publication.read('atom.xml')).toBe(before.atom)
    expect(report).toMatchObject({ written: 0, removed: 0 })

    publication.write(bad.path, mended)
    expect((await publication.run()).problems).toEqual([])
    expect(publication.item(mendedTitle).id).toBe(before.items[0]?.id)
  })

  test('goes away with its file, and so does what was published of it before', async () => {
    await using publication = Publication.make()
    publication.write('x.md', mended)
    await publication.run()
    publication.write('x.md', matter('date: never'))
    expect((await publication.run()).problems).toHaveLength(1)
    publication.remove('x.md')
    expect((await publication.run()).problems).toEqual([])
    expect(publication.items()).toEqual([])
  })

  test('that has several is told all of them, each with its line', async () => {
    await using publication = Publication.make()
    publication.write('x.md', matter('date: never', 'link: nowhere', 'lang: "?"', 'draft: maybe'))
    const { problems } = await publication.run()
    expect(new Map(problems.map(({ code, line }) => [code, line]))).toEqual(
      new Map<ProblemCode, number>([
        ['date-unreadable', 2],
        ['link-invalid', 3],
        ['language-invalid', 4],
        ['front-matter-type', 5],
      ]),
    )
  })

  test('is one among many that are published', async () => {
    await using publication = Publication.make()
    for (const [index, bad] of badFiles.entries()) {
      publication.write(`${index}/${bad.path}`, bad.content)
      publication.write(`${index}/good.txt`, good.replace('Monday', `day ${index}`))
    }
    const report = await publication.run()
    expect(report.problems).toHaveLength(badFiles.length)
    expect(publication.items()).toHaveLength(badFiles.length)
  })
})

describe('a file that is too large', () => {
  test('is reported from one byte over 5 MiB on', async () => {
    await using publication = Publication.make()
    const line = `${'All work and no play makes the feed a dull one. '.repeat(20)}\n`
    const text = `2025-06-03 10:00\n${line.repeat(6000)}`.slice(0, 5_242_880)
    publication.write('fits.txt', text)
    publication.write('large.txt', `${text}.`)
    const report = await publication.run()
    const problem = expectOne(report, { code: 'file-too-large', path: 'large.txt' })
    expect(describeProblem(problem)).toMatch(/5242881 bytes.*limits\.articleBytesMax/)
    expect(publication.items()).toHaveLength(1)
  })

  test('is published when the limit is raised, and stays when it is lowered', async () => {
    await using publication = Publication.make('title: Test\nlimits: { articleBytesMax: 1024 }\n')
    publication.write('long.txt', `2025-06-03 10:00\n${'All work and no play. '.repeat(100)}\n`)
    publication.write('good.txt', good)
    expectOne(await publication.run(), { code: 'file-too-large', path: 'long.txt' })
    expect(publication.items()).toHaveLength(1)
    publication.configure('title: Test\nlimits: { articleBytesMax: 4096 }\n')
    expect((await publication.run()).problems).toEqual([])
    expect(publication.items()).toHaveLength(2)
    publication.configure('title: Test\nlimits: { articleBytesMax: 1024 }\n')
    await publication.run()
    expect(publication.items()).toHaveLength(2)
  })

  test('is published when it is one line of a megabyte', async () => {
    await using publication = Publication.make()
    publication.write('spaced.txt', `2025-06-04\n${'sea and sand and '.repeat(62_000)}\n`)
    publication.write('joined.txt', `2025-06-05\n${'x'.repeat(1_000_000)}\n`)
    publication.write('joined.md', `2025-06-06\n\n${'[<*_`#&'.repeat(140_000)}\n`)
    publication.write('joined.html', `<p>${'<b><i>'.repeat(160_000)}text</p>`)
    expect((await publication.run()).problems).toEqual([])
    const titles = titlesOf(publication)
    expect(titles).toHaveLength(4)
    for (const title of titles) expect(title.length).toBeLessThan(300)
  })
})

test('a problem goes away with the setting that made it', async () => {
  await using publication = Publication.make('title: Test\nlimits: { categoriesMax: 1 }\n')
  publication.write('good.txt', good.replace('The ferry', 'The #ferry #boat'))
  expectOne(await publication.run(), { code: 'categories-too-many', path: 'good.txt' })
  const [before] = publication.items()
  publication.configure('title: Test\nlimits: { categoriesMax: 2 }\n')
  expect((await publication.run()).problems).toEqual([])
  expect(publication.items()).toMatchObject([{ id: before?.id, tags: ['ferry', 'boat'] }])
})

test('a date is read again when the language is set that it is in', async () => {
  await using publication = Publication.make('title: Test\n')
  // November in Polish, October in Croatian.
  publication.write('a.md', '---\ndate: 5 listopada 2025\n---\n\n1 2 3\n')
  expectOne(await publication.run(), { code: 'date-unreadable', path: 'a.md', line: 2 })
  publication.configure('title: Test\nlanguage: pl\ntimezone: UTC\n')
  expect((await publication.run()).problems).toEqual([])
  expect(publication.items()).toMatchObject([{ date_published: '2025-11-05T00:00:00Z' }])
})

describe('ten thousand hashtags', () => {
  const hashtags = Array.from({ length: 10_000 }, (_, index) => `#tag${index}`).join(' ')

  test.for([
    ['x.txt', `2025-06-03\nText.\n${hashtags}\n`],
    ['x.txt', `2025-06-03\nText with ${hashtags} in it.\n`],
    ['x.md', `2025-06-03\n\nText.\n\n${hashtags.replaceAll(' ', '\n')}\n`],
  ] as const)(
    'are cut to the limit, with a problem, and published: %s',
    async ([path, content]) => {
      await using publication = Publication.make()
      publication.write(path, content)
      const report = await publication.run()
      const problem = expectOne(report, { code: 'categories-too-many', path })
      expect(describeProblem(problem)).toMatch(/10000 categories, limit 100/)
      const [item] = publication.items()
      expect(item?.tags).toHaveLength(100)
      expect(item?.tags?.[0]).toBe('tag0')
    },
  )

  test('in the front matter are more values than it may have, and are reported', async () => {
    await using publication = Publication.make()
    publication.write(
      'x.md',
      `---\ntags: [${hashtags.replaceAll(/ ?#/g, ',x').slice(1)}]\n---\nText.\n`,
    )
    publication.write('good.txt', good)
    expectOne(await publication.run(), { code: 'front-matter-invalid', path: 'x.md', line: 2 })
    expect(publication.items()).toHaveLength(1)
  })
})

describe('what is no regular file', () => {
  const outside = mkdtempSync(join(tmpdir(), 'dropfeed-outside-'))
  writeFileSync(join(outside, 'secret.txt'), 'A secret of the machine.\n')
  afterAll(() => rmSync(outside, { recursive: true }))

  async function listen(path: string): Promise<AsyncDisposable> {
    const server = createServer()
    await new Promise<void>((resolve) => void server.listen(path, () => resolve()))
    return server
  }

  const makers = [
    [
      'a link to a file',
      'symbolic link',
      (path: string) => symlinkSync(`${outside}/secret.txt`, path),
    ],
    ['a link to a folder', 'symbolic link', (path: string) => symlinkSync(outside, path)],
    ['a dangling link', 'symbolic link', (path: string) => symlinkSync('nowhere.txt', path)],
    ['a link to itself', 'symbolic link', (path: string) => symlinkSync('x.txt', path)],
    ['a FIFO', 'FIFO', (path: string) => void execFileSync('mkfifo', [path])],
    ['a socket', 'socket', listen],
  ] as const

  test.for(makers)('%s is reported, never opened or followed', async ([, type, make]) => {
    await using publication = Publication.make()
    publication.write('good.txt', good)
    const made = await make(publication.path('x.txt'))
    const report = await publication.run()
    const problem = expectOne(report, { code: 'file-special', path: 'x.txt' })
    expect(describeProblem(problem)).toContain(type)
    expect(titlesOf(publication)).toEqual(['The ferry runs again since Monday'])
    await made?.[Symbol.asyncDispose]()
    rmSync(publication.path('x.txt'), { force: true })
    publication.write('x.txt', mended)
    expect((await publication.run()).problems).toEqual([])
    expect(publication.items()).toHaveLength(2)
  })

  test('a link that takes the place of an article leaves what was published', async () => {
    await using publication = Publication.make()
    publication.write('x.txt', mended)
    await publication.run()
    const before = publication.items()
    publication.remove('x.txt')
    symlinkSync(join(outside, 'secret.txt'), publication.path('x.txt'))
    expectOne(await publication.run(), { code: 'file-special', path: 'x.txt' })
    expect(publication.items()).toEqual(before)
  })

  test.for(['paper.pdf', 'letter.docx', 'Photo.JPEG', 'old.txt.bak', 'feed.yaml'])(
    '%s is reported once as unsupported, and is left alone',
    async (path) => {
      await using publication = Publication.make()
      publication.write(path, png)
      publication.write('good.txt', good)
      const problem = expectOne(await publication.run(), { code: 'file-unsupported', path })
      expect(describeProblem(problem)).toMatch(/\.(?:pdf|docx|JPEG|bak|yaml) files.*\.txt, \.md/)
      expect(readFileSync(publication.path(path))).toEqual(png)
      publication.remove(path)
      expect((await publication.run()).problems).toEqual([])
    },
  )
})

describe('an unusual name', () => {
  test.for([
    ['a\nb.txt', String.raw`a\nb.txt`],
    ['tab\tand\u202ebidi.md', String.raw`tab\tand\u{202e}bidi.md`],
    [String.raw`back\slash.txt`, String.raw`back\\slash.txt`],
    [' spaces .txt', ' spaces .txt'],
    ['-rf.txt', '-rf.txt'],
    ['%2e%2e%2f.txt', '%2e%2e%2f.txt'],
    ['x.md/inner.txt', 'x.md/inner.txt'],
    [`${'deep/'.repeat(100)}x.txt`, `${'deep/'.repeat(100)}x.txt`],
    [`${'n'.repeat(251)}.txt`, `${'n'.repeat(251)}.txt`],
    ['<b>&amp;"\'.txt', '<b>&amp;"\'.txt'],
  ] as const)('is published, and printable in a problem: %j', async ([name, shown]) => {
    await using publication = Publication.make()
    publication.write(name, mended)
    expect((await publication.run()).problems).toEqual([])
    expect(titlesOf(publication)).toEqual([mendedTitle])
    const before = publication.items()
    publication.write(name, '2025-99-99\nText.\n')
    const { problems } = await publication.run()
    expect(problems).toMatchObject([{ code: 'date-unreadable', path: shown, line: 1 }])
    for (const problem of problems) {
      expect(describeProblem(problem)).toMatch(/^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+$/u)
    }
    expect(publication.items()).toEqual(before)
  })

  test('that is not UTF-8 is published, and its path is shown escaped', async () => {
    await using publication = Publication.make()
    const path = Buffer.concat([
      Buffer.from(publication.path('caf')),
      Buffer.from([0xe9]),
      Buffer.from('.txt'),
    ])
    writeFileSync(path, mended)
    expect((await publication.run()).problems).toEqual([])
    expect(titlesOf(publication)).toEqual([mendedTitle])
    writeFileSync(path, '2025-99-99\nText.\n')
    const report = await publication.run()
    expectOne(report, { code: 'date-unreadable', path: String.raw`caf\xe9.txt`, line: 1 })
    writeFileSync(path, mended)
    expect((await publication.run()).problems).toEqual([])
  })
})

test('a folder that cannot be read stays a problem while other files are dropped', async () => {
  await using publication = Publication.make()
  publication.write('good.txt', good)
  // Deeper than any path may be long: the system refuses it to everybody.
  const name = '0'.repeat(240)
  const half = Array.from({ length: 10 }, () => name).join('/')
  mkdirSync(publication.path(half), { recursive: true })
  mkdirSync(publication.path(`1/${half}`), { recursive: true })
  renameSync(publication.path(`1/${name}`), publication.path(`${half}/1`))
  try {
    await using publisher = await Publisher.open(publication.settings, {
      log: silentLog,
      now: () => publication.nowMs,
    })
    const codes = (report: RunReport) => report.problems.map(({ code }) => code)
    expect(codes(await publisher.run({ kind: 'all' }))).toEqual(['file-unreadable'])
    publication.write('new.txt', mended)
    const paths = ['new.txt']
    expect(codes(await publisher.run({ kind: 'some', paths }))).toEqual(['file-unreadable'])
    expect((await readStatus(publication.settings)).problems).toHaveLength(1)
    execFileSync('rm', ['-r', name], { cwd: publication.path('.') })
    expect(codes(await publisher.run({ kind: 'some', paths: [name] }))).toEqual([])
  } finally {
    execFileSync('rm', ['-rf', name], { cwd: publication.path('.') })
  }
})

test('whatever an author writes, a problem is one printable line', () => {
  const rules = { timezone: 'UTC', categoriesMax: 3 }
  const keys = [
    'title',
    'date',
    'updated',
    'link',
    'id',
    'lang',
    'draft',
    'tags',
    'expires',
    'slug',
  ]
  const value = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.constantFrom('[', '{', '"', '&a', '*a', '!!x y', '|', '\u202e\u0007', 'x'.repeat(100_000)),
  )
  const pair = fc.tuple(fc.constantFrom(...keys), value, fc.boolean())
  fc.assert(
    fc.property(
      fc.array(pair, { maxLength: 8 }),
      fc.constantFrom('---', '+++', ''),
      (pairs, mark) => {
        const lines = pairs.map(([key, text, isQuoted]) => {
          const written = isQuoted ? JSON.stringify(text) : text
          return mark === '+++' ? `${key} = ${written}` : `${key}: ${written}`
        })
        const text = [mark, ...lines, mark, '', 'Text.', ''].join('\n')
        const bytes = Buffer.from(text)
        const parsed = parseArticle({ path: 'x.md', format: 'markdown', bytes }, rules)
        const problems = parsed.kind === 'draft' ? [] : parsed.problems
        const lineCount = text.split(/\r\n?|[\n\u0085\u2028\u2029]/).length
        for (const problem of problems) {
          expect(describeProblem(problem)).toMatch(message)
          expect(problem.line ?? 1).toBeLessThanOrEqual(lineCount)
        }
      },
    ),
    { numRuns: 300 },
  )
})

type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string }

const program = fileURLToPath(new URL('../src/cli.ts', import.meta.url))

/** The real program in a folder; as another user where the tests run as root, whom permissions do not bind. */
function build(folder: string, asOther = false): Promise<Ended> {
  const environment = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('DROPFEED_') && !name.startsWith('NODE_'),
  )
  const user = asOther && isRoot ? { uid: otherId, gid: otherId } : {}
  const options = { cwd: folder, env: Object.fromEntries(environment), ...user }
  return new Promise((resolve) => {
    const words = [program, 'build', '--quiet']
    execFile(process.execPath, words, options, (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : -1
      resolve({ code, stdout, stderr })
    })
  })
}

const isRoot = process.getuid?.() === 0
/** `nobody` on most systems; any number that owns nothing would do. */
const otherId = 65_534

/** Permissions bind the user that `build` runs as: root becomes another, who has to see the program. */
function arePermissionsBinding(): boolean {
  if (process.platform === 'win32') return false
  if (!isRoot) return true
  const user = { uid: otherId, gid: otherId }
  const words = ['-r', program, '-a', '-x', process.execPath]
  return spawnSync('test', words, { ...user, cwd: '/' }).status === 0
}

/** A folder with an inbox that the user of `build` owns. */
function makeFolder(files: Readonly<Record<string, string | Uint8Array>>) {
  const path = mkdtempSync(join(tmpdir(), 'dropfeed-bad-'))
  const own = (name: string) => {
    if (isRoot) chownSync(join(path, name), otherId, otherId)
  }
  mkdirSync(join(path, 'inbox/folder'), { recursive: true })
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(path, 'inbox', name)), { recursive: true })
    writeFileSync(join(path, 'inbox', name), content)
    own(`inbox/${name}`)
  }
  for (const name of ['', 'inbox', 'inbox/folder']) own(name)
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

describe('on the command line', () => {
  test('problems are lines on stderr, exit code 3, no stack trace; mended, it is 0', async () => {
    const bad = Object.fromEntries(
      badFiles.map(({ path, content }, index) => [`${index}-${path}`, content]),
    )
    using folder = makeFolder({ 'good.txt': good, ...bad })
    const first = await build(folder.path)
    expect({ code: first.code, stdout: first.stdout }).toEqual({ code: 3, stdout: '' })
    const lines = first.stderr.trimEnd().split('\n')
    expect(lines).toHaveLength(badFiles.length)
    for (const line of lines) {
      expect(line).toMatch(message)
      expect(line).toMatch(/^\d+-x\.\w+(?::\d+)?: /)
    }
    expect(first.stderr).not.toMatch(/^\s+at |undefined|\[object/m)
    expect(readFileSync(join(folder.path, 'out/rss.xml'), 'utf8')).toContain('The ferry runs again')
    for (const name of Object.keys(bad)) rmSync(join(folder.path, 'inbox', name))
    expect(await build(folder.path)).toEqual({ code: 0, stdout: '', stderr: '' })
  })

  test('a file that may not be read is reported, and is published when it may', async ({
    skip,
  }) => {
    if (!arePermissionsBinding()) skip('permissions bind nobody who could run the program here')
    using folder = makeFolder({ 'good.txt': good, 'secret.txt': mended })
    const secret = join(folder.path, 'inbox/secret.txt')
    chmodSync(secret, 0)
    const { code, stderr } = await build(folder.path, true)
    expect(stderr).toBe('secret.txt: cannot be read (EACCES); check its permissions\n')
    expect(code).toBe(3)
    const feed = () => readFileSync(join(folder.path, 'out/feed.json'), 'utf8')
    expect(feed()).toContain('The ferry runs again')
    expect(feed()).not.toContain(mendedTitle)
    chmodSync(secret, 0o644)
    expect(await build(folder.path, true)).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(feed()).toContain(mendedTitle)
    chmodSync(secret, 0)
    writeFileSync(join(folder.path, 'inbox/new.txt'), good.replace('Monday', 'noon'))
    expect((await build(folder.path, true)).code).toBe(3)
    expect(feed()).toContain(mendedTitle)
    expect(feed()).toContain('since noon')
  })

  test('a folder that may not be read is reported, and what was published from it stays', async ({
    skip,
  }) => {
    if (!arePermissionsBinding()) skip('permissions bind nobody who could run the program here')
    using folder = makeFolder({ 'good.txt': good, 'folder/x.txt': mended })
    expect(await build(folder.path, true)).toEqual({ code: 0, stdout: '', stderr: '' })
    const before = readFileSync(join(folder.path, 'out/feed.json'), 'utf8')
    chmodSync(join(folder.path, 'inbox/folder'), 0)
    const { code, stderr } = await build(folder.path, true)
    expect(stderr).toBe('folder: cannot be read (EACCES); check its permissions\n')
    expect(code).toBe(3)
    expect(readFileSync(join(folder.path, 'out/feed.json'), 'utf8')).toBe(before)
    chmodSync(join(folder.path, 'inbox/folder'), 0o755)
    expect(await build(folder.path, true)).toEqual({ code: 0, stdout: '', stderr: '' })
  })
})

test('problems are those that stand, in each run of one program', async () => {
  await using publication = Publication.make()
  const edges = { log: silentLog, now: () => publication.nowMs }
  const text = 'The harbour was quiet when the first boats came back that morning.\n'
  publication.write('a.txt', text)
  publication.write('b.txt', text)
  publication.write('c.md', '---\ndate: never\n---\n\nText.\n')
  await using publisher = await Publisher.open(publication.settings, edges)
  const run = async (...paths: string[]) => {
    publication.nowMs += 60_000
    const { problems } = await publisher.run({ kind: 'some', paths })
    return problems.map(({ code, path }) => `${code} ${path}`)
  }
  const copy = 'file-copy b.txt'
  const wrong = 'date-unreadable c.md'
  expect(await run('a.txt', 'b.txt', 'c.md')).toEqual([copy, wrong])
  publication.write('d.md', 'Nothing is wrong with it.\n')
  expect(await run('d.md')).toEqual([copy, wrong])
  publication.write('c.md', '---\ndate: 2025-05-01\n---\n\nText.\n')
  expect(await run('c.md')).toEqual([copy])
  publication.write('c.md', '---\ndate: never\n---\n\nText.\n')
  expect(await run('c.md')).toEqual([copy, wrong])
  publication.remove('c.md')
  expect(await run('c.md')).toEqual([copy])
  publication.remove('a.txt')
  expect(await run('a.txt')).toEqual([])
})
