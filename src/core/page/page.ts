import { feedStyle } from './feed-style.ts'
import { pageStyle } from './page-style.ts'

export { renderArticlePage } from './article-page.ts'
export { renderCategoryPage, renderIndexPage } from './index-page.ts'
export { renderOpml } from './opml.ts'
export type { CategoryLink, PageSite, Teaser } from './page-site.ts'

/** File name to CSS text: `style.css` is for pages, `feed.css` for RSS and Atom that a browser shows. */
export const stylesheets: Readonly<Record<string, string>> = {
  'style.css': pageStyle,
  'feed.css': feedStyle,
}
