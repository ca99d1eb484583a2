import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Settings } from '../../src/config.ts'
import { feedFiles } from '../../src/core/feed/feed.ts'
import { describe } from '../../src/core/problem.ts'
import type { Problem } from '../../src/core/problem.ts'
import type { Log } from '../../src/log.ts'
import { readStatus } from '../../src/publisher/status.ts'
import { watch } from '../../src/publisher/watch.ts'
import type { Status } from '../../src/publisher/status.ts'
import { loadSettingsOf } from './publication.ts'
import type { Item } from './publication.ts'
import { formats } from './feed-examples.ts'
import { readStrictly } from './strict-reading.ts'
import { makeTemporaryFolder } from './temporary-folder.ts'
import type { TemporaryFolder } from './temporary-folder.ts'
import { waitFor } from './wait-for.ts'

/** No rescan comes to the help of a notice that was missed. */
const settingsYaml = 'title: Test\ntimezone: UTC\nsettleMs: 60\nrescanMs: 3600000\n'
/** No port is in anybody's way. */
const anyPortYaml = 'port: 0\n'

/** An article that says its title, and whose last words show that it is whole. */
export function toArticle(title: string, body = `It is about ${title} and nothing else.`): string {
  return `# ${title}\n\n${body}\n\nThus ends ${title}.\n`
}

/** A real folder with the real watcher at work; remembers every version of every feed it ever saw. */
export class LivePublication implements AsyncDisposable {
  readonly settings: Settings
  /** The items of each version of the JSON feed, in order; the first is what stood at the start. */
  readonly versions: (readonly Item[])[] = []
  readonly problems: Problem[] = []
  /** Where it is served; ends with `/`. */
  address = ''
  /** How far the clock of the publication is from that of the machine; milliseconds. */
  clockOffsetMs = 0
  readonly #folder: TemporaryFolder
  readonly #texts: string[] = []
  readonly #stamps = new Map<string, string>()
  readonly #lookout: NodeJS.Timeout
  #stop = new AbortController()
  #running: Promise<void> = Promise.resolve()
  #fault: unknown
  #beacons = 0

  private constructor(moreYaml: string) {
    this.#folder = makeTemporaryFolder()
    mkdirSync(this.#folder.at('inbox'))
    mkdirSync(this.#folder.at('elsewhere'))
    writeFileSync(this.#folder.at('feed.yaml'), settingsYaml + moreYaml)
    this.settings = loadSettingsOf(this.#folder.path)
    this.#lookout = setInterval(() => this.#look(), 2)
  }

  /**
   * Starts to watch and waits for the first version of the feeds.
   * @param prepare fills the inbox before that; it is handed the path of a name in the inbox
   * @param moreYaml settings beside those of all tests; a port that is free, if it says nothing
   */
  static async start(
    prepare: (inbox: (name: string) => string) => void | Promise<void> = () => {},
    moreYaml = anyPortYaml,
  ): Promise<LivePublication> {
    const publication = new LivePublication(moreYaml)
    await prepare((name) => publication.in(name))
    publication.restart()
    await publication.until(() => publication.versions.length > 0)
    return publication
  }

  /** The path of a name in the inbox. */
  in(name: string): string {
    return this.#folder.at(`inbox/${name}`)
  }

  /** The path of a name in the folder of the publication, on the same file system as the inbox. */
  at(name: string): string {
    return this.#folder.at(name)
  }

  /** A file beside the inbox, with all the folders above it. @returns its path */
  prepare(name: string, content: string): string {
    const path = this.#folder.at(`elsewhere/${name}`)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
    return path
  }

  write(name: string, content: string): void {
    mkdirSync(dirname(this.in(name)), { recursive: true })
    writeFileSync(this.in(name), content)
  }

  /** What a subscriber sees now. */
  items(): readonly Item[] {
    return this.versions.at(-1) ?? []
  }

  /** Waits until the feed shows one entry of this title for which the condition holds. */
  async entry(title: string, condition: (item: Item) => boolean = () => true): Promise<Item> {
    return await this.until(() => {
      const [item, ...others] = this.items().filter((candidate) => candidate.title === title)
      return item !== undefined && others.length === 0 && condition(item) && item
    })
  }

  async until<T>(condition: () => T | undefined | false, periodMs?: number): Promise<T> {
    return await waitFor(
      () => {
        if (this.#fault !== undefined) throw this.#fault
        return condition()
      },
      () => `${this.#titles()}\n${this.problems.map((problem) => describe(problem)).join('\n')}`,
      periodMs,
    )
  }

  /**
   * Drops two more articles, one after the other, and waits for them: what was to be seen of all that
   * happened before is seen by then.
   */
  async pass(): Promise<void> {
    for (let count = 0; count < 2; count += 1) {
      this.#beacons += 1
      const title = `Beacon ${this.#beacons}`
      this.write(`beacons/${this.#beacons}.md`, toArticle(title))
      await this.entry(title)
    }
  }

  /** The ids of the entries of each version, but for those of `pass`. */
  history(): readonly (readonly string[])[] {
    return this.versions.map((items) =>
      items.filter(({ title }) => !title.startsWith('Beacon ')).map(({ id }) => id),
    )
  }

  /** Whether any version of any feed ever said this. */
  everSaid(text: string): boolean {
    return this.#texts.some((document) => document.includes(text))
  }

  /** The ids that each feed shows now, read strictly. */
  ids(): readonly (readonly string[])[] {
    return formats.map((format) => {
      const document = readFileSync(join(this.settings.out, feedFiles[format].name), 'utf8')
      return readStrictly(format, document).map(({ id }) => id)
    })
  }

  async status(): Promise<Status> {
    return await readStatus(this.settings)
  }

  async untilStatus(condition: (status: Status) => boolean): Promise<Status> {
    for (;;) {
      if (this.#fault !== undefined) throw this.#fault
      const status = await this.status()
      if (condition(status)) return status
      await pause(10)
    }
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  /** Begins to watch again after `stop`, over the same folders. */
  restart(port = this.settings.port): void {
    const log: Log = {
      event: (_, values) => {
        if (typeof values?.['address'] === 'string') this.address = values['address']
      },
      problem: (problem) => this.problems.push(problem),
      fault: (sentence) => (this.#fault ??= new Error(sentence)),
      usage: (sentence) => (this.#fault ??= new Error(sentence)),
    }
    this.#stop = new AbortController()
    const edges = { log, now: () => Date.now() + this.clockOffsetMs, stop: this.#stop.signal }
    this.#running = watch({ ...this.settings, port }, edges).catch((error: unknown) => {
      this.#fault ??= error
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    clearInterval(this.#lookout)
    rmSync(this.#folder.path, { recursive: true, force: true })
    if (this.#fault !== undefined) throw this.#fault
  }

  #look(): void {
    for (const format of formats) {
      const { name } = feedFiles[format]
      const path = join(this.settings.out, name)
      try {
        const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
        const stamp = `${stats?.ino} ${stats?.mtimeNs}`
        if (stats === undefined || this.#stamps.get(name) === stamp) continue
        this.#stamps.set(name, stamp)
        const text = readFileSync(path, 'utf8')
        this.#texts.push(text)
        // Whoever reads a feed at any moment finds it whole.
        readStrictly(format, text)
        if (format !== 'json') continue
        const feed = JSON.parse(text) as { readonly items: readonly Item[] }
        this.versions.push(feed.items)
      } catch (error) {
        // The test itself may have removed it since it was looked for.
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') continue
        this.#fault ??= error
      }
    }
  }

  #titles(): string {
    return this.items()
      .map(({ title }) => title)
      .join(' | ')
  }
}
