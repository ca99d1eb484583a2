// What is published follows from what lies in the inbox, and not from the order in which it came there.
import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Publication } from './support/publication.ts'

const names = ['a.txt', 'b.txt', 'c.md', 'notes/a.txt', 'notes/report-1.md', 'report-2.md'] as const

/** Few, so that copies and returns happen; the later ones have parts or problems of their own. */
const texts = [
  '2025-05-01 10:00\nThe harbour was quiet when the first boats came back that morning.\n#sea\n',
  '2025-05-01 10:00\nThe harbour was quiet when the last boats came back that evening.\n#Sea\n',
  'Nobody in the village had expected the cold current to arrive so early in the year.\n',
  '---\ntitle: Nets\nid: tag:example.org,2025:nets\ndate: 2025-05-02\n---\nNets and knots.\n',
  '---\ntitle: Nets again\nid: tag:example.org,2025:nets\n---\nKnots and nets.\n',
  '---\ntitle: Later\ndate: 2027-01-01\n---\nNot before its day.\n#SEA\n',
  '---\ndraft: true\n---\nA draft.\n',
  '---\ndate: never\n---\nA problem.\n',
  '',
] as const

type Folder = ReadonlyMap<string, string>

const name = fc.constantFrom(...names)
const text = fc.constantFrom(...texts)

type FileEvent =
  | { readonly kind: 'write'; readonly to: string; readonly text: string }
  | { readonly kind: 'edit'; readonly to: string; readonly text: string }
  | { readonly kind: 'delete'; readonly to: string }
  | { readonly kind: 'rename' | 'copy'; readonly from: string; readonly to: string }

const event: fc.Arbitrary<FileEvent> = fc.oneof(
  fc.record({ kind: fc.constant('write' as const), to: name, text }),
  fc.record({
    kind: fc.constant('edit' as const),
    to: name,
    text: fc.constantFrom('One sentence more.\n', '#boats\n', '1767225600\n'),
  }),
  fc.record({ kind: fc.constant('delete' as const), to: name }),
  fc.record({ kind: fc.constantFrom('rename' as const, 'copy' as const), from: name, to: name }),
)

/** The text of a file, and which of the first files it is, wherever that was moved; none if it is new. */
type ModelFile = { readonly text: string; readonly first?: string | undefined }

/** A file system that can be asked before anything is written. */
function after(folder: Folder, events: readonly FileEvent[]): ReadonlyMap<string, ModelFile> {
  const files = new Map<string, ModelFile>()
  for (const [path, content] of folder) files.set(path, { text: content, first: path })
  for (const done of events) {
    const from = done.kind === 'rename' || done.kind === 'copy' ? done.from : done.to
    const source = files.get(from)
    const first = files.get(done.to)?.first
    if (done.kind === 'write') files.set(done.to, { text: done.text, first })
    if (source === undefined) continue
    if (done.kind === 'edit') files.set(done.to, { text: source.text + done.text, first })
    if (done.kind === 'copy') files.set(done.to, { text: source.text, first })
    if (done.kind === 'delete' || done.kind === 'rename') files.delete(from)
    if (done.kind === 'rename') files.set(done.to, source)
  }
  return files
}

function apply(publication: Publication, done: FileEvent): void {
  const to = publication.path(done.to)
  if (done.kind === 'write') return publication.write(done.to, done.text)
  const source = done.kind === 'rename' || done.kind === 'copy' ? done.from : done.to
  if (!existsSync(publication.path(source))) return
  if (done.kind === 'edit') publication.write(done.to, readFileSync(to, 'utf8') + done.text)
  else if (done.kind === 'delete') rmSync(to)
  else if (source === done.to) return
  else if (done.kind === 'copy') copyFileSync(publication.path(source), to)
  else renameSync(publication.path(source), to)
}

/** The text of each file that is for others, by its path. */
function contentOf(folder: string): Folder {
  if (!existsSync(folder)) return new Map()
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .toSorted()
    .filter((path) => !path.startsWith('.') && statSync(join(folder, path)).isFile())
  return new Map(files.map((path) => [path, readFileSync(join(folder, path), 'utf8')]))
}

/** Files made in this order, then the events, then what a subscriber finds, and what has to be mended. */
async function publish(files: Folder, batches: readonly (readonly FileEvent[])[]) {
  await using publication = Publication.make()
  // A folder that is there from the start takes no part.
  publication.write('notes/.keep', '')
  for (const [path, content] of files) publication.write(path, content)
  let report = await publication.run()
  for (const batch of batches) {
    for (const done of batch) apply(publication, done)
    report = await publication.run()
  }
  const inbox = new Map(
    [...contentOf(publication.path(''))].filter(([path]) => !path.includes('.keep')),
  )
  const { entries, problems, written } = report
  return { inbox, out: contentOf(join(publication.root, 'out')), entries, problems, written }
}

const folderContent = fc
  .uniqueArray(fc.tuple(name, text), { selector: ([path]) => path, maxLength: names.length })
  .map((pairs) => new Map(pairs))

/**
 * One batch of events and another order of it that ends in the same folder: the same names, the same
 * texts, and each of the first files, if it is still there, under the same name.
 */
const twoOrders = fc
  .tuple(folderContent, fc.array(event, { minLength: 2, maxLength: 6 }))
  .chain(([files, events]) =>
    fc.record({
      files: fc.constant(files),
      events: fc.constant(events),
      shuffled: fc.shuffledSubarray(events, { minLength: events.length }),
    }),
  )
  .filter(({ files, events, shuffled }) => {
    const [one, other] = [after(files, events), after(files, shuffled)]
    const isSame = ([path, { text: content, first }]: readonly [string, ModelFile]) =>
      other.get(path)?.text === content && other.get(path)?.first === first
    const isShuffled = events.some((done, index) => done !== shuffled[index])
    return isShuffled && one.size === other.size && [...one].every(isSame)
  })

test('events seen in one batch give the same feeds in whatever order they happened', async () => {
  await fc.assert(
    fc.asyncProperty(twoOrders, async ({ files, events, shuffled }) => {
      const one = await publish(files, [events])
      const model = [...after(files, events)].map(([path, file]) => [path, file.text] as const)
      expect(one.inbox).toEqual(new Map(model))
      expect(await publish(files, [shuffled])).toEqual(one)
    }),
    { numRuns: 30 },
  )
})

test('an inbox gives the same feeds in whatever order its files were made', async () => {
  const twice = folderContent.chain((files) =>
    fc.tuple(fc.constant(files), fc.shuffledSubarray([...files], { minLength: files.size })),
  )
  await fc.assert(
    fc.asyncProperty(twice, async ([files, shuffled]) => {
      expect(await publish(new Map(shuffled), [])).toEqual(await publish(files, []))
    }),
    { numRuns: 30 },
  )
})

test('a second look at an inbox that nobody touched writes nothing and finds nothing new', async () => {
  await fc.assert(
    fc.asyncProperty(folderContent, fc.array(event, { maxLength: 6 }), async (files, events) => {
      const once = await publish(files, [events])
      const twice = await publish(files, [events, []])
      expect(twice).toEqual({ ...once, written: 0 })
    }),
    { numRuns: 15 },
  )
})
