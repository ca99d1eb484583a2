import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { toFrontMatter, writeCorpus } from './corpus.ts'
import type { Ground } from './grounds.ts'
import { toHugoWords, writeHugoSite } from './hugo.ts'
import { Lookout } from './lookout.ts'
import type { Options } from './options.ts'
import { runToEnd, startChild } from './processes.ts'
import { editArticle, pauseAfterDrop, toDropped, untilIdle } from './publication.ts'
import type { Recorder } from './samples.ts'

/** It takes seconds for each of many articles. */
const dropsMax = 3

/** A site of Hugo's on a disk that lives through all rounds. */
export class HugoOnDisk {
  readonly #ground: Ground
  readonly #options: Options
  readonly #articles: number
  #dropped = 0

  constructor(ground: Ground, options: Options, articles: number) {
    this.#ground = ground
    this.#options = options
    this.#articles = articles
  }

  async prepare(): Promise<void> {
    const range = { seed: this.#options.seed, first: 0, end: this.#articles }
    writeHugoSite(this.#ground.make('site'))
    const shape = { ending: '.md', render: toFrontMatter }
    writeCorpus(this.#ground.at('site/content'), range, shape)
    await this.#build()
  }

  /** Builds over its own output, then watches and takes a few drops. */
  async measure(round: number, recorder: Recorder): Promise<void> {
    for (const work of ['rebuild-same', 'rebuild-one'] as const) {
      if (work === 'rebuild-one') {
        const edit = { seed: this.#options.seed, index: round, words: `In round ${round}.` }
        const shape = { ending: '.md', render: toFrontMatter }
        editArticle(this.#ground.at('site/content'), edit, shape)
      }
      const { wallMs, cpuMs } = await this.#build()
      const articles = this.#articles
      recorder.record({ work, who: 'hugo', articles, round, value: wallMs, cpuMs })
    }
    await this.#measureDrops(round, recorder)
  }

  async #build() {
    const [site, out] = [this.#ground.at('site'), this.#ground.at('hugo')]
    return await runToEnd('hugo', toHugoWords(site, out, 'all'), site)
  }

  /** With pages and the main feed only, which is the least for it to do. */
  async #measureDrops(round: number, { record }: Recorder): Promise<void> {
    const [site, out] = [this.#ground.at('site'), this.#ground.make('hugo-watching')]
    const words = toHugoWords(site, out, 'main').filter((word) => word !== '--quiet')
    await using watching = startChild('hugo', [...words, '--watch'], site)
    await new Promise<void>((resolve) => {
      watching.output.setEncoding('utf8').on('data', (said: string) => {
        if (said.includes('Press Ctrl+C')) resolve()
      })
    })
    await untilIdle(watching.pid)
    using lookout = new Lookout(out)
    for (let count = 0; count < Math.min(this.#options.drops, dropsMax); count += 1) {
      this.#dropped += 1
      const article = toDropped(this.#options.seed, this.#dropped)
      const name = `dropped-${this.#dropped}.md`
      writeFileSync(this.#ground.at(name), toFrontMatter(article))
      const feed = `${out}/index.xml`
      const seen = lookout.until(
        'index.xml',
        () => existsSync(feed) && readFileSync(feed, 'utf8').includes(article.title),
      )
      const startedAtMs = performance.now()
      renameSync(this.#ground.at(name), `${site}/content/0000/${name}`)
      const value = (await seen) - startedAtMs
      record({ work: 'drop-feed', who: 'hugo', articles: this.#articles, round, value })
      await pauseAfterDrop()
    }
  }
}
