import { lookup as lookUp } from 'node:dns'
import type { LookupAddress } from 'node:dns'
import { request as requestHttp } from 'node:http'
import type { IncomingMessage, RequestOptions } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isPublicAddress, toBareHost } from './addresses.ts'
import { isIP } from 'node:net'

export type Exchange = {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  /** For the whole exchange, from the first look-up of the name. */
  readonly timeoutMs: number
  /** A longer body is cut off. */
  readonly bodyBytesMax: number
  /** Nothing is sent to addresses that are not public. */
  readonly isPublicOnly: boolean
  readonly stop: AbortSignal
}

export type ExchangeResult =
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly body: Uint8Array
      /** There was more than `bodyBytesMax`. */
      readonly isCut: boolean
    }
  /** In a few words. */
  | { readonly kind: 'none'; readonly reason: string }

/**
 * Asks another server once: a connection of its own, no redirect followed, nothing decompressed. A name is
 * looked up once, and the connection goes to the very address that was judged, so that a name that leads
 * elsewhere a moment later deceives nobody; TLS still checks the name.
 */
export async function exchange(asked: Exchange): Promise<ExchangeResult> {
  const url = new URL(asked.url)
  const bare = toBareHost(url.hostname)
  if (asked.isPublicOnly && isIP(bare) !== 0 && !isPublicAddress(bare)) return notPublic
  const { promise, resolve } = Promise.withResolvers<ExchangeResult>()
  const signal = AbortSignal.any([asked.stop, AbortSignal.timeout(asked.timeoutMs)])
  const send = url.protocol === 'https:' ? requestHttps : requestHttp
  const sent = send(url, {
    method: asked.method,
    agent: false,
    signal,
    maxHeaderSize: headerBytesMax,
    headers: {
      'User-Agent': 'dropfeed',
      Connection: 'close',
      ...asked.headers,
      ...(asked.body === undefined ? {} : { 'Content-Length': String(asked.body.length) }),
    },
    ...(asked.isPublicOnly ? { lookup: lookUpPublic } : {}),
  })
  sent.on('error', (error) => resolve({ kind: 'none', reason: toReason(error) }))
  // A connection that ends without a response, as one that was to become something else than HTTP.
  let hasResponse = false
  sent.on('close', () => {
    if (!hasResponse) resolve({ kind: 'none', reason: toReason(undefined) })
  })
  sent.on('response', (response) => {
    hasResponse = true
    readBody(response, asked.bodyBytesMax).then(resolve, (error: unknown) =>
      resolve({ kind: 'none', reason: toReason(error) }),
    )
  })
  sent.end(asked.body)
  const result = await promise
  sent.destroy()
  return result
}

async function readBody(response: IncomingMessage, bytesMax: number): Promise<ExchangeResult> {
  const parts: Uint8Array[] = []
  let length = 0
  const status = response.statusCode ?? 0
  for await (const part of response) {
    // Without an encoding a response gives buffers.
    const bytes = part as Uint8Array
    parts.push(bytes)
    length += bytes.length
    if (length > bytesMax) break
  }
  const body = Buffer.concat(parts).subarray(0, bytesMax)
  return { kind: 'answer', status, body, isCut: length > bytesMax }
}

const headerBytesMax = 16 * 1024

const notPublic = { kind: 'none', reason: 'its address is not public' } as const

/** As `dns.lookup`, without the addresses that are not public. */
const lookUpPublic: NonNullable<RequestOptions['lookup']> = (hostname, options, give) => {
  lookUp(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) {
      give(error, '', 0)
      return
    }
    const open = addresses.filter(({ address }) => isPublicAddress(address))
    // One that is not public among others is no accident, so none is taken.
    const [first] = open
    if (first === undefined || open.length < addresses.length) {
      give(Object.assign(new Error(notPublic.reason), { code: 'ENOTPUBLIC' }), '', 0)
    } else if (options.all === true) give(null, open satisfies LookupAddress[])
    else give(null, first.address, first.family)
  })
}

const reasons: Readonly<Record<string, string>> = {
  ABORT_ERR: 'no answer in time',
  ECONNREFUSED: 'refuses connections',
  ECONNRESET: 'closed the connection',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'its name cannot be looked up now',
  EHOSTUNREACH: 'cannot be reached',
  ENETUNREACH: 'cannot be reached',
  ETIMEDOUT: 'no answer in time',
  ENOTPUBLIC: notPublic.reason,
}

function toReason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return reasons[code] ?? (code === '' ? 'no proper answer' : `no proper answer (${code})`)
}
