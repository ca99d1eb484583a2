import { createHmac } from 'node:crypto'
import { feedFiles } from '../core/feed/feed.ts'
import type { FeedFormat, Tombstone } from '../core/feed/feed.ts'
import type { FeedChange, Subscription, SubscriptionStore } from '../store/store.ts'

/** A feed document of only these entries and tombstones. */
export type FeedPart = {
  readonly format: FeedFormat
  readonly folder: string
  readonly ids: readonly string[]
  /** Only Atom carries them. */
  readonly tombstones: readonly Tombstone[]
}

/** @returns `undefined` when none of the entries is published any more and nothing else is left to say */
export type RenderPart = (part: FeedPart) => Promise<Uint8Array | undefined>

export type Delivery = {
  /** The number of the last change that is told with it. */
  readonly told: number
  /** None when there is nothing that this format can say. */
  readonly content?:
    { readonly headers: Readonly<Record<string, string>>; readonly body: Uint8Array } | undefined
}

export type DeliverySettings = {
  readonly store: SubscriptionStore
  /** Where others see `out/`; ends with `/`. */
  readonly baseUrl: string
  /** Of the hub; absolute. */
  readonly address: string
  /** Longer deliveries are made in parts. */
  readonly feedBytesMax: number
  readonly render: RenderPart
}

type Part = { readonly told: number; readonly body: Uint8Array | undefined }

/** Changes in one delivery. */
const changesMax = 500
/** Bodies kept for other subscribers to the same feed. */
const keptMax = 16

/** Makes what subscribers are sent: what changed in their feed since the last delivery, once for all who ask for the same. */
export class Deliveries {
  readonly #settings: DeliverySettings
  readonly #kept = new Map<string, Promise<Part>>()

  constructor(settings: DeliverySettings) {
    this.#settings = settings
  }

  /** Source: WebSub §7, §7.1. */
  async make(subscription: Subscription): Promise<Delivery> {
    const { baseUrl, address } = this.#settings
    const { path, secret } = subscription
    const { told, body } = await this.#toPart(subscription)
    if (body === undefined) return { told }
    const headers = {
      'Content-Type': toMediaType(toFormat(path)),
      Link: `<${address}>; rel="hub", <${baseUrl}${path}>; rel="self"`,
      ...(secret === undefined ? {} : { 'X-Hub-Signature': sign(body, secret) }),
    }
    return { told, content: { headers, body } }
  }

  async #toPart({ path, folder, told }: Subscription): Promise<Part> {
    const changes = await this.#settings.store.changesSince(folder, told, changesMax)
    const key = `${path} ${told} ${changes.at(-1)?.number ?? 0}`
    const kept = this.#kept.get(key)
    if (kept !== undefined) return await kept
    const part = this.#render({ path, folder, told }, changes)
    this.#kept.set(key, part)
    for (const old of this.#kept.keys()) {
      if (this.#kept.size <= keptMax) break
      this.#kept.delete(old)
    }
    try {
      return await part
    } catch (error) {
      this.#kept.delete(key)
      throw error
    }
  }

  /** What is longer than a feed may be is told in parts: the earlier changes first. */
  async #render(
    { path, folder, told }: Pick<Subscription, 'path' | 'folder' | 'told'>,
    changes: readonly FeedChange[],
  ): Promise<Part> {
    const { render, feedBytesMax } = this.#settings
    const format = toFormat(path)
    let some = changes
    for (;;) {
      const last = some.at(-1)?.number ?? told
      const ids = some.filter(({ kind }) => kind === 'put').map(({ id }) => id)
      const tombstones = format === 'atom' ? some.flatMap(toTombstone) : []
      if (ids.length + tombstones.length === 0) return { told: last, body: undefined }
      const body = await render({ format, folder, ids, tombstones })
      if (some.length === 1 || (body?.length ?? 0) <= feedBytesMax) return { told: last, body }
      some = some.slice(0, Math.ceil(some.length / 2))
    }
  }
}

function toTombstone(change: FeedChange): readonly Tombstone[] {
  if (change.kind !== 'gone' || change.deletedAtMs === undefined) return []
  return [{ id: change.id, deletedAtMs: change.deletedAtMs }]
}

function toFormat(path: string): FeedFormat {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const formats = ['rss', 'atom', 'json'] as const
  return formats.find((format) => feedFiles[format].name === name) ?? 'atom'
}

/** Media types of JSON take no charset (RFC 8259 §11). */
function toMediaType(format: FeedFormat): string {
  const { mediaType } = feedFiles[format]
  return format === 'json' ? mediaType : `${mediaType}; charset=utf-8`
}

function sign(body: Uint8Array, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
}
