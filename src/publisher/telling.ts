import type { EntryChange, EntryRecord, FileRecord } from '../core/entry/catalogue.ts'
import type { Decision, Released } from '../core/entry/identity.ts'
import type { TakenFile } from '../status/event.ts'
import type { Store } from '../store/store.ts'

/** Told what a run made of files, once that is committed; it must return at once. */
export type OnTaken = (files: readonly TakenFile[]) => void

/** Of more files at once, nobody is told where the pages are: asking would cost more than it is worth. */
const pagesMax = 20

/** Tells of files that were read. */
export async function tellTaken(
  store: Store,
  onTaken: OnTaken,
  {
    decisions,
    same,
    changes,
    files,
  }: {
    readonly decisions: readonly Decision[]
    /** Their bytes are those already known. */
    readonly same: readonly FileRecord[]
    readonly changes: readonly EntryChange[]
    readonly files: readonly FileRecord[]
  },
): Promise<void> {
  const changeOf = new Map(changes.map((change) => [change.id, change]))
  const fileAt = new Map(files.map((file) => [file.path, file]))
  const live = changes.filter(({ state }) => state === 'live').map(({ id }) => id)
  const records = live.length > pagesMax ? [] : await store.entries(live)
  const pageOf = new Map(records.map(({ id, permalink }) => [id, permalink]))
  const toTaken = (decision: Exclude<Decision, { kind: 'postponed' }>): TakenFile => {
    const { path } = decision.arrival
    const problems = fileAt.get(path)?.problems ?? []
    if (decision.kind !== 'entry') {
      const isRead = decision.arrival.bytesKey !== ''
      return { path, outcome: decision.kind, isRead, isVisible: false, problems }
    }
    const { title } = decision.article
    const outcome = toOutcome(decision, changeOf.get(decision.id))
    const publishedAtMs =
      outcome === 'scheduled' ? changeOf.get(decision.id)?.publishedAtMs : undefined
    const isVisible = outcome === 'published' || outcome === 'updated'
    return {
      path,
      outcome,
      isRead: true,
      isVisible,
      title,
      publishedAtMs,
      page: pageOf.get(decision.id),
      problems,
    }
  }
  onTaken([
    ...same.map(({ path, state, problems }): TakenFile => {
      const outcome =
        state === 'held' || state === 'copy' || state === 'draft' ? state : 'unchanged'
      return { path, outcome, isRead: true, isVisible: false, problems }
    }),
    ...decisions.flatMap((decision) => (decision.kind === 'postponed' ? [] : [toTaken(decision)])),
  ])
}

function toOutcome(
  { earlier, keys }: Extract<Decision, { kind: 'entry' }>,
  change: EntryChange | undefined,
): TakenFile['outcome'] {
  if (change === undefined) return 'unchanged'
  if (change.state !== 'live') return change.state === 'scheduled' ? 'scheduled' : 'expired'
  if (earlier?.state === 'recovered') return 'unchanged'
  if (earlier?.state !== 'live') return 'published'
  return earlier.visibleKey === keys.visibleKey ? 'unchanged' : 'updated'
}

const unread = { isRead: false, problems: [] } as const

/** Tells of entries whose files are gone, or are those of other entries now. */
export function tellGone(
  onTaken: OnTaken,
  ended: readonly Released[],
  missing: readonly FileRecord[],
): void {
  onTaken([
    ...ended.flatMap(({ record }): TakenFile[] => {
      const { path, title, state, permalink: page } = record
      if (path === undefined) return []
      return [{ ...unread, path, title, page, outcome: 'retracted', isVisible: state === 'live' }]
    }),
    ...missing.map(({ path }): TakenFile => {
      return { ...unread, path, outcome: 'missing', isVisible: false }
    }),
  ])
}

/** Tells of entries whose moment has come, and of those whose time is over. */
export function tellDue(
  onTaken: OnTaken,
  starting: readonly EntryRecord[],
  ending: readonly EntryRecord[],
): void {
  onTaken([
    ...starting.flatMap((record) => toDueFile(record, 'published')),
    ...ending.flatMap((record) => toDueFile(record, 'expired')),
  ])
}

function toDueFile(
  { path, title }: EntryRecord,
  outcome: 'published' | 'expired',
): readonly TakenFile[] {
  return path === undefined ? [] : [{ ...unread, path, title, outcome, isVisible: true }]
}
