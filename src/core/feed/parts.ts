/** Where a part of a text stands: from `start` up to, not including, `end`. */
export type Place = { readonly start: number; readonly end: number }

/** What a part begins or ends with, and the sections in which nothing is markup. */
const token =
  /<!\[CDATA\[|\n *<(?:item|entry)(?=[\s>])|<\/(?:item|entry)>|\n *<at:deleted-entry(?=\s)/g

/**
 * Finds the entries and tombstones of an RSS or Atom document that `renderDocument` gave, each with the
 * white space before it: without any of them the document is still one. Time is linear in its length.
 */
export function findParts(document: string): readonly Place[] {
  const places: Place[] = []
  let start: number | undefined
  token.lastIndex = 0
  for (let found = token.exec(document); found !== null; found = token.exec(document)) {
    const [text] = found
    if (text.startsWith('<![')) {
      const end = document.indexOf(']]>', token.lastIndex)
      if (end < 0) return places
      token.lastIndex = end
    } else if (text.endsWith('deleted-entry')) {
      // Attributes hold no bare ">", and a tombstone has no content.
      const end = document.indexOf('/>', token.lastIndex)
      if (end < 0) return places
      places.push({ start: found.index, end: end + 2 })
      token.lastIndex = end
    } else if (text.startsWith('\n')) start = found.index
    else if (start !== undefined) {
      places.push({ start, end: token.lastIndex })
      start = undefined
    }
  }
  return places
}
