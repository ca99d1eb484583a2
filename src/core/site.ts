import type { Author } from './article/article.ts'

/** What the whole publication has in common; made from the settings and the store. */
export type Site = {
  /** `urn:uuid:…`, minted once, kept in the store; the id of the Atom feed. */
  readonly id: string
  readonly title: string
  readonly subtitle?: string | undefined
  /** Absolute http(s) address of `out/`, ends with `/`. */
  readonly baseUrl: string
  /** BCP 47 tag of the feed; the setting, else the most common one. */
  readonly language?: string | undefined
  readonly author?: Author | undefined
  readonly copyright?: string | undefined
  /** Absolute addresses. */
  readonly image?: string | undefined
  readonly icon?: string | undefined
  /** When the store was made: the date of a feed without entries. */
  readonly createdAtMs: number
}
