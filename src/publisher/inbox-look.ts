import { relative, isAbsolute, resolve, sep } from 'node:path'
import type { Settings } from '../config.ts'
import { outcomes } from '../core/entry/outcome.ts'
import type { FileOutcome } from '../core/entry/outcome.ts'
import { listDrafts } from '../inbox/drafts.ts'
import { isWithin, toInboxPath } from '../inbox/path.ts'
import type { Store } from '../store/store.ts'
import { surveyInbox, toStampText } from './survey.ts'

/** What lies in the inbox and the catalogue does not tell of. */
export type InboxLook = {
  /** Files that are not as the catalogue knows them: a run is to read them. */
  readonly waiting: readonly string[]
  /** Files that are drafts by their name, or by that of a folder. */
  readonly drafts: readonly string[]
}

/** Looks through the whole inbox; reads no file. */
export async function lookThroughInbox({ inbox }: Settings, store: Store): Promise<InboxLook> {
  const { changed, arrived } = await surveyInbox(inbox, { kind: 'all' }, store, () => false)
  const drafts: string[] = []
  for await (const path of listDrafts(inbox)) drafts.push(path)
  // What was taken in while this looked is not waiting any more.
  const looked = [...changed, ...arrived]
  const marks = await store.marks(looked.map(({ path }) => path))
  const known = new Map(marks.map(({ path, stamp }) => [path, stamp]))
  const waiting = looked.filter(({ path, stamp }) => known.get(path) !== toStampText(stamp))
  return { waiting: waiting.map(({ path }) => path).toSorted(), drafts }
}

/**
 * Tells what became of each file: of all, or of those asked for, each a file or a folder. What needs
 * attention comes first.
 * @param asked as a person names them: from the working folder, or as `status` shows them
 */
export async function listOutcomes(
  { inbox }: Settings,
  store: Store,
  { waiting, drafts }: InboxLook,
  asked?: readonly string[],
): Promise<readonly FileOutcome[]> {
  const wanted = asked?.map((name) => toAskedPath(inbox, name)).filter((path) => path !== '')
  const isAll = wanted === undefined || wanted.length < (asked?.length ?? 0)
  const isWanted = (path: string) => isAll || wanted.some((at) => isWithin(path, at))
  const found = new Map<string, FileOutcome>()
  for (const file of await store.outcomes.list(isAll ? undefined : wanted)) {
    found.set(file.path, file)
  }
  for (const path of waiting) {
    if (!isWanted(path)) continue
    const before = found.get(path) ?? { path, isPublished: false, problems: [] }
    found.set(path, { ...before, outcome: 'waiting' })
  }
  for (const path of drafts) {
    if (isWanted(path))
      found.set(path, { path, outcome: 'draft', isPublished: false, problems: [] })
  }
  const files = [...found.values()]
  const unknown = (isAll ? [] : wanted).filter(
    (at) => !files.some(({ path }) => isWithin(path, at)),
  )
  for (const path of unknown) {
    files.push({ path, outcome: 'held', isPublished: false, problems: [toMissing(path)] })
  }
  return files.toSorted(byAttention)
}

function toMissing(path: string) {
  return { code: 'file-missing', path } as const
}

/** A path inside the inbox; `''` is all of it. */
function toAskedPath(inbox: string, name: string): string {
  const inside = relative(inbox, resolve(name))
  const isInside = inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside)
  if (isInside) return toInboxPath(inside.replaceAll(sep, '/'))
  return name.replace(/^\.\/+/u, '').replace(/\/+$/u, '')
}

const ranks = new Map<FileOutcome['outcome'], number>(
  outcomes.map((outcome, index) => [outcome, index]),
)

function byAttention(one: FileOutcome, other: FileOutcome): number {
  const rank = (ranks.get(one.outcome) ?? 0) - (ranks.get(other.outcome) ?? 0)
  return rank !== 0 ? rank : one.path < other.path ? -1 : 1
}
