import { type FeedHead, feedFiles, indexFile, pageOf, stylesheetFile } from './head.ts'
import { element, escapeAttributes, escapeText, layOut, textElement, type XmlNode } from './xml.ts'

// What a person needs who opens a feed in a browser: a stylesheet, and a word that this is a feed. There
// is no script and no XSLT in it; readers pass over both. Addresses are relative, so they also work where
// the feed is opened from another place than the base address.

type Words = {
  readonly language: string
  readonly direction: 'ltr' | 'rtl'
  /** What a feed is called, and how to subscribe to it. */
  readonly feed: readonly [headline: string, advice: string]
  /** The same for an archive page, which is not to be subscribed to; the advice is a link to the feed. */
  readonly page: readonly [headline: string, advice: string]
  /** The link to the page for people. */
  readonly index: string
}

const english: Words = {
  language: 'en',
  direction: 'ltr',
  feed: [
    'This is a feed',
    'To subscribe, copy the address of this page into a feed reader. New articles then come to you by themselves.',
  ],
  page: ['These are older articles of a feed', 'Go to the feed with the newest articles'],
  index: 'Read it as a web page',
}

const wordings: readonly Words[] = [
  english,
  {
    language: 'fr',
    direction: 'ltr',
    feed: [
      'Ceci est un flux',
      'Pour vous abonner, copiez l’adresse de cette page dans un lecteur de flux. Les nouveaux articles vous parviendront d’eux-mêmes.',
    ],
    page: ['Voici d’anciens articles d’un flux', 'Aller au flux des derniers articles'],
    index: 'Le lire comme une page web',
  },
  {
    language: 'de',
    direction: 'ltr',
    feed: [
      'Dies ist ein Feed',
      'Zum Abonnieren kopieren Sie die Adresse dieser Seite in einen Feedreader. Neue Artikel kommen dann von selbst zu Ihnen.',
    ],
    page: ['Dies sind ältere Artikel eines Feeds', 'Zum Feed mit den neuesten Artikeln'],
    index: 'Als Webseite lesen',
  },
  {
    language: 'es',
    direction: 'ltr',
    feed: [
      'Esto es un canal de noticias (feed)',
      'Para suscribirse, copie la dirección de esta página en un lector de noticias. Los artículos nuevos le llegarán solos.',
    ],
    page: [
      'Estos son artículos anteriores de un canal de noticias',
      'Ir al canal con los artículos más recientes',
    ],
    index: 'Leerlo como página web',
  },
  {
    language: 'ar',
    direction: 'rtl',
    feed: [
      'هذه خلاصة أخبار (feed)',
      'للاشتراك، انسخ عنوان هذه الصفحة إلى قارئ خلاصات، وستصلك المقالات الجديدة تلقائيًا.',
    ],
    page: ['هذه مقالات أقدم من خلاصة أخبار', 'انتقل إلى الخلاصة التي فيها أحدث المقالات'],
    index: 'اقرأها كصفحة ويب',
  },
]

/**
 * What stands before the root: the XML declaration and the stylesheet. It is short, since aggregators look
 * for the root within the first 512 bytes.
 * Source: Associating Style Sheets with XML documents 1.0.
 */
export function toProlog(head: FeedHead): string {
  const depth = head.folder.split('/').length - 1 + (pageOf(head) === undefined ? 0 : 1)
  const href = `${'../'.repeat(depth)}${stylesheetFile}`
  return `<?xml version="1.0" encoding="utf-8"?>\n<?xml-stylesheet type="text/css" href="${href}"?>\n`
}

/**
 * The word to a person, in the feed's language or else in English, and a way to the page for people. Its class
 * tells the stylesheet that the site has a subtitle: RSS has a description in any case.
 */
export function toWelcome(head: FeedHead, depth: number): XmlNode {
  const [primary] = (head.site.language ?? '').toLowerCase().split('-')
  const words = wordings.find(({ language }) => language === primary) ?? english
  const isPage = pageOf(head) !== undefined
  const up = isPage ? '../' : ''
  const [headline, advice] = isPage ? words.page : words.feed
  const children = [
    textElement('h1', escapeText(headline)),
    isPage ? toLink(up + feedFiles.atom.name, advice) : textElement('p', escapeText(advice)),
    toLink(up + indexFile, words.index),
  ]
  return element(
    'div',
    layOut(children, depth + 1),
    escapeAttributes({
      xmlns: 'http://www.w3.org/1999/xhtml',
      'xml:lang': words.language,
      dir: words.direction,
      ...(head.site.subtitle === undefined ? {} : { class: 'subtitled' }),
    }),
  )
}

function toLink(href: string, text: string): XmlNode {
  return element('p', [textElement('a', escapeText(text), escapeAttributes({ href }))])
}
