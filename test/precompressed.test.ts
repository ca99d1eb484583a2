import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { nodeFileCalls } from '../src/out/file-calls.ts'
import { OutputFolder } from '../src/out/folder.ts'
import { PrecompressedOutput } from '../src/out/precompressed.ts'
import { FeedServer } from '../src/out/server.ts'
import { ask } from './support/ask.ts'
import { Publication } from './support/publication.ts'
import { makeTemporaryFolder } from './support/temporary-folder.ts'

const on = 'title: Test\ntimezone: UTC\nprecompress: true\n'
const off = 'title: Test\ntimezone: UTC\n'
const decoders = [
  ['.gz', gunzipSync],
  ['.br', brotliDecompressSync],
  ['.zst', zstdDecompressSync],
] as const

const toArticle = (title: string) => `# ${title}\n\n${`It is about ${title}. `.repeat(40)}#tide\n`

function fill(publication: Publication, ...names: readonly string[]): void {
  for (const name of names) publication.write(`${name}.md`, toArticle(name))
}

function files(publication: Publication): readonly string[] {
  return publication.list('.').filter((path) => /^[^.].*\.\w+$/.test(path))
}

const isForm = (path: string) => /\.(?:gz|br|zst)$/.test(path)

/** Each document of some length has all three forms, and no form tells another story than its document. */
function expectTrueForms(publication: Publication): void {
  const all = files(publication)
  const expected: string[] = []
  for (const path of all.filter((name) => !isForm(name))) {
    const plain = readFileSync(`${publication.root}/out/${path}`)
    if (plain.length < 1024) continue
    for (const [ending, decode] of decoders) {
      expected.push(path + ending)
      const form = `${publication.root}/out/${path}${ending}`
      expect(existsSync(form), form).toBe(true)
      expect(decode(readFileSync(form)).equals(plain), form).toBe(true)
    }
  }
  expect(expected.length).toBeGreaterThan(12)
  expect(all.filter(isForm).toSorted()).toEqual(expected.toSorted())
}

const stampsOf = (publication: Publication) =>
  files(publication).map((path) => {
    const { ino, mtimeMs, ctimeMs } = statSync(`${publication.root}/out/${path}`)
    return [path, ino, mtimeMs, ctimeMs]
  })

test('documents have compressed forms beside them, through edits, deletions and restarts', async () => {
  await using publication = Publication.make(on)
  fill(publication, 'a', 'b', 'c', 'd')
  const { written } = await publication.run()
  expect(written).toBe(files(publication).filter((path) => !isForm(path)).length)
  expect(files(publication)).toContain('categories/tide/rss.xml.br')
  expect(files(publication)).not.toContain('feeds.opml.gz')
  expectTrueForms(publication)
  publication.write('a.md', toArticle('another'))
  await publication.run()
  expectTrueForms(publication)
  publication.remove('b.md')
  await publication.run()
  expectTrueForms(publication)
  const before = stampsOf(publication)
  expect((await publication.run()).written).toBe(0)
  expect(stampsOf(publication)).toEqual(before)
})

test('what is lost or spoilt beside a document comes back, and a lost out/ is made whole', async () => {
  await using publication = Publication.make(on)
  fill(publication, 'a', 'b')
  await publication.run()
  rmSync(`${publication.root}/out/atom.xml.br`)
  writeFileSync(`${publication.root}/out/rss.xml.gz`, 'spoilt')
  await publication.run()
  expectTrueForms(publication)
  const before = files(publication)
  rmSync(`${publication.root}/out`, { recursive: true })
  await publication.run()
  expect(files(publication)).toEqual(before)
  expectTrueForms(publication)
})

test('turned on later they come for all documents, turned off they go, and nothing else does', async () => {
  await using publication = Publication.make(off)
  fill(publication, 'a', 'b', 'c')
  await publication.run()
  const plain = files(publication)
  expect(plain.filter(isForm)).toEqual([])
  publication.configure(on)
  await publication.run()
  expectTrueForms(publication)
  writeFileSync(`${publication.root}/out/own.html.gz`, 'not ours')
  publication.configure(off)
  await publication.run()
  expect(files(publication)).toEqual([...plain, 'own.html.gz'].toSorted())
  publication.write('a.md', toArticle('another'))
  writeFileSync(`${publication.root}/out/atom.xml.gz`, 'put there by hand')
  await publication.run()
  expect(files(publication)).toContain('atom.xml.gz')
})

test('they go also when the store was lost before they were turned off', async () => {
  await using publication = Publication.make(on)
  fill(publication, 'a', 'b', 'c')
  await publication.run()
  rmSync(`${publication.root}/.dropfeed`, { recursive: true })
  publication.configure(off)
  await publication.run()
  expect(files(publication).filter(isForm)).toEqual([])
})

test('whoever finds a new document finds no older form of it, at whatever operation it breaks off', async () => {
  for (let failing = 0; ; failing += 1) {
    using place = makeTemporaryFolder()
    const toFile = (text: string) => ({ path: 'atom.xml', bytes: Buffer.from(text.repeat(400)) })
    await new PrecompressedOutput(OutputFolder.open(place.path), true).replace([toFile('old ')])
    let count = 0
    const calls = { ...nodeFileCalls }
    for (const name of ['open', 'write', 'sync', 'close', 'rename'] as const) {
      // Each call is passed on as it came.
      Reflect.set(calls, name, (...words: readonly never[]) => {
        count += 1
        if (count > failing) throw Object.assign(new Error('no more'), { code: 'ENOSPC' })
        return Reflect.apply(nodeFileCalls[name], undefined, words)
      })
    }
    const output = new PrecompressedOutput(OutputFolder.open(place.path, calls), true)
    const isOver = await output.replace([toFile('new ')]).then(
      () => true,
      () => false,
    )
    const plain = readFileSync(place.at('atom.xml'))
    for (const [ending, decode] of decoders) {
      const form = decode(readFileSync(place.at(`atom.xml${ending}`)))
      expect(form.includes('new') || plain.includes('old'), `${failing} ${ending}`).toBe(true)
    }
    expect(failing).toBeLessThan(200)
    if (isOver) break
  }
})

test('a document that has become short, or cannot be shortened, keeps no form', async () => {
  using place = makeTemporaryFolder()
  const output = new PrecompressedOutput(OutputFolder.open(place.path), true)
  await output.replace([{ path: 'a/index.html', bytes: Buffer.from('long '.repeat(400)) }])
  expect(readdirSync(place.at('a'))).toHaveLength(4)
  await output.replace([{ path: 'a/index.html', bytes: Buffer.from('short') }])
  expect(readdirSync(place.at('a'))).toEqual(['index.html'])
  await output.replace([{ path: 'a/index.html', bytes: Buffer.from('long '.repeat(400)) }])
  await output.replace([{ path: 'a/index.html', bytes: randomBytes(4096) }])
  expect(readdirSync(place.at('a'))).toEqual(['index.html'])
  output.remove(['a/index.html'])
  expect(existsSync(place.at('a'))).toBe(false)
})

test('dropfeed itself serves documents, and their forms under no address of their own', async () => {
  await using publication = Publication.make(on)
  fill(publication, 'a', 'b')
  await publication.run()
  await using server = await FeedServer.open({
    root: publication.settings.out,
    host: '127.0.0.1',
    port: 0,
    baseUrl: publication.settings.baseUrl,
    isPrecompressed: true,
    log: { fault: (sentence) => expect(sentence).toBe('') },
  })
  expect((await ask(server.address, '/atom.xml')).status).toBe(200)
  for (const [ending] of decoders) {
    expect((await ask(server.address, `/atom.xml${ending}`)).status).toBe(404)
  }
})
