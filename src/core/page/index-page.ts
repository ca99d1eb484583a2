import { renderFrame, renderSubscription } from './frame.ts'
import { type Html, markup, toDocument } from './html.ts'
import { type Place, renderCategories, renderTeasers } from './list.ts'
import {
  type CategoryLink,
  type PageSite,
  type Teaser,
  toAddress,
  toRoot,
  type Tongues,
  toTongues,
  toWebAddress,
} from './page-site.ts'
import { renderTime, tongueAttributes } from './tongue.ts'

type IndexPage = {
  /** The newest, in the order in which they are shown. */
  readonly entries: readonly Teaser[]
  /** All, in the order in which they are shown. */
  readonly categories: readonly CategoryLink[]
  /** The newest change of the site; milliseconds since 1970 UTC. */
  readonly updatedAtMs: number
}

/**
 * Renders `index.html`, the page that a feed calls its home: the newest entries, the categories, and how to
 * subscribe. It ends with a newline; the same input gives the same bytes.
 * @throws RangeError for an instant outside the years 0000 to 9999
 */
export function renderIndexPage(context: PageSite, page: IndexPage): string {
  const { site, timezone } = context
  const tongues = toTongues(site)
  const { words, tongue } = tongues.voice
  const place = { context, root: '', tongue: tongues.page }
  const chrome = tongueAttributes(tongue, tongues.page)
  const nothing = markup`<p${chrome}>${words.nothingYet}</p>\n`
  const entries = page.entries.length === 0 ? nothing : renderTeasers(page.entries, place)
  const time = renderTime(page.updatedAtMs, tongue, timezone)
  const document = renderFrame(context, {
    path: 'index.html',
    tongues,
    title: site.title,
    canonical: site.baseUrl,
    description: site.subtitle,
    metadata: renderMetadata(context, { title: site.title, address: site.baseUrl }),
    header: markup`<header>
<h1>${site.title}</h1>${site.subtitle === undefined ? undefined : markup`\n<p>${site.subtitle}</p>`}
</header>`,
    main: markup`${entries}${renderCategoryList(page.categories, { tongues, place })}
${renderSubscription({ tongues, root: '', folder: '' })}`,
    footer: markup`<p${chrome}>${words.updated}${words.colon} ${time}</p>`,
  })
  return toDocument(document)
}

function renderCategoryList(
  categories: readonly CategoryLink[],
  { tongues, place }: { readonly tongues: Tongues; readonly place: Place },
): Html | undefined {
  if (categories.length === 0) return undefined
  const { words, tongue } = tongues.voice
  return markup`<nav aria-label="${words.categories}"${tongueAttributes(tongue, tongues.page)}>
<h2>${words.categories}</h2>
${renderCategories(categories, { ...place, tongue })}
</nav>`
}

type CategoryPage = {
  readonly label: string
  /** Path of its folder below the base address: `categories/general/`. */
  readonly folder: string
  readonly entries: readonly Teaser[]
}

/**
 * Renders the page of a category with feeds of its own, `index.html` in its folder.
 * It ends with a newline; the same input gives the same bytes.
 * @throws RangeError for an instant outside the years 0000 to 9999
 */
export function renderCategoryPage(context: PageSite, page: CategoryPage): string {
  const { site } = context
  const { label, folder } = page
  const tongues = toTongues(site)
  const { words, tongue } = tongues.voice
  const path = `${folder}index.html`
  const root = toRoot(path)
  const title = `${label} – ${site.title}`
  const canonical = toAddress(site, folder)
  const about = words.onlyThisCategory
  const entries = renderTeasers(page.entries, { context, root, tongue: tongues.page })
  const document = renderFrame(context, {
    path,
    tongues,
    title,
    canonical,
    ownFeeds: { folder, title },
    metadata: renderMetadata(context, { title, address: canonical }),
    main: markup`<h1 dir="auto">${label}</h1>
${entries}${renderSubscription({ tongues, root, folder, about })}`,
    footer: markup`<p class="way"${tongueAttributes(tongue, tongues.page)}><a href="${root}index.html">${words.allArticles}</a></p>`,
  })
  return toDocument(document)
}

/** Source: The Open Graph protocol. */
function renderMetadata(
  { site }: PageSite,
  { title, address }: { readonly title: string; readonly address: string },
): Html {
  const image = toWebAddress(site.image)
  const picture =
    image === undefined ? undefined : markup`\n<meta property="og:image" content="${image}">`
  return markup`<meta property="og:type" content="website">
<meta property="og:title" content="${title}">
<meta property="og:url" content="${address}">
<meta property="og:site_name" content="${site.title}">${picture}`
}
