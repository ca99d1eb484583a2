import type { Settings } from '../config.ts'
import { isLoopback } from '../hub/addresses.ts'
import type { RenderPart } from '../hub/delivery.ts'
import type { AnnouncementStore, HubStore } from '../store/store.ts'

/** What hubs work from. */
export type HubSource = {
  readonly store: HubStore
  readonly render: RenderPart
  /** The addresses that the feeds name. */
  readonly named: () => readonly string[]
  /** Files are being replaced, and not all who show them have been told. */
  readonly isPublishing: () => boolean
}

/** The path at which `watch` runs the built-in hub, below the base address; no document has it. */
export const hubPath = 'hub'

export function toBuiltinAddress({ baseUrl }: Settings): string {
  return baseUrl + hubPath
}

/**
 * The hubs elsewhere that are told of changes. While the feeds are at an address of this machine alone,
 * a hub elsewhere could not read them: only hubs of this machine are told then.
 */
export function toAnnouncedHubs({ hubs, baseUrl }: Settings): readonly string[] {
  if (!isLoopback(new URL(baseUrl))) return hubs.others
  return hubs.others.filter((address) => isLoopback(new URL(address)))
}

/** Who is told of changes. */
export function toAudience(settings: Settings): {
  readonly isAnnounced: boolean
  readonly isDelivered: boolean
} {
  const isAnnounced = toAnnouncedHubs(settings).length > 0
  return { isAnnounced, isDelivered: settings.hubs.isBuiltin }
}

/** The hubs that the feeds name: readers poll such a feed seldom, so a hub that fails for long is none. */
export async function toNamedHubs(
  settings: Settings,
  store: AnnouncementStore,
): Promise<readonly string[]> {
  const named = settings.hubs.isBuiltin ? [toBuiltinAddress(settings)] : []
  for (const address of toAnnouncedHubs(settings)) {
    if (!(await store.hub(address)).isLeftOut) named.push(address)
  }
  return named
}
