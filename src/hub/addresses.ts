import ipaddr from 'ipaddr.js'

/**
 * Says whether an IP address is one of the open internet: unicast, assigned, and of no special use;
 * forms that carry an IPv4 address in an IPv6 one (mapped, compatible, 6to4, Teredo, NAT64) are not.
 * Source: IANA IPv4 and IPv6 Special-Purpose Address Registries.
 * @param address as text; what is no address is not public
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  const parsed = ipaddr.parse(address)
  if (parsed.range() !== 'unicast') return false
  return parsed instanceof ipaddr.IPv4 || parsed.match(globalUnicast)
}

/** All of IPv6 that is given out (RFC 4291 §2.4, IANA IPv6 Global Unicast Address Assignments). */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3')

/** Says whether an address (or the name in a URL) leads to this machine itself. */
export function isLoopback({ hostname }: URL): boolean {
  const bare = toBareHost(hostname)
  if (bare === 'localhost' || bare.endsWith('.localhost')) return true
  return ipaddr.isValid(bare) && ipaddr.process(bare).range() === 'loopback'
}

/** The host of a URL without the brackets of IPv6 and the dot that may end a name. */
export function toBareHost(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/u, '$1').replace(/\.$/u, '')
}

/**
 * Says what is wrong with an address that a stranger wants requests sent to; `undefined` when nothing is
 * that can be seen from the address alone. Names are looked up, and what they lead to is judged, when
 * they are used. `URL` has turned decimal, octal and hexadecimal hosts into plain ones.
 */
export function refuseCallback(
  callback: string,
  { allowsPrivate }: { readonly allowsPrivate: boolean },
): string | undefined {
  if (callback.length > callbackLengthMax) return 'hub.callback is too long'
  if (!URL.canParse(callback)) return 'hub.callback is no address'
  const url = new URL(callback)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return 'hub.callback has to begin with http: or https:'
  }
  if (url.username !== '' || url.password !== '') return 'hub.callback may have no password'
  if (!isPlausiblePort(url)) return 'hub.callback has a port that no web server has'
  if (allowsPrivate) return undefined
  const bare = toBareHost(url.hostname)
  if (isLoopback(url) || (ipaddr.isValid(bare) && !isPublicAddress(bare))) {
    return 'hub.callback is no public address'
  }
  return undefined
}

const callbackLengthMax = 2048

/** The ports of the web, and those that anybody may use but for what other services are known by. */
function isPlausiblePort({ port }: URL): boolean {
  return ['', '80', '443'].includes(port) || (Number(port) >= 1024 && !otherPorts.has(Number(port)))
}

/** Source: Fetch Standard, "bad port", from 1024 on, and well-known databases. */
const otherPorts = new Set([
  1433, 1521, 1719, 1720, 1723, 2049, 2375, 2379, 3306, 3389, 3659, 4045, 4190, 5060, 5061, 5432,
  5672, 6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 9042, 10080, 11211, 27017,
])
