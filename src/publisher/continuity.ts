import { feedFiles } from '../core/feed/feed.ts'
import { readPublishedFeed } from '../core/feed/read-feed.ts'
import type { Output } from '../out/folder.ts'
import type { LiveEntry, Store } from '../store/store.ts'

/** Feeds whose entries are remembered; of others the published document is read. */
const feedsMax = 1_000
/** Characters of a title that tell which entry is meant. */
const titleLengthMax = 40

/** What subscribers know of an entry. */
type Known = ReadonlyMap<string, { readonly address: string; readonly title: string }>

/**
 * Compares each feed with what was published last in its place. An entry leaves a feed because it was
 * deleted, expired, went to the archive or left the category, all of which the store knows; one that the
 * store knows nothing of was lost, or its id was changed, and readers would show all of it again.
 */
export class Continuity {
  readonly #store: Store
  readonly #output: Output
  readonly #isAccepted: boolean
  /** By folder, in the order of their last use. */
  readonly #published = new Map<string, Known>()

  /** @param isAccepted a person has said that such changes are meant */
  constructor(store: Store, output: Output, isAccepted: boolean) {
    this.#store = store
    this.#output = output
    this.#isAccepted = isAccepted
  }

  /** @returns what is wrong with it if the feed of this folder shows these entries next, in words */
  async check(folder: string, entries: readonly LiveEntry[]): Promise<string | undefined> {
    if (this.#isAccepted) return undefined
    const published = this.#published.get(folder) ?? this.#read(folder)
    const shown = new Set(entries.map(({ id }) => id))
    const missing = [...published.keys()].filter((id) => !shown.has(id))
    if (missing.length === 0) return undefined
    const known = new Set((await this.#store.entries(missing)).map(({ id }) => id))
    const lost = missing.filter((id) => !known.has(id))
    const [id] = lost
    const entry = id === undefined ? undefined : published.get(id)
    if (id === undefined || entry === undefined) return undefined
    const others = lost.length > 1 ? `, and ${lost.length - 1} more` : ''
    const heir = entries.find(({ permalink }) => entry.address.endsWith(`/${permalink}`))
    const title = entry.title.slice(0, titleLengthMax)
    const what =
      heir === undefined
        ? `"${title}" (${id}) would vanish, though nobody deleted it`
        : `the id of "${title}" would change from ${id} to ${heir.id}`
    return `${what}${others}`
  }

  /** The feed of this folder is to show these entries next; should that fail, all is opened anew. */
  note(folder: string, entries: readonly LiveEntry[]): void {
    this.#published.delete(folder)
    const known = entries.map(({ id, permalink, title }) => {
      return [id, { address: `/${permalink}`, title }] as const
    })
    this.#published.set(folder, new Map(known))
    for (const oldest of this.#published.keys()) {
      if (this.#published.size <= feedsMax) break
      this.#published.delete(oldest)
    }
  }

  #read(folder: string): Known {
    const bytes = this.#output.read(folder + feedFiles.atom.name)
    const feed = bytes && readPublishedFeed(Buffer.from(bytes).toString())
    const known = (feed?.entries ?? []).map(({ id, page, link, title }) => {
      return [id, { address: page ?? link, title }] as const
    })
    return new Map(known)
  }
}
