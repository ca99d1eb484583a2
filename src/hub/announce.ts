import { describeFault } from '../log.ts'
import type { AnnouncementStore, HubState, Untold } from '../store/store.ts'
import { toDelayMs, toRestMs } from './backoff.ts'
import { exchange } from './client.ts'
import { Loop } from './loop.ts'
import { lookAtServed } from './served.ts'

export type AnnouncerLimits = {
  /** Between looks whether the public address serves a feed. */
  readonly look: { readonly firstMs: number; readonly capMs: number }
  /** After so long hubs are told though it does not. */
  readonly lookMsMax: number
  readonly retry: { readonly firstMs: number; readonly capMs: number }
  /** Where the public address was seen to lag: when hubs are told the same once more, each after the last. */
  readonly repeatsMs: readonly number[]
  /** For so long an address that was seen to lag is not trusted. */
  readonly lagMs: number
  /** A hub may take so long to answer. */
  readonly pingMs: number
  /** A hub that has failed for so long is left out of the documents. */
  readonly leaveOutMs: number
}

const announcerLimits: AnnouncerLimits = {
  look: { firstMs: 100, capMs: 15_000 },
  lookMsMax: 300_000,
  retry: { firstMs: 2_000, capMs: 3_600_000 },
  // Soon, after what servers keep files by default, and after what a feed may be kept by its own word.
  repeatsMs: [5_000, 60_000, 300_000],
  lagMs: 86_400_000,
  pingMs: 10_000,
  leaveOutMs: 86_400_000,
}

export type AnnouncerSettings = {
  readonly store: AnnouncementStore
  /** Absolute addresses. */
  readonly hubs: readonly string[]
  /** Where others see `out/`; ends with `/`. */
  readonly baseUrl: string
  /** While something is being published, the public address may not show it yet. */
  readonly isPublishing?: () => boolean
  readonly now: () => number
  readonly log: {
    event(sentence: string, values?: Readonly<Record<string, string | number>>): void
    fault(sentence: string): void
  }
  /** A hub is to be left out of the documents from now on, or to be named again. */
  readonly onChange?: () => void
  readonly limits?: Partial<AnnouncerLimits>
}

type Look = {
  digest: string
  sinceMs: number
  attempts: number
  nextMs: number
  /** Something else was seen in its place. */
  isLate: boolean
}

/** Feeds considered at a time; those that wait longer have their turn afterwards. */
const batchMax = 200
const mainFeed = 'atom.xml'

/**
 * Tells hubs elsewhere which feeds have changed: each hub at its own pace, of each feed once for however
 * many changes, and only when the public address serves the feed as it is now. What is still to be told
 * is in the store, so it survives whatever ends this process.
 *
 * Where the public address was seen to show a change late, hubs are told again a few times.
 * When it does not serve what was written within some minutes, hubs are told all the
 * same: something on the way may alter every document, and to wait for ever would tell them nothing.
 */
export class Announcer implements AsyncDisposable {
  readonly #settings: AnnouncerSettings
  readonly #limits: AnnouncerLimits
  readonly #stop = new AbortController()
  /** By path: the digest that hubs may be told. */
  readonly #ready = new Map<string, string>()
  readonly #looks = new Map<string, Look>()
  readonly #looking: Loop
  readonly #telling: readonly Loop[]
  #isSaid = false

  constructor(settings: AnnouncerSettings) {
    this.#settings = settings
    this.#limits = { ...announcerLimits, ...settings.limits }
    const onFault = (error: unknown) =>
      settings.log.fault(`cannot tell hubs now: ${describeFault(error)}`)
    this.#looking = new Loop(() => this.#look(), onFault)
    this.#telling = settings.hubs.map((hub) => new Loop(() => this.#tell(hub), onFault))
    this.ring()
  }

  /** Something may have changed. */
  ring(): void {
    this.#looking.ring()
    for (const loop of this.#telling) loop.ring()
  }

  /** Waits until every hub has been told everything, or until the time is over. @returns which of it */
  async settle(timeoutMs: number): Promise<boolean> {
    const endMs = performance.now() + timeoutMs
    const { store, hubs } = this.#settings
    for (;;) {
      let untold = 0
      for (const hub of hubs) untold += await store.countUntold(hub)
      if (untold === 0) return true
      if (performance.now() >= endMs) return false
      await new Promise((resolve) => void setTimeout(resolve, settleStepMs))
    }
  }

  /** What is in flight is given up; it is told again by the next process. */
  async [Symbol.asyncDispose](): Promise<void> {
    const ends = [this.#looking, ...this.#telling].map((loop) => loop[Symbol.asyncDispose]())
    this.#stop.abort()
    await Promise.all(ends)
  }

  /** Looks whether the public address serves what hubs are to be told of. */
  async #look(): Promise<number | undefined> {
    const { baseUrl, isPublishing } = this.#settings
    // Its end rings.
    if (isPublishing?.() === true) return undefined
    const waiting = await this.#readWaiting()
    for (const path of this.#looks.keys()) if (!waiting.has(path)) this.#looks.delete(path)
    for (const [path, digest] of waiting) {
      if (this.#stop.signal.aborted) return undefined
      const look = this.#toLook(path, digest)
      if (look.nextMs > performance.now()) continue
      const served = await lookAtServed(baseUrl + path, digest, this.#stop.signal)
      const isServed = served === 'yes'
      look.isLate ||= served === 'other'
      const isOver = performance.now() - look.sinceMs >= this.#limits.lookMsMax
      if (!isServed && isOver) this.#sayUnserved(baseUrl + path)
      if (isServed && look.isLate) await this.#noteLag()
      if (isServed || isOver) {
        this.#looks.delete(path)
        this.#ready.set(path, digest)
        for (const loop of this.#telling) loop.ring()
      } else {
        look.attempts += 1
        look.nextMs = performance.now() + toDelayMs(look.attempts, this.#limits.look)
      }
    }
    if (this.#looks.size === 0) return undefined
    const nextMs = Math.min(...[...this.#looks.values()].map((look) => look.nextMs))
    return Math.max(nextMs - performance.now(), 0)
  }

  async #noteLag(): Promise<void> {
    const { store, now } = this.#settings
    await store.writeLag(now() + this.#limits.lagMs)
  }

  /** Feeds that a hub is to be told of and that were not seen as they are. */
  async #readWaiting(): Promise<ReadonlyMap<string, string>> {
    const { store, hubs } = this.#settings
    const waiting = new Map<string, string>()
    for (const hub of hubs) {
      for (const { path, digest } of await store.untold(hub, batchMax)) {
        if (this.#ready.get(path) !== digest) waiting.set(path, digest)
      }
    }
    return waiting
  }

  /** A feed that changes again while it is looked for is looked for at once. */
  #toLook(path: string, digest: string): Look {
    const known = this.#looks.get(path)
    const nowMs = performance.now()
    if (known?.digest === digest) return known
    const look = {
      digest,
      sinceMs: known?.sinceMs ?? nowMs,
      attempts: 0,
      nextMs: nowMs,
      isLate: false,
    }
    this.#looks.set(path, look)
    return look
  }

  #sayUnserved(url: string): void {
    if (this.#isSaid) return
    this.#isSaid = true
    this.#settings.log.fault(
      `${url} does not serve what was written there; hubs are told all the same, but may see nothing new: ` +
        'let baseUrl lead to out/, without a cache that keeps feeds, and unaltered',
    )
  }

  /** Tells one hub of one feed. @returns when it wants to go on */
  async #tell(hub: string): Promise<number | undefined> {
    const { store, now } = this.#settings
    const { capMs } = this.#limits.retry
    const state = await store.hub(hub)
    const restMs = toRestMs(state.nextAtMs, now(), capMs)
    if (restMs > 0) return restMs
    const untold = await store.untold(hub, batchMax)
    const ready = untold.filter(({ path, digest }) => this.#ready.get(path) === digest)
    const due = ready.find(({ nextAtMs }) => toRestMs(nextAtMs, now(), capMs) === 0)
    if (due !== undefined) {
      await this.#ping(hub, state, due)
      return 0
    }
    if (state.failingSinceMs !== undefined && untold.length === 0) {
      // Nothing is left to tell, and still it is to be found out whether the hub is back.
      await this.#ping(hub, state, undefined)
      return 0
    }
    const [repeat] = await store.repeats(hub, 1)
    if (repeat !== undefined && repeat.nextAtMs <= now()) {
      await this.#ping(hub, state, { ...repeat, attempts: 0 }, repeat.attempts)
      return 0
    }
    const next = repeat === undefined ? ready : [...ready, repeat]
    if (next.length === 0) return undefined
    return Math.min(...next.map(({ nextAtMs }) => toRestMs(nextAtMs, now(), capMs)))
  }

  /** @param repeats how often the hub was told the same before */
  async #ping(hub: string, before: HubState, feed: Untold | undefined, repeats = 0): Promise<void> {
    const { baseUrl, now, store } = this.#settings
    const path = feed?.path ?? mainFeed
    const topic = baseUrl + path
    const form = new URLSearchParams({
      'hub.mode': 'publish',
      'hub.url': topic,
      'hub.topic': topic,
    })
    const result = await exchange({
      method: 'POST',
      url: hub,
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: Buffer.from(form.toString()),
      timeoutMs: this.#limits.pingMs,
      bodyBytesMax: answerBytesMax,
      isPublicOnly: false,
      stop: this.#stop.signal,
    })
    if (this.#stop.signal.aborted) return
    const status = result.kind === 'answer' ? result.status : undefined
    const answer = result.kind === 'answer' ? String(result.status) : result.reason
    const answered = { answer, answeredAtMs: now() }
    if (status !== undefined && status >= 200 && status < 300) {
      if (feed !== undefined) {
        const { digest } = feed
        const repeatAtMs = await this.#toRepeatAtMs(repeats)
        await store.writeTold(hub, path, { digest, repeats: repeats + 1, repeatAtMs })
      }
      await this.#keep(hub, before, { attempts: 0, nextAtMs: 0, isLeftOut: false, ...answered })
      return
    }
    const failingSinceMs = before.failingSinceMs ?? now()
    if (feed !== undefined && status !== undefined && isRefusal(status)) {
      // The hub is well and does not want this feed; the others are told all the same.
      const attempts = feed.attempts + 1
      const nextAtMs = now() + toDelayMs(attempts, this.#limits.retry)
      await store.writeRefused(hub, path, { attempts, nextAtMs })
      const isMain = !path.includes('/')
      await this.#keep(hub, before, {
        ...before,
        ...(isMain ? { failingSinceMs, isLeftOut: this.#isOver(failingSinceMs) } : {}),
        ...answered,
      })
      return
    }
    const attempts = before.attempts + 1
    const nextAtMs = now() + toDelayMs(attempts, this.#limits.retry)
    const isLeftOut = this.#isOver(failingSinceMs)
    await this.#keep(hub, before, { attempts, nextAtMs, failingSinceMs, isLeftOut, ...answered })
  }

  /**
   * Servers of several processes, and caches in several places, each keep an older version for a time of
   * their own: to have seen the new one does not mean that a hub meets it. A hub that has read the new one
   * sees nothing new when it reads again.
   */
  async #toRepeatAtMs(repeats: number): Promise<number | undefined> {
    const { store, now } = this.#settings
    const afterMs = this.#limits.repeatsMs[repeats]
    const isLagging = (await store.lagsUntilMs()) > now()
    return isLagging && afterMs !== undefined ? now() + afterMs : undefined
  }

  #isOver(failingSinceMs: number): boolean {
    return this.#settings.now() - failingSinceMs >= this.#limits.leaveOutMs
  }

  /** Keeps what a hub answered, and says what differs from before. */
  async #keep(hub: string, before: HubState, after: HubState): Promise<void> {
    const { log, store, onChange } = this.#settings
    await store.writeHub(hub, after)
    const answer = after.answer ?? ''
    if (after.isLeftOut !== before.isLeftOut) {
      if (after.isLeftOut) {
        log.fault(
          `${hub} has not taken anything for a day (${answer}), so the feeds do not name it until it does; ` +
            'check its address in feed.yaml',
        )
      } else log.event('a hub answers again, the feeds name it', { hub })
      onChange?.()
    } else if (after.failingSinceMs !== undefined && before.failingSinceMs === undefined) {
      log.event('a hub does not take what it is told, it is told again later', { hub, answer })
    }
  }
}

const settleStepMs = 20
const answerBytesMax = 4096

/** An answer that says something of what was asked and not of the moment. Source: RFC 9110 §15.5. */
function isRefusal(status: number): boolean {
  return status >= 400 && status < 500 && ![408, 425, 429].includes(status)
}
