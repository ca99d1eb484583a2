import type { FeedFormat } from '../../src/core/feed/feed.ts'
import {
  fullEntry,
  fullHead,
  nastyEntries,
  renderFeed,
  toExampleEntry,
  toExampleHead,
  renderText,
} from './feed-examples.ts'
import { all, type StrictElement } from './strict-xml.ts'

/**
 * A rule of a specification. It is judged on documents with everything and with next to nothing, and
 * has to refuse its invalid neighbour: the fullest document after one change that breaks just this rule.
 */
export type Rule = {
  readonly says: string
  readonly holds: (document: string) => boolean
  readonly neighbour: readonly [string | RegExp, string]
}

const entries = [toExampleEntry({ id: 'urn:x:1' }), fullEntry, ...nastyEntries]

/** What a rule says of our documents, and of the neighbour; `changed` is false when there is none. */
export function judge(
  format: FeedFormat,
  rule: Rule,
): {
  /** Which of ours break it. */
  readonly broken: readonly string[]
  readonly neighbour: boolean
  readonly changed: boolean
} {
  const full = renderFeed(format, entries, fullHead)
  const head = toExampleHead()
  const documents = Object.entries({
    full,
    plain: renderFeed(format, entries),
    empty: renderFeed(format, []),
    'of a category': renderText(format, { ...head, folder: 'categories/general/' }, []),
    ...(format === 'atom'
      ? {
          archived: renderFeed(format, entries, { ...fullHead, archive: { page: 2, previous: 1 } }),
        }
      : {}),
  })
  const neighbour = full.replace(...rule.neighbour)
  return {
    broken: documents.filter(([, document]) => !rule.holds(document)).map(([name]) => name),
    neighbour: rule.holds(neighbour),
    changed: neighbour !== full,
  }
}

/** What `judge` gives for a rule that our documents keep and that can be broken. */
export const kept = { broken: [], neighbour: false, changed: true } as const

export function isIri(text: string | undefined): boolean {
  return text !== undefined && /^[a-z][a-z\d+.-]*:[^\s<>"]+$/.test(text)
}

export function isHttp(text: string | undefined): boolean {
  return text !== undefined && /^https?:\/\/[!-~]+$/.test(text)
}

/** Source: RFC 3339 §5.6. */
export const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/

/** Source: BCP 47 §2.1, as far as feeds need it. */
export const languageTag = /^[A-Za-z]{2,3}(?:-[A-Za-z\d]{2,8})*$/

export function named(element: StrictElement, name: string): readonly StrictElement[] {
  return all(element, name)
}

export function isOne(name: string): (element: StrictElement) => boolean {
  return (element) => named(element, name).length === 1
}
