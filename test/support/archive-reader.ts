import { readStrictly, type StrictReading } from './strict-reading.ts'
import { all, parseStrict } from './strict-xml.ts'

/** An entry as it was met on a walk. */
export type MetEntry = StrictReading & {
  /** The document it was met in. */
  readonly path: string
}

/**
 * Reads an archived feed as RFC 5005 §4.2 wants it: the subscription document first, then each archive
 * page that `prev-archive` leads to. An entry is in the list as often as it was met.
 * @param read gives the document at a path below the base address, which is learned from the first document
 * @throws Error when a link leads back to a page already met, or elsewhere than below the base address
 */
export function walk(
  read: (path: string) => string,
  start: 'atom.xml' = 'atom.xml',
): readonly MetEntry[] {
  const entries: MetEntry[] = []
  const met = new Set<string>()
  let base: string | undefined
  for (let path: string | undefined = start; path !== undefined;) {
    if (met.has(path)) throw new Error(`${path} comes twice on the way through the archive`)
    met.add(path)
    const document = read(path)
    for (const entry of readStrictly('atom', document)) entries.push({ ...entry, path })
    base ??= linkOf(document, 'self')?.slice(0, -start.length) ?? ''
    const previous = linkOf(document, 'prev-archive')
    if (previous?.startsWith(base) === false) throw new Error(`${previous} is not below ${base}`)
    path = previous?.slice(base.length)
  }
  return entries
}

function linkOf(document: string, rel: string): string | undefined {
  const links = all(parseStrict(document), 'atom:link').map(({ attributes }) => attributes)
  return links.find((link) => link['rel'] === rel)?.['href']
}
