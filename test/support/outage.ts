import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import type { Settings } from '../../src/config.ts'
import type { Log } from '../../src/log.ts'
import { watch } from '../../src/publisher/watch.ts'
import { loadSettingsOf } from './publication.ts'
import { makeTemporaryFolder } from './temporary-folder.ts'
import type { TemporaryFolder } from './temporary-folder.ts'
import { waitFor } from './wait-for.ts'
import { readTree } from './whole.ts'

/** Says whether file systems can be mounted here, and on stderr which tests are skipped when not. */
export function canMount(): boolean {
  using folder = makeTemporaryFolder()
  const isPossible = process.platform === 'linux' && mount(folder.path, 'size=64k')
  if (isPossible) unmount(folder.path)
  else
    process.stderr.write('SKIPPED: the tests that mount file systems, which needs root on Linux\n')
  return isPossible
}

function mount(path: string, options: string): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path]).status === 0
}

/** Covers a folder by a file system that is read-only. @returns uncovers it */
export function cover(path: string): () => void {
  if (!mount(path, 'size=64k,ro')) throw new Error(`cannot mount ${path}`)
  return () => unmount(path)
}

function unmount(path: string): void {
  spawnSync('umount', ['--lazy', path])
}

const settingsYaml =
  'title: Test\ntimezone: UTC\nsettleMs: 50\nport: 0\ncategories: { feedMin: 2 }\n'

/** A real watcher over real folders, whose log is kept, and whose `out/` or state may be a mount. */
export class Outage implements AsyncDisposable {
  readonly folder: TemporaryFolder
  readonly settings: Settings
  readonly faults: string[] = []
  readonly events: string[] = []
  address = ''
  readonly #mounts: string[] = []
  readonly #stop = new AbortController()
  #running: Promise<void> = Promise.resolve()

  constructor(yaml = '') {
    this.folder = makeTemporaryFolder()
    for (const name of ['inbox', 'out', '.dropfeed']) mkdirSync(this.folder.at(name))
    writeFileSync(this.folder.at('feed.yaml'), settingsYaml + yaml)
    this.settings = loadSettingsOf(this.folder.path)
    for (let number = 0; number < 3; number += 1) this.drop(`${number}.md`, `Note ${number}`)
  }

  mount(name: 'out' | '.dropfeed', options: string): string {
    const path = this.folder.at(name)
    if (!mount(path, options)) throw new Error(`cannot mount ${path}`)
    this.#mounts.push(path)
    return path
  }

  drop(name: string, title: string): void {
    const text = `# ${title}\n\nThis is ${title}, whole to its end. #all\n`
    writeFileSync(this.folder.at(`inbox/${name}`), text)
  }

  /** Watches, and waits until all that was dropped so far is published. */
  async start(): Promise<void> {
    const log: Log = {
      event: (sentence, values) => {
        this.events.push(sentence)
        if (typeof values?.['address'] === 'string') this.address = values['address']
      },
      problem: () => {},
      fault: (sentence) => this.faults.push(sentence),
      usage: () => {},
    }
    this.#running = watch(this.settings, { log, now: Date.now, stop: this.#stop.signal })
    this.#running.catch((error: unknown) => this.faults.push(`ended: ${String(error)}`))
    await this.untilPublished('Note 2')
  }

  async untilPublished(title: string): Promise<void> {
    await waitFor(
      () => this.tree().get('feed.json')?.includes(`"${title}"`),
      () => [title, ...this.events, ...this.faults].join('\n'),
    )
  }

  async untilFault(words: RegExp): Promise<void> {
    await waitFor(
      () => this.faults.some((fault) => words.test(fault)),
      () => [String(words), ...this.faults].join('\n'),
    )
  }

  async untilEvent(sentence: string): Promise<void> {
    await waitFor(
      () => this.events.includes(sentence),
      () => [sentence, ...this.events, ...this.faults].join('\n'),
    )
  }

  tree(): ReadonlyMap<string, string> {
    return readTree(this.settings.out)
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop().catch(() => {})
    for (const path of this.#mounts) unmount(path)
    rmSync(this.folder.path, { recursive: true, force: true })
  }
}
