import { feedFiles } from '../core/feed/feed.ts'
import { readPublishedFeed, readPublishedIds } from '../core/feed/read-feed.ts'
import type { Output } from '../out/folder.ts'
import type { LiveEntry, Store } from '../store/store.ts'
import type { PublishedPieces } from './published-pieces.ts'

/** Feeds whose entries are remembered; of others the published document is read. */
const feedsMax = 1_000
/** Characters of a title that tell which entry is meant. */
const titleLengthMax = 40

type ContinuityParts = {
  readonly store: Store
  readonly output: Output
  readonly pieces: PublishedPieces
}

/**
 * Compares each feed with what was published last in its place. An entry leaves a feed because it was
 * deleted, expired, went to the archive or left the category, all of which the store knows; one that the
 * store knows nothing of was lost, or its id was changed, and readers would show all of it again.
 */
export class Continuity {
  readonly #store: Store
  readonly #output: Output
  readonly #pieces: PublishedPieces
  readonly #isAccepted: boolean
  /** By folder, in the order of their last use. */
  readonly #published = new Map<string, ReadonlySet<string>>()

  /** @param isAccepted a person has said that such changes are meant */
  constructor({ store, output, pieces }: ContinuityParts, isAccepted: boolean) {
    this.#store = store
    this.#output = output
    this.#pieces = pieces
    this.#isAccepted = isAccepted
  }

  /** @returns what is wrong with it if the feed of this folder shows these entries next, in words */
  async check(folder: string, entries: readonly LiveEntry[]): Promise<string | undefined> {
    if (this.#isAccepted) return undefined
    const published = this.#published.get(folder) ?? new Set(await this.#readIds(folder))
    const shown = new Set(entries.map(({ id }) => id))
    const missing = [...published].filter((id) => !shown.has(id))
    if (missing.length === 0) return undefined
    const known = new Set((await this.#store.entries(missing)).map(({ id }) => id))
    const lost = missing.filter((id) => !known.has(id))
    return lost.length === 0 ? undefined : this.#describe(folder, lost, entries)
  }

  /** The feed of this folder is to show these entries next; should that fail, all is opened anew. */
  note(folder: string, entries: readonly LiveEntry[]): void {
    this.#published.delete(folder)
    this.#published.set(folder, new Set(entries.map(({ id }) => id)))
    for (const oldest of this.#published.keys()) {
      if (this.#published.size <= feedsMax) break
      this.#published.delete(oldest)
    }
  }

  #describe(folder: string, lost: readonly string[], entries: readonly LiveEntry[]): string {
    const [id = ''] = lost
    const published = readPublishedFeed(this.#read(folder))?.entries.find((each) => each.id === id)
    const title = published?.title.slice(0, titleLengthMax) ?? 'an entry'
    const address = published?.page ?? published?.link
    const heir = entries.find(({ permalink }) => address?.endsWith(`/${permalink}`) === true)
    const others = lost.length > 1 ? `, and ${lost.length - 1} more` : ''
    return heir === undefined
      ? `"${title}" (${id}) would vanish, though nobody deleted it${others}`
      : `the id of "${title}" would change from ${id} to ${heir.id}${others}`
  }

  async #readIds(folder: string): Promise<readonly string[]> {
    return (await this.#pieces.readIds(folder)) ?? readPublishedIds(this.#read(folder))
  }

  #read(folder: string): string {
    return Buffer.from(this.#output.read(folder + feedFiles.atom.name) ?? []).toString()
  }
}
