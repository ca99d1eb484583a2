import { Feed } from 'feed'
import { formatRfc822 } from '../dates.ts'
import type { Entry } from '../entry/entry.ts'
import { toProlog, toWelcome } from './browser.ts'
import { type Contents, type Frame, namespaces } from './frame.ts'
import { exampleHead, exampleItem } from './draft.ts'
import { feedFiles, type FeedHead, generator, toArchiveUrl, toHomeUrl, toSelfUrl } from './head.ts'
import {
  amend,
  element,
  emptyElement,
  escapeAttributes,
  escapeRssText,
  escapeText,
  htmlElement,
  layOut,
  readDraft,
  textElement,
  writeXml,
  type XmlAttributes,
  type XmlNode,
} from './xml.ts'

const draft = new Feed(exampleHead)
draft.addItem(exampleItem)
const drafted = draft.rss2()
const channelDraft = readDraft(drafted, ['rss', 'channel'])
const itemDraft = readDraft(drafted, ['rss', 'channel', 'item'])

const itemDepth = 2
const notPermalink = escapeAttributes({ isPermaLink: 'false' })

/**
 * Renders an entry as an item of RSS 2.0.
 * Source: RSS 2.0, "Elements of <item>", and the RSS Best Practices Profile.
 */
export function renderRssItem(entry: Entry): string {
  const children = amend(itemDraft, {
    title: [textElement('title', escapeRssText(entry.title))],
    link: [textElement('link', escapeText(entry.link))],
    guid: [textElement('guid', escapeText(entry.id), notPermalink)],
    pubDate: [textElement('pubDate', escapeText(formatRfc822(entry.publishedAtMs)))],
    // Unlike a title, the description of an item is HTML, so plain text is escaped into it.
    description:
      entry.summary === '' ? [] : [htmlElement('description', escapeText(entry.summary))],
    'content:encoded':
      entry.contentHtml === '' ? [] : [htmlElement('content:encoded', entry.contentHtml)],
    // `author` wants an e-mail address and stands once (RSS 2.0); Dublin Core wants neither.
    author: entry.authors.map(({ name }) => textElement('dc:creator', escapeRssText(name))),
    category: entry.categories.map(({ label }) => textElement('category', escapeRssText(label))),
    'media:thumbnail':
      entry.image === undefined ? [] : [emptyElement('media:thumbnail', { url: entry.image })],
  })
  return writeXml([element('item', layOut(children, itemDepth + 1))])
}

/**
 * Renders a document of RSS 2.0 but for its items.
 * Source: RSS 2.0, "Required channel elements" and "Optional channel elements".
 */
export function renderRssFrame(head: FeedHead, { prefixes }: Contents): Frame {
  const channel = element('channel', layOut(toChannelChildren(head), itemDepth))
  const root = writeXml([element('rss', layOut([channel], 1), toRootAttributes(head, prefixes))])
  const end = '\n  </channel>\n</rss>'
  const lead = '\n    '
  return {
    before: toProlog(head) + root.slice(0, -end.length),
    first: lead,
    next: lead,
    after: `${end}\n`,
  }
}

/** Declares what is in use; an item is rendered without knowing its feed. */
function toRootAttributes(head: FeedHead, prefixes: ReadonlySet<string>): XmlAttributes {
  return escapeAttributes({
    version: '2.0',
    'xmlns:atom': 'http://www.w3.org/2005/Atom',
    ...(prefixes.has('content') ? { 'xmlns:content': namespaces.content } : {}),
    ...(prefixes.has('dc') || head.site.author !== undefined ? { 'xmlns:dc': namespaces.dc } : {}),
    ...(prefixes.has('media') ? { 'xmlns:media': namespaces.media } : {}),
  })
}

function toChannelChildren(head: FeedHead): readonly XmlNode[] {
  const { site } = head
  const title = textElement('title', escapeRssText(site.title))
  const link = textElement('link', escapeText(toHomeUrl(head)))
  return amend(channelDraft, {
    title: [title],
    link: [link],
    description: [textElement('description', escapeRssText(site.subtitle ?? site.title))],
    lastBuildDate: [textElement('lastBuildDate', escapeText(formatRfc822(head.updatedAtMs)))],
    docs: [textElement('docs', escapeText('https://www.rssboard.org/rss-specification'))],
    generator: [textElement('generator', escapeText(generator))],
    // RSS lists its languages in lower case.
    language:
      site.language === undefined
        ? []
        : [textElement('language', escapeText(site.language.toLowerCase()))],
    image:
      site.image === undefined
        ? []
        : [
            element(
              'image',
              layOut([textElement('url', escapeText(site.image)), title, link], itemDepth + 1),
            ),
          ],
    copyright:
      site.copyright === undefined ? [] : [textElement('copyright', escapeRssText(site.copyright))],
    ttl:
      head.ttlMinutes === undefined
        ? []
        : [textElement('ttl', escapeText(String(head.ttlMinutes)))],
    'atom:link': toDocumentLinks(head),
    'dc:creator':
      site.author === undefined ? [] : [textElement('dc:creator', escapeRssText(site.author.name))],
    div: [toWelcome(head, itemDepth)],
  })
}

/**
 * Links to the document itself, to the newest archive page and to hubs.
 * Source: RFC 5005 §4 and Appendix B, WebSub §4.
 */
function toDocumentLinks(head: FeedHead): readonly XmlNode[] {
  const self = { rel: 'self', type: feedFiles.rss.mediaType, href: toSelfUrl('rss', head) }
  const href = toArchiveUrl(head, head.archive?.previous)
  const links = [
    self,
    ...(href === undefined ? [] : [{ rel: 'prev-archive', type: feedFiles.atom.mediaType, href }]),
    ...(head.hubs ?? []).map((hub) => ({ rel: 'hub', href: hub })),
  ]
  return links.map((link) => emptyElement('atom:link', link))
}
