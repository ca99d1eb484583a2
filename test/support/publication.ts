import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { loadSettings } from '../../src/config.ts'
import type { Settings, SettingsFlags } from '../../src/config.ts'
import { silentLog } from '../../src/log.ts'
import type { CrewRules } from '../../src/publisher/crew.ts'
import { Publisher } from '../../src/publisher/publisher.ts'
import type { RunReport } from '../../src/publisher/run.ts'

export const siteId = 'urn:uuid:00000000-0000-4000-8000-000000000001'

export type Item = {
  readonly id: string
  readonly title: string
  readonly url: string
  readonly content_html: string
  readonly date_published: string
  readonly date_modified: string
  readonly tags?: readonly string[]
  readonly language?: string
  readonly summary?: string
}

/** A real publication in a folder of its own, run step by step at a clock that the test sets. */
export class Publication implements AsyncDisposable {
  readonly root: string
  nowMs = Date.UTC(2026, 0, 31, 12)
  settings: Settings

  private constructor(root: string, settingsYaml: string, flags: SettingsFlags) {
    this.root = root
    mkdirSync(join(root, 'inbox'))
    writeFileSync(join(root, 'feed.yaml'), settingsYaml)
    this.settings = loadSettingsOf(root, flags)
  }

  static make(settingsYaml = 'title: Test\ntimezone: Europe/Paris\n', flags: SettingsFlags = {}) {
    return new Publication(mkdtempSync(join(tmpdir(), 'dropfeed-')), settingsYaml, flags)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    rmSync(this.root, { recursive: true, force: true })
    await Promise.resolve()
  }

  path(name: string): string {
    return join(this.root, 'inbox', name)
  }

  write(name: string, content: string | Uint8Array): void {
    mkdirSync(dirname(this.path(name)), { recursive: true })
    writeFileSync(this.path(name), content)
  }

  remove(name: string): void {
    rmSync(this.path(name), { recursive: true })
  }

  configure(settingsYaml: string): void {
    writeFileSync(join(this.root, 'feed.yaml'), settingsYaml)
    this.settings = loadSettingsOf(this.root)
  }

  /** One run over the whole inbox by a program that is started for it, a minute after the last. */
  async run(crew?: CrewRules): Promise<RunReport> {
    this.nowMs += 60_000
    await using publisher = await Publisher.open(this.settings, {
      log: silentLog,
      now: () => this.nowMs,
      mintSiteId: () => siteId,
      crew,
    })
    return await publisher.run({ kind: 'all' })
  }

  read(name: string): string {
    return readFileSync(join(this.root, 'out', name), 'utf8')
  }

  /** All that lies in a folder of `out/`, sorted. */
  list(folder: string): readonly string[] {
    return readdirSync(join(this.root, 'out', folder), {
      recursive: true,
      encoding: 'utf8',
    }).toSorted()
  }

  /** What a subscriber sees now. */
  items(): readonly Item[] {
    const feed = JSON.parse(this.read('feed.json')) as { readonly items: readonly Item[] }
    return feed.items
  }

  item(title: string): Item {
    const found = this.items().filter((item) => item.title === title)
    const [item] = found
    if (item === undefined || found.length > 1) {
      throw new Error(`${found.length} entries are called "${title}"`)
    }
    return item
  }
}

/** The settings of a publication in this folder, whatever the environment of the test says. */
export function loadSettingsOf(root: string, flags: SettingsFlags = {}): Settings {
  const loaded = loadSettings({
    flags,
    environment: {},
    workingFolder: root,
    systemTimezone: 'UTC',
    read: (path) => {
      try {
        return readFileSync(path, 'utf8')
      } catch {
        return undefined
      }
    },
  })
  if (loaded.kind === 'wrong') throw new Error(loaded.messages.join('\n'))
  return loaded.settings
}
