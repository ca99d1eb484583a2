import anyAscii from 'any-ascii'

const slugLengthMax = 80
/** What is looked at of a title; transliteration rarely shortens. */
const titleLengthMax = 400

/** Names that Windows keeps for devices, with any ending. */
const deviceName = /^(?:con|prn|aux|nul|com\d|lpt\d)$/

/**
 * Makes the last part of an address of a title: lower-case ASCII letters and digits, words joined by one `-`, at most 80
 * characters, cut at a word. `général` is `general`, `L’Otan` is `l-otan`; other scripts are transliterated. Never empty
 * (`article` then), never a name that a file system keeps for itself. Not unique: that is the caller's to see to.
 */
export function toSlug(title: string): string {
  const start = title.slice(0, titleLengthMax).toWellFormed().normalize('NFC')
  const slug = anyAscii(start)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '')
  const short = cutAtWord(slug).replace(/-$/, '')
  if (short === '') return 'article'
  return deviceName.test(short) ? `article-${short}` : short
}

function cutAtWord(slug: string): string {
  if (slug.length <= slugLengthMax) return slug
  const end = slug.lastIndexOf('-', slugLengthMax)
  // A first word that is longer than half of it is cut itself.
  return slug.slice(0, end > slugLengthMax / 2 ? end : slugLengthMax)
}
