import { toDigest } from '../hub/served.ts'
import type { OutputFile } from '../out/folder.ts'
import type { FeedParts } from './feed-parts.ts'
import type { HubSource } from './named-hubs.ts'
import type { LiveEntry, Store } from '../store/store.ts'

/** Tells the store what each feed shows, as far as hubs need to know. */
export class FeedNotes {
  /** The addresses that the feeds name. */
  hubs: readonly string[] = []
  /** Files are being replaced, and not all who show them have been told. */
  isPublishing = false
  readonly #store: Store
  readonly #isAnnounced: boolean
  readonly #isDelivered: boolean

  /**
   * @param isAnnounced hubs elsewhere are told of changes
   * @param isDelivered the built-in hub is
   */
  constructor(
    store: Store,
    { isAnnounced, isDelivered }: { readonly isAnnounced: boolean; readonly isDelivered: boolean },
  ) {
    this.#store = store
    this.#isAnnounced = isAnnounced
    this.#isDelivered = isDelivered
  }

  /**
   * The main feeds are written each time; those of categories when they are to name other hubs than before.
   * @returns whether they are
   */
  async markOutdated(): Promise<boolean> {
    const hubs = this.hubs.length === 0 ? undefined : this.hubs.join(' ')
    if ((await this.#store.readValue('hubs-published')) === hubs) return false
    await this.#store.hubs.markCategoriesStale()
    await this.#store.writeValue('hubs-published', hubs)
    return true
  }

  /** The feeds of a folder are visible. */
  async note(
    folder: string,
    files: readonly OutputFile[],
    window: readonly LiveEntry[],
  ): Promise<void> {
    if (!this.#isAnnounced && !this.#isDelivered) return
    const announced = this.#isAnnounced ? files : []
    await this.#store.hubs.noteFeeds({
      folder,
      digests: new Map(announced.map(({ path, bytes }) => [path, toDigest(bytes)])),
      window: this.#isDelivered ? window : undefined,
    })
  }

  toHubSource(parts: FeedParts): HubSource {
    return {
      store: this.#store.hubs,
      render: (part) => parts.render(part, this.hubs),
      named: () => this.hubs,
      isPublishing: () => this.isPublishing,
    }
  }

  async forget(folder: string): Promise<void> {
    await this.#store.hubs.forgetFeeds(folder)
  }
}
