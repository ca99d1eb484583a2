import { setImmediate as turn } from 'node:timers/promises'
import { isWithin } from '../inbox/path.ts'
import { scanFolder, statPath } from '../inbox/scan.ts'
import type { FileStamp, Found, Unreadable } from '../inbox/scan.ts'
import type { Marks } from '../inbox/watch.ts'
import type { FileMark, Store } from '../store/store.ts'

/** What lies in the inbox otherwise than the catalogue knows it. */
export type Survey = {
  /** Known files that are not as they were, then new ones, each in the order of their paths. */
  readonly changed: readonly Found[]
  readonly arrived: readonly Found[]
  readonly vanished: readonly string[]
  readonly unreadable: readonly Unreadable[]
}

/** Equal texts are an untouched file. */
export function toStampText({ sizeBytes, mtimeNs, ctimeNs, inode }: FileStamp): string {
  return `${sizeBytes}:${mtimeNs.toString(36)}:${ctimeNs.toString(36)}:${inode.toString(36)}`
}

/** Equal texts are the same file, whatever its name; empty where the file system keeps no time of birth. */
export function toIdentityText({ inode, birthtimeNs }: FileStamp): string {
  return birthtimeNs === 0n ? '' : `${inode.toString(36)}:${birthtimeNs.toString(36)}`
}

/** Files looked at between two looks at what else there is to do: some milliseconds. */
const looksMax = 500
/** Of what the catalogue knows, so much is asked for at a time. */
const marksMax = 1_000

type IsDue = (mark: FileMark) => boolean

/**
 * Compares the inbox with what the catalogue knows of it: all of it, or the marked paths only, at a
 * cost that follows their number. Of what is as it was nothing is held on to.
 * @param isDue says of a known file whether it is to be read again although it was not touched
 */
export async function surveyInbox(
  root: string,
  marks: Marks,
  store: Store,
  isDue: IsDue,
): Promise<Survey> {
  if (marks.kind === 'all' || marks.paths.includes('')) {
    return compare(scanFolder(root, ''), await allMarks(store), isDue)
  }
  const found = new Map<string, Found | Unreadable>()
  const folders: string[] = []
  for (const path of marks.paths) {
    const item = statPath(root, path)
    if (item === 'missing' || item.kind === 'folder') folders.push(path)
    if (item === 'missing') continue
    if (item.kind === 'folder')
      for (const below of scanFolder(root, path)) found.set(below.path, below)
    else found.set(item.path, item)
  }
  const known = new Map<string, FileMark>()
  const learn = (some: readonly FileMark[]) => {
    for (const mark of some) known.set(mark.path, mark)
  }
  learn(await store.marks([...marks.paths, ...found.keys()]))
  for (const folder of folders) learn(await store.marksBelow(folder))
  return compare(found.values(), known, isDue)
}

async function allMarks(store: Store): Promise<Map<string, FileMark>> {
  const known = new Map<string, FileMark>()
  for (let after = ''; ;) {
    const some = await store.marksAfter(after, marksMax)
    for (const mark of some) known.set(mark.path, mark)
    const last = some.at(-1)
    if (last === undefined) return known
    after = last.path
    await turn()
  }
}

/** What of a survey can be judged now. */
export type SettledSurvey = Survey & {
  /** Found, but still being written; nobody else will ask for it again. */
  readonly unsettled: readonly string[]
  /** Left alone, for its mark comes later. */
  readonly waiting: readonly string[]
}

/**
 * Leaves out what must not be judged yet. Paths that the watcher names are whole; what a scan finds may
 * still be being written, and what it misses may come back at once.
 */
export function withoutUnsettled(
  survey: Survey,
  marks: Marks,
  isWaiting: (path: string) => boolean,
  findUnsettled: (files: readonly Found[]) => ReadonlySet<string>,
): SettledSurvey {
  const named = new Set(marks.kind === 'some' ? marks.paths : [])
  const looked = [...survey.changed, ...survey.arrived]
  const paths = [...looked.map(({ path }) => path), ...survey.vanished]
  const waiting = new Set(paths.filter((path) => !named.has(path) && isWaiting(path)))
  const unsettled = findUnsettled(
    looked.filter(({ path }) => !named.has(path) && !waiting.has(path)),
  )
  const isSettled = ({ path }: Found) => !unsettled.has(path) && !waiting.has(path)
  return {
    ...survey,
    changed: survey.changed.filter(isSettled),
    arrived: survey.arrived.filter(isSettled),
    vanished: survey.vanished.filter((path) => !waiting.has(path)),
    unsettled: [...unsettled],
    waiting: [...waiting],
  }
}

/** @param known what is found is taken out of it */
async function compare(
  items: Iterable<Found | Unreadable>,
  known: Map<string, FileMark>,
  isDue: IsDue,
): Promise<Survey> {
  const changed: Found[] = []
  const arrived: Found[] = []
  const unreadable: Unreadable[] = []
  let looks = 0
  for (const item of items) {
    looks += 1
    if (looks % looksMax === 0) await turn()
    if (item.kind === 'unreadable') {
      unreadable.push(item)
      continue
    }
    const mark = known.get(item.path)
    known.delete(item.path)
    if (mark === undefined) arrived.push(item)
    else if (mark.stamp !== toStampText(item.stamp) || isDue(mark)) changed.push(item)
  }
  const hidden = unreadable.map(({ path }) => path)
  const isHidden = (path: string) => hidden.some((folder) => isWithin(path, folder))
  const vanished = [...known.keys()].filter((path) => !isHidden(path))
  return {
    changed: changed.toSorted(byPath),
    arrived: arrived.toSorted(byPath),
    vanished: vanished.toSorted(),
    unreadable,
  }
}

function byPath(left: Found, right: Found): number {
  return left.path < right.path ? -1 : 1
}
