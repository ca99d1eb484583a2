import type { Settings } from '../config.ts'
import type { Store } from '../store/store.ts'
import { toReadingRules } from './site.ts'

/** Raised when reading is mended: files with a problem are then read anew. */
const readingVersion = 1

/**
 * Remembers by which rules articles are read now.
 * @returns whether they are others than those of the last time
 */
export async function renewReadingRules(store: Store, settings: Settings): Promise<boolean> {
  const rules = JSON.stringify([
    readingVersion,
    toReadingRules(settings),
    settings.limits.articleBytesMax,
  ])
  const areNew = (await store.readValue('reading-rules')) !== rules
  if (areNew) await store.writeValue('reading-rules', rules)
  return areNew
}
