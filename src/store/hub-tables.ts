import { AnnouncementTables } from './announcement-tables.ts'
import { FeedChanges } from './feed-changes.ts'
import type { Statements } from './statements.ts'
import type { FeedNote, HubStore } from './store.ts'
import { SubscriptionTables } from './subscription-tables.ts'

/** What hubs need to have remembered: those elsewhere, and the built-in one. */
export class HubTables implements HubStore {
  readonly #statements: Statements
  readonly #transaction: <T>(work: () => T) => T
  readonly #changes: FeedChanges
  readonly announcements: AnnouncementTables
  readonly subscriptions: SubscriptionTables

  constructor(statements: Statements, transaction: <T>(work: () => T) => T) {
    this.#statements = statements
    this.#transaction = transaction
    this.#changes = new FeedChanges(statements)
    this.announcements = new AnnouncementTables(statements, transaction)
    this.subscriptions = new SubscriptionTables(statements, transaction, this.#changes)
  }

  markCategoriesStale(): void {
    this.#statements.run(`INSERT OR IGNORE INTO stale (kind, name)
      SELECT 'category', term FROM category WHERE slug IS NOT NULL AND entries > 0`)
  }

  noteFeeds({ folder, digests, window }: FeedNote): void {
    this.#transaction(() => {
      for (const [path, digest] of digests) {
        this.#statements.run(
          `INSERT INTO topic (path, digest) VALUES (?, ?)
            ON CONFLICT DO UPDATE SET digest = excluded.digest WHERE digest != excluded.digest`,
          path,
          digest,
        )
      }
      if (window !== undefined) this.#changes.note(folder, window)
    })
  }

  forgetFeeds(folder: string): void {
    this.#transaction(() => {
      // "0" is the character after "/".
      const [first, end] = [folder, `${folder.slice(0, -1)}0`]
      for (const table of ['topic', 'announcement'] as const) {
        this.#statements.run(`DELETE FROM ${table} WHERE path >= ? AND path < ?`, first, end)
      }
      this.#changes.forget(folder)
      this.#statements.run(
        `INSERT OR REPLACE INTO verification (callback, path, host, mode, lease_s, reason)
          SELECT callback, path, host, 'denied', 0, 'there is no such feed any more'
          FROM subscription WHERE folder = ?`,
        folder,
      )
      this.#statements.run('DELETE FROM subscription WHERE folder = ?', folder)
    })
  }
}
