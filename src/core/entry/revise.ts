import type { Problem } from '../problem.ts'
import { wasSeen } from './catalogue.ts'
import type { EntryChange, EntryRecord, FileRecord } from './catalogue.ts'
import type { ToCategories } from './entry.ts'
import type { Decision } from './identity.ts'
import type { PermalinkWish } from './permalink.ts'

export type EntryDecision = Extract<Decision, { kind: 'entry' }>

export type Moment = {
  readonly nowMs: number
  /** True for the stock that the first load of an inbox finds: it arrived when it was published. */
  readonly isFirstLoad: boolean
  readonly toCategories: ToCategories
  readonly toPermalink: (title: string, publishedAtMs: number) => PermalinkWish
}

export type Revision = {
  /** Undefined: nothing about the entry changes. */
  readonly change: EntryChange | undefined
  readonly file: FileRecord
}

/**
 * Makes the next version of an entry. A published date, once readers know it, stays; the update time
 * moves only if what a reader sees has changed, and then always forward.
 */
export function revise(decision: EntryDecision, moment: Moment): Revision {
  const { arrival, article, keys, id, earlier } = decision
  const known = earlier !== undefined && isDated(earlier) ? earlier : undefined
  const publishedAtMs = known?.publishedAtMs ?? article.publishedAtMs
  const problems = [...decision.problems, ...dateNotices(decision, known, moment.nowMs)]
  const file: FileRecord = {
    path: arrival.path,
    state: 'entry',
    stamp: arrival.stamp,
    identity: arrival.identity,
    bytesKey: arrival.bytesKey,
    entryId: id,
    problems,
  }
  // What readers know is not scheduled again, not even by a clock that was set back.
  const state = stateAt(known === undefined ? publishedAtMs : undefined, article, moment.nowMs)
  const isUnchanged =
    earlier?.state === state && earlier.articleKey === keys.articleKey && earlier.path === file.path
  if (isUnchanged) return { change: undefined, file }
  const updatedFromMs = updateTime(decision, known, moment.nowMs)
  return {
    file,
    change: {
      id,
      state,
      publishedAtMs,
      updatedFromMs,
      arrivedAtMs: arrivalTime(earlier, state, publishedAtMs, moment),
      expiresAtMs: article.expiresAtMs,
      deletedAtMs: state === 'expired' && isShown(earlier) ? moment.nowMs : undefined,
      articleKey: keys.articleKey,
      visibleKey: keys.visibleKey,
      sketch: keys.sketch,
      article,
      kept: keys.kept,
      categories: moment.toCategories(article.categories),
      permalink: moment.toPermalink(article.slug ?? article.title, publishedAtMs ?? moment.nowMs),
    },
  }
}

/** Readers know its dates. Of a tombstone read back from a feed nothing but the id is known. */
function isDated(record: EntryRecord): boolean {
  return wasSeen(record) && !(record.state === 'retracted' && record.title === '')
}

function isShown(record: EntryRecord | undefined): boolean {
  return record?.state === 'live' || record?.state === 'recovered'
}

/** @param heldUntilMs undefined for what was published before: that is not taken back by a clock set back */
function stateAt(
  heldUntilMs: number | undefined,
  { expiresAtMs }: Pick<EntryDecision['article'], 'expiresAtMs'>,
  nowMs: number,
): 'live' | 'scheduled' | 'expired' {
  if (expiresAtMs !== undefined && expiresAtMs <= nowMs) return 'expired'
  return heldUntilMs !== undefined && heldUntilMs > nowMs ? 'scheduled' : 'live'
}

/** Undefined: it stays as it is. */
function updateTime(
  { article, keys }: EntryDecision,
  known: EntryRecord | undefined,
  nowMs: number,
): number | undefined {
  const given =
    article.updatedAtMs !== undefined && article.updatedAtMs <= nowMs
      ? article.updatedAtMs
      : undefined
  if (known === undefined) {
    return article.publishedAtMs === undefined
      ? nowMs
      : Math.max(given ?? article.publishedAtMs, article.publishedAtMs)
  }
  // Of what was read back from a feed nobody knows more than that it is the same article.
  if (known.visibleKey === '' || known.visibleKey === keys.visibleKey) return undefined
  return given !== undefined && given > known.updatedAtMs
    ? given
    : Math.max(nowMs, known.updatedAtMs + 1)
}

/** Undefined: it stays as it is. */
function arrivalTime(
  earlier: EntryRecord | undefined,
  state: string,
  publishedAtMs: number | undefined,
  { nowMs, isFirstLoad }: Moment,
): number | undefined {
  if (isShown(earlier)) return undefined
  if (state === 'scheduled') return publishedAtMs
  return isFirstLoad ? Math.min(publishedAtMs ?? nowMs, nowMs) : nowMs
}

function dateNotices(
  { arrival, article }: EntryDecision,
  known: EntryRecord | undefined,
  nowMs: number,
): readonly Problem[] {
  const problems: Problem[] = []
  const { path } = arrival
  const { publishedAtMs, updatedAtMs } = article
  if (known !== undefined && publishedAtMs !== undefined && publishedAtMs !== known.publishedAtMs) {
    problems.push({ code: 'date-kept', path, found: new Date(known.publishedAtMs).toISOString() })
  }
  if (updatedAtMs !== undefined && updatedAtMs > nowMs && (publishedAtMs ?? 0) <= nowMs) {
    problems.push({
      code: 'date-future-update',
      path,
      found: new Date(updatedAtMs).toISOString(),
    })
  }
  return problems
}
