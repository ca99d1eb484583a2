import type { Settings } from '../config.ts'
import { noChanges } from '../core/entry/catalogue.ts'
import { categoryTidier } from '../core/entry/entry.ts'
import { toPermalink } from '../core/entry/permalink.ts'
import type { CommitSummary, Store } from '../store/store.ts'
import { tellDue } from './telling.ts'
import type { OnTaken } from './telling.ts'

/** Scheduled entries whose moment has come go live; those whose time is over go. */
export async function applyDue(
  store: Store,
  settings: Settings,
  { now, onTaken }: { readonly now: () => number; readonly onTaken?: OnTaken | undefined },
): Promise<CommitSummary> {
  const nowMs = now()
  const { starting, ending } = await store.due(nowMs)
  if (starting.length === 0 && ending.length === 0) return { added: 0, updated: 0, removed: 0 }
  const articles = await store.articles(starting.map(({ id }) => id))
  const toCategories = categoryTidier(settings.categories, () => undefined)
  const summary = await store.commit({
    ...noChanges,
    ended: ending.map(({ id, expiresAtMs }) => ({
      id,
      state: 'expired' as const,
      atMs: expiresAtMs ?? nowMs,
    })),
    entries: starting.flatMap((record) => {
      const article = articles.get(record.id)
      if (article === undefined) return []
      const wish = article.slug ?? article.title
      const permalink = toPermalink(wish, record.publishedAtMs, settings.timezone)
      const categories = toCategories(article.categories)
      const since = { arrivedAtMs: nowMs, updatedFromMs: undefined, deletedAtMs: undefined }
      return [{ ...record, ...since, state: 'live', article, categories, permalink }]
    }),
  })
  if (onTaken !== undefined) tellDue(onTaken, starting, ending)
  return summary
}
