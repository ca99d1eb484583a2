/** The words of a long list. */
export function words(list: string): readonly string[] {
  return list.trim().split(/\s+/)
}

/** Escapes text for element content. `>` too, so that `]]>` never appears. */
export function escapeText(text: string): string {
  if (!/[&<>]/.test(text)) return text
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** Keeps a tag's end apart from a U+0338 after it: NFC would make one character, `≯`, of the two. */
export function keepTagEnds(html: string): string {
  return html.includes('\u0338') ? html.replaceAll('>\u0338', '>&#x338;') : html
}

// oxlint-disable-next-line no-control-regex -- These are the characters to be found.
const forbiddenInXml = /[\0-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]|\p{Surrogate}/gu
// oxlint-disable-next-line no-control-regex -- These are the characters to be found.
const mayBeForbidden = /[\0-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]/

/** Removes characters that entities may have brought in. */
export function dropForbidden(html: string): string {
  if (!mayBeForbidden.test(html) && html.isWellFormed()) return html
  return html.replaceAll('\r', '\n').replaceAll(forbiddenInXml, '')
}

/** Reads the name of a tag, which ends at a space, `/` or `>`. */
export function tagNameAt(html: string, start: number): string {
  let end = start
  for (; end < html.length; end += 1) {
    const code = html.charCodeAt(end)
    if (code === 0x20 || code === 0x2f || code === 0x3e) break
  }
  return html.slice(start, end)
}

/** Escapes text for an attribute value in double quotes. */
export function escapeAttribute(text: string): string {
  return escapeText(text).replaceAll('"', '&quot;')
}

const entities: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#x338;': '\u0338',
}

/** Reverses the escaping of clean HTML, which knows these entities only. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text
  return text.replaceAll(/&(?:amp|lt|gt|quot|#x338);/g, (entity) => entities[entity] ?? entity)
}
