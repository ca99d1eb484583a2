import { mkdirSync } from 'node:fs'
import type { Settings } from '../config.ts'
import { InboxWatcher } from '../inbox/watch.ts'
import type { Marks } from '../inbox/watch.ts'
import { FeedServer } from '../out/server.ts'
import { LastingPublisher } from './lasting-publisher.ts'
import { generationMs } from './pace.ts'
import { LiveStatus } from './live-status.ts'
import type { Edges, RunReport } from './run.ts'
import { SpareMemory } from './spare-memory.ts'

/** How often a held run asks whether a person has released it. */
const confirmationMs = 1_000
/** So many files are not left to wait until the feeds may change again. */
const manyReady = 200
const noMarks: Marks = { kind: 'some', paths: [] }
/** The longest time that a timer of Node can be set to. */
const timerMsMax = 2 ** 31 - 1

/** Publishes the inbox, serves it, and keeps publishing what changes in it, until told to stop. */
export async function watch(
  settings: Settings,
  edges: Edges & { readonly stop: AbortSignal },
): Promise<void> {
  const { now, stop } = edges
  const status = new LiveStatus(settings, edges, (limit) => publisher.status(limit))
  const { log } = status
  const bell = new Bell()
  const onPublication: Edges['onPublication'] = ({ written, removed }) =>
    server?.refresh(written, removed)
  await using publisher = await LastingPublisher.open(settings, {
    ...status.overhear({ ...edges, onPublication }),
    onHubChange: () => bell.ring(),
    // A publication that failed halfway could not tell what it had written.
    onRecovered: () => server?.reload(),
  })
  if (publisher.isNew) mkdirSync(settings.inbox, { recursive: true })
  await using server = settings.serve ? await openServer(settings, publisher, status) : undefined
  stop.addEventListener('abort', () => bell.ring(), { once: true })
  await using watcher = await openWatcher(settings, status, () => bell.ring())
  using memory = new SpareMemory()
  let marks = watcher.take()
  let publishedAtMs = Number.NEGATIVE_INFINITY
  let judgeAtMs = Number.POSITIVE_INFINITY
  let [isHeld, isUnfinished] = [false, false]
  log.event('watching', { inbox: settings.inbox, out: settings.out })
  while (!stop.aborted) {
    if (publisher.retryMs > 0) {
      await sleep(publisher.retryMs, stop)
      if (stop.aborted) break
      marks = { kind: 'all' }
    }
    if (marks !== undefined) {
      const report = await publisher.run(marks, (path) => watcher.isWaiting(path))
      memory.noteWork()
      if (report === undefined) continue
      for (const path of report.deferred) watcher.defer(path)
      isUnfinished = report.isUnfinished
      judgeAtMs = performance.now() + (report.judgeInMs ?? Number.POSITIVE_INFINITY)
      isHeld = report.problems.some(({ code }) => code === 'retractions-held')
      if (report.written > 0) {
        publishedAtMs = performance.now()
        tell(report, log)
      }
    }
    // The first change after a pause goes out at once, those of the next second together; many are read meanwhile.
    const pauseMs = publishedAtMs + generationMs - performance.now()
    const isMuch = isUnfinished || watcher.ready >= manyReady
    if (pauseMs > 0 && !isMuch) await sleep(pauseMs, stop)
    marks = watcher.take() ?? (isUnfinished ? noMarks : undefined)
    if (marks !== undefined || stop.aborted) continue
    const dueAtMs = (await publisher.nextDueAtMs()) ?? Number.POSITIVE_INFINITY
    if (publisher.retryMs > 0) continue
    const dueMs = Math.max(Math.min(dueAtMs - now(), judgeAtMs - performance.now()), 0)
    await bell.heard(Math.min(dueMs, isHeld ? confirmationMs : timerMsMax))
    marks = watcher.take()
    const isDue = dueAtMs <= now() || judgeAtMs <= performance.now()
    if (marks === undefined && (isDue || (await publisher.isOwed(isHeld)))) marks = noMarks
  }
  log.event('stopped')
}

async function openWatcher(
  { inbox: root, settleMs, rescanMs }: Settings,
  status: LiveStatus,
  onReady: () => void,
): Promise<InboxWatcher> {
  const { log, sights } = status
  const watcher = await InboxWatcher.open({ root, settleMs, rescanMs, onReady, ...sights, log })
  status.waiting = () => watcher.waiting
  return watcher
}

async function openServer(
  { out, host, port, baseUrl, precompress }: Settings,
  publisher: LastingPublisher,
  { pages, log }: LiveStatus,
): Promise<FeedServer> {
  const server = await FeedServer.open({
    root: out,
    host,
    port,
    baseUrl,
    isPrecompressed: precompress,
    ...publisher.served,
    ownPages: pages,
    log,
  })
  const { address } = server
  log.event('serving', { address })
  // Elsewhere than on a loopback address nobody is shown it.
  if (new URL(address).hostname === 'localhost') {
    log.event('telling how things stand, on this machine only', {
      page: `${address}${pages.path}`,
    })
  }
  return server
}

/** The line of a run that changed something. */
export function tell(report: RunReport, log: Edges['log']): void {
  const { entries, added, updated, removed, written, unchanged, problems, ms } = report
  log.event('published', {
    entries,
    ...(added > 0 ? { added } : {}),
    ...(updated > 0 ? { updated } : {}),
    ...(removed > 0 ? { removed } : {}),
    written,
    unchanged,
    ...(problems.length > 0 ? { problems: problems.length } : {}),
    ms,
  })
}

/** Lets one waiter sleep until somebody rings; a ring that nobody waited for is not lost. */
class Bell {
  #isRung = false
  #wake: (() => void) | undefined

  ring(): void {
    this.#isRung = true
    this.#wake?.()
  }

  async heard(timeoutMs: number): Promise<void> {
    if (!this.#isRung) {
      await new Promise<void>((resolve) => {
        const timer = Number.isFinite(timeoutMs)
          ? setTimeout(resolve, Math.min(timeoutMs, timerMsMax))
          : undefined
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    this.#wake = undefined
    this.#isRung = false
  }
}

async function sleep(ms: number, stop: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, ms)
    stop.addEventListener('abort', done, { once: true })
    function done() {
      clearTimeout(timer)
      stop.removeEventListener('abort', done)
      resolve()
    }
  })
}
