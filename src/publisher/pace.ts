import type { Store } from '../store/store.ts'
import { chunkLength } from './register.ts'

/**
 * Publications are at least this long apart, so that the times of the files tell them apart even where
 * a file's time has whole seconds only.
 */
export const generationMs = 1_000

/**
 * How long the second of the last publication still lasts, also that of another run, if there is something
 * to publish. With a clock that went back it is a whole one, once.
 */
export async function msToGeneration(
  store: Pick<Store, 'readValue' | 'publication'>,
  nowMs: number,
): Promise<number> {
  const publishedAtMs = Number((await store.readValue('published-at-ms')) ?? 0)
  const waitMs = Math.min(publishedAtMs + generationMs - nowMs, generationMs)
  return waitMs > 0 && (await store.publication.isStale()) ? waitMs : 0
}

/** The first turn may come before what has arrived is looked at, the second comes after. */
export async function letEventsIn(): Promise<void> {
  for (let turn = 0; turn < 2; turn += 1) {
    await new Promise((resolve) => void setImmediate(resolve))
  }
}

/** Files are taken in for about so long between two looks at what else there is to do, and no fewer than this. */
const chunkMs = 250
const chunkLengthMin = 50

/** How many files to take in next, when so many took so long. */
export function toChunkLength(count: number, tookMs: number): number {
  const fitting = Math.round((count * chunkMs) / Math.max(tookMs, 1))
  return Math.min(Math.max(fitting, chunkLengthMin), chunkLength)
}
