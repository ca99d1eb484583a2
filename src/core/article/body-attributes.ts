import { normalizeText } from '../text.ts'
import { words } from './escape.ts'
import { droppedTag, hiddenTag } from './nesting.ts'

/** What is known while the tags of one body are cleaned. */
export type TagReading = {
  /** Ids that a link in the same body points at. */
  readonly anchors: ReadonlySet<string>
  /** Ids that were kept. */
  readonly ids: Set<string>
  hasRelativeAddresses: boolean
  /** Forms that are open. */
  formDepth: number
}

export function startReading(anchors: ReadonlySet<string>): TagReading {
  return { anchors, ids: new Set(), hasRelativeAddresses: false, formDepth: 0 }
}

type Attributes = Readonly<Record<string, string>>
type CleanTag = { tagName: string; attribs: Record<string, string> }

/** Tags that readers may not know, as tags that they do. */
const synonyms: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    words('article section main header footer aside address center fieldset hgroup form').map(
      (name) => [name, 'div'] as const,
    ),
  ),
  menu: 'ul',
  dir: 'ul',
  strike: 's',
  // The W3C feed validator calls `bdo` and the attribute `controls` a risk.
  bdo: 'span',
  tt: 'code',
  acronym: 'abbr',
  legend: 'p',
  listing: 'pre',
  label: droppedTag,
  [hiddenTag]: droppedTag,
}

type AttributeRule = (value: string) => string | undefined
const asText: AttributeRule = (value) => value
const asNumber: AttributeRule = (value) => /^\s*(-?\d{1,5})(?:px)?\s*$/.exec(value)?.[1]
const asFlag: AttributeRule = () => ''
const oneOf =
  (...values: readonly string[]): AttributeRule =>
  (value) => {
    const lower = value.trim().toLowerCase()
    return values.includes(lower) ? lower : undefined
  }
const asWord: AttributeRule = (value) => /^[\w./+-]{1,100}$/.exec(value.trim())?.[0]

const quotation = { cite: asText }
const edit = { cite: asText, datetime: asText }
const cell = {
  colspan: asNumber,
  rowspan: asNumber,
  scope: oneOf('row', 'col', 'rowgroup', 'colgroup'),
  align: oneOf('left', 'right', 'center'),
}
const size = { width: asNumber, height: asNumber }
const player = { src: asText, poster: asText, ...size }

/** The attributes of each tag, besides `lang`, `dir` and `id`, with what their values may be. */
const attributeRules: Readonly<Record<string, Readonly<Record<string, AttributeRule>>>> = {
  a: { href: asText, title: asText },
  abbr: { title: asText },
  dfn: { title: asText },
  blockquote: quotation,
  q: quotation,
  del: edit,
  ins: edit,
  time: { datetime: asText },
  img: { src: asText, srcset: asText, alt: asText, title: asText, ...size },
  audio: player,
  video: player,
  source: { src: asText, type: asWord },
  track: { src: asText, kind: asWord, srclang: asWord, label: asText },
  th: cell,
  td: cell,
  col: { span: asNumber },
  colgroup: { span: asNumber },
  ol: { start: asNumber, reversed: asFlag, type: oneOf('1', 'a', 'i') },
  li: { value: asNumber },
  details: { open: asFlag },
  code: { class: (value) => /(?:^|\s)(language-[\w+#.-]{1,40})(?:$|\s)/.exec(value)?.[1] },
}

const addressAttributes = new Set(['href', 'src', 'cite', 'poster'])
const needsAttribute: Readonly<Record<string, string>> = { img: 'src', source: 'src', track: 'src' }

/**
 * Decides which attributes a tag keeps, with which values, and whether the tag stays at all. One that does not is
 * marked for `nesting.ts`: sanitize-html loses count of the open tags when one is renamed to what it does not allow.
 */
export function cleanAttributes(
  written: string,
  attributes: Attributes,
  reading: TagReading,
): CleanTag {
  if (isHidden(attributes) || isFieldLabel(written, attributes, reading)) {
    return { tagName: hiddenTag, attribs: {} }
  }
  const tagName = Object.hasOwn(synonyms, written) ? (synonyms[written] ?? written) : written
  const kept: Record<string, string> = {}
  const rules = Object.hasOwn(attributeRules, tagName) ? attributeRules[tagName] : undefined
  for (const [name, rule] of Object.entries(rules ?? {})) {
    // Where it stands if it was written: what is clean stays as it is when it is cleaned again.
    const value = attributes[name] ?? (tagName === 'img' && name === 'alt' ? '' : undefined)
    if (value === undefined) continue
    const clean = addressAttributes.has(name)
      ? toCleanAddress(value, tagName, reading)
      : name === 'srcset'
        ? toCleanSet(value, reading)
        : rule(value)
    if (clean !== undefined) kept[name] = clean
  }
  keepCommon(tagName, attributes, kept, reading)
  return { tagName: isWorthKeeping(tagName, kept) ? tagName : droppedTag, attribs: kept }
}

/** Says whether an element is not shown to anybody; `until-found` is what folds and unfolds. */
export function isHidden(attributes: Attributes): boolean {
  const { hidden, style } = attributes
  if (hidden !== undefined && hidden.trim().toLowerCase() !== 'until-found') return true
  if (attributes['aria-hidden']?.trim().toLowerCase() === 'true') return true
  return style !== undefined && /(?:^|;)\s{0,9}display\s{0,9}:\s{0,9}none/i.test(style)
}

/** A label around words of a list, as that of a task, is none of a form. */
function isFieldLabel(tagName: string, attributes: Attributes, reading: TagReading): boolean {
  return tagName === 'label' && (reading.formDepth > 0 || attributes['for'] !== undefined)
}

function keepCommon(
  tagName: string,
  attributes: Attributes,
  kept: Record<string, string>,
  reading: TagReading,
): void {
  const lang = (attributes['lang'] ?? attributes['xml:lang'])?.trim()
  if (lang !== undefined && /^[a-z]{2,3}(?:-[a-z0-9]{1,8}){0,6}$/i.test(lang)) kept['lang'] = lang
  const dir = attributes['dir']?.trim().toLowerCase()
  if (dir === 'ltr' || dir === 'rtl' || dir === 'auto') kept['dir'] = dir
  const id = attributes['id'] ?? (tagName === 'a' ? attributes['name'] : undefined)
  if (id !== undefined && reading.anchors.has(id) && /^[a-z][\w.:-]{0,99}$/i.test(id)) {
    kept['id'] = id
    reading.ids.add(id)
  }
  if ((tagName === 'td' || tagName === 'th') && attributes['style'] !== undefined) {
    const align = /text-align:\s?(left|right|center)/i.exec(attributes['style'])?.[1]
    if (align !== undefined) kept['align'] = align.toLowerCase()
  }
  if (tagName === 'audio' || tagName === 'video') {
    kept['preload'] = 'none'
  }
}

function isWorthKeeping(tagName: string, kept: Attributes): boolean {
  const needed = Object.hasOwn(needsAttribute, tagName) ? needsAttribute[tagName] : undefined
  if (needed !== undefined) return kept[needed] !== undefined
  if (tagName === 'a') return kept['href'] !== undefined || kept['id'] !== undefined
  if (tagName === 'span') return kept['lang'] !== undefined || kept['dir'] !== undefined
  return true
}

const linkSchemes = new Set(['http:', 'https:', 'mailto:', 'tel:'])
const fetchSchemes = new Set(['http:', 'https:'])

function toCleanAddress(value: string, tagName: string, reading: TagReading): string | undefined {
  const address = toAddress(value, tagName === 'a' ? linkSchemes : fetchSchemes)
  if (address === undefined) return undefined
  if (address.isRelative) reading.hasRelativeAddresses = true
  return address.text
}

/** An address that may be followed. */
export type Address = { readonly text: string; readonly isRelative: boolean }

const nowhere = 'relative.invalid'

/**
 * Reads an address as browsers do (URL Standard): white space and control characters cannot hide a scheme.
 * An absolute one is normalised, a protocol-relative one becomes https, a relative one stays as written.
 */
export function toAddress(
  value: string,
  schemes: ReadonlySet<string> = fetchSchemes,
): Address | undefined {
  const text = normalizeText(value).trim()
  if (text === '') return undefined
  const absolute = URL.parse(text)
  if (absolute !== null) {
    return schemes.has(absolute.protocol) ? { text: absolute.href, isRelative: false } : undefined
  }
  const relative = URL.parse(text, `https://${nowhere}/`)
  if (relative === null || relative.protocol !== 'https:') return undefined
  if (relative.hostname !== nowhere) return { text: relative.href, isRelative: false }
  const written = text.replaceAll(/[\t\n\r]/g, '')
  return { text: looksAbsolute.test(written) ? encodeGaps(written) : written, isRelative: true }
}

/** What would have a scheme or a host without its spaces and comments; no browser leaves those out, but others do. */
const looksAbsolute = /^(?:[^/?#]{0,200}:|[/\\]\s*[/\\]|[^/\\]{0,20}<!--)/

function encodeGaps(address: string): string {
  return address.replaceAll(/[\s<>]/gu, encodeURIComponent)
}

/** Writes the good candidates of a `srcset` with `, ` between them and no other comma followed by a space. */
function toCleanSet(value: string, reading: TagReading): string | undefined {
  if (value.length > 10_000) return undefined
  const candidates: string[] = []
  const written = value.replaceAll(/\s+/g, ' ').trim()
  for (const candidate of written.split(/ ?, |(?<= \d[\d.]{0,9}[wxh]),/)) {
    const [first = '', descriptor] = candidate.split(' ')
    const address = toAddress(first.replace(/^,/, '').replace(/,$/, ''))
    if (address === undefined) continue
    if (address.isRelative) reading.hasRelativeAddresses = true
    const isSound = descriptor !== undefined && /^\d[\d.]{0,9}[wxh]$/.test(descriptor)
    candidates.push(isSound ? `${address.text} ${descriptor}` : address.text)
  }
  return candidates.length === 0 ? undefined : candidates.join(', ')
}
