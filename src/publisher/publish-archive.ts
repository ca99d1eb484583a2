import { archivePath } from '../core/feed/feed.ts'
import type { Store } from '../store/store.ts'
import { toArchiveNames } from './archive-names.ts'
import type { Feeds } from './feeds.ts'
import type { PublicationWriter } from './publication.ts'

type ArchiveParts = {
  readonly store: Store
  readonly feeds: Feeds
  readonly writer: PublicationWriter
}

/**
 * Publishes pages of the archive. A closed page names the next one, and is never written again but for an
 * edit or a retraction. The open page is written twice: by its number, for the page before to name it for
 * good, and by a name that tells how much it was given, for the feed. Whatever name it still has tells the
 * same. Pages name each other, so those that are new come first, while nothing leads to them, oldest first.
 * Source: RFC 5005 §4.
 */
export async function publishArchive(
  pages: readonly number[],
  { store: { publication }, feeds, writer }: ArchiveParts,
): Promise<void> {
  const last = await publication.archivePages()
  for (const page of inOrder(pages, (path) => writer.has(path))) {
    const found = await publication.archivePage(page)
    if (found === undefined) continue
    const base = await feeds.toHead(found.entries, undefined)
    const names = toArchiveNames(found, last)
    const previous = page > 1 ? page - 1 : undefined
    const next = page < last ? page + 1 : undefined
    const heads = new Map(
      names.map((name) => [
        archivePath(name),
        { ...base, archive: { page: name, previous, next } },
      ]),
    )
    const files = await feeds.renderPages(heads, found.entries)
    if (files.length < names.length) continue
    const paths = files.map(({ path }) => path)
    await writer.add(files, async () => {
      await publication.nameArchivePage(page, paths)
      await publication.settle('archive', [String(page)])
    })
  }
}

function inOrder(pages: readonly number[], isThere: (path: string) => boolean): readonly number[] {
  const ascending = pages.toSorted((left, right) => left - right)
  const isNew = new Set(ascending.filter((page) => !isThere(archivePath(page))))
  return [...isNew, ...ascending.filter((page) => !isNew.has(page))]
}
