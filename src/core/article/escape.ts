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
