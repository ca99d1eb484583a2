import { setTimeout as pause } from 'node:timers/promises'
import type { Store } from '../store/store.ts'

/**
 * Publications are at least this long apart, so that the times of the files tell them apart even where
 * a file's time has whole seconds only.
 */
export const generationMs = 1_000

/**
 * Waits until the second of the last publication is over, also that of another run, if there is one to
 * come. A clock that went back makes it wait once, and no longer.
 */
export async function awaitGeneration(
  store: Pick<Store, 'readValue'>,
  nowMs: number,
  isStale: () => Promise<boolean>,
): Promise<void> {
  const publishedAtMs = Number((await store.readValue('published-at-ms')) ?? 0)
  const waitMs = Math.min(publishedAtMs + generationMs - nowMs, generationMs)
  if (waitMs > 0 && (await isStale())) await pause(waitMs)
}

/** The first turn may come before what has arrived is looked at, the second comes after. */
export async function letEventsIn(): Promise<void> {
  for (let turn = 0; turn < 2; turn += 1) {
    await new Promise((resolve) => void setImmediate(resolve))
  }
}
