import type { IncomingMessage } from 'node:http'
import { isIPv4 } from 'node:net'

/** What of a request says where it comes from. */
export type Origin = Pick<IncomingMessage, 'headers' | 'rawHeaders'> & {
  readonly socket: { readonly remoteAddress?: string | undefined }
}

/** Headers by which proxies, caches and content networks say for whom they ask. */
const proxyHeader =
  /^(?:forwarded|via|x-forwarded(?:-.*)?|x-real-ip|x-client-ip|x-cluster-client-ip|x-original-.*|x-proxy.*|proxy-.*|client-ip|true-client-ip|fastly-client-ip|cf-.*|cdn-loop|max-forwards)$/u

/**
 * Says whether a person or program on this very machine asks, by no other's hand:
 *
 * - the connection comes from a loopback address (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3),
 * - no header tells of a proxy, since one on this machine asks from a loopback address too,
 * - `Host` names this machine, or a name of somebody else was made to lead here (DNS rebinding),
 * - no page of another origin asks (Fetch Metadata; RFC 6454 §7).
 */
export function isFromThisMachine({ headers, rawHeaders, socket }: Origin): boolean {
  if (!isLoopbackAddress(socket.remoteAddress ?? '')) return false
  if (Object.keys(headers).some((name) => proxyHeader.test(name))) return false
  // Of two, nobody knows which one a proxy went by.
  const hosts = rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'host')
  const host = headers.host ?? ''
  if (hosts.length !== 1 || !isLoopbackHost(host)) return false
  const origin = headers.origin
  if (origin !== undefined && origin !== `http://${host}`) return false
  const site = headers['sec-fetch-site'] ?? 'none'
  return site === 'none' || site === 'same-origin' || headers['sec-fetch-mode'] === 'navigate'
}

/** Says whether an absolute address can only be meant for this machine. */
export function isLoopbackUrl(url: string): boolean {
  return isLoopbackHost(new URL(url).host)
}

/** `name` or `name:port`, as in `Host`. */
function isLoopbackHost(host: string): boolean {
  const match = /^(localhost|\[[0-9a-f:.]+\]|[0-9.]+)(?::\d{1,5})?$/iu.exec(host)
  const name = match?.[1]?.toLowerCase() ?? ''
  return name === 'localhost' || isLoopbackAddress(name.replace(/^\[(.*)\]$/u, '$1'))
}

function isLoopbackAddress(address: string): boolean {
  const plain = address.replace(/^::ffff:(?=[0-9.]+$)/iu, '')
  return plain === '::1' || (isIPv4(plain) && plain.startsWith('127.'))
}
