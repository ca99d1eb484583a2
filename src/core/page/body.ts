import { decodeEntities, escapeAttribute } from '../article/escape.ts'

/** What a page knows of the body that it is to hold. */
export type BodyRules = {
  /** Addresses of the body itself, without fragment: a link from them to an id in the body stays on the page. */
  readonly ownAddresses: readonly string[]
  /** What a table is called in the language of the body, when that is known. */
  readonly tableWord?: string | undefined
}

/** What has to change on a page; a body without any of it is taken as it is. */
const changing = /<(?:h[1-6]|table|pre|audio|video|a)[ >]/
/** In clean HTML a tag ends at the first `>`, and `<` in a value is escaped. */
const tags = /<(\/?)([a-z][a-z0-9]*)([^<>]*)>/g
const hrefs = / href="([^"]*)"/
const alts = / alt="([^"]*)"/

/** The lowest heading that HTML has. */
const headingLevelMax = 6

type Reading = {
  readonly rules: BodyRules
  readonly parts: string[]
  readonly ids: ReadonlySet<string>
  /** Levels, as written, of the headings that the present place is under. */
  readonly headings: number[]
  /** Levels, as shown, of the headings that are open. */
  readonly openHeadings: number[]
  tableDepth: number
  /** The link that is open: which part its tag is, where it goes, and whether it has something to be called by. */
  link?: { readonly part: number; readonly address: string; isNamed: boolean } | undefined
}

/**
 * Fits the body of an entry into a page; feeds keep it as it is. Headings go below the title of the page,
 * in order and without a gap; sound and pictures in motion get controls; a table may be wider than the page, and
 * like code it can be scrolled with the keyboard; a link without a name is called by its address; a
 * link to a place in the same body stays on the page.
 *
 * Linear in the length of the body.
 * Source: WCAG 2.2 §1.3.1, §1.4.10, §2.1.1, §2.4.4.
 * @param contentHtml clean HTML, as `toSafeHtml` leaves it
 */
export function toPageBody(contentHtml: string, rules: BodyRules): string {
  if (!changing.test(contentHtml)) return contentHtml
  const reading: Reading = {
    rules,
    parts: [],
    ids: new Set([...contentHtml.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id ?? '')),
    headings: [],
    openHeadings: [],
    tableDepth: 0,
  }
  let end = 0
  for (const match of contentHtml.matchAll(tags)) {
    takeText(contentHtml.slice(end, match.index), reading)
    const [tag, slash = '', name = '', attributes = ''] = match
    reading.parts.push(
      slash === '' ? toOpenTag({ tag, name, attributes }, reading) : toCloseTag(tag, name, reading),
    )
    end = match.index + tag.length
  }
  takeText(contentHtml.slice(end), reading)
  return reading.parts.join('')
}

function takeText(text: string, { parts, link }: Reading): void {
  if (text === '') return
  if (link !== undefined && !link.isNamed) link.isNamed = text.trim() !== ''
  parts.push(text)
}

type Tag = { readonly tag: string; readonly name: string; readonly attributes: string }

function toOpenTag({ tag, name, attributes }: Tag, reading: Reading): string {
  switch (name) {
    case 'h1':
    case 'h2':
    case 'h3':
    case 'h4':
    case 'h5':
    case 'h6':
      return `<h${toLevel(Number(name.charAt(1)), reading)}${attributes}>`
    case 'audio':
    case 'video':
      return `<${name} controls=""${attributes}>`
    case 'pre':
      return `<pre tabindex="0"${attributes}>`
    case 'table':
      reading.tableDepth += 1
      return reading.tableDepth === 1 ? `${toScroller(reading.rules)}${tag}` : tag
    case 'img':
      if (reading.link !== undefined && (alts.exec(attributes)?.[1] ?? '').trim() !== '')
        reading.link.isNamed = true
      return tag
    case 'a':
      return toLinkTag(tag, attributes, reading)
    default:
      return tag
  }
}

function toCloseTag(tag: string, name: string, reading: Reading): string {
  if (name === 'a') {
    nameLink(reading)
    return tag
  }
  if (name === 'table') {
    reading.tableDepth -= 1
    return reading.tableDepth === 0 ? `${tag}</div>` : tag
  }
  return /^h[1-6]$/.test(name) ? `</h${reading.openHeadings.pop() ?? 1}>` : tag
}

/** The page's title is the first level; each level that the body skips is closed up. */
function toLevel(written: number, { headings, openHeadings }: Reading): number {
  while ((headings.at(-1) ?? 0) >= written) headings.pop()
  headings.push(written)
  const shown = Math.min(headings.length + 1, headingLevelMax)
  openHeadings.push(shown)
  return shown
}

function toScroller({ tableWord }: BodyRules): string {
  const label =
    tableWord === undefined ? '' : ` role="group" aria-label="${escapeAttribute(tableWord)}"`
  return `<div class="wide" tabindex="0"${label}>`
}

function toLinkTag(tag: string, attributes: string, reading: Reading): string {
  const written = hrefs.exec(attributes)?.[1]
  if (written === undefined) return tag
  const address = decodeEntities(written)
  reading.link = { part: reading.parts.length, address, isNamed: attributes.includes(' title="') }
  const at = address.indexOf('#')
  const fragment = at === -1 ? '' : address.slice(at + 1)
  const isOwn =
    reading.ids.has(fragment) && reading.rules.ownAddresses.includes(address.slice(0, at))
  return isOwn ? tag.replace(hrefs, () => ` href="#${escapeAttribute(fragment)}"`) : tag
}

/** Such a link is a picture that its author did not describe. */
function nameLink(reading: Reading): void {
  const { link, parts } = reading
  reading.link = undefined
  if (link === undefined || link.isNamed) return
  const name = link.address.replace(/^(?:https?:\/\/|mailto:|tel:)/, '').replace(/\/$/, '')
  parts[link.part] = (parts[link.part] ?? '').replace(
    /^<a/,
    () => `<a aria-label="${escapeAttribute(name)}"`,
  )
}
