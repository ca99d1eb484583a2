import { archivePath, toArchivePageName, toOpenPageName } from '../core/feed/feed.ts'
import type { ArchivePageName } from '../core/feed/feed.ts'
import type { ArchivePage } from '../store/store.ts'

/** Entries of a closed archive page. */
export const archiveLength = 100

/**
 * The names of an archive page, its own last: its number, the one it had before, for readers on their way
 * there, and if it is open the one that tells how much it was given.
 * @param last the number of the open page
 */
export function toArchiveNames(found: ArchivePage, last: number): readonly ArchivePageName[] {
  const { page, file, fileBefore } = found
  const own = page < last ? page : toOpenPageName(found)
  const before = file === archivePath(own) ? fileBefore : file
  const other = before === undefined ? undefined : toArchivePageName(before)
  const names = [page, ...(other === undefined ? [] : [other])].filter((name) => name !== own)
  return [...new Set(names), own]
}
