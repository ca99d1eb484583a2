import { mkdirSync, renameSync, watch } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { writeSettings } from './builds.ts'
import { toPlainText, toSamplePath, writeCorpus } from './corpus.ts'
import { makeGround } from './grounds.ts'
import type { Options } from './options.ts'
import { makePublicationFolder } from './publication.ts'
import type { Recorder } from './samples.ts'
import { startServing } from './serving.ts'

/** Moves many files into a watched inbox, as fast as they can be moved, with all settings as they are by default. */
export async function measureBurst(
  { burst, disk, seed, rounds }: Options,
  { record, say }: Recorder,
): Promise<void> {
  for (let round = 1; round <= rounds; round += 1) {
    say(`round ${round}: a burst of ${burst} files`)
    using ground = makeGround(disk)
    const folder = ground.make('dropfeed')
    makePublicationFolder(folder)
    writeSettings(folder, {})
    const range = { seed, first: 0, end: burst }
    writeCorpus(ground.make('staged'), range, { ending: '.txt', render: toPlainText })
    for (let index = 0; index < burst; index += 1000) {
      mkdirSync(join(folder, 'inbox', toSamplePath(index, ''), '..'), { recursive: true })
    }
    await using watching = await startServing(folder)
    const times: number[] = []
    const lookout = watch(join(folder, 'out'), (_, name) => {
      if (name === 'atom.xml') times.push(performance.now())
    })
    const startedAtMs = performance.now()
    for (let index = 0; index < burst; index += 1) {
      const path = toSamplePath(index, '.txt')
      renameSync(ground.at(`staged/${path}`), join(folder, 'inbox', path))
    }
    const done = new RegExp(`published entries=${burst}\\b`)
    while (!done.test(watching.said())) await pause(10)
    const seconds = (performance.now() - startedAtMs) / 1000
    lookout.close()
    const gaps = times.map((atMs, index) => atMs - (times[index - 1] ?? startedAtMs))
    const common = { who: 'dropfeed', articles: burst, round } as const
    record({ ...common, work: 'burst-rate', value: burst / seconds })
    record({ ...common, work: 'burst-gap', value: Math.max(...gaps) })
  }
}
