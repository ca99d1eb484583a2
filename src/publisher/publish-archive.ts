import { archivePath } from '../core/feed/feed.ts'
import type { ArchivePageName } from '../core/feed/feed.ts'
import type { ArchivePage, Store } from '../store/store.ts'
import { toArchiveNames } from './archive-names.ts'
import type { Feeds } from './feeds.ts'
import type { PublicationWriter } from './publication.ts'

type ArchiveParts = {
  readonly store: Store
  readonly feeds: Feeds
  readonly writer: PublicationWriter
}

/**
 * Publishes pages of the archive, as far as the feed has to wait for them. A closed page names the next one,
 * and is never written again but for an edit or a retraction. The open page is written twice: by its number,
 * for the page before to name it for good, and by a name that tells how much it was given, for the feed.
 * Whatever name it still has tells the same. Pages name each other, so those that are new come first, while
 * nothing leads to them, oldest first. Source: RFC 5005 §4.
 * @param isOver says whether to leave further pages for later
 * @returns publishes the rest: what the open page was called before, where it stands already
 */
export async function publishArchive(
  pages: readonly number[],
  parts: ArchiveParts,
  isOver: () => boolean,
): Promise<() => Promise<void>> {
  const { store, writer } = parts
  const { publication } = store
  const last = await publication.archivePages()
  const rest: (() => Promise<void>)[] = []
  for (const page of inOrder(pages, (path) => writer.has(path))) {
    if (isOver()) break
    const found = await publication.archivePage(page)
    if (found === undefined) continue
    const names = toArchiveNames(found, last)
    const own = names.at(-1)
    const isLate = (name: ArchivePageName) =>
      page === last && name !== own && writer.has(archivePath(name))
    const late = names.filter((name) => isLate(name))
    const done = async () => {
      await publication.nameArchivePage(page, names.map(archivePath))
      await publication.settle('archive', [String(page)])
    }
    const first = names.filter((name) => !isLate(name))
    const isWritten = await write(
      { page, last, found, names: first },
      parts,
      late.length === 0 ? done : undefined,
    )
    if (isWritten && late.length > 0) {
      rest.push(async () => {
        await write({ page, last, found, names: late }, parts, done)
      })
    }
  }
  return async () => {
    for (const publish of rest) await publish()
  }
}

type PageToWrite = {
  readonly page: number
  /** That of the open page. */
  readonly last: number
  readonly found: ArchivePage
  /** Those under which it is to be written. */
  readonly names: readonly ArchivePageName[]
}

/** @returns false where the page is refused, and nothing of it written */
async function write(
  { page, last, found, names }: PageToWrite,
  { feeds, writer }: ArchiveParts,
  done?: () => Promise<void>,
): Promise<boolean> {
  const base = await feeds.toHead(found.entries)
  const previous = page > 1 ? page - 1 : undefined
  const next = page < last ? page + 1 : undefined
  const heads = new Map(
    names.map((name) => [archivePath(name), { ...base, archive: { page: name, previous, next } }]),
  )
  const files = await feeds.renderPages(heads, found.entries)
  if (files.length < names.length) return false
  await writer.add(files, done)
  return true
}

function inOrder(pages: readonly number[], isThere: (path: string) => boolean): readonly number[] {
  const ascending = pages.toSorted((left, right) => left - right)
  const isNew = new Set(ascending.filter((page) => !isThere(archivePath(page))))
  return [...isNew, ...ascending.filter((page) => !isNew.has(page))]
}
