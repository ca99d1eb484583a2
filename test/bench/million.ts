import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { writeSettings } from './builds.ts'
import { toPlainText, writeCorpus } from './corpus.ts'
import { makeGround } from './grounds.ts'
import { Lookout } from './lookout.ts'
import type { Options } from './options.ts'
import { cpuMsOf, peakBytesOf, program, runToEnd } from './processes.ts'
import { drop, makePublicationFolder, pauseAfterDrop, toDropped, untilIdle } from './publication.ts'
import { startServing } from './serving.ts'
import { median, quantile } from './statistics.ts'
import { formatCount, formatValue, toMarkdown } from './table.ts'
import type { Unit } from './samples.ts'

export type Large = {
  readonly articles: number
  readonly drops: number
  readonly figures: readonly {
    readonly name: string
    readonly unit: Unit
    readonly value: number
  }[]
}

/** Builds one large inbox, then drops into it. Whatever is not given is as by default. */
export async function measureLarge(
  { articles, drops, seed, disk }: Options,
  say: (sentence: string) => void,
): Promise<Large> {
  using ground = makeGround(disk)
  const folder = ground.make('dropfeed')
  makePublicationFolder(folder)
  writeSettings(folder, { arrivalHours: 0 })
  say(`writing ${articles} articles to ${folder}`)
  const range = { seed, first: 0, end: articles }
  writeCorpus(join(folder, 'inbox'), range, { ending: '.txt', render: toPlainText })
  say('building')
  const built = await runToEnd(process.execPath, [...program, 'build', '--quiet'], folder)
  say(`built in ${formatValue(built.wallMs, 'ms')}; restarting`)
  const startedAtMs = performance.now()
  await using watching = await startServing(folder)
  const restartMs = performance.now() - startedAtMs
  await untilIdle(watching.pid)
  using lookout = new Lookout(join(folder, 'out'))
  const cpuBeforeMs = cpuMsOf(watching.pid)
  const feedMs: number[] = []
  const allMs: number[] = []
  for (let number = 1; number <= drops; number += 1) {
    if (number % 100 === 1) say(`drop ${number} of ${drops}`)
    const times = await drop(folder, toDropped(seed, number), lookout)
    feedMs.push(times.feedMs)
    allMs.push(times.allMs)
    await pauseAfterDrop()
  }
  await untilIdle(watching.pid)
  const cpuMs = (cpuMsOf(watching.pid) - cpuBeforeMs) / drops
  const time = (name: string, value: number) => ({ name, value, unit: 'ms' as const })
  const bytes = (name: string, value: number) => ({ name, value, unit: 'bytes' as const })
  const [inbox, out, state] = ['inbox', 'out', '.dropfeed'].map((name) =>
    takenBy(join(folder, name)),
  )
  return {
    articles,
    drops,
    figures: [
      time('cold build on disk', built.wallMs),
      time('its processor time', built.cpuMs),
      bytes('its peak memory', built.peakBytes),
      time('restart → it serves the feed', restartMs),
      time('a drop in `atom.xml`, median', median(feedMs)),
      time('a drop in `atom.xml`, p99', quantile(feedMs, 0.99)),
      time('everywhere, median', median(allMs)),
      time('everywhere, p99', quantile(allMs, 0.99)),
      time('processor time of a drop', cpuMs),
      bytes('peak memory, watching', peakBytesOf(watching)),
      bytes('`inbox/` on disk', inbox ?? 0),
      bytes('`out/` on disk', out ?? 0),
      bytes('state on disk', state ?? 0),
    ],
  }
}

export function toLargeTable({ articles, drops, figures }: Large): string {
  const head = [`${formatCount(articles)} articles, ${formatCount(drops)} drops`, '']
  return toMarkdown(
    head,
    figures.map(({ name, value, unit }) => [name, formatValue(value, unit)]),
  )
}

/** Bytes that a folder and all in it take on the disk, in whole blocks. Source: POSIX `st_blocks`. */
function takenBy(folder: string): number {
  const blockBytes = 512
  let blocks = statSync(folder).blocks
  const folders = [folder]
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    for (const item of readdirSync(next, { withFileTypes: true })) {
      const path = join(next, item.name)
      blocks += statSync(path).blocks
      if (item.isDirectory()) folders.push(path)
    }
  }
  return blocks * blockBytes
}
