import { archivePath } from '../core/feed/feed.ts'
import type { Output } from '../out/folder.ts'
import type { PublicationStore } from '../store/store.ts'
import { toCategoryFolder, toFolderFiles } from './category-folder.ts'
import { letEventsIn } from './pace.ts'

/** Pages compared between two looks at what else there is to do. */
const pagesAtOnce = 2_000

/**
 * Makes stale what is published and is not there any more, since somebody deleted it: pages, archive pages, and
 * documents of categories. The names in each folder are compared with those that it is to have; no document is
 * opened, or looked at alone. What else there is, each publication writes anyway.
 */
export async function markMissing(store: PublicationStore, output: Output): Promise<void> {
  await markMissingPages(store, output)
  const archive = output.list('archive')
  const archivePages = (await store.archiveFiles())
    .filter(({ page, file }) => ![archivePath(page), file].every((path) => isListed(path, archive)))
    .map(({ page }) => String(page))
  await store.markStale('archive', archivePages)
  const terms: string[] = []
  for (const category of await store.publishedCategories()) {
    const folder = toCategoryFolder(category)
    const names = output.list(folder.slice(0, -1))
    if (!toFolderFiles(folder).every((path) => isListed(path, names))) terms.push(category.term)
  }
  await store.markStale('category', terms)
}

async function markMissingPages(store: PublicationStore, output: Output): Promise<void> {
  let listed: { readonly folder: string; readonly names: ReadonlySet<string> } | undefined
  for (let after = ''; ;) {
    // By permalink, so folder by folder.
    const pages = await store.pagesAfter(after, pagesAtOnce)
    const last = pages.at(-1)
    if (last === undefined) return
    const missing: string[] = []
    for (const { id, permalink } of pages) {
      const folder = permalink.slice(0, permalink.lastIndexOf('/'))
      if (listed?.folder !== folder) listed = { folder, names: output.list(folder) }
      if (!isListed(permalink, listed.names)) missing.push(id)
    }
    await store.markStale('page', missing)
    after = last.permalink
    await letEventsIn()
  }
}

function isListed(path: string, names: ReadonlySet<string>): boolean {
  return names.has(path.slice(path.lastIndexOf('/') + 1))
}
