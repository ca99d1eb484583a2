import { toTerm } from '../core/article/hashtags.ts'
import { feedFiles } from '../core/feed/feed.ts'
import type { Site } from '../core/site.ts'
import type { Output } from '../out/folder.ts'
import type { Store } from '../store/store.ts'
import type { Renderings } from './renderings.ts'

type OutdatedParts = {
  readonly store: Store
  readonly output: Output
  readonly renderings: Renderings
  readonly rules: {
    readonly site: Site
    readonly categories: { readonly alias: Readonly<Record<string, string>> }
  }
}

/** Entries looked at together. */
const entriesMax = 200

/** Makes stale what no change of entries does: all that was published otherwise than it would be now. */
export class Outdated {
  readonly #parts: OutdatedParts
  /** That it is missing is known, then, and the rest is not written again for it. */
  isFeedRefused = false

  constructor(parts: OutdatedParts) {
    this.#parts = parts
  }

  /** @param fingerprint of the settings, and of this version of the program; with another one all is stale */
  async markOtherRules(fingerprint: string): Promise<void> {
    const { store, renderings, rules } = this.#parts
    if ((await store.readValue('rendering-rules')) === fingerprint) return
    for (const label of Object.values(rules.categories.alias)) {
      await store.publication.relabelCategory(toTerm(label), label)
    }
    let after: string | undefined
    for (;;) {
      const records = await store.publication.entriesAfter(after, entriesMax)
      if (records.length === 0) break
      await store.publication.recategorize(await renderings.toCategories(records))
      after = records.at(-1)?.id
    }
    renderings.forgetLabels()
    await store.pieces.forgetAll()
    await store.publication.markAllStale()
    await store.writeValue('rendering-rules', fingerprint)
  }

  /**
   * Where the main feed is missing, or is to speak another language than before, all is to be written.
   * @returns whether that is so
   */
  async mark(): Promise<boolean> {
    const { store, output } = this.#parts
    const isNew = !this.isFeedRefused && !output.has(feedFiles.atom.name)
    const language = (await this.language()) ?? ''
    if (!isNew && (await store.readValue('pages-language')) === language) return false
    await store.publication.markAllStale()
    await store.writeValue('pages-language', language)
    return true
  }

  /** That of the feed: the setting, else the common one. */
  async language(): Promise<string | undefined> {
    const { store, rules } = this.#parts
    return rules.site.language ?? (await store.commonLanguage())
  }

  /** All is published in this language, and stays so while another one is hardly more common. */
  async keepLanguage(): Promise<void> {
    const { store, rules } = this.#parts
    const language = rules.site.language === undefined ? await store.commonLanguage() : undefined
    if ((await store.readValue('feed-language')) === language) return
    await store.writeValue('feed-language', language)
  }
}
