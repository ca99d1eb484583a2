import { TZDate } from '@date-fns/tz'
import { lightFormat } from 'date-fns/lightFormat'
import { toSlug } from './slug.ts'

/** `articles/2026/01` and `title`, for `articles/2026/01/title.html`. */
export type PermalinkWish = {
  readonly folder: string
  readonly slug: string
}

/**
 * Names the page of an article by the local month of its publication and its title (or the author's
 * own wish). Used once for each entry, at its first publication.
 * @param publishedAtMs milliseconds since 1970 UTC
 * @param timezone IANA name
 */
export function toPermalink(title: string, publishedAtMs: number, timezone: string): PermalinkWish {
  const folder = `articles/${lightFormat(new TZDate(publishedAtMs, timezone), 'yyyy/MM')}`
  return { folder, slug: toSlug(title) }
}
