import type { Author } from '../article/article.ts'
import { formatRfc3339 } from '../dates.ts'
import type { Entry } from '../entry/entry.ts'
import { type Html, jsonData, markup } from './html.ts'
import { type PageSite, toWebAddress } from './page-site.ts'

type Surroundings = {
  readonly context: PageSite
  /** Absolute address of the page. */
  readonly address: string
  readonly authors: readonly Author[]
}

/**
 * What other programs are told of an article.
 * Source: The Open Graph protocol; schema.org/Article; JSON-LD 1.1 §7.
 */
export function renderArticleMetadata(entry: Entry, around: Surroundings): Html {
  const { site } = around.context
  const properties = [
    ['og:type', 'article'],
    ['og:title', entry.title],
    ['og:description', entry.summary],
    ['og:url', entry.link],
    ['og:site_name', site.title],
    ['og:image', toWebAddress(entry.image) ?? toWebAddress(site.image) ?? ''],
    ['article:published_time', formatRfc3339(entry.publishedAtMs)],
    ['article:modified_time', formatRfc3339(entry.updatedAtMs)],
    ...entry.categories.map(({ label }) => ['article:tag', label] as const),
  ] as const
  const lines = properties
    .filter(([, value]) => value !== '')
    .map(([name, value]) => markup`<meta property="${name}" content="${value}">\n`)
  const data = jsonData(toLinkedData(entry, around))
  return markup`${lines}<script type="application/ld+json">${data}</script>`
}

function toLinkedData(entry: Entry, { context, address, authors }: Surroundings): object {
  const { site } = context
  const persons = authors.map(({ name, url }) => {
    return { '@type': 'Person', name, url: toWebAddress(url) }
  })
  const labels = entry.categories.map(({ label }) => label)
  return {
    '@context': 'https://schema.org',
    '@type': 'Article',
    headline: entry.title,
    description: entry.summary === '' ? undefined : entry.summary,
    datePublished: formatRfc3339(entry.publishedAtMs),
    dateModified: formatRfc3339(entry.updatedAtMs),
    inLanguage: entry.language,
    author: persons.length === 0 ? undefined : persons,
    publisher: { '@type': 'Organization', name: site.title, url: site.baseUrl },
    image: toWebAddress(entry.image),
    keywords: labels.length === 0 ? undefined : labels,
    url: entry.link,
    mainEntityOfPage: address,
  }
}
