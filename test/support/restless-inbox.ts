import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Numbers from 0 up to 1 that a seed decides (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

type File = { readonly marker: string; readonly text: string }

const tags = ['#all', '#harbour', '#boats', '#weather', '#people', '#été'] as const

/** An inbox in which articles arrive, change, move and vanish as a seed decides; it knows what is in it. */
export class RestlessInbox {
  readonly files = new Map<string, File>()
  readonly #root: string
  readonly #random: () => number
  readonly #gone: (readonly [string, File])[] = []
  #count = 0

  constructor(root: string, random: () => number) {
    this.#root = root
    this.#random = random
  }

  /** The word by which an article is told from all others. */
  static markerOf(text: string): string | undefined {
    return /marker-\d+-x/.exec(text)?.[0]
  }

  act(): void {
    const chance = this.#random()
    if (this.files.size < 12 || chance < 0.4) this.#arrive()
    else if (chance < 0.65) this.#edit()
    else if (chance < 0.85) this.#move()
    else if (chance < 0.95) this.#vanish()
    else this.#return()
  }

  #arrive(): void {
    this.#count += 1
    const marker = `marker-${this.#count}-x`
    const date = new Date(Date.UTC(2024, 0, 1) + this.#count * 3_600_000).toISOString()
    // Each has words of its own, so that nobody can take one for another.
    const words = Array.from({ length: 60 }, (_, index) => `w${this.#count}y${index}`).join(' ')
    const labels = tags.filter(() => this.#random() < 0.4).join(' ')
    const text = `---\ntitle: Article ${marker}\ndate: ${date}\n---\n\n${words}.\n\n${labels}\n`
    this.#write(`${this.#pickFolder()}${this.#count}.md`, { marker, text })
  }

  #edit(): void {
    const [path, file] = this.#pick()
    this.#write(path, {
      ...file,
      text: `${file.text}\nMended ${Math.floor(this.#random() * 1e6)}.\n`,
    })
  }

  #move(): void {
    const [path, file] = this.#pick()
    const target = `${this.#pickFolder()}${file.marker}-${this.#word()}.md`
    mkdirSync(dirname(join(this.#root, target)), { recursive: true })
    renameSync(join(this.#root, path), join(this.#root, target))
    this.files.delete(path)
    this.files.set(target, file)
  }

  #vanish(): void {
    const [path, file] = this.#pick()
    rmSync(join(this.#root, path))
    this.files.delete(path)
    this.#gone.push([path, file])
  }

  #return(): void {
    const back = this.#gone.pop()
    if (back !== undefined) this.#write(...back)
  }

  /** Now in place, now by a rename. */
  #write(path: string, file: File): void {
    const target = join(this.#root, path)
    mkdirSync(dirname(target), { recursive: true })
    if (this.#random() < 0.5) writeFileSync(target, file.text)
    else {
      writeFileSync(`${target}.part`, file.text)
      renameSync(`${target}.part`, target)
    }
    this.files.set(path, file)
  }

  #pick(): readonly [string, File] {
    const all = [...this.files]
    const picked = all[Math.floor(this.#random() * all.length)]
    if (picked === undefined) throw new Error('the inbox is empty')
    return picked
  }

  /**
   * Letters, not digits: a file edited and moved between two looks to a name that differs in its
   * numbers only is the next of a series, a new article.
   */
  #word(): string {
    const letters = 'abcdefghijklmnopqrstuvwxyz'
    return Array.from({ length: 6 }, () => letters[Math.floor(this.#random() * 26)]).join('')
  }

  #pickFolder(): string {
    return ['', 'a/', 'b/', 'a/c/'][Math.floor(this.#random() * 4)] ?? ''
  }
}
