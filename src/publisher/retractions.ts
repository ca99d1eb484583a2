import type { Settings } from '../config.ts'
import type { Released } from '../core/entry/identity.ts'
import type { Problem } from '../core/problem.ts'
import type { Store } from '../store/store.ts'

/** Deletions within this time count as one when it is judged whether too many vanish at once. */
const vanishingMs = 60_000

/**
 * Picks the entries that stay although their files are gone. What was held stays held until a person
 * confirms. More is held when too many vanish at once to be meant: more than half of those there were
 * a minute ago, if they were many, or if the inbox is not the folder it was (a mount that is gone
 * leaves an empty one).
 */
export async function pickHeld(
  gone: readonly Released[],
  wasHeld: (released: Released) => boolean,
  {
    store,
    now,
    settings,
    inboxIdentity,
  }: {
    readonly store: Store
    readonly now: () => number
    readonly settings: Settings
    readonly inboxIdentity: string
  },
): Promise<{ readonly held: ReadonlySet<Released>; readonly isConfirmed: boolean }> {
  const identity = await store.readValue('inbox-identity')
  const isConfirmed = (await store.readValue('retractions-confirmed')) !== undefined
  const seen = gone.filter(({ record }) => ['live', 'recovered'].includes(record.state))
  const held = new Set(isConfirmed ? [] : seen.filter((released) => wasHeld(released)))
  if (seen.length > 0 && !isConfirmed) {
    const recently = await store.deletedSince(now() - vanishingMs)
    const { live, recovered } = await store.entryCounts()
    const before = live + recovered + recently
    const isMany = before >= settings.limits.vanishedMin
    const isOther = identity !== undefined && identity !== inboxIdentity
    const isMost = (seen.length + recently) * 2 > before
    if (isMost && (isMany || isOther)) for (const released of seen) held.add(released)
  }
  if (held.size === 0 && identity !== inboxIdentity) {
    await store.writeValue('inbox-identity', inboxIdentity)
  }
  return { held, isConfirmed }
}

/** Says what stays, and what that means where a lost catalogue knew more of it than the feeds do. */
export function toHeldProblems(held: ReadonlySet<Released>, inbox: string): readonly Problem[] {
  const unread = [...held].filter(({ record }) => record.state === 'recovered').length
  const problems: Problem[] = [
    { code: 'retractions-held', path: inbox, found: `${held.size} articles` },
  ]
  if (unread > 0) {
    problems.push({ code: 'publication-withheld', path: inbox, found: `${unread} articles` })
  }
  return problems
}

/**
 * Picks the entries that are judged later, since more files may vanish. They are left as if their files had not
 * been looked at yet.
 * @param gone by the path where the file lay
 */
export function pickPostponed(
  gone: ReadonlyMap<string, Released>,
  isMoreToCome: (paths: readonly string[]) => boolean = () => false,
): ReadonlyMap<string, Released> {
  return isMoreToCome([...gone.keys()]) ? gone : new Map()
}
