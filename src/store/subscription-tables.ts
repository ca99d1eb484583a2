import type { FeedChanges } from './feed-changes.ts'
import { integer, optionalInteger, optionalText, text } from './rows.ts'
import type { Row } from './rows.ts'
import type { Statements } from './statements.ts'
import type { FeedChange, Subscription, SubscriptionStore, Verification } from './store.ts'

/** Subscriptions to the built-in hub, and what is still to be asked and delivered. */
export class SubscriptionTables implements SubscriptionStore {
  readonly #statements: Statements
  readonly #transaction: <T>(work: () => T) => T
  readonly #changes: FeedChanges

  constructor(statements: Statements, transaction: <T>(work: () => T) => T, changes: FeedChanges) {
    this.#statements = statements
    this.#transaction = transaction
    this.#changes = changes
  }

  countSubscriptions(nowMs: number, host?: string): number {
    const all = 'SELECT COUNT(*) AS n FROM subscription WHERE expires_at_ms > ?'
    return toCount(
      host === undefined
        ? this.#statements.get(all, nowMs)
        : this.#statements.get(`${all} AND host = ?`, nowMs, host),
    )
  }

  countVerifications(host?: string): number {
    const all = 'SELECT COUNT(*) AS n FROM verification'
    return toCount(
      host === undefined
        ? this.#statements.get(all)
        : this.#statements.get(`${all} WHERE host = ?`, host),
    )
  }

  subscription(callback: string, path: string): Subscription | undefined {
    const row = this.#statements.get(
      'SELECT * FROM subscription WHERE callback = ? AND path = ?',
      callback,
      path,
    )
    return row && toSubscription(row)
  }

  subscribe(subscription: Omit<Subscription, 'told' | 'attempts' | 'nextAtMs'>): void {
    const { callback, path, folder, host, secret, expiresAtMs } = subscription
    this.#statements.run(
      `INSERT INTO subscription (callback, path, folder, host, secret, expires_at_ms, told)
        VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET secret = excluded.secret,
        expires_at_ms = excluded.expires_at_ms, attempts = 0, next_at_ms = 0`,
      callback,
      path,
      folder,
      host,
      secret ?? null,
      expiresAtMs,
      this.#changes.newest(folder),
    )
  }

  unsubscribe(callback: string, path: string): void {
    this.#statements.run('DELETE FROM subscription WHERE callback = ? AND path = ?', callback, path)
  }

  ask(verification: Verification): void {
    const { callback, path, host, mode, secret, leaseS, reason, attempts, nextAtMs } = verification
    this.#statements.run(
      `INSERT OR REPLACE INTO verification
        (callback, path, host, mode, secret, lease_s, reason, attempts, next_at_ms)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      callback,
      path,
      host,
      mode,
      secret ?? null,
      leaseS,
      reason ?? null,
      attempts,
      nextAtMs,
    )
  }

  decide({ callback, path, mode, secret, leaseS }: Verification): void {
    this.#statements.run(
      `DELETE FROM verification
        WHERE callback = ? AND path = ? AND mode = ? AND secret IS ? AND lease_s = ?`,
      callback,
      path,
      mode,
      secret ?? null,
      leaseS,
    )
  }

  dueVerifications(nowMs: number, limit: number): readonly Verification[] {
    return this.#statements
      .all(
        'SELECT * FROM verification WHERE next_at_ms <= ? ORDER BY next_at_ms LIMIT ?',
        nowMs,
        limit,
      )
      .map(toVerification)
  }

  dueDeliveries(nowMs: number, limit: number): readonly Subscription[] {
    return this.#statements
      .all(
        `SELECT subscription.* FROM feed_newest JOIN subscription USING (folder)
          WHERE told < number AND next_at_ms <= ? AND expires_at_ms > ?
          ORDER BY next_at_ms, callback LIMIT ?`,
        nowMs,
        nowMs,
        limit,
      )
      .map(toSubscription)
  }

  nextDueAtMs(nowMs: number): number | undefined {
    const row = this.#statements.get(
      `SELECT MIN(at) AS at FROM (
        SELECT MIN(next_at_ms) AS at FROM verification WHERE next_at_ms > ?1 UNION ALL
        SELECT MIN(next_at_ms) FROM feed_newest JOIN subscription USING (folder)
          WHERE told < number AND next_at_ms > ?1 AND expires_at_ms > ?1)`,
      nowMs,
    )
    return row && optionalInteger(row, 'at')
  }

  writeDelivery({
    callback,
    path,
    told,
    attempts,
    nextAtMs,
  }: Pick<Subscription, 'callback' | 'path' | 'told' | 'attempts' | 'nextAtMs'>): void {
    this.#statements.run(
      `UPDATE subscription SET told = max(told, ?), attempts = ?, next_at_ms = ?
        WHERE callback = ? AND path = ?`,
      told,
      attempts,
      nextAtMs,
      callback,
      path,
    )
  }

  expire(nowMs: number): void {
    this.#transaction(() => {
      this.#statements.run('DELETE FROM subscription WHERE expires_at_ms <= ?', nowMs)
    })
  }

  changesSince(folder: string, number: number, limit: number): readonly FeedChange[] {
    return this.#changes.since(folder, number, limit)
  }

  isFeed(folder: string): boolean {
    return this.#changes.isFeed(folder)
  }

  countDeliveries(): number {
    return toCount(
      this.#statements.get(
        'SELECT COUNT(*) AS n FROM feed_newest JOIN subscription USING (folder) WHERE told < number',
      ),
    )
  }
}

function toCount(row: Row | undefined): number {
  return row === undefined ? 0 : integer(row, 'n')
}

function toSubscription(row: Row): Subscription {
  return {
    callback: text(row, 'callback'),
    path: text(row, 'path'),
    folder: text(row, 'folder'),
    host: text(row, 'host'),
    secret: optionalText(row, 'secret'),
    expiresAtMs: integer(row, 'expires_at_ms'),
    told: integer(row, 'told'),
    attempts: integer(row, 'attempts'),
    nextAtMs: integer(row, 'next_at_ms'),
  }
}

function toVerification(row: Row): Verification {
  const mode = modes.find((known) => known === row['mode'])
  if (mode === undefined) throw new Error('The store holds an unknown request to the hub')
  return {
    callback: text(row, 'callback'),
    path: text(row, 'path'),
    host: text(row, 'host'),
    mode,
    secret: optionalText(row, 'secret'),
    leaseS: integer(row, 'lease_s'),
    reason: optionalText(row, 'reason'),
    attempts: integer(row, 'attempts'),
    nextAtMs: integer(row, 'next_at_ms'),
  }
}

const modes = ['subscribe', 'unsubscribe', 'denied'] as const
