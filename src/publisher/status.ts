import { existsSync } from 'node:fs'
import type { Settings } from '../config.ts'
import type { Problem } from '../core/problem.ts'
import { catalogueFile, SqliteStore } from '../store/sqlite.ts'
import type { CatalogueCounts, Store } from '../store/store.ts'
import { toBuiltinAddress } from './named-hubs.ts'
import { readStandingProblems } from './standing.ts'

/** What the catalogue holds, as `status` tells it. */
export type Status = CatalogueCounts & {
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
  /** At most 10,000. */
  readonly problems: readonly Problem[]
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

const nothing: Status = {
  entries: { live: 0, scheduled: 0, expired: 0, retracted: 0, recovered: 0 },
  files: { entry: 0, copy: 0, draft: 0, held: 0, missing: 0 },
  scheduled: [],
  problems: [],
}

/** Tells what was published, also while a watcher is at work; before the first run that is nothing. */
export async function readStatus(settings: Settings, nowMs = Date.now()): Promise<Status> {
  const { state } = settings
  if (!existsSync(catalogueFile(state))) return nothing
  await using store: Store = SqliteStore.open(state)
  const publishedAt = await store.readValue('published-at-ms')
  return {
    ...(await store.counts()),
    lastPublicationAtMs: publishedAt === undefined ? undefined : Number(publishedAt),
    nextDueAtMs: await store.nextDueAtMs(),
    scheduled: (await store.scheduled(scheduledMax)).map(({ path = '', title, publishedAtMs }) => ({
      path,
      title,
      publishedAtMs,
    })),
    hubs: await readHubs(settings, store, nowMs),
    problems: await allProblems(store),
  }
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

/** All problems that stand: those of the publication as a whole, then those of files, by path. */
export async function allProblems(store: Store): Promise<readonly Problem[]> {
  return [...(await readStandingProblems(store)), ...(await store.problems(problemsMax))]
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
