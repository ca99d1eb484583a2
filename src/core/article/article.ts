import type { Problem } from '../problem.ts'

/** The form an author wrote in, told by the file's ending. */
export type ArticleFormat = 'plain' | 'markdown' | 'html'

/** An author's file as it was read, whole. */
export type ArticleFile = {
  /** Path inside the inbox, `/` between folders, printable on one line. */
  readonly path: string
  readonly format: ArticleFormat
  readonly bytes: Uint8Array
}

export type Author = {
  readonly name: string
  readonly email?: string | undefined
  /** Absolute address. */
  readonly url?: string | undefined
}

/** The settings that decide how an article is read. */
export type ReadingRules = {
  /** IANA name; for dates without a zone. */
  readonly timezone: string
  /** BCP 47 tag; used where a language is neither given nor detected. */
  readonly language?: string | undefined
  /** Categories that one article may have. */
  readonly categoriesMax: number
}

/** An article in its author's own terms: nothing here depends on the base address, the clock or other articles. */
export type Article = {
  readonly path: string
  readonly format: ArticleFormat
  /** The author's own id (front matter `id`). */
  readonly id?: string | undefined
  /** Plain text, one line, never empty. */
  readonly title: string
  /** When the author says it was published; milliseconds since 1970 UTC. */
  readonly publishedAtMs?: number | undefined
  /** When the author says it was last updated; never before `publishedAtMs`. */
  readonly updatedAtMs?: number | undefined
  /** When it is to be taken out again. */
  readonly expiresAtMs?: number | undefined
  /** BCP 47 tag, given or detected with certainty. */
  readonly language?: string | undefined
  readonly authors: readonly Author[]
  /** Labels as the author spelled them, without `#`, distinct by `toTerm`, in order of appearance. */
  readonly categories: readonly string[]
  /** Plain text, at most 300 graphemes when derived. */
  readonly summary: string
  /** The article's own absolute address elsewhere. */
  readonly link?: string | undefined
  /** The author's wish for the last part of the permalink. */
  readonly slug?: string | undefined
  /** Address of a picture, absolute or relative to the article's page. */
  readonly image?: string | undefined
  /** Clean HTML; addresses are as written when `hasRelativeAddresses`, else all absolute. */
  readonly bodyHtml: string
  readonly hasRelativeAddresses: boolean
}

export type ParsedArticle =
  | { readonly kind: 'article'; readonly article: Article; readonly problems: readonly Problem[] }
  | { readonly kind: 'draft' }
  /** At least one of the problems is `held`. */
  | { readonly kind: 'held'; readonly problems: readonly Problem[] }
