import { existsSync } from 'node:fs'
import type { Settings } from '../config.ts'
import { noOutcomes } from '../core/entry/outcome.ts'
import type { FileOutcome, OutcomeCounts } from '../core/entry/outcome.ts'
import type { Problem } from '../core/problem.ts'
import { catalogueFile, SqliteStore } from '../store/sqlite.ts'
import type { CatalogueCounts, Store } from '../store/store.ts'
import { toBuiltinAddress } from './named-hubs.ts'
import { listOutcomes, lookThroughInbox } from './inbox-look.ts'
import { readStandingProblems } from './standing.ts'

/** What the catalogue holds, as `status` tells it. */
export type Status = CatalogueCounts & {
  /**
   * Files by what became of them, each counted once; those that wait to be read are counted as `waiting`
   * besides.
   */
  readonly outcomes: OutcomeCounts
  readonly lastPublicationAtMs?: number | undefined
  /** When the next scheduled or expiring article changes the feeds. */
  readonly nextDueAtMs?: number | undefined
  /** What waits for its moment, the next first; at most 1,000. */
  readonly scheduled: readonly {
    readonly path: string
    readonly title: string
    readonly publishedAtMs: number
  }[]
  /** None when no hub is set. */
  readonly hubs?: readonly HubStatus[] | undefined
  /** Files seen and not read yet; at most 1,000. */
  readonly waiting: readonly string[]
  /** Too many articles vanished at once: how many stay published, and what retracts them. */
  readonly heldRetractions?: { readonly articles: number; readonly release: string } | undefined
  /** At most 10,000. */
  readonly problems: readonly Problem[]
  /** Each file, or each that was asked for; what needs attention first. */
  readonly articles?: readonly FileOutcome[] | undefined
}

/** Which files are told of one by one. */
export type StatusQuery = {
  readonly isAll: boolean
  /** Files and folders, as a person names them. */
  readonly files: readonly string[]
}

type HubStatus =
  | {
      readonly address: string
      /** Feeds that it is to be told of. */
      readonly untold: number
      /** The status of its last answer, or why there was none. */
      readonly answer?: string | undefined
      readonly answeredAtMs?: number | undefined
      readonly failingSinceAtMs?: number | undefined
      /** The feeds do not name it, since it has failed for a day. */
      readonly isLeftOut: boolean
    }
  /** The built-in one. */
  | {
      readonly address: string
      readonly subscriptions: number
      /** Subscriptions that have not been told of the newest change. */
      readonly behind: number
    }

const problemsMax = 10_000
const scheduledMax = 1_000
const waitingMax = 1_000

/** Tells what was published, also while a watcher is at work; before the first run that is nothing. */
export async function readStatus(
  settings: Settings,
  { isAll, files }: StatusQuery = { isAll: false, files: [] },
  nowMs = Date.now(),
): Promise<Status> {
  if (!existsSync(catalogueFile(settings.state))) return nothing
  await using store: Store = SqliteStore.open(settings.state)
  const look = await lookThroughInbox(settings, store)
  const counts = await store.outcomes.count()
  const isEach = isAll || files.length > 0
  return {
    ...(await tellStatus(settings, store, { limit: problemsMax, nowMs })),
    ...(await store.counts()),
    outcomes: {
      ...counts,
      waiting: look.waiting.length,
      draft: counts.draft + look.drafts.length,
    },
    waiting: look.waiting.slice(0, waitingMax),
    ...(isEach
      ? { articles: await listOutcomes(settings, store, look, isAll ? undefined : files) }
      : {}),
  }
}

/** What the catalogue alone tells, at a cost that does not grow with the articles that are published. */
export async function tellStatus(
  settings: Settings,
  store: Store,
  { limit, nowMs }: { readonly limit: number; readonly nowMs: number },
): Promise<Status> {
  const publishedAt = await store.readValue('published-at-ms')
  const entries = await store.entryCounts()
  const outcomes = await store.outcomes.count()
  const { published, scheduled, expired, copy, draft, held, missing } = outcomes
  const standing = await readStandingProblems(store)
  const isHeld = standing.some(({ code }) => code === 'retractions-held')
  return {
    entries,
    files: { entry: published + scheduled + expired, copy, draft, held, missing },
    outcomes,
    lastPublicationAtMs: publishedAt === undefined ? undefined : Number(publishedAt),
    nextDueAtMs: await store.nextDueAtMs(),
    heldRetractions: isHeld
      ? { articles: missing + entries.recovered, release: 'dropfeed confirm' }
      : undefined,
    scheduled: (await store.scheduled(Math.min(limit, scheduledMax))).map(
      ({ path = '', title, publishedAtMs }) => ({ path, title, publishedAtMs }),
    ),
    hubs: await readHubs(settings, store, nowMs),
    waiting: [],
    problems: [...standing, ...(await store.problems(limit))],
  }
}

const nothing: Status = {
  entries: { live: 0, scheduled: 0, expired: 0, retracted: 0, recovered: 0 },
  files: { entry: 0, copy: 0, draft: 0, held: 0, missing: 0 },
  outcomes: noOutcomes,
  scheduled: [],
  waiting: [],
  problems: [],
}

async function readHubs(
  settings: Settings,
  { hubs: { announcements, subscriptions } }: Store,
  nowMs: number,
): Promise<readonly HubStatus[] | undefined> {
  const hubs: HubStatus[] = []
  if (settings.hubs.isBuiltin) {
    hubs.push({
      address: toBuiltinAddress(settings),
      subscriptions: await subscriptions.countSubscriptions(nowMs),
      behind: await subscriptions.countDeliveries(),
    })
  }
  for (const address of settings.hubs.others) {
    const { answer, answeredAtMs, failingSinceMs, isLeftOut } = await announcements.hub(address)
    const untold = await announcements.countUntold(address)
    hubs.push({
      address,
      untold,
      answer,
      answeredAtMs,
      failingSinceAtMs: failingSinceMs,
      isLeftOut,
    })
  }
  return hubs.length === 0 ? undefined : hubs
}

/** The problems of files that stand, by path; at most 10,000. */
export async function fileProblems(store: Store): Promise<readonly Problem[]> {
  return await store.problems(problemsMax)
}

/**
 * Releases retractions that are held because too many articles vanished at once. The next run, or the
 * watcher within a second, carries them out.
 * @returns how many entries are released
 */
export async function confirmRetractions({ state }: Settings): Promise<number> {
  if (!existsSync(catalogueFile(state))) return 0
  await using store: Store = SqliteStore.open(state)
  const { entries, files } = await store.counts()
  const held = files.missing + entries.recovered
  if (held > 0) await store.writeValue('retractions-confirmed', 'yes')
  return held
}
