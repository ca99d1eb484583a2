import { globSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { confirmRetractions } from '../../src/publisher/status.ts'
import { walk } from './archive-reader.ts'
import { LivePublication, toArticle } from './live-publication.ts'
import { runTool } from './program.ts'

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
  // Of many, the archive comes later than the feeds.
  await publication.until(() => judge(publication, titles).lost === 0, 500)
  // In one step: a removal file by file may be seen when it is halfway.
  renameSync(publication.in('articles'), publication.at('gone'))
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

export type BurstOutcome = Outcome & {
  /** Versions of the feed from the first file on. */
  readonly versions: number
  /** The longest time between two of them; milliseconds. */
  readonly pauseMsMax: number
  readonly tookMs: number
  /** Memory of this process; bytes. */
  readonly rssBytes: number
}

/** So many articles come at once. */
export async function burst(count: number): Promise<BurstOutcome> {
  await using publication = await LivePublication.start()
  const titles = toTitles(count)
  const folder = prepareArticles(publication, titles)
  const first = publication.versions.length
  const moments = [performance.now()]
  const observer = setInterval(() => {
    if (publication.versions.length > first + moments.length - 1) moments.push(performance.now())
  }, 5)
  renameSync(folder, publication.in('articles'))
  await publication.untilStatus(({ entries }) => entries.live === count)
  clearInterval(observer)
  const tookMs = performance.now() - (moments[0] ?? 0)
  // A later drop is seen although there is much left to be written.
  await publication.pass()
  const isWhole = () =>
    titles.every((_, number) => number % 97 !== 0 || hasPage(publication, `Tide ${number}`))
  await publication.until(isWhole)
  await publication.stop()
  publication.restart()
  await publication.pass()
  const pauses = moments.map((moment, index) => (moments[index + 1] ?? performance.now()) - moment)
  return {
    ...judge(publication, titles),
    versions: moments.length,
    pauseMsMax: Math.max(...pauses.slice(0, -1)),
    tookMs,
    rssBytes: process.memoryUsage.rss(),
  }
}

function hasPage(publication: LivePublication, title: string): boolean {
  const { out } = publication.settings
  const name = `${title.toLowerCase().replace(' ', '-')}.html`
  return globSync(`${out}/articles/*/*/${name}`).length === 1
}

const program = fileURLToPath(new URL('storm.ts', import.meta.url))

async function storm(kind: string, count: number, rounds: number) {
  const publication = await LivePublication.start()
  const words = [program, kind, publication.in(''), String(count), String(rounds)]
  await runTool(process.execPath, words)
  await publication.pass()
  return publication
}

/** So many files are open at once and grow part by part. */
export async function appendAtOnce(count: number, rounds: number): Promise<Outcome> {
  await using publication = await storm('append', count, rounds)
  await publication.untilStatus(({ entries }) => entries.live === count + 2)
  return judge(publication, toTitles(count))
}

/** Each file is replaced again and again; the last version is what stands. */
export async function replaceOften(count: number, rounds: number): Promise<Outcome> {
  await using publication = await storm('replace', count, rounds)
  for (const title of toTitles(count)) {
    await publication.entry(title, ({ content_html: html }) => html.includes(`Round ${rounds} `))
  }
  return judge(publication, toTitles(count))
}

/** Large files are deleted while they are read; those that are back in the end are shown, the others are not. */
export async function removeWhileRead(count: number, rounds: number): Promise<Outcome> {
  await using publication = await storm('remove', count, rounds)
  const titles = toTitles(count).filter((_, number) => number % 2 === 0)
  await publication.untilStatus(
    ({ entries, problems }) => entries.live === titles.length + 2 && problems.length === 0,
  )
  await publication.pass()
  return judge(publication, titles)
}
