import { refuseCallback, toBareHost } from './addresses.ts'

/** What a subscriber asks of the built-in hub. */
export type Wish = {
  readonly mode: 'subscribe' | 'unsubscribe'
  readonly callback: string
  /** Of the callback. */
  readonly host: string
  /** Path of the feed below `out/`, and of its folder: '' or `categories/general/`. */
  readonly path: string
  readonly folder: string
  readonly secret: string | undefined
  readonly leaseS: number
}

/** `leaseS` when none is asked for, and the bounds that others are brought into. */
const leases = { leaseS: 864_000, minS: 300, maxS: 2_592_000 } as const

const secretBytesMax = 199

/** The feeds that can be subscribed to; a folder's name is that of a category (ASCII). */
const feedPath = /^((?:categories\/[\w-]{1,200}\/)?)(?:rss\.xml|atom\.xml|feed\.json)$/u

/**
 * Reads a request for a subscription, or for the end of one.
 * Source: WebSub §5.1.
 * @param baseUrl the publication's own, ends with `/`
 * @returns a text that says what is wrong with the request
 */
export function readWish(
  form: string,
  rules: { readonly baseUrl: string; readonly allowsPrivate: boolean },
): Wish | string {
  const fields = new URLSearchParams(form)
  const mode = fields.get('hub.mode')
  if (mode === 'publish') return 'this hub knows by itself what is published here'
  if (mode !== 'subscribe' && mode !== 'unsubscribe') {
    return 'hub.mode has to be subscribe or unsubscribe'
  }
  const callback = fields.get('hub.callback')
  if (callback === null) return 'hub.callback is missing'
  const refusal = refuseCallback(callback, rules)
  if (refusal !== undefined) return refusal
  const topic = fields.get('hub.topic') ?? ''
  const path = topic.startsWith(rules.baseUrl) ? topic.slice(rules.baseUrl.length) : ''
  const folder = feedPath.exec(path)?.[1]
  if (folder === undefined) return 'hub.topic is no feed of this site'
  const secret = fields.get('hub.secret') ?? ''
  if (Buffer.byteLength(secret) > secretBytesMax) return 'hub.secret is too long'
  const url = new URL(callback)
  url.hash = ''
  return {
    mode,
    callback: url.href,
    host: toBareHost(url.hostname),
    path,
    folder,
    secret: secret === '' ? undefined : secret,
    leaseS: toLease(fields.get('hub.lease_seconds')),
  }
}

/** What is no number counts as not given. */
function toLease(given: string | null): number {
  if (given === null || !/^\d{1,15}$/u.test(given)) return leases.leaseS
  const asked = Number(given)
  return asked === 0 ? leases.leaseS : Math.min(Math.max(asked, leases.minS), leases.maxS)
}

/**
 * Adds parameters to a callback, whose own query stays as it is.
 * Source: WebSub §5.1.1, §5.3.
 */
export function withParameters(
  callback: string,
  parameters: Readonly<Record<string, string>>,
): string {
  const added = new URLSearchParams(parameters).toString()
  return `${callback}${callback.includes('?') ? '&' : '?'}${added}`
}
