import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { toFrontMatter, toPlainText, writeCorpus } from './corpus.ts'
import { makeGround } from './grounds.ts'
import { toHugoWords, writeHugoSite } from './hugo.ts'
import type { HugoKind } from './hugo.ts'
import type { Options } from './options.ts'
import { program, runToEnd } from './processes.ts'
import type { Run } from './processes.ts'
import type { Recorder, Who } from './samples.ts'

export const floorScript = fileURLToPath(new URL('floor.ts', import.meta.url))

/** No category gets so many entries. */
const feedMinOutOfReach = 1_000_000

/** Times cold builds of one size on a RAM disk, each with only its own corpus and output there. */
export async function measureBuilds(
  { rounds, seed, ram }: Options,
  { articles, hasHugo }: { readonly articles: number; readonly hasHugo: boolean },
  { record, say }: Recorder,
): Promise<void> {
  if (articles === 0) return
  using ground = makeGround(ram)
  const range = { seed, first: 0, end: articles }
  say(`${articles} articles: writing them to ${ram}`)
  writeCorpus(ground.make('inbox'), range, { ending: '.txt', render: toPlainText })
  if (hasHugo) {
    writeHugoSite(ground.make('site'))
    const shape = { ending: '.md', render: toFrontMatter }
    writeCorpus(ground.at('site/content'), range, shape)
  }
  const builders: Record<Who, (kind: HugoKind) => Promise<Run>> = {
    floor: (kind) => {
      const words = [floorScript, 'build', ground.at('inbox'), ground.at('floor'), kind]
      return runToEnd(process.execPath, words, ground.at(''))
    },
    hugo: (kind) =>
      runToEnd('hugo', toHugoWords(ground.at('site'), ground.at('hugo'), kind), ground.at('site')),
    dropfeed: (kind) => {
      writeSettings(
        ground.make('dropfeed'),
        kind === 'main' ? { inbox: '../inbox', feedMin: feedMinOutOfReach } : { inbox: '../inbox' },
      )
      return runToEnd(process.execPath, [...program, 'build', '--quiet'], ground.at('dropfeed'))
    },
  }
  for (let round = 1; round <= rounds; round += 1) {
    for (const kind of ['main', 'all'] as const) {
      for (const who of ['floor', 'hugo', 'dropfeed'] as const) {
        if (who === 'hugo' && !hasHugo) continue
        say(`${articles} articles, round ${round}: cold build of ${kind} by ${who}`)
        const { wallMs, cpuMs, peakBytes } = await builders[who](kind)
        record({ work: `build-${kind}`, who, articles, round, value: wallMs, cpuMs })
        record({ work: `build-${kind}-peak`, who, articles, round, value: peakBytes })
        rmSync(ground.at(who), { recursive: true })
      }
    }
  }
}

type BenchSettings = {
  readonly inbox?: string
  readonly feedMin?: number
  readonly arrivalHours?: number
}

/** Writes the settings of a publication under measure; what is not given is the default. */
export function writeSettings(
  folder: string,
  { inbox = 'inbox', feedMin, arrivalHours }: BenchSettings,
): void {
  const lines = ['title: Bench', 'timezone: UTC', `inbox: ${inbox}`]
  if (feedMin !== undefined) lines.push(`categories: { feedMin: ${feedMin} }`)
  if (arrivalHours !== undefined) lines.push(`limits: { arrivalHours: ${arrivalHours} }`)
  writeFileSync(join(folder, 'feed.yaml'), `${lines.join('\n')}\n`)
}
