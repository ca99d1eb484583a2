import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { codeOf } from '../../src/out/fault.ts'
import { RestlessInbox } from './restless-inbox.ts'
import { readStrictly } from './strict-reading.ts'
import { formatOf } from './whole.ts'

/** A subscriber who looks at all feeds all the time, and remembers what was wrong with any of them. */
export class FeedObserver {
  /** By marker: the ids under which an article was ever seen. */
  readonly ids = new Map<string, Set<string>>()
  readonly half: string[] = []
  readonly doubled: string[] = []
  looks = 0
  readonly #root: string
  readonly #stamps = new Map<string, string>()

  constructor(root: string) {
    this.#root = root
  }

  look(): void {
    for (const folder of ['', ...this.#listCategories()]) {
      for (const name of ['atom.xml', 'rss.xml', 'feed.json']) this.#lookAt(folder + name)
    }
  }

  #listCategories(): readonly string[] {
    try {
      return readdirSync(join(this.#root, 'categories')).map((name) => `categories/${name}/`)
    } catch {
      return []
    }
  }

  #lookAt(path: string): void {
    const file = join(this.#root, path)
    let text: string
    try {
      const { ino, mtimeNs } = statSync(file, { bigint: true })
      const stamp = `${ino} ${mtimeNs}`
      if (this.#stamps.get(path) === stamp) return
      text = readFileSync(file, 'utf8')
      this.#stamps.set(path, stamp)
    } catch (error) {
      // Categories may end; the main feeds may not.
      const wasThere = this.#stamps.has(path) && !path.includes('/')
      if (codeOf(error) !== 'ENOENT' || wasThere) this.half.push(`${path}: ${String(error)}`)
      return
    }
    this.looks += 1
    this.#read(path, text)
  }

  #read(path: string, text: string): void {
    const format = formatOf(path)
    if (format === undefined) return
    try {
      const met = new Set<string>()
      for (const { id, contentHtml, title } of readStrictly(format, text)) {
        const marker = RestlessInbox.markerOf(title + contentHtml) ?? id
        for (const one of [id, marker]) if (met.size === met.add(one).size) this.doubled.push(path)
        const ids = this.ids.get(marker)
        if (ids === undefined) this.ids.set(marker, new Set([id]))
        else ids.add(id)
      }
    } catch (error) {
      this.half.push(`${path}: ${String(error)}`)
    }
  }
}
