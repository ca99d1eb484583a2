import { type FeedFormat, feedFiles, generator } from '../feed/head.ts'
import { type Html, markup } from './html.ts'
import { type PageSite, toHref, toRoot, type Tongues } from './page-site.ts'
import { tongueAttributes } from './tongue.ts'

/** The three feeds in the order in which readers should meet them: many take the first. */
const feeds = [
  { name: 'Atom', format: 'atom' },
  { name: 'RSS', format: 'rss' },
  { name: 'JSON Feed', format: 'json' },
] as const satisfies readonly { readonly name: string; readonly format: FeedFormat }[]

/** Feeds of a folder below the base address, as they are called. */
type FeedFolder = { readonly folder: string; readonly title: string }

type Frame = {
  /** Path of the page below the base address. */
  readonly path: string
  readonly tongues: Tongues
  /** What the browser calls the page. */
  readonly title: string
  /** Absolute address that search engines are to know the page by. */
  readonly canonical: string
  readonly description?: string | undefined
  /** The feeds of the page itself, when it has others than the site's. */
  readonly ownFeeds?: FeedFolder | undefined
  /** More lines for the head of the document. */
  readonly metadata: Html
  /** What comes before the main part; a link to the front page, when nothing is given. */
  readonly header?: Html
  readonly main: Html
  /** What comes first in the footer. */
  readonly footer: Html
}

/** Nothing on a page is a program, and should one ever get in, no browser runs it. */
const policy = "script-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'"

/** Renders a whole page around its main part. */
export function renderFrame(context: PageSite, frame: Frame): Html {
  const { tongues, description = '' } = frame
  const { language, direction } = tongues.page
  const root = toRoot(frame.path)
  const main = { folder: '', title: context.site.title }
  const folders = frame.ownFeeds === undefined ? [main] : [frame.ownFeeds, main]
  const described =
    description === '' ? undefined : markup`\n<meta name="description" content="${description}">`
  const theme = context.hasTheme
    ? markup`\n<link rel="stylesheet" href="${root}theme.css">`
    : undefined
  return markup`<!doctype html>
<html lang="${language}" dir="${direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${toUndirected(frame.title)}</title>${described}
<meta name="generator" content="${generator}">
<meta name="color-scheme" content="light dark">
<link rel="stylesheet" href="${root}style.css">${theme}
<link rel="canonical" href="${frame.canonical}">${renderIcon(context, root)}
${folders.map((folder) => renderDiscovery(folder, root))}${frame.metadata}
</head>
<body>
${frame.header ?? renderHomeLink(context, tongues, root)}
<main>
${frame.main}
</main>
<footer>
${frame.footer}${renderCopyright(context, tongues)}
</footer>
</body>
</html>
`
}

/** Only an icon of the site itself: a page asks nobody else for anything. */
function renderIcon({ site: { icon, baseUrl } }: PageSite, root: string): Html | undefined {
  if (icon === undefined || !icon.startsWith(baseUrl)) return undefined
  return markup`\n<link rel="icon" href="${root}${icon.slice(baseUrl.length)}">`
}

/** Source: "RSS Autodiscovery" (RSS Advisory Board); HTML Living Standard §4.6.7.1. */
function renderDiscovery({ folder, title }: FeedFolder, root: string): Html {
  const links = feeds.map(({ name, format }) => {
    const { name: file, mediaType } = feedFiles[format]
    const called = `${toUndirected(title)} (${name})`
    return markup`<link rel="alternate" type="${mediaType}" title="${called}" href="${toHref(root, folder + file)}">\n`
  })
  return markup`${links}`
}

function renderHomeLink({ site }: PageSite, { page, site: tongue }: Tongues, root: string): Html {
  return markup`<header>
<p class="site"${tongueAttributes(tongue, page)}><a href="${root}index.html">${site.title}</a></p>
</header>`
}

function renderCopyright({ site }: PageSite, { page, site: tongue }: Tongues): Html | undefined {
  if (site.copyright === undefined) return undefined
  return markup`\n<p${tongueAttributes(tongue, page)}>${site.copyright}</p>`
}

type Subscription = {
  readonly tongues: Tongues
  readonly root: string
  /** Folder of the feeds below the base address. */
  readonly folder: string
  /** What is special about them. */
  readonly about?: string
}

/** Says how to subscribe, in plain words, and which of the feeds of a folder is for what. */
export function renderSubscription({ tongues, root, folder, about }: Subscription): Html {
  const { words, tongue } = tongues.voice
  const items = feeds.map(({ name, format }) => {
    const href = toHref(root, folder + feedFiles[format].name)
    return markup`\n<li><a href="${href}"><bdi>${name}</bdi></a> – ${words[format]}</li>`
  })
  return markup`<section class="subscribe" id="subscribe"${tongueAttributes(tongue, tongues.page)}>
<h2>${words.subscribe}</h2>
<p>${words.howToSubscribe}</p>${about === undefined ? undefined : markup`\n<p>${about}</p>`}
<ul>${items}
<li><a href="${root}feeds.opml">${words.allFeeds}</a> <bdi>(OPML)</bdi> – ${words.allFeedsUse}</li>
</ul>
</section>`
}

/** Direction marks in a title would turn around what a browser writes beside it. */
function toUndirected(text: string): string {
  return text.replaceAll(/[\u202a-\u202e\u2066-\u2069]/g, '')
}
