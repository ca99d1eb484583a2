import { createHash } from 'node:crypto'
import { exchange } from './client.ts'

/** The digest of a document as it is compared with what its public address serves. */
export function toDigest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url')
}

/** A feed may be as large as any that is published. */
const bodyBytesMax = 64 * 1024 * 1024
const timeoutMs = 10_000
/** Servers of several processes may each keep an older version; at the same time some of them are met. */
const confirmations = 3

/** `other`: it serves something else there, if only to some. */
export type Served = 'yes' | 'other' | 'unknown'

/**
 * Looks whether a public address serves a document: a hub that comes too early sees nothing new.
 * @param url absolute
 * @param digest of the document, from `toDigest`
 */
export async function lookAtServed(
  url: string,
  digest: string,
  stop: AbortSignal,
): Promise<Served> {
  const ask = async (): Promise<Served> => {
    const result = await exchange({
      method: 'GET',
      url,
      headers: { 'Cache-Control': 'no-cache', Pragma: 'no-cache', 'Accept-Encoding': 'identity' },
      timeoutMs,
      bodyBytesMax,
      isPublicOnly: false,
      stop,
    })
    if (result.kind !== 'answer' || result.status !== 200) return 'unknown'
    return toDigest(result.body) === digest ? 'yes' : 'other'
  }
  const first = await ask()
  if (first !== 'yes') return first
  const others = await Promise.all(Array.from({ length: confirmations }, ask))
  return others.find((served) => served !== 'yes') ?? 'yes'
}
