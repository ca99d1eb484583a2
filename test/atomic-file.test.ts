import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { replaceInOrder, toDraftPath } from '../src/out/atomic-file.ts'
import type { Replacement } from '../src/out/atomic-file.ts'
import { nodeFileCalls } from '../src/out/file-calls.ts'
import type { FileCalls } from '../src/out/file-calls.ts'
import { OutputFolder } from '../src/out/folder.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dropfeed-out-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

const toBytes = (text: string) => new TextEncoder().encode(text)
const at = (path: string) => join(folder, path)

function replaceFiles(files: readonly Replacement[], calls?: FileCalls) {
  return replaceInOrder([files], calls)
}

async function replaceFile(file: Replacement, calls?: FileCalls): Promise<'written' | 'unchanged'> {
  return (await replaceFiles([file], calls)).written.length > 0 ? 'written' : 'unchanged'
}

/** All files below a folder with their text; links and folders by what they are. */
function listTree(root: string): Record<string, string> {
  if (!existsSync(root)) return {}
  const tree: Record<string, string> = {}
  for (const item of readdirSync(root, { withFileTypes: true, recursive: true })) {
    const path = join(item.parentPath, item.name)
    const name = path.slice(root.length + 1)
    if (item.isFile()) tree[name] = readFileSync(path, 'utf8')
    else if (item.isSymbolicLink()) tree[name] = `-> ${readlinkSync(path)}`
    else if (readdirSync(path).length === 0) tree[name] = '(empty folder)'
  }
  return tree
}

type Step = { readonly name: keyof FileCalls; readonly path: string | undefined }

/** Real file calls that are written down, and that `fails` may make fail. */
function watchedCalls(fails: (step: number, name: keyof FileCalls) => boolean = () => false) {
  const steps: Step[] = []
  const paths = new Map<number, string>()
  function run<Result>(
    name: keyof FileCalls,
    target: string | number,
    operation: () => Result,
  ): Result {
    steps.push({ name, path: typeof target === 'string' ? target : paths.get(target) })
    if (fails(steps.length, name)) {
      throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' })
    }
    return operation()
  }
  const real = nodeFileCalls
  const calls: FileCalls = {
    open: (path, flags) => {
      const handle = run('open', path, () => real.open(path, flags))
      paths.set(handle, path)
      return handle
    },
    write: (handle, bytes, offset) => run('write', handle, () => real.write(handle, bytes, offset)),
    read: (handle, bytes, offset) => run('read', handle, () => real.read(handle, bytes, offset)),
    readAside: async (handle, bytes, offset) =>
      run('read', handle, () => real.read(handle, bytes, offset)),
    stat: (handle) => run('stat', handle, () => real.stat(handle)),
    sync: (handle) => run('sync', handle, () => real.sync(handle)),
    syncAside: async (handle) => run('sync', handle, () => real.sync(handle)),
    setModified: (handle, atMs) => run('setModified', handle, () => real.setModified(handle, atMs)),
    // A close that reports an error has closed the file all the same.
    close: (handle) => {
      real.close(handle)
      run('close', handle, () => {})
    },
    // Nobody hears of it when this fails.
    closeAside: (handle) => {
      real.close(handle)
      steps.push({ name: 'close', path: paths.get(handle) })
    },
    rename: (from, to) => run('rename', from, () => real.rename(from, to)),
    unlink: (path) => run('unlink', path, () => real.unlink(path)),
    lstat: (path) => run('lstat', path, () => real.lstat(path)),
    makeFolder: (path) => run('makeFolder', path, () => real.makeFolder(path)),
    removeFolder: (path) => run('removeFolder', path, () => real.removeFolder(path)),
    list: (path) => run('list', path, () => real.list(path)),
  }
  return { calls, steps }
}

/** So that what is open can be counted. */
const closingAtOnce: FileCalls = { ...nodeFileCalls, closeAside: nodeFileCalls.close }

function openHandles(): number {
  return process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0
}

describe('replacing a file', () => {
  test('a file with the same bytes is not rewritten', async () => {
    writeFileSync(at('rss.xml'), 'same')
    const before = statSync(at('rss.xml'), { bigint: true })
    expect(await replaceFile({ path: at('rss.xml'), bytes: toBytes('same') })).toBe('unchanged')
    const after = statSync(at('rss.xml'), { bigint: true })
    expect([after.ino, after.ctimeNs]).toEqual([before.ino, before.ctimeNs])
    expect(await replaceFile({ path: at('rss.xml'), bytes: toBytes('else') })).toBe('written')
    expect(listTree(folder)).toEqual({ 'rss.xml': 'else' })
  })

  test('an empty file is written, and replaced', async () => {
    expect(await replaceFile({ path: at('a'), bytes: toBytes('') })).toBe('written')
    expect(await replaceFile({ path: at('a'), bytes: toBytes('') })).toBe('unchanged')
    expect(await replaceFile({ path: at('a'), bytes: toBytes('x') })).toBe('written')
    expect(listTree(folder)).toEqual({ a: 'x' })
  })

  const replaceIt = (text: string) => replaceFile({ path: at('rss.xml'), bytes: toBytes(text) })
  const timeOf = () => statSync(at('rss.xml'), { bigint: true }).mtimeNs
  const second = 1_000_000_000n

  test('each version is a second younger than the one before, however fast they come', async () => {
    await replaceIt('version 0')
    const first = timeOf()
    let last = first
    for (let version = 1; version <= 5; version += 1) {
      await replaceIt(`version ${version}`)
      expect(timeOf() - last).toBeGreaterThanOrEqual(second)
      last = timeOf()
    }
    // And not by much more.
    expect(last - first).toBeLessThan(6n * second)
  })

  test('a file that is long old gets the time at which it is replaced', async () => {
    await replaceIt('old')
    utimesSync(at('rss.xml'), 1e9, 1e9)
    const before = Date.now()
    await replaceIt('new')
    // The file system's clock may lag by a tick.
    expect(Number(timeOf() / 1_000_000n)).toBeGreaterThan(before - 1_000)
    expect(Number(timeOf() / 1_000_000n)).toBeLessThanOrEqual(Date.now())
  })

  test('a version is younger than the last though the clock went back by hours', async () => {
    await replaceIt('old')
    const ahead = Math.ceil(Date.now() / 1000) + 5 * 3600
    utimesSync(at('rss.xml'), ahead, ahead)
    await replaceIt('new')
    expect(timeOf() / second).toBe(BigInt(ahead + 1))
  })

  test('a time years ahead, of a clock that was wrong, is not carried on', async () => {
    await replaceIt('old')
    utimesSync(at('rss.xml'), 4e9, 4e9)
    await replaceIt('new')
    expect(Number(timeOf() / 1_000_000n)).toBeLessThanOrEqual(Date.now())
  })

  test('a file system that takes only some bytes at a time gets them all', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 300 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
        async (bytes, portions) => {
          let turn = 0
          const write: FileCalls['write'] = (handle, all, offset) => {
            const portion = portions[turn++ % portions.length] ?? 1
            return nodeFileCalls.write(handle, all.subarray(0, offset + portion), offset)
          }
          await replaceFile({ path: at('a'), bytes }, { ...nodeFileCalls, write })
          expect(new Uint8Array(readFileSync(at('a')))).toEqual(bytes)
        },
      ),
      { numRuns: 50 },
    )
  })

  test('a file system that takes no bytes at all is a fault, and the old file stays', async () => {
    writeFileSync(at('a'), 'old')
    const calls = { ...nodeFileCalls, write: () => 0 }
    await expect(replaceFile({ path: at('a'), bytes: toBytes('new') }, calls)).rejects.toThrow(
      /cannot write/,
    )
    expect(listTree(folder)).toEqual({ a: 'old' })
  })

  test('a draft left by a crash is no obstacle', async () => {
    writeFileSync(toDraftPath(at('a')), 'half a fi')
    await replaceFile({ path: at('a'), bytes: toBytes('whole') })
    expect(listTree(folder)).toEqual({ a: 'whole' })
  })

  test('a symbolic link at a target or a draft is replaced, what it points to stays', async () => {
    mkdirSync(at('out'))
    writeFileSync(at('private'), 'mine')
    symlinkSync(at('private'), at('out/a'))
    symlinkSync(at('private'), toDraftPath(at('out/a')))
    // Even with the same bytes the link has to go: it could be pointed elsewhere later.
    await replaceFile({ path: at('out/a'), bytes: toBytes('mine') })
    expect(lstatSync(at('out/a')).isFile()).toBe(true)
    await replaceFile({ path: at('out/a'), bytes: toBytes('feed') })
    expect(listTree(folder)).toEqual({ private: 'mine', 'out/a': 'feed' })
  })

  test('a folder in the way is a fault that says so, and stays', async () => {
    mkdirSync(at('a/b'), { recursive: true })
    await expect(replaceFile({ path: at('a'), bytes: toBytes('x') })).rejects.toThrow(
      /cannot write .*a: a folder of that name is in the way/,
    )
    expect(listTree(folder)).toEqual({ 'a/b': '(empty folder)' })
  })

  test('a FIFO in the way does not hang it', { skip: process.platform === 'win32' }, async () => {
    execFileSync('mkfifo', [at('a')])
    await replaceFile({ path: at('a'), bytes: toBytes('x') })
    expect(listTree(folder)).toEqual({ a: 'x' })
  })

  test('a file named twice at once is refused before anything changes', async () => {
    const file = { path: at('a'), bytes: toBytes('x') }
    await expect(replaceFiles([file, file])).rejects.toThrow(/twice/)
    expect(listTree(folder)).toEqual({})
  })
})

const many = (text: string) =>
  Array.from({ length: 600 }, (_, index) => ({
    path: at(`page-${index}.html`),
    bytes: toBytes(text),
  }))

describe('replacing several files', () => {
  const names = ['rss.xml', 'atom.xml', 'new.json', 'same.xml']
  const files = () =>
    names.map((name) => ({
      path: at(name),
      bytes: toBytes(name === 'same.xml' ? 'old same.xml' : `new ${name}`),
    }))
  beforeEach(() => {
    for (const name of names) if (name !== 'new.json') writeFileSync(at(name), `old ${name}`)
  })

  test('all drafts are synced before the first is seen, old files are freed last', async () => {
    const { calls, steps } = watchedCalls()
    const replaced = await replaceFiles(files(), calls)
    expect(replaced.written).toEqual([at('rss.xml'), at('atom.xml'), at('new.json')])
    expect(replaced.unchanged).toEqual([at('same.xml')])
    const kinds = steps.map(({ name, path }) =>
      name === 'sync' && path === folder ? 'sync folder' : name,
    )
    const firstRename = kinds.indexOf('rename')
    expect(kinds.slice(0, firstRename).filter((kind) => kind === 'sync')).toHaveLength(3)
    expect(kinds.slice(firstRename).join(', ')).toBe(
      'rename, rename, rename, open, sync folder, close, close, close',
    )
    const closedLast = steps.slice(-2).map(({ path }) => path)
    expect(closedLast).toEqual([at('rss.xml'), at('atom.xml')])
  })

  test('a group is seen when all groups before it will be found again, and not before', async () => {
    for (const name of ['pages', 'feeds']) mkdirSync(at(name))
    const { calls, steps } = watchedCalls()
    const toFile = (path: string) => ({ path: at(path), bytes: toBytes(path) })
    await replaceInOrder([[toFile('pages/a'), toFile('pages/b')], [toFile('feeds/c')]], calls)
    const seen = steps.flatMap(({ name, path }) =>
      name === 'rename' || name === 'sync' ? `${name} ${path?.slice(folder.length + 1)}` : [],
    )
    expect(seen.slice(3)).toEqual([
      'rename pages/.a.tmp',
      'rename pages/.b.tmp',
      'sync pages',
      'rename feeds/.c.tmp',
      'sync feeds',
    ])
    expect(seen.slice(0, 3).toSorted()).toEqual([
      'sync feeds/.c.tmp',
      'sync pages/.a.tmp',
      'sync pages/.b.tmp',
    ])
  })

  test('with nothing to do nothing is written or synced', async () => {
    await replaceFiles(files())
    const { calls, steps } = watchedCalls()
    expect((await replaceFiles(files(), calls)).written).toEqual([])
    expect(new Set(steps.map(({ name }) => name))).toEqual(
      new Set(['open', 'stat', 'read', 'close']),
    )
  })

  test('hundreds of files are replaced with few open at once', async () => {
    const noSync = { ...closingAtOnce, sync: () => {} }
    await replaceFiles(many('one'), noSync)
    let most = 0
    const start = openHandles()
    const rename: FileCalls['rename'] = (from, to) => {
      most = Math.max(most, openHandles() - start)
      nodeFileCalls.rename(from, to)
    }
    expect((await replaceFiles(many('two'), { ...noSync, rename })).written).toHaveLength(600)
    expect(most).toBeLessThan(300)
    expect(openHandles()).toBe(start)
  })
})

/** A step of a run over `out/`: what is written and removed. */
const earlier = {
  'rss.xml': 'rss one',
  'pages/a.html': 'a one',
  'pages/b.html': 'b one',
  'categories/old/rss.xml': 'old category',
}
const later = { 'rss.xml': 'rss two', 'pages/a.html': 'a one', 'categories/new/rss.xml': 'new' }

async function publish(calls: FileCalls): Promise<void> {
  const output = OutputFolder.open(at('out'), calls)
  output.sweep()
  await output.replace(
    Object.entries(later).map(([path, text]) => ({ path, bytes: toBytes(text) })),
  )
  output.remove(['pages/b.html', 'categories/old/rss.xml'])
}

function prepare(): void {
  for (const [path, text] of Object.entries(earlier)) {
    mkdirSync(dirname(at(`out/${path}`)), { recursive: true })
    writeFileSync(at(`out/${path}`), text)
  }
  writeFileSync(at('out/.rss.xml.tmp'), 'left by a crash')
}

async function countSteps(): Promise<number> {
  prepare()
  const { calls, steps } = watchedCalls()
  await publish(calls)
  rmSync(at('out'), { recursive: true })
  return steps.length
}

function expectWhole(step: number): void {
  const known = new Set<string>([...Object.values(earlier), ...Object.values(later)])
  for (const [path, text] of Object.entries(listTree(at('out')))) {
    if (path.endsWith('.tmp') || text === '(empty folder)') continue
    expect(known, `${path} after a fault at step ${step}`).toContain(text)
  }
  // Nothing that stays published may be missing, however far it came.
  expect(existsSync(at('out/rss.xml')) && existsSync(at('out/pages/a.html'))).toBe(true)
}

async function messageOf(operation: () => Promise<void>): Promise<string> {
  try {
    await operation()
    return ''
  } catch (error) {
    return error instanceof Error ? error.message : 'no error'
  }
}

describe('faults', () => {
  const fault = 'at each single file operation'
  test(`${fault}: all files are whole, and the next run completes it`, async () => {
    const stepCount = await countSteps()
    expect(stepCount).toBeGreaterThan(30)
    for (let failing = 1; failing <= stepCount; failing++) {
      prepare()
      const handles = openHandles()
      const { calls } = watchedCalls((step) => step === failing)
      expect(await messageOf(() => publish(calls))).toMatch(
        // Some operations are not needed for a good end, as reading what stands there already.
        /^$|^cannot [a-z ]+ \/.*: the disk reports an error; check it$/,
      )
      expect(openHandles(), `files left open after a fault at step ${failing}`).toBe(handles)
      expectWhole(failing)
      await publish(closingAtOnce)
      expect(listTree(at('out'))).toEqual(later)
      rmSync(at('out'), { recursive: true })
    }
  })

  test('from some file operation on, as in a crash: whole files, and the next run completes it', async () => {
    const stepCount = await countSteps()
    for (let failing = 1; failing <= stepCount; failing++) {
      prepare()
      const { calls } = watchedCalls((step) => step >= failing)
      await expect(publish(calls)).rejects.toThrow(/^cannot /)
      expectWhole(failing)
      await publish(closingAtOnce)
      expect(listTree(at('out'))).toEqual(later)
      rmSync(at('out'), { recursive: true })
    }
  })

  test('on a full disk the old files stay, the draft goes, and the message says what to do', async (context) => {
    const disk = at('disk')
    mkdirSync(disk)
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk], { stdio: 'ignore' })
    } catch {
      process.stderr.write('SKIPPED: a full disk needs mount(8) and root\n')
      context.skip()
    }
    try {
      const output = OutputFolder.open(disk)
      await output.replace([{ path: 'rss.xml', bytes: toBytes('old') }])
      const large = new Uint8Array(200_000).fill(65)
      const replace = () =>
        output.replace([
          { path: 'atom.xml', bytes: toBytes('new') },
          { path: 'rss.xml', bytes: large },
        ])
      await expect(replace()).rejects.toThrow(
        /cannot write .*rss\.xml: the disk is full; free some space/,
      )
      expect(listTree(disk)).toEqual({ 'rss.xml': 'old' })
    } finally {
      execFileSync('umount', [disk])
    }
  })

  test('kill -9 in the midst of writing leaves one whole version', async () => {
    const module = fileURLToPath(new URL('../src/out/atomic-file.ts', import.meta.url))
    const code = `
      import { replaceInOrder } from ${JSON.stringify(module)}
      const path = process.argv[1]
      for (let turn = 0; ; turn++) {
        await replaceInOrder([[{ path, bytes: Buffer.alloc(300_000, turn % 2 === 0 ? 'A' : 'B') }]])
        if (turn === 0) process.stdout.write('started')
      }`
    for (const reads of [1, 60, 200]) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', code, at('rss.xml')], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const exit = once(child, 'exit')
      await once(child.stdout, 'data')
      const seen = new Set<string>()
      for (let read = 0; read < reads; read++) seen.add(toVersion(readFileSync(at('rss.xml'))))
      child.kill('SIGKILL')
      await exit
      seen.add(toVersion(readFileSync(at('rss.xml'))))
      expect([...seen].filter((version) => version === 'torn')).toEqual([])
      const others = readdirSync(folder).filter((name) => name !== 'rss.xml')
      expect(['', '.rss.xml.tmp']).toContain(others.join())
    }
  })
})

function toVersion(bytes: Buffer): string {
  const first = String.fromCharCode(bytes[0] ?? 0)
  return bytes.equals(Buffer.alloc(300_000, first)) ? `whole ${first}` : 'torn'
}

const open = () => OutputFolder.open(at('out'))
const put = (path: string, text = 'x') => open().replace([{ path, bytes: toBytes(text) }])

describe('the output folder', () => {
  test('it is made with the first file, not before', async () => {
    const output = open()
    output.sweep()
    output.remove(['a/b'])
    expect(output.read('a/b')).toBeUndefined()
    expect(await output.replace([])).toEqual({ written: [], unchanged: [] })
    expect(existsSync(at('out'))).toBe(false)
    expect(await put('a/b/c.xml')).toEqual({ written: ['a/b/c.xml'], unchanged: [] })
    expect(output.read('a/b/c.xml')).toEqual(Buffer.from('x'))
    expect(output.read('a/b')).toBeUndefined()
    expect(output.read('a/b/c.xml/d')).toBeUndefined()
  })

  test('it removes what it is told to and the folders that leaves empty, nothing else', async () => {
    for (const path of ['a/b/one', 'a/b/two', 'a/three', 'd/e/four']) await put(path)
    writeFileSync(at('out/a/mine.txt'), 'not ours')
    open().remove(['a/b/one', 'a/b/two', 'd/e/four', 'd/missing', 'none/at/all', 'a/three'])
    expect(listTree(folder)).toEqual({ 'out/a/mine.txt': 'not ours' })
  })

  test('out/ itself stays when nothing is left in it', async () => {
    await put('a')
    open().remove(['a'])
    expect(listTree(folder)).toEqual({ out: '(empty folder)' })
  })

  test('a symbolic link below it is never followed', async () => {
    mkdirSync(at('private'))
    writeFileSync(at('private/a'), 'mine')
    await put('keep')
    symlinkSync(at('private'), at('out/pages'))
    symlinkSync(at('private/a'), at('out/link'))
    writeFileSync(at('private/.x.tmp'), 'mine too')
    await expect(put('pages/a')).rejects.toThrow(
      /cannot make the folder .*pages: a symbolic link is in the way; remove it/,
    )
    open().remove(['pages/a', 'link'])
    open().sweep()
    expect(open().read('pages/a')).toBeUndefined()
    expect(open().read('link')).toBeUndefined()
    expect(listTree(at('private'))).toEqual({ a: 'mine', '.x.tmp': 'mine too' })
    expect(lstatSync(at('out/link')).isSymbolicLink()).toBe(true)
  })

  test('it may itself be a symbolic link', async () => {
    mkdirSync(at('www'))
    symlinkSync(at('www'), at('out'))
    await put('a/rss.xml')
    open().remove(['a/rss.xml'])
    await put('rss.xml')
    expect(listTree(at('www'))).toEqual({ 'rss.xml': 'x' })
  })

  test('a sweep takes drafts only', async () => {
    await put('a/rss.xml')
    writeFileSync(at('out/a/.rss.xml.tmp'), 'draft')
    writeFileSync(at('out/.atom.xml.tmp'), 'draft')
    for (const name of ['.htaccess', 'notes.tmp', '.tmp', '..tmp']) {
      writeFileSync(at(`out/${name}`), 'mine')
    }
    mkdirSync(at('out/.git.tmp'))
    open().sweep()
    expect(listTree(at('out'))).toEqual({
      'a/rss.xml': 'x',
      '.htaccess': 'mine',
      'notes.tmp': 'mine',
      '.tmp': 'mine',
      '..tmp': 'mine',
      '.git.tmp': '(empty folder)',
    })
  })

  test.each([
    ...'|.|..|../a|/a|a/|a//b|a/../b|./a|a/..|..\\a|a\\..\\b|.rss.xml.tmp'.split('|'),
    'a\0b',
    'n'.repeat(251),
  ])('a path that leads outside or cannot be is refused: %j', async (path) => {
    await expect(put(path)).rejects.toThrow(/is no path for a file below/)
    for (const act of [() => open().remove([path]), () => open().read(path)]) {
      expect(act).toThrow(/is no path for a file below/)
    }
    expect(listTree(folder)).toEqual({})
  })

  test('whatever is written and removed, what stands is what was written last', async () => {
    const path = fc.constantFrom('a', 'b/c', 'b/d', 'e/f/g', 'e/f/h', 'e/i', 'é/ü')
    const change = fc.record({
      write: fc.dictionary(path, fc.string({ unit: 'binary', maxLength: 20 }), { maxKeys: 4 }),
      remove: fc.uniqueArray(path, { maxLength: 4 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 6 }), async (changes) => {
        rmSync(at('out'), { recursive: true, force: true })
        const output = OutputFolder.open(at('out'), { ...nodeFileCalls, sync: () => {} })
        const expected = new Map<string, Buffer>()
        for (const { write, remove } of changes) {
          const files = Object.entries(write).map(([name, text]) => ({
            path: name,
            bytes: Buffer.from(text),
          }))
          const same = files.filter(({ path: name, bytes }) => expected.get(name)?.equals(bytes))
          expect((await output.replace(files)).unchanged).toEqual(
            same.map(({ path: name }) => name),
          )
          for (const { path: name, bytes } of files) expected.set(name, bytes)
          output.remove(remove)
          for (const name of remove) expected.delete(name)
          const tree = listTree(at('out'))
          expect(Object.keys(tree).toSorted()).toEqual([...expected.keys()].toSorted())
          for (const [name, bytes] of expected) expect(output.read(name)).toEqual(bytes)
        }
      }),
      { numRuns: 60 },
    )
  })
})
