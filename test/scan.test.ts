import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { dirname } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { classify, toFilePath, toInboxPath } from '../src/inbox/path.ts'
import { readArticle } from '../src/inbox/read.ts'
import { inboxState, listFolders, scanFolder, scanPath, statPath } from '../src/inbox/scan.ts'
import { makeTemporaryFolder } from './support/temporary-folder.ts'

const isRoot = process.geteuid?.() === 0

function pathsOf(root: string, folder = ''): string[] {
  return [...scanFolder(root, folder)].map(({ path }) => path)
}

describe('a path inside the inbox', () => {
  /** What the file system is given, as bytes. */
  const toBytes = (file: string | Buffer) => Buffer.from(file).subarray('/root/'.length)

  it('of any bytes leads back to the same bytes', () => {
    const name = fc
      .uint8Array({ minLength: 1, maxLength: 40 })
      .map((bytes) => Buffer.from(bytes.filter((byte) => byte !== 0 && byte !== 47)))
      .filter((bytes) => bytes.length > 0 && !['.', '..'].includes(bytes.toString('latin1')))
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 3 }), (names) => {
        const bytes = Buffer.from(names.map((one) => one.toString('latin1')).join('/'), 'latin1')
        expect(toBytes(toFilePath('/root', toInboxPath(bytes)))).toEqual(bytes)
      }),
    )
  })

  it('of any text leads back to the same text, which is the same as that of its bytes', () => {
    const name = fc
      .string({ unit: 'binary', minLength: 1 })
      .filter((text) => !/[\0/]/.test(text) && text !== '..' && text !== '.')
    fc.assert(
      fc.property(name, (text) => {
        const path = toInboxPath(text)
        expect(toFilePath('/root', path)).toBe(`/root/${text}`)
        expect(toInboxPath(Buffer.from(text))).toBe(path)
      }),
    )
  })

  it('is one printable line, whatever the name holds', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.uint8Array()), (name) => {
        expect(toInboxPath(name)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u)
      }),
    )
  })

  it('keeps two different names apart', () => {
    const name = fc.oneof(
      fc.string({ unit: fc.constantFrom('\\', 'n', '\n', 'x', 'e', '9', '{', '}', 'u', '\u200E') }),
      fc.uint8Array({ max: 0xff }),
    )
    fc.assert(
      fc.property(name, name, (one, other) => {
        const areEqual = Buffer.from(one).equals(Buffer.from(other))
        expect(toInboxPath(one) === toInboxPath(other)).toBe(areEqual)
      }),
    )
  })

  it.each([
    ['café.txt', 'café.txt'],
    ['e\u0301.txt', 'e\u0301.txt'],
    ['a\nb', 'a\\nb'],
    ['a\\nb', 'a\\\\nb'],
    ['\u202Etxt.a', '\\u{202e}txt.a'],
    ['\u2028', '\\u{2028}'],
    [Buffer.from([0x63, 0xe9, 0x2e, 0x74]), 'c\\xe9.t'],
    [Buffer.from([0xed, 0xa0, 0x80]), '\\xed\\xa0\\x80'],
    [Buffer.from([0xc3]), '\\xc3'],
  ])('of %j is %s', (name, path) => {
    expect(toInboxPath(name)).toBe(path)
  })

  it('is turned into bytes only where it has to be', () => {
    expect(toFilePath('/root', '')).toBe('/root')
    expect(toFilePath('/root', 'a/b.txt')).toBe('/root/a/b.txt')
    expect(toFilePath('/root', 'a\\\\xe9')).toBe('/root/a\\xe9')
    expect(toFilePath('/root', 'a\\xe9')).toBeInstanceOf(Buffer)
  })

  it.each([
    '..',
    '../a',
    'a/../b',
    '\\x2e\\x2e/a',
    '\\x2f',
    '\\u{2f}etc',
    'a\\u{0}',
    '\\u{110000}',
  ])('never leads out: %s', (path) => {
    expect(() => toFilePath('/root', path)).toThrow(RangeError)
  })

  it('takes no longer than its length asks for', () => {
    const hostile = [Buffer.alloc(100_000, 0xc3), Buffer.alloc(100_000, 0x5c)]
    for (const bytes of hostile) {
      expect(toBytes(toFilePath('/root', toInboxPath(bytes))).equals(bytes)).toBe(true)
    }
  })
})

describe('a name', () => {
  it.each([
    ['a.txt', 'plain'],
    ['a.TEXT', 'plain'],
    ['README', 'plain'],
    ['ends with a dot.', 'plain'],
    ['a.md', 'markdown'],
    ['a.Markdown', 'markdown'],
    ['a.html', 'html'],
    ['a.HTM', 'html'],
    ['a.xhtml', 'html'],
    ['2024/trip/a.md', 'markdown'],
    ['v1.2/README', 'plain'],
    ['a.jpg', 'unsupported'],
    ['a.txt.gz', 'unsupported'],
    ['_a.md', 'draft'],
    ['_drafts/a.md', 'draft'],
    ['a/_b/c/d.md', 'draft'],
    ['.a.md', 'ignored'],
    ['.git/a.md', 'ignored'],
    ['_drafts/.a.md', 'ignored'],
    ['_drafts/.git/a.md', 'ignored'],
    ['a.md~', 'ignored'],
    ['.a.md.swp', 'ignored'],
    ['a.swo', 'ignored'],
    ['#a.md#', 'ignored'],
    ['.#a.md', 'ignored'],
    ['4913', 'ignored'],
    ['a.txt.tmp', 'ignored'],
    ['a.txt.PART', 'ignored'],
    ['a.crdownload', 'ignored'],
    ['a.txt.filepart', 'ignored'],
    ['.a.txt.Xy12Ab', 'ignored'],
    ['Thumbs.db', 'ignored'],
    ['Desktop.ini', 'ignored'],
    ['~$letter.txt', 'ignored'],
    ['.~lock.letter.txt#', 'ignored'],
    ['backup~/a.txt', 'ignored'],
    ['#hashtag.txt', 'plain'],
    ['~a.txt', 'plain'],
    ['#', 'plain'],
    ['49130', 'plain'],
    ['part', 'plain'],
    ['tmp/a.txt', 'plain'],
  ])('%s is %s', (path, kind) => {
    expect(classify(path)).toBe(kind)
  })
})

describe('a scan', () => {
  it('yields each file once, in the same order whatever the order they were made in', () => {
    const names = ['b.txt', 'a.md', 'A.md', 'z/1.txt', 'a/2.txt', 'a/b/3.txt', 'a.d/4.txt', 'é.txt']
    fc.assert(
      fc.property(fc.shuffledSubarray(names, { minLength: names.length }), (shuffled) => {
        using folder = makeTemporaryFolder()
        for (const name of shuffled) {
          mkdirSync(dirname(folder.at(name)), { recursive: true })
          writeFileSync(folder.at(name), 'x')
        }
        expect(pathsOf(folder.path)).toEqual([
          'A.md',
          'a.md',
          'b.txt',
          'é.txt',
          'a/2.txt',
          'a/b/3.txt',
          'a.d/4.txt',
          'z/1.txt',
        ])
      }),
      { numRuns: 5 },
    )
  })

  it('leaves out leftovers, drafts and whatever is below them', () => {
    using folder = makeTemporaryFolder()
    for (const name of ['.git', '_drafts', 'keep']) mkdirSync(folder.at(name))
    for (const name of ['.git/a.txt', '_drafts/b.txt', 'keep/c.txt', '_d.txt', 'e.txt~']) {
      writeFileSync(folder.at(name), 'x')
    }
    expect(pathsOf(folder.path)).toEqual(['keep/c.txt'])
    expect([...listFolders(folder.path, '')]).toEqual(['', 'keep'])
    expect(statPath(folder.path, '_d.txt')).toBe('missing')
  })

  it('says what is no regular file, and follows no link', async () => {
    using folder = makeTemporaryFolder()
    mkdirSync(folder.at('inbox'))
    mkdirSync(folder.at('outside'))
    writeFileSync(folder.at('outside/secret.txt'), 'secret')
    symlinkSync(folder.at('outside'), folder.at('inbox/link'))
    symlinkSync(folder.at('inbox'), folder.at('inbox/loop'))
    execFileSync('mkfifo', [folder.at('inbox/fifo')])
    const server = createServer().listen(folder.at('inbox/socket'))
    await once(server, 'listening')
    const found = [...scanFolder(folder.at('inbox'), '')]
    server.close()
    expect(found).toMatchObject([
      { path: 'fifo', type: 'FIFO' },
      { path: 'link', type: 'symbolic link' },
      { path: 'loop', type: 'symbolic link' },
      { path: 'socket', type: 'socket' },
    ])
    expect(statPath(folder.at('inbox'), 'link/secret.txt')).toBe('missing')
    expect([...scanPath(folder.at('inbox'), 'link')]).toMatchObject([{ type: 'symbolic link' }])
  })

  it('finds names that are not UTF-8', () => {
    using folder = makeTemporaryFolder()
    const odd = Buffer.concat([Buffer.from(folder.at('')), Buffer.from([0xff])])
    mkdirSync(odd)
    writeFileSync(Buffer.concat([odd, Buffer.from('/a.txt')]), 'x')
    writeFileSync(folder.at('\uFFFD.txt'), 'y')
    expect(pathsOf(folder.path)).toEqual(['\uFFFD.txt', '\\xff/a.txt'])
    expect([...listFolders(folder.path, '')]).toEqual(['', '\\xff'])
  })

  it('goes as deep as folders can lie', () => {
    using folder = makeTemporaryFolder()
    const deep = Array.from({ length: 500 }, () => 'd').join('/')
    mkdirSync(folder.at(deep), { recursive: true })
    writeFileSync(folder.at(`${deep}/a.txt`), 'x')
    expect(pathsOf(folder.path)).toEqual([`${deep}/a.txt`])
    expect(statPath(folder.path, `${deep}/a.txt`)).toMatchObject({ type: 'file' })
  })

  it('of a file yields the file, of nothing yields nothing', () => {
    using folder = makeTemporaryFolder()
    writeFileSync(folder.at('a.txt'), 'text')
    expect([...scanPath(folder.path, 'a.txt')]).toMatchObject([
      { path: 'a.txt', kind: 'plain', type: 'file', stamp: { sizeBytes: 4 } },
    ])
    expect([...scanPath(folder.path, 'b.txt')]).toEqual([])
    expect([...scanPath(folder.path, 'a.txt/b.txt')]).toEqual([])
    expect([...scanFolder(folder.path, 'gone')]).toEqual([])
  })

  it('of an inbox that is gone yields that it cannot be read, never that it is empty', () => {
    using folder = makeTemporaryFolder()
    const missing = [{ kind: 'unreadable', path: '', reason: 'ENOENT' }]
    expect([...scanFolder(folder.at('gone'), '')]).toEqual(missing)
    expect([...scanPath(folder.at('gone'), '')]).toEqual(missing)
  })

  // Root may read everything.
  it.skipIf(isRoot)('of a folder that cannot be read yields that it cannot', () => {
    using folder = makeTemporaryFolder()
    mkdirSync(folder.at('closed'))
    writeFileSync(folder.at('closed/a.txt'), 'x')
    writeFileSync(folder.at('b.txt'), 'x')
    chmodSync(folder.at('closed'), 0)
    try {
      expect([...scanFolder(folder.path, '')]).toMatchObject([
        { path: 'b.txt' },
        { kind: 'unreadable', path: 'closed', reason: 'EACCES' },
      ])
    } finally {
      chmodSync(folder.at('closed'), 0o700)
    }
  })
})

describe('the state of the inbox', () => {
  it('tells the same folder from another, also when it has the same name and inode number', () => {
    using folder = makeTemporaryFolder()
    const inbox = folder.at('inbox')
    mkdirSync(inbox)
    const first = inboxState(inbox)
    writeFileSync(`${inbox}/a.txt`, 'x')
    expect(inboxState(inbox)).toEqual(first)
    renameSync(inbox, folder.at('away'))
    expect(inboxState(inbox)).toEqual({ kind: 'missing', reason: 'ENOENT' })
    renameSync(folder.at('away'), inbox)
    expect(inboxState(inbox)).toEqual(first)
    rmSync(inbox, { recursive: true })
    mkdirSync(inbox)
    expect(inboxState(inbox)).toMatchObject({ kind: 'present' })
    expect(inboxState(inbox)).not.toEqual(first)
  })

  it('is missing when a file is in its place', () => {
    using folder = makeTemporaryFolder()
    writeFileSync(folder.at('inbox'), 'x')
    expect(inboxState(folder.at('inbox'))).toEqual({ kind: 'missing', reason: 'ENOTDIR' })
  })
})

describe('reading', () => {
  it.each([0, 1, 65_535, 65_536, 65_537, 3_000_000])('gives all %i bytes', (length) => {
    using folder = makeTemporaryFolder()
    const bytes = Buffer.alloc(length, 'dropfeed')
    writeFileSync(folder.at('a.txt'), bytes)
    const result = readArticle(folder.path, 'a.txt', 5_000_000)
    expect(result).toMatchObject({ kind: 'read', stamp: { sizeBytes: length } })
    expect(result.kind === 'read' && Buffer.compare(result.bytes, bytes)).toBe(0)
  })

  it('gives bytes that a later reading does not change', () => {
    using folder = makeTemporaryFolder()
    writeFileSync(folder.at('a.txt'), 'aaaa')
    writeFileSync(folder.at('b.txt'), 'bbbb')
    const first = readArticle(folder.path, 'a.txt', 10)
    readArticle(folder.path, 'b.txt', 10)
    expect(first.kind === 'read' && new TextDecoder().decode(first.bytes)).toBe('aaaa')
  })

  it('never reads more than it may', () => {
    using folder = makeTemporaryFolder()
    writeFileSync(folder.at('a.txt'), '12345')
    expect(readArticle(folder.path, 'a.txt', 5).kind).toBe('read')
    expect(readArticle(folder.path, 'a.txt', 4)).toEqual({ kind: 'too-large', sizeBytes: 5 })
  })

  it('opens nothing but regular files inside the inbox', () => {
    using folder = makeTemporaryFolder()
    mkdirSync(folder.at('inbox/deep'), { recursive: true })
    mkdirSync(folder.at('outside'))
    writeFileSync(folder.at('outside/secret.txt'), 'secret')
    symlinkSync(folder.at('outside/secret.txt'), folder.at('inbox/link.txt'))
    symlinkSync(folder.at('outside'), folder.at('inbox/folder'))
    symlinkSync(folder.at('outside'), folder.at('inbox/deep/folder'))
    execFileSync('mkfifo', [folder.at('inbox/fifo')])
    const read = (path: string) => readArticle(folder.at('inbox'), path, 100)
    expect(read('link.txt')).toEqual({ kind: 'special', type: 'symbolic link' })
    // A FIFO without a writer would block for good.
    expect(read('fifo')).toEqual({ kind: 'special', type: 'FIFO' })
    expect(read('folder/secret.txt')).toEqual({ kind: 'missing' })
    expect(read('deep/folder/secret.txt')).toEqual({ kind: 'missing' })
    expect(read('deep')).toEqual({ kind: 'missing' })
    expect(read('nothing')).toEqual({ kind: 'missing' })
    expect(() => read('../outside/secret.txt')).toThrow(RangeError)
  })

  it('reads below folders, also when the inbox is reached through a link', () => {
    using folder = makeTemporaryFolder()
    mkdirSync(folder.at('inbox/deep'), { recursive: true })
    writeFileSync(folder.at('inbox/deep/a.txt'), 'x')
    symlinkSync(folder.at('inbox'), folder.at('link'))
    expect(readArticle(folder.at('link'), 'deep/a.txt', 100).kind).toBe('read')
  })

  it.skipIf(isRoot)('says why a file cannot be read', () => {
    using folder = makeTemporaryFolder()
    writeFileSync(folder.at('a.txt'), 'x', { mode: 0 })
    expect(readArticle(folder.path, 'a.txt', 10)).toEqual({ kind: 'unreadable', reason: 'EACCES' })
  })
})
