import type { Article, Author } from '../article/article.ts'
import { toAbsoluteHtml } from '../article/body.ts'
import { toTerm } from '../article/hashtags.ts'
import type { Site } from '../site.ts'

/** `term` tells categories apart (case, width and composition folded); `label` is what people read. */
export type Category = {
  readonly term: string
  readonly label: string
}

/** The normalized article: what every feed and page says of it. One value for each version. */
export type Entry = {
  /** Byte for byte the same in every document, for good (RFC 4287 §4.2.6). */
  readonly id: string
  readonly title: string
  /** Absolute address: the article's own link, else its permalink. */
  readonly link: string
  /** Absolute address of its page, where that is not its link. */
  readonly page?: string | undefined
  readonly publishedAtMs: number
  /** Distinct among all entries, never before `publishedAtMs`. */
  readonly updatedAtMs: number
  readonly language?: string | undefined
  readonly authors: readonly Author[]
  readonly categories: readonly Category[]
  readonly summary: string
  /** Absolute address of a picture. */
  readonly image?: string | undefined
  /** Clean HTML, all addresses absolute; may be empty. */
  readonly contentHtml: string
}

/** The settings that tidy categories. */
export type CategoryRules = {
  /** Labels that are never categories. */
  readonly ignore: readonly string[]
  /** From a label as written to the label to use instead. */
  readonly alias: Readonly<Record<string, string>>
}

/** Turns an article's own labels into categories; rules and known labels are folded once. */
export type ToCategories = (labels: readonly string[]) => readonly Category[]

/**
 * Prepares the tidying of categories: what is ignored goes, what has an alias is renamed, what
 * differs in case, width or composition only is one, and its label is the first spelling known.
 * @param labelOf gives the first spelling seen of a term, if there is one; it is asked once for a label
 */
export function categoryTidier(
  rules: CategoryRules,
  labelOf: (term: string) => string | undefined,
): ToCategories {
  const ignored = new Set(rules.ignore.map((label) => toTerm(label)))
  const aliases = new Map(Object.entries(rules.alias).map(([from, to]) => [toTerm(from), to]))
  const labels = new Map(Object.values(rules.alias).map((label) => [toTerm(label), label]))
  const toCategory = (written: string): Category | undefined => {
    const alias = aliases.get(toTerm(written))
    const term = toTerm(alias ?? written)
    if (ignored.has(term) || ignored.has(toTerm(written))) return undefined
    return { term, label: labels.get(term) ?? labelOf(term) ?? written }
  }
  // Folding costs more than all else here, and the same labels come again and again.
  const known = new Map<string, Category | undefined>()
  return (written) => {
    const categories = new Map<string, Category>()
    for (const label of written) {
      if (!known.has(label)) {
        if (known.size >= knownLabelsMax) known.clear()
        known.set(label, toCategory(label))
      }
      const category = known.get(label)
      if (category !== undefined && !categories.has(category.term)) {
        categories.set(category.term, category)
      }
    }
    return [...categories.values()]
  }
}

const knownLabelsMax = 20_000

/** What the catalogue adds to an article to make it an entry. */
export type Registration = {
  readonly id: string
  readonly publishedAtMs: number
  readonly updatedAtMs: number
  /** Path below the base address: `articles/2026/01/title.html`. */
  readonly permalink: string
}

/** Makes the entry of an article: absolute addresses, settings applied, identity and dates as registered. */
export function toEntry(
  article: Article,
  registration: Registration,
  site: Site,
  toCategories: ToCategories,
): Entry {
  const page = new URL(registration.permalink, site.baseUrl).href
  const link = article.link ?? page
  return {
    id: registration.id,
    title: article.title,
    link,
    page: link === page ? undefined : page,
    publishedAtMs: registration.publishedAtMs,
    updatedAtMs: Math.max(registration.updatedAtMs, registration.publishedAtMs),
    language: article.language ?? site.language,
    authors: article.authors,
    categories: toCategories(article.categories),
    summary: article.summary,
    image: article.image === undefined ? undefined : new URL(article.image, link).href,
    contentHtml: article.hasRelativeAddresses
      ? toAbsoluteHtml(article.bodyHtml, link)
      : article.bodyHtml,
  }
}
