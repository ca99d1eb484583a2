import { execFile, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { getPriority, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { nodeVersionMin, refuseNode } from '../src/cli/node-version.ts'
import { toBlock } from '../src/cli/print.ts'
import { createProgressLog, createScreen } from '../src/cli/screen.ts'
import type { ScreenStream } from '../src/cli/screen.ts'
import type { Problem } from '../src/core/problem.ts'
import { createLog, describeFault } from '../src/log.ts'
import type { LogStyle } from '../src/log.ts'
import { holdStateLock } from '../src/store/writer-lock.ts'
import { ask } from './support/ask.ts'

const program = fileURLToPath(new URL('../src/cli.ts', import.meta.url))
const node = process.execPath

let folder = ''
let children: ChildProcess[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dropfeed-cli-'))
  children = []
})
afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

const at = (path: string) => join(folder, path)

function drop(name: string, text: string): void {
  mkdirSync(at('inbox'), { recursive: true })
  writeFileSync(at(`inbox/${name}`), text)
}

const good = '2024-11-23 20:52:00\nThe harbour opens again on Monday.\nBoats may enter at noon.\n'

type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string }

/** The program's environment: the tests' own, without settings of whoever runs them, on a free port. */
function environmentWith(extra: Readonly<Record<string, string>> = {}) {
  const own = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('DROPFEED_') && !name.startsWith('NODE_'),
  )
  return { ...Object.fromEntries(own), DROPFEED_PORT: '0', ...extra }
}

/** Runs the real program in the test's folder, to its end. */
function run(words: readonly string[], environment?: Readonly<Record<string, string>>) {
  return new Promise<Ended>((resolve) => {
    const options = { cwd: folder, env: environmentWith(environment) }
    execFile(node, [program, ...words], options, (error, stdout, stderr) => {
      resolve({
        code: typeof error?.code === 'number' ? error.code : error ? -1 : 0,
        stdout,
        stderr,
      })
    })
  })
}

/** Starts the real program; `said` waits for a line on stderr. */
function start(words: readonly string[]) {
  const child = spawn(node, [program, ...words], {
    cwd: folder,
    env: environmentWith(),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  children.push(child)
  let text = ''
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    text += part
  })
  const exit = once(child, 'exit')
  return {
    child,
    exit,
    async said(pattern: RegExp): Promise<string> {
      while (!pattern.test(text)) {
        if (child.exitCode !== null) throw new Error(`it ended: ${text}`)
        await Promise.race([once(child.stderr, 'data'), exit])
      }
      return text
    },
  }
}

describe('help and usage', () => {
  test('without a command there is help, on one screen', async () => {
    const [bare, asked] = await Promise.all([run([]), run(['--help'])])
    expect(bare).toEqual({ code: 0, stdout: asked.stdout, stderr: '' })
    const lines = bare.stdout.trimEnd().split('\n')
    expect(lines.length).toBeLessThanOrEqual(24)
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
    for (const word of ['watch', 'build', 'check', 'status', 'confirm', 'DROPFEED_PORT']) {
      expect(bare.stdout).toContain(word)
    }
  })

  test('the version is that of the package', async () => {
    const about: unknown = createRequire(import.meta.url)('../package.json')
    const { stdout } = await run(['--version'])
    expect(about).toMatchObject({ version: stdout.trim() })
  })

  test('a Node that is too old is refused with the version that will do', () => {
    const about = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
      readonly engines: { readonly node: string }
    }
    expect(about.engines.node).toBe(`>=${nodeVersionMin}`)
    expect(refuseNode(process.versions.node)).toBeUndefined()
    expect(refuseNode('20.20.2')).toMatch(/Node 20\.20\.2, and .* needs Node 24 or later; install/u)
  })

  describe('what it compiled', () => {
    const version = ['--version']
    const listKept = () =>
      globSync('**/*', { cwd: at('cache/dropfeed'), withFileTypes: true })
        .filter((item) => item.isFile())
        .map(({ parentPath, name }) => [name, statSync(join(parentPath, name)).mtimeMs])

    test('is kept for the next start, in the cache folder of whoever runs it', async () => {
      const environment = { XDG_CACHE_HOME: at('cache') }
      expect(await run(version, environment)).toMatchObject({ code: 0, stderr: '' })
      const kept = listKept()
      expect(kept.length).toBeGreaterThan(10)
      // What is found is not written again.
      expect(await run(version, environment)).toMatchObject({ code: 0, stderr: '' })
      expect(listKept()).toEqual(kept)
    })

    test('is kept in the folder that NODE_COMPILE_CACHE names', async () => {
      const environment = { XDG_CACHE_HOME: at('cache'), NODE_COMPILE_CACHE: at('named') }
      expect(await run(version, environment)).toMatchObject({ code: 0, stderr: '' })
      expect(existsSync(at('named'))).toBe(true)
      expect(existsSync(at('cache'))).toBe(false)
    })

    test.each([
      ['nobody wants that', { NODE_DISABLE_COMPILE_CACHE: '1' }],
      ['its folder cannot be made', {}],
    ])('is kept nowhere where %s', async (_, more) => {
      writeFileSync(at('cache'), 'a file')
      const environment = { XDG_CACHE_HOME: at('cache'), ...more }
      expect(await run(version, environment)).toMatchObject({ code: 0, stderr: '' })
      expect(readFileSync(at('cache'), 'utf8')).toBe('a file')
    })
  })

  test('each command has help', async () => {
    const { code, stdout } = await run(['help', 'check'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/Usage: dropfeed check .*\[file\.\.\.\]/u)
    expect(stdout).toContain('--base-url')
  })

  test.each([
    [['wach'], /unknown command 'wach'\n\(Did you mean watch\?\)/u],
    [['build', '--fast'], /unknown option '--fast'/u],
    [['build', '--port', '9000'], /unknown option '--port'/u],
    [['watch', '--port', 'http'], /^--port: found "http", write a port from 1 to 65535/u],
    [['build', 'extra'], /too many arguments/u],
    [['--quiet'], /^Usage: /u],
    [['build', '--inbox'], /argument missing/u],
    [['build', '--base-url', 'example.org'], /^--base-url: found "example\.org", write a full/u],
    [['build', '--config', 'none.yaml'], /^--config: found "none\.yaml", which does not exist/u],
  ])('wrong usage ends with 2 and says what is wrong: %j', async (words, message) => {
    const { code, stdout, stderr } = await run(words)
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toMatch(message)
  })

  test('all that is wrong in feed.yaml is said at once, as JSON where that was asked for', async () => {
    writeFileSync(at('feed.yaml'), 'title: 7\ntimezone: Mars\n')
    const text = await run(['status'])
    expect(text.code).toBe(2)
    expect(text.stderr.split('\n')).toHaveLength(3)
    const json = await run(['status', '--json'])
    expect(json.code).toBe(2)
    const lines = json.stderr
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line))
    expect(lines).toMatchObject([
      { event: 'usage', message: 'feed.yaml:1: title: found 7, write a title' },
      { event: 'usage', message: expect.stringContaining('feed.yaml:2: timezone: found "Mars"') },
    ])
  })

  test('a link does not hide that out/ lies in the inbox', async () => {
    mkdirSync(at('inbox/feeds'), { recursive: true })
    symlinkSync(at('inbox/feeds'), at('out'))
    const { code, stderr } = await run(['build'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/^out: .* the feeds would be read as articles/u)
  })
})

describe('build', () => {
  test('an article in the inbox is in all three feeds; the log is one line, and 0', async () => {
    drop('harbour.txt', good)
    writeFileSync(at('feed.yaml'), 'title: Port\nbaseUrl: https://example.org\n')
    const { code, stdout, stderr } = await run(['build'])
    expect(stderr).toMatch(/^published entries=1 added=1 written=\d+ unchanged=\d+ ms=\d+\n$/u)
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    for (const name of ['rss.xml', 'atom.xml', 'feed.json']) {
      expect(readFileSync(at(`out/${name}`), 'utf8')).toContain('Boats may enter at noon.')
    }
  })

  test('what to set before others subscribe is said, until it is set', async () => {
    drop('harbour.txt', good)
    const { stderr } = await run(['build'])
    expect(stderr).toContain('before others subscribe, set in feed.yaml keys="baseUrl title"\n')
  })

  test('an article to mend gives 3, --quiet leaves the problem', async () => {
    drop('harbour.txt', good)
    drop('broken.md', '---\ntitle: [\n---\nText.\n')
    const { code, stderr } = await run(['build', '--quiet'])
    expect(code).toBe(3)
    expect(stderr).toMatch(/^broken\.md:\d+: .*\n$/u)
    expect(existsSync(at('out/rss.xml'))).toBe(true)
  })

  test('the environment and flags say where things are', async () => {
    drop('harbour.txt', good)
    const environment = { DROPFEED_OUT: 'public', DROPFEED_STATE: 'memory' }
    const { code } = await run(['build', '--out', 'www'], environment)
    expect(code).toBe(0)
    expect(readdirSync(folder).toSorted((one, other) => (one < other ? -1 : 1))).toEqual([
      'inbox',
      'memory',
      'www',
    ])
  })

  test('a fault is one sentence with its cause and 1; a stack trace only when asked for', async () => {
    drop('harbour.txt', good)
    writeFileSync(at('out'), 'in the way')
    const plain = await run(['build', '--quiet'])
    expect(plain.code).toBe(1)
    expect(plain.stderr).toMatch(/^fault: [^\n]*\/out[^\n]*\n$/u)
    const debug = await run(['build', '--quiet'], { DROPFEED_DEBUG: '1' })
    expect(debug.stderr).toMatch(/^fault: .*\n(?:.*\n)* +at .*open-database\.ts/u)
    const json = await run(['build', '--quiet', '--json'])
    expect(JSON.parse(json.stderr)).toMatchObject({ event: 'fault' })
  })
})

describe('a state folder that cannot be used', () => {
  test.each(['.dropfeed/lock.sqlite', 'out/.dropfeed.lock'])(
    'says what to do when %s is no file of dropfeed, and blames no other dropfeed',
    async (name) => {
      drop('harbour.txt', good)
      mkdirSync(dirname(at(name)))
      writeFileSync(at(name), 'not a database, but as long as the header of one'.repeat(9))
      const { code, stderr } = await run(['build', '--quiet'])
      expect(code).toBe(1)
      expect(stderr).toMatch(/^fault: cannot use [^\n]*; move it elsewhere[^\n]*\n$/u)
      expect(stderr).toContain(name)
    },
  )

  test('says so when a file stands in its place', async () => {
    drop('harbour.txt', good)
    writeFileSync(at('.dropfeed'), 'in the way')
    const { code, stderr } = await run(['build', '--quiet'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^fault: cannot make the folder [^\n]*--state[^\n]*\n$/u)
  })

  test('names the dropfeed that is at work with it', async () => {
    drop('harbour.txt', good)
    await run(['build'])
    const { pid } = process
    const lock = holdStateLock(at('.dropfeed'), 0)
    try {
      const { code, stderr } = await run(['build', '--quiet'])
      expect(code).toBe(1)
      expect(stderr).toContain(
        `Another dropfeed (process ${pid}, state folder ${at('.dropfeed')}, since 1970-01-01T00:00:00Z) is at work with ${at('.dropfeed')}; stop it first`,
      )
    } finally {
      lock[Symbol.dispose]()
    }
  })
})

describe('check and status', () => {
  test('check shows how one article is read, and changes nothing', async () => {
    drop('harbour.txt', good)
    const { code, stdout, stderr } = await run(['check', 'inbox/harbour.txt'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^path +harbour\.txt$/mu)
    expect(stdout).toMatch(/^title +The harbour opens again on Monday$/mu)
    expect(stdout).toMatch(/^published +2024-11-24T00:22:00Z$/mu)
    expect(readdirSync(folder)).toEqual(['inbox'])
  })

  test('check without a file shows all of the inbox, and 3 when one is to be mended', async () => {
    drop('a.txt', good)
    drop('b.png', 'x')
    const text = await run(['check'])
    expect(text.code).toBe(3)
    expect(text.stdout.split('\n\n')).toHaveLength(2)
    const json = await run(['check', '--json'])
    expect(json.code).toBe(3)
    expect(JSON.parse(json.stdout)).toMatchObject([
      { path: 'a.txt', problems: [] },
      { path: 'b.png', problems: [{ code: 'file-unsupported' }] },
    ])
  })

  test('check without a file finds one whose name is not UTF-8', async () => {
    drop('a.txt', good)
    const name = Buffer.concat([Buffer.from('caf'), Buffer.from([0xe9]), Buffer.from('.txt')])
    writeFileSync(Buffer.concat([Buffer.from(`${at('inbox')}/`), name]), `${good}Again.\n`)
    const { code, stdout } = await run(['check', '--json'])
    expect(JSON.parse(stdout)).toMatchObject([
      { path: 'a.txt', outcome: 'published' },
      { path: String.raw`caf\xe9.txt`, outcome: 'published' },
    ])
    expect(code).toBe(0)
  })

  test.each(['inbox/nope.txt', 'inbox'])('check of %s, which is no file, says so', async (file) => {
    drop('a.txt', good)
    const { code, stdout } = await run(['check', '--json', file])
    expect(JSON.parse(stdout)).toMatchObject([
      { outcome: 'held', problems: [{ code: 'file-missing' }] },
    ])
    expect(code).toBe(3)
  })

  test('--json is JSON also when there is nothing to show', async () => {
    mkdirSync(at('inbox'))
    expect(JSON.parse((await run(['check', '--json'])).stdout)).toEqual([])
    expect(JSON.parse((await run(['status', '--json'])).stdout)).toMatchObject({ problems: [] })
  })

  test('status tells what a build did', async () => {
    drop('a.txt', good)
    drop('b.png', 'x')
    await run(['build'])
    const json = await run(['status', '--json'])
    expect(json).toMatchObject({ code: 3, stderr: '' })
    expect(JSON.parse(json.stdout)).toMatchObject({ problems: [{ path: 'b.png' }] })
    const text = await run(['status'])
    expect(text.stdout).toMatch(/^problems +1\n {2}b\.png: /mu)
  })

  test('a reader that leaves early (| head) is no fault', async () => {
    for (let index = 0; index < 300; index++) drop(`${index}.txt`, good.repeat(30))
    const child = spawn(node, [program, 'check', '--json'], {
      cwd: folder,
      env: environmentWith(),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    children.push(child)
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      stderr += part
    })
    child.stdout.destroy()
    const [code] = await once(child, 'exit')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  test('confirm says when there is nothing to confirm', async () => {
    const { code, stderr } = await run(['confirm'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'no retractions are held\n' })
  })
})

describe('watch', () => {
  test('it publishes what is dropped, and a SIGTERM ends it with 0', async () => {
    drop('harbour.txt', good)
    const watch = start(['watch'])
    await watch.said(/published entries=1 /u)
    drop('second.txt', 'The second text has a few words, too.\nAnd a second line.\n')
    const log = await watch.said(/published entries=2 /u)
    expect(log).not.toMatch(/Warning/u)
    expect(readFileSync(at('out/rss.xml'), 'utf8')).toContain('And a second line.')
    watch.child.kill('SIGTERM')
    expect(await watch.exit).toEqual([0, null])
  })

  test('it serves what it publishes, unless told not to', async () => {
    drop('harbour.txt', good)
    const watch = start(['watch'])
    const said = await watch.said(/published entries=1 /u)
    const address = /serving address=(http:\/\/localhost:\d+\/)\n/u.exec(said)?.[1] ?? ''
    const { status, text } = await ask(address, '/rss.xml')
    expect([status, text]).toEqual([200, readFileSync(at('out/rss.xml'), 'utf8')])
    const { port } = new URL(address)
    const other = ['--state', 'other', '--out', 'other-out', '--port', port]
    const second = await run(['watch', ...other])
    expect(second.code).toBe(1)
    expect(second.stderr).toContain(
      `fault: cannot serve on 127.0.0.1 port ${port}: another program uses this port; choose another with --port`,
    )
    const silent = start(['watch', ...other, '--no-serve'])
    expect(await silent.said(/watching/u)).not.toContain('serving')
    for (const { child, exit } of [watch, silent]) {
      child.kill('SIGTERM')
      expect(await exit).toEqual([0, null])
    }
  })

  test.skipIf(process.platform !== 'linux')(
    'the thread that answers requests goes before those that help it',
    async () => {
      const watch = start(['watch'])
      await watch.said(/watching/u)
      const { pid = 0 } = watch.child
      const threads = readdirSync(`/proc/${pid}/task`).map(Number)
      const priorities = threads.filter((id) => id !== pid).map((id) => getPriority(id))
      const own = getPriority(pid)
      expect(own).toBe(getPriority())
      // The pool of four for files and compression, and those of V8.
      expect(priorities.filter((each) => each >= own + 10).length).toBeGreaterThan(4)
      watch.child.kill('SIGTERM')
      await watch.exit
    },
  )

  test('the second signal ends it at once', async () => {
    writeFileSync(at('feed.yaml'), 'settleMs: 600000\n')
    drop('open.txt', '')
    const handle = openSync(at('inbox/open.txt'), 'w')
    writeSync(handle, 'Not finished')
    try {
      // The build waits for the file that is still being written.
      const build = start(['build'])
      await build.said(/before others subscribe/u)
      build.child.kill('SIGINT')
      await build.said(/a second signal stops at once signal=SIGINT\n/u)
      build.child.kill('SIGINT')
      expect(await build.exit).toEqual([130, null])
    } finally {
      closeSync(handle)
    }
  })
})

function logOf(style: Partial<LogStyle> = {}) {
  const lines: string[] = []
  const log = createLog(
    (line) => lines.push(line),
    () => 1_732_400_077_000,
    {
      json: false,
      quiet: false,
      colour: false,
      ...style,
    },
  )
  return { log, lines }
}

describe('the log', () => {
  const problem: Problem = { code: 'date-unreadable', path: 'a.md', line: 3, found: 'tomorow' }

  test('an event is a sentence and key=value', () => {
    const { log, lines } = logOf()
    log.event('published', { entries: 3, ms: 48 })
    log.event('watching', { inbox: '/a b', first: true, none: '', quoted: 'say "x"', sign: 'a=b' })
    expect(lines).toEqual([
      'published entries=3 ms=48\n',
      'watching inbox="/a b" first=true none="" quoted="say \\"x\\"" sign="a=b"\n',
    ])
  })

  test('--quiet leaves problems, faults and wrong usage', () => {
    const { log, lines } = logOf({ quiet: true })
    log.event('published')
    log.problem(problem)
    log.fault('the disk is full')
    log.usage('--out: no')
    expect(lines).toHaveLength(3)
    expect(lines[1]).toBe('fault: the disk is full\n')
  })

  test('problems are coloured by what they do, only where colour is wanted', () => {
    const { log, lines } = logOf({ colour: true })
    log.problem(problem)
    log.problem({ code: 'encoding-guessed', path: 'a' })
    log.event('published')
    expect(lines.map((line) => line.slice(0, 5))).toEqual(['\u001B[31m', '\u001B[33m', 'publi'])
  })

  test('JSON lines hold all that is known', () => {
    const { log, lines } = logOf({ json: true })
    log.event('published', { entries: 3 })
    log.problem(problem)
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual([
      { time: '2024-11-23T22:14:37Z', event: 'published', entries: 3 },
      {
        time: '2024-11-23T22:14:37Z',
        event: 'problem',
        severity: 'held',
        ...problem,
        message: expect.stringMatching(/^a\.md:3: cannot read the date/u),
      },
    ])
  })

  test('whatever the values are, a line stays one line and nothing in it moves the cursor', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.boolean(), (text, json) => {
        const { log, lines } = logOf({ json })
        log.event('seen', { text })
        log.problem({ ...problem, found: text })
        log.fault(text)
        log.usage(text)
        expect(lines).toHaveLength(4)
        for (const line of lines) expect(line).toMatch(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]*\n$/u)
        const event: unknown = json ? JSON.parse(lines[0] ?? '') : { text }
        expect(event).toMatchObject({ text })
      }),
      { numRuns: 200 },
    )
  })

  test('a fault is its message and those of its causes, each once', () => {
    const cause = new Error('ENOSPC: no space left')
    expect(describeFault(new Error('cannot write x', { cause }))).toBe(
      'cannot write x: ENOSPC: no space left',
    )
    expect(describeFault(new Error('cannot: ENOSPC: no space left', { cause }))).toBe(
      'cannot: ENOSPC: no space left',
    )
    expect(describeFault('text')).toBe('text')
    const endless = new Error('again')
    endless.cause = endless
    expect(describeFault(endless)).toBe('again')
  })
})

function terminal(isTTY: boolean) {
  let text = ''
  const stream: ScreenStream = Object.assign(new PassThrough(), { isTTY, columns: 80 })
  stream.on('data', (part: Buffer) => {
    text += part.toString()
  })
  return { stream, read: () => text }
}

function load(progress: (done: number, total: number) => void, total: number): void {
  for (let done = 0; done <= total; done += 50) progress(done, total)
}

describe('progress of a first load', () => {
  test('a terminal has a bar that makes way for log lines and is gone at the end', () => {
    const { stream, read } = terminal(true)
    const screen = createScreen(stream, true)
    screen.progress(0, 5000)
    screen.write('a.txt: a problem\n')
    load(screen.progress.bind(screen), 5000)
    screen.write('published\n')
    screen.clear()
    expect(read()).toMatch(/reading articles/u)
    expect(read()).toContain('\r\u001B[Ka.txt: a problem\n')
    expect(read().endsWith('published\n')).toBe(true)
    expect(read()).not.toContain('\u001B[Kpublished')
  })

  test('no bar elsewhere, or for a few articles', () => {
    for (const [isTTY, showBar, total] of [
      [false, true, 5000],
      [true, false, 5000],
      [true, true, 500],
    ] as const) {
      const { stream, read } = terminal(isTTY)
      const screen = createScreen(stream, showBar)
      load(screen.progress.bind(screen), total)
      screen.clear()
      expect(read()).toBe('')
    }
  })

  test('a log has a line for each tenth', () => {
    const { log, lines } = logOf()
    load(createProgressLog(log), 20_000)
    load(createProgressLog(log), 500)
    expect(lines).toHaveLength(10)
    expect(lines[0]).toBe('reading articles done=2000 total=20000\n')
    expect(lines.at(-1)).toBe('reading articles done=20000 total=20000\n')
  })
})

test('a report is laid out in aligned lines, safe to print', () => {
  const report = {
    path: 'a.md',
    title: 'One\u202E\nline',
    publishedAtMs: 0,
    language: undefined,
    categories: ['a', 'b'],
    authors: [],
    counts: { live: 3, recentlyDeleted: 0 },
    bodyLength: 1234,
  }
  expect(toBlock(report, [{ code: 'text-empty', path: 'a.md' }])).toBe(
    [
      'path         a.md',
      'title        One\uFFFD line',
      'published    1970-01-01T00:00:00Z',
      'categories   a, b',
      'counts       live 3, recently deleted 0',
      'body length  1,234',
      'problems     1',
      '  a.md: nothing to publish in it; write some text, or delete the file',
      '',
    ].join('\n'),
  )
})
