import type { Author } from '../article/article.ts'
import type { Entry } from '../entry/entry.ts'
import { renderArticleMetadata } from './article-metadata.ts'
import { toPageBody } from './body.ts'
import { renderFrame } from './frame.ts'
import { asCleanHtml, type Html, markup, toDocument } from './html.ts'
import { directionOf, entryAttributes, renderCategories } from './list.ts'
import {
  type CategoryLink,
  type PageSite,
  type Teaser,
  toAddress,
  toHref,
  toRoot,
  type Tongues,
  toTongues,
  toWebAddress,
} from './page-site.ts'
import {
  isSameLanguage,
  renderList,
  renderTime,
  tongueAttributes,
  toVoice,
  type Voice,
} from './tongue.ts'

export type ArticlePage = {
  readonly entry: Entry
  /** Path below the base address: `articles/2026/01/title.html`. */
  readonly path: string
  readonly categories: readonly CategoryLink[]
  readonly newer?: Teaser | undefined
  readonly older?: Teaser | undefined
}

/** What the parts of one page need. */
type Setting = {
  readonly context: PageSite
  readonly root: string
  /** Absolute address of the page. */
  readonly address: string
  readonly authors: readonly Author[]
  readonly tongues: Tongues
  /** The words inside the article: in its language, when there are any. */
  readonly voice: Voice
}

/** An update that follows publication sooner is none that people need to know of. */
const updateShownMs = 60_000

/**
 * Renders the page of an entry. Its language is that of the entry; the words around are in that of the site.
 * It ends with a newline; the same input gives the same bytes.
 * @throws RangeError for an instant outside the years 0000 to 9999
 */
export function renderArticlePage(context: PageSite, page: ArticlePage): string {
  const { site } = context
  const { entry, path } = page
  const setting: Setting = {
    context,
    root: toRoot(path),
    address: toAddress(site, path),
    // The settings name the author of what names none.
    authors: entry.authors.length > 0 || site.author === undefined ? entry.authors : [site.author],
    tongues: toTongues(site, entry.language),
    voice: toVoice(entry.language, site.language),
  }
  const direction = directionOf(entry.language)
  const document = renderFrame(context, {
    path,
    tongues: setting.tongues,
    title: `${entry.title} – ${site.title}`,
    canonical: entry.link,
    description: entry.summary,
    metadata: renderArticleMetadata(entry, setting),
    main: markup`<article>
<header>
<h1${direction}>${entry.title}</h1>
${renderAbout(entry, setting)}
</header>
<div class="body"${direction}>
${renderBody(entry, setting)}
</div>
${renderEnd(page, setting)}</article>
${renderNeighbours(page, setting)}`,
    footer: renderWayOn(setting),
  })
  return toDocument(document)
}

/** Who wrote it, when it was published, and when it changed. */
function renderAbout({ publishedAtMs, updatedAtMs }: Entry, setting: Setting): Html {
  const { context, tongues, voice, authors } = setting
  const { page } = tongues
  const words = tongueAttributes(voice.tongue, page)
  const names = authors.map(({ name, url }) => {
    const address = toWebAddress(url)
    const shown = markup`<bdi>${name}</bdi>`
    return address === undefined ? shown : markup`<a href="${address}">${shown}</a>`
  })
  const by =
    names.length === 0
      ? undefined
      : markup`<span${words}>${voice.words.by}</span> ${renderList(names, page)} · `
  const published = renderTime(publishedAtMs, page, context.timezone)
  const updated =
    updatedAtMs - publishedAtMs > updateShownMs
      ? markup` · <span${words}>${voice.words.updated}${voice.words.colon}</span> ${renderTime(updatedAtMs, page, context.timezone)}`
      : undefined
  return markup`<p class="about">${by}${published}${updated}</p>`
}

function renderBody(entry: Entry, { address, voice }: Setting): Html {
  const { contentHtml, language, link, summary } = entry
  if (contentHtml.trim() === '') return markup`<p>${summary}</p>`
  const isKnown = language !== undefined && isSameLanguage(voice.tongue.language, language)
  const body = toPageBody(contentHtml, {
    ownAddresses: [address, link.split('#', 1)[0] ?? ''],
    tableWord: isKnown ? voice.words.table : undefined,
  })
  return asCleanHtml(body)
}

/** Where it comes from, and its categories. */
function renderEnd({ entry, categories }: ArticlePage, setting: Setting): Html | undefined {
  const { address, root, context, tongues, voice } = setting
  const words = tongueAttributes(voice.tongue, tongues.page)
  const link = toWebAddress(entry.link)
  const source =
    link === undefined || link === address
      ? undefined
      : markup`<p><span${words}>${voice.words.source}${voice.words.colon}</span> <a href="${link}"><bdi>${hostOf(link)}</bdi></a></p>\n`
  const list =
    categories.length === 0
      ? undefined
      : markup`<section aria-label="${voice.words.categories}"${words}>
${renderCategories(categories, { context, root, tongue: voice.tongue })}
</section>\n`
  if (source === undefined && list === undefined) return undefined
  return markup`<footer>\n${source}${list}</footer>\n`
}

function hostOf(address: string): string {
  return URL.parse(address)?.host ?? address
}

function renderNeighbours({ newer, older }: ArticlePage, setting: Setting): Html | undefined {
  if (newer === undefined && older === undefined) return undefined
  const { tongues, root } = setting
  const { words, tongue } = tongues.voice
  const toLink = (teaser: Teaser | undefined, rel: 'next' | 'prev', word: string) => {
    if (teaser === undefined) return undefined
    const attributes = entryAttributes(teaser.language, tongue)
    return markup`<p>${word}${words.colon} <a rel="${rel}" href="${toHref(root, teaser.path)}"><bdi${attributes}>${teaser.title}</bdi></a></p>\n`
  }
  return markup`<nav aria-label="${words.moreArticles}"${tongueAttributes(tongue, tongues.page)}>
${toLink(newer, 'next', words.newer)}${toLink(older, 'prev', words.older)}</nav>`
}

function renderWayOn({ tongues: { voice, page }, root }: Setting): Html {
  const { words, tongue } = voice
  return markup`<p class="way"${tongueAttributes(tongue, page)}><a href="${root}index.html">${words.allArticles}</a> · <a href="${root}index.html#subscribe">${words.subscribe}</a></p>`
}
