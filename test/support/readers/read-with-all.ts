import { join } from 'node:path'
import { type FeedFormat, feedFiles } from '../../../src/core/feed/feed.ts'
import { feedparserPython } from './feedparser-python.ts'
import { newsboat } from './newsboat.ts'
import { feedparser, feedsmith, rssParser } from './npm-readers.ts'
import type { ReadEntry, Reader } from './reader.ts'
import { sfeed } from './sfeed.ts'

export const readers: readonly Reader[] = [
  newsboat,
  sfeed,
  feedparserPython,
  rssParser,
  feedparser,
  feedsmith,
]

export type Reading = {
  readonly reader: string
  readonly format: FeedFormat
  readonly entries: readonly ReadEntry[]
}

/** Says on stderr which program a test goes without; a test that is skipped is never skipped silently. */
export function reportMissing(name: string, missing: string | undefined): void {
  if (missing === undefined) return
  process.stderr.write(
    `SKIPPED: no test with ${name}, since ${missing}; install it to run them all.\n`,
  )
}

/**
 * Reads the main feeds in a folder with every reader this machine has, in each format it knows.
 * A reader that is missing is named on stderr.
 */
export async function readWithAll(folder: string): Promise<readonly Reading[]> {
  const readings: Reading[] = []
  for (const reader of readers) {
    reportMissing(reader.name, reader.missing)
    if (reader.missing !== undefined) continue
    for (const format of reader.formats) {
      const entries = await reader.read(join(folder, feedFiles[format].name), format)
      readings.push({ reader: reader.name, format, entries })
    }
  }
  return readings
}
