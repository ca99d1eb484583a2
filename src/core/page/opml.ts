import { toCarriable } from '../feed/carriable.ts'
import {
  element,
  emptyElement,
  escapeAttributes,
  escapeText,
  layOut,
  textElement,
  writeXml,
} from '../feed/xml.ts'
import type { Site } from '../site.ts'
import { toAddress } from './page-site.ts'

/**
 * Renders the list of all feeds, for feed readers to import. It ends with a newline; the same input gives the
 * same bytes. It has no date of its own: that would change with every article, and the list does not.
 * Source: OPML 2.0, "Subscription lists".
 * @param feeds `folder` is the path below the base address: '' for the main feed, `categories/general/` for others
 */
export function renderOpml(
  site: Site,
  feeds: readonly { readonly title: string; readonly folder: string }[],
): string {
  const head = element(
    'head',
    layOut(
      [
        textElement('title', escapeText(toCarriable(site.title))),
        textElement('docs', escapeText('http://opml.org/spec2.opml')),
      ],
      2,
    ),
  )
  const outlines = feeds.map(({ title, folder }) => {
    const home = toAddress(site, folder)
    return emptyElement('outline', {
      type: 'rss',
      text: toCarriable(title),
      title: toCarriable(title),
      xmlUrl: `${home}atom.xml`,
      htmlUrl: home,
    })
  })
  const body = element('body', layOut(outlines, 2))
  const root = element('opml', layOut([head, body], 1), escapeAttributes({ version: '2.0' }))
  return `<?xml version="1.0" encoding="utf-8"?>\n${writeXml([root])}\n`
}
