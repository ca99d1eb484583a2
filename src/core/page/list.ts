import { type Html, markup } from './html.ts'
import { type CategoryLink, type PageSite, type Teaser, toHref } from './page-site.ts'
import { formatCount, renderTime, tongueAttributes, type Tongue, toTongue } from './tongue.ts'

/** Where on the site a part of a page stands. */
export type Place = {
  readonly context: PageSite
  readonly root: string
  /** The language of what is around. */
  readonly tongue: Tongue
}

/** The attributes of an element in the language of an entry. */
export function entryAttributes(language: string | undefined, outer: Tongue): Html {
  return language === undefined ? markup`` : tongueAttributes(toTongue(language), outer)
}

/** The direction of an entry's own words where their language is not known: they tell it themselves. */
export function directionOf(language: string | undefined): Html {
  return language === undefined ? markup` dir="auto"` : markup``
}

/** The entries of an index, in the order given. */
export function renderTeasers(teasers: readonly Teaser[], place: Place): Html {
  const { context, root, tongue } = place
  const articles = teasers.map(({ title, path, publishedAtMs, summary, language }) => {
    const direction = directionOf(language)
    const inner = language === undefined ? tongue : toTongue(language)
    return markup`<article${entryAttributes(language, tongue)}>
<h2${direction}><a href="${toHref(root, path)}">${title}</a></h2>
<p class="about">${renderTime(publishedAtMs, inner, context.timezone)}</p>
${summary === '' ? undefined : markup`<p${direction}>${summary}</p>\n`}</article>
`
  })
  return markup`${articles}`
}

/** Categories; those with feeds are links. */
export function renderCategories(categories: readonly CategoryLink[], place: Place): Html {
  const items = categories.map(({ label, path, count }) => {
    const name = markup`<bdi>${label}</bdi>`
    const link =
      path === undefined ? name : markup`<a href="${toHref(place.root, path)}">${name}</a>`
    const number =
      count === undefined ? undefined : markup` <small>${formatCount(count, place.tongue)}</small>`
    return markup`\n<li>${link}${number}</li>`
  })
  return markup`<ul class="categories">${items}\n</ul>`
}
