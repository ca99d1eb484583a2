import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { floorScript, writeSettings } from './builds.ts'
import { toPlainText, writeCorpus } from './corpus.ts'
import { countWritten, makeGround, sizeOf, takeStock } from './grounds.ts'
import type { Ground } from './grounds.ts'
import { Lookout } from './lookout.ts'
import type { Options } from './options.ts'
import { cpuMsOf, peakBytesOf, program, readBytesOf, runToEnd, startChild } from './processes.ts'
import {
  drop,
  editArticle,
  makePublicationFolder,
  pauseAfterDrop,
  toDropped,
  untilIdle,
} from './publication.ts'
import type { Recorder, WorkName } from './samples.ts'
import { startServing } from './serving.ts'
import { HugoOnDisk } from './hugo-on-disk.ts'

/** What a feed of 50 such articles has. */
const floorFeedBytes = 250_000
/** Of the newest entries only: else each drop of a run would make the feed longer. */
const arrivalHours = 0

/** Times drops, restarts and rebuilds of one size, on a disk. */
export async function measureDrops(
  options: Options,
  { articles, hasHugo }: { readonly articles: number; readonly hasHugo: boolean },
  recorder: Recorder,
): Promise<void> {
  using ground = makeGround(options.disk)
  const stage = new Stage({ ground, options, articles, recorder })
  await stage.prepare()
  const hugo = hasHugo && articles > 0 ? new HugoOnDisk(ground, options, articles) : undefined
  if (hugo !== undefined) {
    recorder.say(`${articles} articles: Hugo's first build on disk`)
    await hugo.prepare()
  }
  await using floor = await startFloor(ground)
  for (let round = 1; round <= options.rounds; round += 1) {
    recorder.say(`${articles} articles, round ${round}: drops`)
    await stage.measureWatching(round, floor)
    await stage.measureRestartWithOne(round)
    if (articles > 0) await stage.measureRebuilds(round)
    recorder.say(`${articles} articles, round ${round}: rebuilds and drops by Hugo`)
    await hugo?.measure(round, recorder)
  }
}

/** One publication on disk that lives through all rounds. */
class Stage {
  readonly #ground: Ground
  readonly #options: Options
  readonly #articles: number
  readonly #recorder: Recorder
  readonly #folder: string
  #dropped = 0

  constructor(parts: {
    readonly ground: Ground
    readonly options: Options
    readonly articles: number
    readonly recorder: Recorder
  }) {
    this.#ground = parts.ground
    this.#options = parts.options
    this.#articles = parts.articles
    this.#recorder = parts.recorder
    this.#folder = this.#ground.make('dropfeed')
  }

  async prepare(): Promise<void> {
    const { seed } = this.#options
    makePublicationFolder(this.#folder)
    writeSettings(this.#folder, { arrivalHours })
    const range = { seed, first: 0, end: this.#articles }
    writeCorpus(join(this.#folder, 'inbox'), range, { ending: '.txt', render: toPlainText })
    this.#recorder.say(`${this.#articles} articles: first build on disk`)
    const { wallMs, cpuMs } = await this.#build()
    if (this.#articles === 0) return
    const text = sizeOf(join(this.#folder, 'inbox')).bytes
    const state = sizeOf(join(this.#folder, '.dropfeed')).bytes
    const out = sizeOf(join(this.#folder, 'out'))
    this.#record(1, 'build-disk', wallMs, cpuMs)
    this.#record(1, 'text-bytes', text)
    this.#record(1, 'state-bytes', state)
    this.#record(1, 'state-ratio', state / text)
    this.#record(1, 'out-bytes', out.bytes)
    this.#record(1, 'out-files', out.files)
  }

  async measureWatching(round: number, floor: Floor): Promise<void> {
    const before = takeStock(join(this.#folder, 'out'))
    const startedAtMs = performance.now()
    await using watching = await startServing(this.#folder)
    this.#record(round, 'restart-serving', performance.now() - startedAtMs)
    await untilIdle(watching.pid)
    this.#record(round, 'restart-cpu', cpuMsOf(watching.pid))
    this.#record(round, 'restart-read', readBytesOf(watching.pid))
    const written = countWritten(before, takeStock(join(this.#folder, 'out')))
    this.#record(round, 'restart-written', written)
    using lookout = new Lookout(join(this.#folder, 'out'))
    const next = () => toDropped(this.#options.seed, this.#nextNumber())
    // Nothing is compiled yet for it, which is told apart from what comes after.
    this.#record(round, 'drop-first', (await drop(this.#folder, next(), lookout)).feedMs)
    await pauseAfterDrop()
    const cpuBeforeMs = cpuMsOf(watching.pid)
    for (let count = 0; count < this.#options.drops; count += 1) {
      const article = next()
      const value = await floor.drop(toPlainText(article))
      const articles = this.#articles
      this.#recorder.record({ work: 'drop-feed', who: 'floor', articles, round, value })
      const { feedMs, allMs } = await drop(this.#folder, article, lookout)
      this.#record(round, 'drop-feed', feedMs)
      this.#record(round, 'drop-all', allMs)
      await pauseAfterDrop()
    }
    await untilIdle(watching.pid)
    const cpuMs = cpuMsOf(watching.pid) - cpuBeforeMs
    this.#record(round, 'drop-cpu', cpuMs / this.#options.drops)
    this.#record(round, 'watch-peak', peakBytesOf(watching))
  }

  async measureRestartWithOne(round: number): Promise<void> {
    using lookout = new Lookout(join(this.#folder, 'out'))
    const article = toDropped(this.#options.seed, this.#nextNumber())
    const dropped = drop(this.#folder, article, lookout)
    await using watching = await startServing(this.#folder)
    const { feedMs } = await dropped
    this.#record(round, 'restart-drop', feedMs)
    await untilIdle(watching.pid)
  }

  async measureRebuilds(round: number): Promise<void> {
    for (const work of ['rebuild-same', 'rebuild-one'] as const) {
      if (work === 'rebuild-one') {
        const edit = { seed: this.#options.seed, index: round, words: `In round ${round}.` }
        const shape = { ending: '.txt', render: toPlainText }
        editArticle(join(this.#folder, 'inbox'), edit, shape)
      }
      const before = takeStock(join(this.#folder, 'out'))
      const { wallMs, cpuMs } = await this.#build()
      this.#record(round, work, wallMs, cpuMs)
      const written = countWritten(before, takeStock(join(this.#folder, 'out')))
      this.#record(round, `${work}-written`, written)
    }
  }

  async #build() {
    return await runToEnd(process.execPath, [...program, 'build', '--quiet'], this.#folder)
  }

  #nextNumber(): number {
    this.#dropped += 1
    return this.#dropped
  }

  #record(round: number, work: WorkName, value: number, cpuMs?: number): void {
    const sample = { work, who: 'dropfeed', articles: this.#articles, round, value } as const
    this.#recorder.record(cpuMs === undefined ? sample : { ...sample, cpuMs })
  }
}

/** Starts the least that can answer a drop, on the same disk. */
async function startFloor(ground: Ground) {
  const [inbox, out] = [ground.make('floor/inbox'), ground.make('floor/out')]
  mkdirSync(join(out, '..', 'staged'))
  const words = [floorScript, 'drop', inbox, out, String(floorFeedBytes)]
  const child = startChild(process.execPath, words, ground.at('floor'))
  await new Promise((resolve) => child.output.once('data', resolve))
  const lookout = new Lookout(out)
  let count = 0
  return {
    /** @returns from the rename to the notice of the file written for it, in ms */
    async drop(text: string): Promise<number> {
      count += 1
      const name = `${count}.txt`
      writeFileSync(ground.at(`floor/staged/${name}`), text)
      const seen = lookout.until('feed', () => true)
      const startedAtMs = performance.now()
      renameSync(ground.at(`floor/staged/${name}`), join(inbox, name))
      return (await seen) - startedAtMs
    },
    async [Symbol.asyncDispose](): Promise<void> {
      lookout[Symbol.dispose]()
      await child[Symbol.asyncDispose]()
    },
  }
}

type Floor = Awaited<ReturnType<typeof startFloor>>
