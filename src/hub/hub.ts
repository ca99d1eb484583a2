import { randomBytes } from 'node:crypto'
import { describeFault } from '../log.ts'
import type { Subscription, Verification } from '../store/store.ts'
import { toDelayMs } from './backoff.ts'
import { exchange } from './client.ts'
import type { ExchangeResult } from './client.ts'
import { Deliveries } from './delivery.ts'
import type { DeliverySettings } from './delivery.ts'
import { Loop } from './loop.ts'
import { readWish, withParameters } from './request.ts'

export type HubLimits = {
  readonly subscriptionsPerHostMax: number
  /** Requests that wait to be verified. */
  readonly verificationsMax: number
  readonly verificationsPerHostMax: number
  /** Exchanges at the same time. */
  readonly exchangesMax: number
  readonly exchangesPerHostMax: number
  /** A subscriber may take so long to answer. */
  readonly answerMs: number
  readonly verifyAttemptsMax: number
  readonly retry: { readonly firstMs: number; readonly capMs: number }
  /** How long deliveries in flight may take once the hub is to stop. */
  readonly stopMs: number
}

const hubLimits: HubLimits = {
  subscriptionsPerHostMax: 100,
  verificationsMax: 500,
  verificationsPerHostMax: 20,
  exchangesMax: 32,
  exchangesPerHostMax: 4,
  answerMs: 10_000,
  verifyAttemptsMax: 3,
  retry: { firstMs: 1_000, capMs: 3_600_000 },
  stopMs: 2_000,
}

export type HubSettings = DeliverySettings & {
  readonly allowsPrivate: boolean
  readonly subscriptionsMax: number
  readonly now: () => number
  readonly log: { fault(sentence: string): void }
  readonly limits?: Partial<HubLimits>
}

/** What a request to the hub is answered; one plain sentence. */
export type HubAnswer = {
  readonly status: 202 | 400 | 503
  readonly sentence: string
}

const answerBytesMax = 4096
/** Due at the same moment; the others follow. */
const batchMax = 512

/**
 * The built-in hub: takes subscriptions to the feeds, verifies them, and delivers what changes. All it
 * owes is in the store, so a delivery that was not answered before the end of a process is made by the next.
 * Source: WebSub (W3C Recommendation, 23 January 2018).
 */
export class BuiltinHub implements AsyncDisposable {
  readonly #settings: HubSettings
  readonly #limits: HubLimits
  readonly #deliveries: Deliveries
  readonly #stop = new AbortController()
  readonly #loop: Loop
  /** By what they are about; and how many there are of each host. */
  readonly #inFlight = new Map<string, Promise<void>>()
  readonly #hosts = new Map<string, number>()

  constructor(settings: HubSettings) {
    this.#settings = settings
    this.#limits = { ...hubLimits, ...settings.limits }
    this.#deliveries = new Deliveries(settings)
    this.#loop = new Loop(
      () => this.#start(),
      (error) => this.#sayFault(error),
    )
    this.ring()
  }

  /** Something may have been published. */
  ring(): void {
    this.#loop.ring()
  }

  /**
   * Takes a request; whether it is granted shows later, at the callback.
   * Source: WebSub §5.1, §5.2.
   * @param form `application/x-www-form-urlencoded`
   */
  async take(form: string): Promise<HubAnswer> {
    const { store } = this.#settings
    const wish = readWish(form, this.#settings)
    if (typeof wish === 'string') return { status: 400, sentence: `${wish}.` }
    const { mode, callback, path, host, secret, leaseS } = wish
    const { verificationsMax, verificationsPerHostMax } = this.#limits
    const isBusy =
      (await store.countVerifications()) >= verificationsMax ||
      (await store.countVerifications(host)) >= verificationsPerHostMax
    if (isBusy) return { status: 503, sentence: 'Too many requests wait; try again later.' }
    const reason = mode === 'subscribe' ? await this.#toDenial(wish) : undefined
    await store.ask({
      callback,
      path,
      host,
      secret,
      leaseS,
      reason,
      mode: reason === undefined ? mode : 'denied',
      attempts: 0,
      nextAtMs: 0,
    })
    this.ring()
    return { status: 202, sentence: 'The request is being verified.' }
  }

  /** Deliveries in flight may end, within a limit. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#loop[Symbol.asyncDispose]()
    const end = setTimeout(() => this.#stop.abort(), this.#limits.stopMs)
    await Promise.all(this.#inFlight.values())
    clearTimeout(end)
    this.#stop.abort()
  }

  /** Why there is no subscription for this; `undefined` when there may be one. Source: WebSub §5.2. */
  async #toDenial(wish: {
    readonly callback: string
    readonly path: string
    readonly folder: string
    readonly host: string
  }): Promise<string | undefined> {
    const { store, now, subscriptionsMax } = this.#settings
    const { callback, path, folder, host } = wish
    if (folder !== '' && !(await store.isFeed(folder))) return 'there is no such feed'
    if ((await store.subscription(callback, path)) !== undefined) return undefined
    const isFull =
      (await store.countSubscriptions(now())) >= subscriptionsMax ||
      (await store.countSubscriptions(now(), host)) >= this.#limits.subscriptionsPerHostMax
    return isFull ? 'there are too many subscriptions' : undefined
  }

  /** Begins what is due, as much as may be in flight. @returns when more will be due */
  async #start(): Promise<number | undefined> {
    const { store, now } = this.#settings
    const nowMs = now()
    await store.expire(nowMs)
    // Whoever ends rings.
    if (this.#inFlight.size >= this.#limits.exchangesMax) return undefined
    for (const request of await store.dueVerifications(nowMs, batchMax)) {
      this.#begin(`verify ${request.callback} ${request.path}`, request.host, () =>
        this.#verify(request),
      )
    }
    for (const subscription of await store.dueDeliveries(nowMs, batchMax)) {
      this.#begin(`deliver ${subscription.callback} ${subscription.path}`, subscription.host, () =>
        this.#deliver(subscription),
      )
    }
    const nextAtMs = await store.nextDueAtMs(nowMs)
    return nextAtMs === undefined
      ? undefined
      : Math.min(Math.max(nextAtMs - nowMs, 1), this.#limits.retry.capMs)
  }

  #begin(key: string, host: string, work: () => Promise<void>): void {
    const { exchangesMax, exchangesPerHostMax } = this.#limits
    const ofHost = this.#hosts.get(host) ?? 0
    if (this.#inFlight.has(key) || this.#inFlight.size >= exchangesMax) return
    if (ofHost >= exchangesPerHostMax) return
    this.#hosts.set(host, ofHost + 1)
    const end = () => {
      this.#inFlight.delete(key)
      const left = (this.#hosts.get(host) ?? 1) - 1
      if (left === 0) this.#hosts.delete(host)
      else this.#hosts.set(host, left)
      this.ring()
    }
    this.#inFlight.set(
      key,
      work()
        .catch((error: unknown) => this.#sayFault(error))
        .finally(end),
    )
  }

  /** Source: WebSub §5.3, and §5.2 for what is denied. */
  async #verify(request: Verification): Promise<void> {
    const { store, baseUrl, now } = this.#settings
    const { callback, path, mode, leaseS, reason } = request
    const challenge = randomBytes(24).toString('base64url')
    const result = await this.#exchange({
      method: 'GET',
      url: withParameters(callback, {
        'hub.mode': mode,
        'hub.topic': baseUrl + path,
        ...(mode === 'denied' ? { 'hub.reason': reason ?? '' } : { 'hub.challenge': challenge }),
        ...(mode === 'subscribe' ? { 'hub.lease_seconds': String(leaseS) } : {}),
      }),
    })
    if (this.#stop.signal.aborted) return
    const attempts = request.attempts + 1
    if (isPassing(result) && attempts < this.#limits.verifyAttemptsMax) {
      const nextAtMs = now() + toDelayMs(attempts, this.#limits.retry)
      await store.ask({ ...request, attempts, nextAtMs })
      return
    }
    const isMeant =
      result.kind === 'answer' &&
      isSuccess(result.status) &&
      Buffer.from(result.body).toString() === challenge
    if (mode === 'unsubscribe' && isMeant) await store.unsubscribe(callback, path)
    if (mode === 'subscribe' && isMeant) {
      const { host, secret } = request
      const folder = path.slice(0, path.lastIndexOf('/') + 1)
      const denial = await this.#toDenial({ callback, path, folder, host })
      const expiresAtMs = now() + leaseS * 1000
      if (denial === undefined) {
        await store.subscribe({ callback, path, folder, host, secret, expiresAtMs })
      }
    }
    await store.decide(request)
  }

  /** Source: WebSub §7. */
  async #deliver(subscription: Subscription): Promise<void> {
    const { store, now } = this.#settings
    const { callback, path } = subscription
    const delivery = await this.#deliveries.make(subscription)
    if (delivery.content === undefined) {
      await store.writeDelivery({ ...subscription, told: delivery.told, attempts: 0, nextAtMs: 0 })
      return
    }
    const { headers, body } = delivery.content
    const result = await this.#exchange({ method: 'POST', url: callback, headers, body })
    if (this.#stop.signal.aborted && result.kind === 'none') return
    const status = result.kind === 'answer' ? result.status : 0
    if (isSuccess(status)) {
      await store.writeDelivery({ ...subscription, told: delivery.told, attempts: 0, nextAtMs: 0 })
    } else if (status === 410) {
      await store.unsubscribe(callback, path)
    } else {
      const attempts = subscription.attempts + 1
      const nextAtMs = now() + toDelayMs(attempts, this.#limits.retry)
      await store.writeDelivery({ ...subscription, attempts, nextAtMs })
    }
  }

  async #exchange(asked: {
    readonly method: 'GET' | 'POST'
    readonly url: string
    readonly headers?: Readonly<Record<string, string>>
    readonly body?: Uint8Array
  }): Promise<ExchangeResult> {
    return await exchange({
      ...asked,
      timeoutMs: this.#limits.answerMs,
      bodyBytesMax: answerBytesMax,
      isPublicOnly: !this.#settings.allowsPrivate,
      stop: this.#stop.signal,
    })
  }

  #sayFault(error: unknown): void {
    this.#settings.log.fault(`the hub cannot go on now: ${describeFault(error)}`)
  }
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}

/** A failure that may be over soon. */
function isPassing(result: ExchangeResult): boolean {
  return result.kind === 'none' || result.status >= 500 || result.status === 429
}
