import { readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { confirmRetractions } from '../../src/publisher/status.ts'
import { walk } from './archive-reader.ts'
import { LivePublication, toArticle } from './live-publication.ts'

/** What became of the articles of one trial; all but the first and the last are to be 0. */
export type Outcome = {
  readonly articles: number
  /** Whole articles of the inbox that no feed and no archive page shows. */
  readonly lost: number
  /** Entries that are shown more than once, or besides the articles that there are. */
  readonly doubled: number
  /** Entries that were ever shown without their end. */
  readonly half: number
  /** Articles that were ever shown under another id. */
  readonly changedIds: number
  /** The longest time between two versions of the feed while files came in; milliseconds. */
  readonly pauseMsMax: number
}

/** Compares the titles that there should be with all that a subscriber meets, now and in any version before. */
export function judge(publication: LivePublication, titles: readonly string[]): Outcome {
  const met = walk((path) => readFileSync(join(publication.settings.out, path), 'utf8')).filter(
    ({ title }) => !title.startsWith('Beacon '),
  )
  const shown = new Set(met.map(({ title }) => title))
  const idsOf = new Map<string, Set<string>>()
  const known = new Set(titles)
  let half = 0
  const seen = new Set<readonly unknown[]>()
  for (const items of publication.versions) {
    if (seen.has(items)) continue
    seen.add(items)
    for (const { title, id, content_html: html } of items) {
      const ids = idsOf.get(title) ?? new Set()
      idsOf.set(title, ids.add(id))
      if (!html.includes('Thus ends ')) half += 1
    }
  }
  for (const { title, id } of met) idsOf.set(title, (idsOf.get(title) ?? new Set()).add(id))
  return {
    articles: titles.length,
    lost: titles.filter((title) => !shown.has(title)).length,
    doubled: met.length - shown.size + [...shown].filter((title) => !known.has(title)).length,
    half,
    changedIds: [...idsOf.values()].filter((ids) => ids.size > 1).length,
    pauseMsMax: 0,
  }
}

/** Titles of so many articles. */
export function toTitles(count: number): readonly string[] {
  return Array.from({ length: count }, (_, number) => `Tide ${number}`)
}

/** Makes a folder of articles beside the inbox. @returns its path */
export function prepareArticles(publication: LivePublication, titles: readonly string[]): string {
  for (const [number, title] of titles.entries()) {
    publication.prepare(`articles/${number % 7}/${number}.md`, toArticle(title))
  }
  return publication.at('elsewhere/articles')
}

/** All articles vanish at once: none is retracted before a person says so, and then they all are. */
export async function vanishAtOnce(count: number): Promise<Outcome & { readonly left: number }> {
  await using publication = await LivePublication.start()
  const titles = toTitles(count)
  renameSync(prepareArticles(publication, titles), publication.in('articles'))
  await publication.untilStatus(({ entries }) => entries.live === count)
  rmSync(publication.in('articles'), { recursive: true })
  await publication.untilStatus(({ problems }) =>
    problems.some(({ code }) => code === 'retractions-held'),
  )
  // The rest goes on meanwhile.
  await publication.pass()
  const outcome = judge(publication, titles)
  await confirmRetractions(publication.settings)
  const { entries } = await publication.untilStatus(({ entries: { live } }) => live <= 2)
  return { ...outcome, left: entries.live - 2 }
}
