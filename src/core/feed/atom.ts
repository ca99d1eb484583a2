import { Feed } from 'feed'
import type { Author } from '../article/article.ts'
import { formatRfc3339 } from '../dates.ts'
import type { Entry } from '../entry/entry.ts'
import { toProlog, toWelcome } from './browser.ts'
import { type Contents, type Frame, namespaces } from './frame.ts'
import { exampleHead, exampleItem } from './draft.ts'
import {
  feedFiles,
  type FeedHead,
  generator,
  pageOf,
  toArchiveUrl,
  toFeedId,
  toHomeUrl,
  toSelfUrl,
} from './head.ts'
import {
  amend,
  element,
  emptyElement,
  escapeAttributes,
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
const drafted = draft.atom1()
const headDraft = readDraft(drafted, ['feed'])
const entryDraft = readDraft(drafted, ['feed', 'entry'])

const plain = escapeAttributes({ type: 'text' })
const html = escapeAttributes({ type: 'html' })
const entryDepth = 1

/**
 * Renders an entry as an `atom:entry`.
 * Source: RFC 4287 §4.1.2.
 */
export function renderAtomEntry(entry: Entry): string {
  // Without content the summary is all there is to read, and may not be missing too.
  const summary = entry.contentHtml === '' && entry.summary === '' ? entry.title : entry.summary
  const children = amend(entryDraft, {
    title: [textElement('title', escapeText(entry.title), plain)],
    id: [textElement('id', escapeText(entry.id))],
    link: toEntryLinks(entry),
    published: [textElement('published', escapeText(formatRfc3339(entry.publishedAtMs)))],
    updated: [textElement('updated', escapeText(formatRfc3339(entry.updatedAtMs)))],
    author: entry.authors.map((author) => toPerson(author, entryDepth + 1)),
    // Half of the readers show the term and not the label (RFC 4287 §4.2.2), so both are what people read;
    // every spelling of a category has one label.
    category: entry.categories.map(({ label }) => emptyElement('category', { term: label, label })),
    summary: summary === '' ? [] : [toTextConstruct('summary', summary)],
    content: entry.contentHtml === '' ? [] : [htmlElement('content', entry.contentHtml, html)],
    'media:thumbnail':
      entry.image === undefined ? [] : [emptyElement('media:thumbnail', { url: entry.image })],
  })
  const language =
    entry.language === undefined ? undefined : escapeAttributes({ 'xml:lang': entry.language })
  return writeXml([element('entry', layOut(children, entryDepth + 1), language)])
}

/** Where it is to be read, and its page here if that is another one: by it a lost store is made anew. */
function toEntryLinks({ link, page }: Entry): readonly XmlNode[] {
  const type = 'text/html'
  const own = emptyElement('link', { rel: 'alternate', type, href: link })
  if (page === undefined) return [own]
  return [own, emptyElement('link', { rel: 'related', type, href: page })]
}

/**
 * Renders an `atom:feed` but for its entries: one to subscribe to, or an archive page.
 * Source: RFC 4287 §4.1.1, RFC 5005 §4, RFC 6721 §3.
 */
export function renderAtomFrame(head: FeedHead, { prefixes }: Contents): Frame {
  const root = writeXml([
    element('feed', layOut(toHeadChildren(head), 1), toRootAttributes(head, prefixes)),
  ])
  const end = '\n</feed>'
  const lead = '\n  '
  const tombstones = toTombstones(head).map((tombstone) => lead + tombstone)
  return {
    before: toProlog(head) + root.slice(0, -end.length),
    first: lead,
    next: lead,
    after: `${tombstones.join('')}${end}\n`,
  }
}

function toTombstones({ tombstones = [] }: FeedHead): readonly string[] {
  return tombstones.map(({ id, deletedAtMs }) =>
    writeXml([emptyElement('at:deleted-entry', { ref: id, when: formatRfc3339(deletedAtMs) })]),
  )
}

/** Declares what is in use; an entry is rendered without knowing its feed. */
function toRootAttributes(head: FeedHead, prefixes: ReadonlySet<string>): XmlAttributes {
  return escapeAttributes({
    xmlns: 'http://www.w3.org/2005/Atom',
    ...(prefixes.has('media') ? { 'xmlns:media': namespaces.media } : {}),
    ...(pageOf(head) === undefined
      ? {}
      : { 'xmlns:fh': 'http://purl.org/syndication/history/1.0' }),
    ...((head.tombstones ?? []).length === 0
      ? {}
      : { 'xmlns:at': 'http://purl.org/atompub/tombstones/1.0' }),
    ...(head.site.language === undefined ? {} : { 'xml:lang': head.site.language }),
  })
}

function toHeadChildren(head: FeedHead): readonly XmlNode[] {
  const { site } = head
  return amend(headDraft, {
    id: [textElement('id', escapeText(toFeedId(head)))],
    title: toText('title', site.title, plain),
    updated: [textElement('updated', escapeText(formatRfc3339(head.updatedAtMs)))],
    generator: toText('generator', generator),
    // An entry may name no author, and then its feed has to.
    author: [toPerson(site.author ?? { name: site.title }, 1)],
    link: [
      emptyElement('link', { rel: 'alternate', type: 'text/html', href: toHomeUrl(head) }),
      ...toDocumentLinks(head),
      // WebSub §4.
      ...(head.hubs ?? []).map((href) => emptyElement('link', { rel: 'hub', href })),
    ],
    subtitle: site.subtitle === undefined ? [] : [toTextConstruct('subtitle', site.subtitle)],
    logo: toText('logo', site.image),
    icon: toText('icon', site.icon),
    rights: site.copyright === undefined ? [] : [toTextConstruct('rights', site.copyright)],
    'fh:archive': pageOf(head) === undefined ? [] : [emptyElement('fh:archive', {})],
    div: [toWelcome(head, 1)],
  })
}

/** Links to the document itself and to its neighbours in the archive. Source: RFC 5005 §4. */
function toDocumentLinks(head: FeedHead): readonly XmlNode[] {
  const { archive } = head
  const isPage = archive !== undefined && 'page' in archive
  const addresses = {
    self: toSelfUrl('atom', head),
    current: isPage ? toSelfUrl('atom', { ...head, archive: undefined }) : undefined,
    'prev-archive': toArchiveUrl(head, archive?.previous),
    'next-archive': toArchiveUrl(head, isPage ? archive.next : undefined),
  }
  return Object.entries(addresses).flatMap(([rel, href]) =>
    href === undefined ? [] : [emptyElement('link', { rel, type: feedFiles.atom.mediaType, href })],
  )
}

function toText(
  name: string,
  value: string | undefined,
  attributes?: XmlAttributes,
): readonly XmlNode[] {
  return value === undefined ? [] : [textElement(name, escapeText(value), attributes)]
}

/**
 * A text that is not a title. One that could be taken for markup says that it is HTML, and is: readers
 * that guess then guess right. Titles stay plain text, since some readers show them as they come.
 * Source: RFC 4287 §3.1.
 */
function toTextConstruct(name: string, text: string): XmlNode {
  return /[<&]/.test(text)
    ? htmlElement(name, escapeText(text), html)
    : textElement(name, escapeText(text), plain)
}

/** Source: RFC 4287 §3.2. */
function toPerson({ name, email, url }: Author, depth: number): XmlNode {
  const children = [
    textElement('name', escapeText(name)),
    ...(email === undefined ? [] : [textElement('email', escapeText(email))]),
    ...(url === undefined ? [] : [textElement('uri', escapeText(url))]),
  ]
  return element('author', layOut(children, depth + 1))
}
