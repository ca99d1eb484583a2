import { toSlug } from '../core/entry/slug.ts'
import { feedFiles } from '../core/feed/feed.ts'
import type { CategoryRecord } from '../store/store.ts'

/** All that is published in the folder of a category. */
export function toFolderFiles(folder: string): readonly string[] {
  return [...Object.values(feedFiles).map(({ name }) => name), 'index.html'].map(
    (name) => folder + name,
  )
}

/** Below `out/`, ends with `/`. */
export function toCategoryFolder({ slug }: CategoryRecord): string {
  return `categories/${slug}/`
}

/** The name that a category's folder is to have: readable ASCII, else what tells the term apart. */
export function toCategorySlug({ term, label }: CategoryRecord): string {
  const slug = toSlug(label)
  return slug === toSlug('') ? `c-${Buffer.from(term).toString('hex').slice(0, 12)}` : slug
}
