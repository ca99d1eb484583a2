import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { silentLog } from '../../src/log.ts'
import { Publisher } from '../../src/publisher/publisher.ts'
import type { RunReport } from '../../src/publisher/run.ts'
import type { FileStep, Step } from './history-steps.ts'
import { Publication, siteId } from './publication.ts'

/** An article as the history wrote it; its number is told by its title and stays for good. */
export type Note = {
  readonly number: number
  readonly version: number
  readonly date: number | undefined
  readonly expires: number | undefined
  readonly tags: readonly string[]
  readonly link: string | undefined
}

const hourMs = 3_600_000
const tagPool = ['sea', 'land', 'Sea', 'été', 'news', '東京']
const words =
  'harbour boat market winter bread garden letter window mountain engine teacher candle river forest bridge kitchen paper summer doctor island'.split(
    ' ',
  )

const plainSettings = {
  timezone: 'UTC',
  baseUrl: 'https://example.org/',
  limits: '{ feedLength: 5, feedLengthMin: 2, arrivalHours: 24, vanishedMin: 100000 }',
}

/** The settings that a history goes through. */
const choices: readonly Partial<Record<string, string>>[] = [
  {},
  { categories: '{ feedMin: 1 }' },
  { categories: '{ alias: { sea: Ocean, land: LAND } }' },
  { categories: '{ ignore: [sea, 東京] }' },
  { language: 'fr' },
  { subtitle: 'Another one', timezone: 'Asia/Tokyo' },
  { baseUrl: 'https://example.net/news/' },
  { limits: '{ feedLength: 2, feedLengthMin: 1, arrivalHours: 0, vanishedMin: 100000 }' },
  {
    limits:
      '{ feedLength: 8, feedLengthMax: 9, feedLengthMin: 1, arrivalHours: 48, vanishedMin: 100000 }',
  },
  { title: 'Another title', author: 'Jane', categories: '{ feedMin: 2, alias: { été: land } }' },
]

function toYaml(choice: number): string {
  const all = { title: 'Test', ...plainSettings, ...choices[choice] }
  return Object.entries(all)
    .map(([key, value]) => `${key}: ${value}\n`)
    .join('')
}

/** Names that are no series and not alike, so that only content and place tell a file. */
function toName(number: number): string {
  const name = [number, Math.floor(number / 20), number * 13 + 7].map(
    (at) => words[at % words.length],
  )
  return `${name.join('-')}-${number.toString(36)}.md`
}

/** A word that no other version of any note has. */
export function tokenOf({ number, version }: Pick<Note, 'number' | 'version'>): string {
  return `zq${number}v${version}x`
}

function toText(note: Note): string {
  const { number, date, expires, tags, link } = note
  const body = Array.from(
    { length: 40 },
    (_, at) =>
      `${words[(number * 7 + at * at * (1 + (number % 5))) % words.length]}${number * 41 + at}`,
  )
  return [
    `---\ntitle: Note ${number}`,
    ...(date === undefined ? [] : [`date: ${new Date(date).toISOString()}`]),
    ...(expires === undefined ? [] : [`expires: ${new Date(expires).toISOString()}`]),
    ...(link === undefined ? [] : [`link: ${link}`]),
    `tags: [${tags.join(', ')}]\n---\n\n${body.join(' ')}. ${tokenOf(note)}\n`,
  ].join('\n')
}

/** A publication that lives through a history: what its author did is in `files`, whatever dropfeed makes of it. */
export class History implements AsyncDisposable {
  readonly publication: Publication
  /** What lies in the inbox now. */
  readonly files = new Map<string, Note>()
  /** What each article was when it was last seen by a run. */
  readonly last = new Map<number, Note>()
  choice = 0
  /** What happened since the last run, beyond changes of files. */
  lost: 'store' | 'out' | undefined
  isClockBack = false
  /** Whether nothing but drops happened since the last run. */
  isOnlyGrowing = true
  #count = 0
  #publisher: Publisher | undefined
  readonly #touched = new Set<string>()
  /** Where files came to since the last run, and the articles whose date was ever changed. */
  readonly #arrived = new Set<string>()
  readonly #redated = new Set<number>()
  /** What was put back since the last run is known by its content. */
  readonly #returned = new Set<string>()
  /** Articles that had copies since the last run. */
  readonly #twins = new Set<number>()

  private constructor() {
    this.publication = Publication.make(toYaml(0))
  }

  static async begin(stock: number): Promise<History> {
    const history = new History()
    for (let number = 0; number < stock; number += 1) {
      await history.apply({
        kind: 'drop',
        folder: number % 3,
        hours: -20 - ((number * 37) % 9_000),
        shape: 2,
      })
    }
    return history
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop()
    await this.publication[Symbol.asyncDispose]()
  }

  async run(isScan: boolean, passedMs = 60_000): Promise<RunReport> {
    this.publication.nowMs += passedMs
    const isFirst = this.#publisher === undefined
    this.#publisher ??= await Publisher.open(this.publication.settings, {
      log: silentLog,
      now: () => this.publication.nowMs,
      mintSiteId: () => siteId,
    })
    const paths = [...this.#touched]
    this.#touched.clear()
    this.#arrived.clear()
    this.#returned.clear()
    this.#twins.clear()
    return await this.#publisher.run(isScan || isFirst ? { kind: 'all' } : { kind: 'some', paths })
  }

  /** Renders everything anew, as after an update of the program. */
  async runRenewed(): Promise<RunReport> {
    await this.#stop()
    const database = new DatabaseSync(join(this.publication.settings.state, 'catalogue.sqlite'))
    database.exec("DELETE FROM meta WHERE name = 'rendering-rules'")
    database.close()
    return await this.run(true)
  }

  async #stop(): Promise<void> {
    await this.#publisher?.[Symbol.asyncDispose]()
    this.#publisher = undefined
  }

  async apply(step: Step): Promise<void> {
    const { publication } = this
    if (step.kind !== 'drop') this.isOnlyGrowing = false
    switch (step.kind) {
      case 'drop':
        return this.#drop(step)
      case 'wait':
        return this.#wait(step.hours)
      case 'restart':
        return await this.#stop()
      case 'settings':
        await this.#stop()
        this.choice = step.choice
        publication.configure(toYaml(step.choice))
        return
      case 'lose':
        await this.#stop()
        // Without both nothing can be known any more.
        if (this.lost !== undefined) return
        this.lost = step.what
        rmSync(step.what === 'store' ? publication.settings.state : publication.settings.out, {
          recursive: true,
          force: true,
        })
        return
      case 'edit':
      case 'retag':
      case 'redate':
      case 'expire':
      case 'move':
      case 'carry':
      case 'copy':
      case 'delete':
      case 'return':
        this.#applyToFile(step)
    }
  }

  /** What was over when the clock is set back may stay so or not; that is no promise, and does not happen here. */
  #wait(hours: number): void {
    const { nowMs } = this.publication
    const untilMs = nowMs + hours * hourMs
    const notes = [...this.files.values(), ...this.last.values()]
    const isBack = ({ expires = 0 }: Note) => expires > untilMs && expires <= nowMs
    if (hours < 0 && notes.some(isBack)) return
    this.publication.nowMs = untilMs
    if (hours < 0) this.isClockBack = true
  }

  #drop({ folder, hours, shape }: Extract<Step, { kind: 'drop' }>): void {
    this.#count += 1
    const number = this.#count
    const { nowMs } = this.publication
    // Whole seconds, each its own: a second is what RSS can tell.
    const date = Math.floor((nowMs + hours * hourMs) / 1_000) * 1_000 + number * 1_000
    const tags = [number, number + 2, number * 5 + 1]
      .slice(0, shape % 4)
      .map((at) => tagPool[at % tagPool.length] ?? '')
    this.#put(`${folder}/${toName(number)}`, {
      number,
      version: 0,
      date: shape === 0 ? undefined : date,
      expires: shape === 5 ? date + 500 * hourMs : undefined,
      tags: [...new Set(tags)],
      link:
        shape === 6
          ? `https://elsewhere.example/articles/2024/01/note-${number % 3}.html`
          : undefined,
    })
  }

  #applyToFile(step: Extract<Step, { file: number }>): void {
    const { files, publication } = this
    if (step.kind === 'return') return this.#bringBack(step)
    const paths = [...files.keys()].toSorted()
    const path = paths[step.file % Math.max(paths.length, 1)]
    const note = path === undefined ? undefined : files.get(path)
    if (path === undefined || note === undefined) return
    const copies = [...files.values()].filter(({ number }) => number === note.number).length
    if (copies > 1) this.#twins.add(note.number)
    const target = `${step.folder}/${path.slice(2)}`
    const instant = Math.floor(publication.nowMs / 1_000) * 1_000 + (step.hours % 100) * hourMs
    switch (step.kind) {
      case 'delete':
        return this.#take(path)
      case 'copy':
        if (!files.has(`${step.folder}/copy-${path.slice(2)}`))
          this.#put(`${step.folder}/copy-${path.slice(2)}`, note)
        return
      case 'carry':
      case 'move':
        if (files.has(target)) return
        if (step.kind === 'move' || this.#redated.has(note.number)) {
          mkdirSync(dirname(publication.path(target)), { recursive: true })
          renameSync(publication.path(path), publication.path(target))
        } else {
          publication.remove(path)
          publication.write(target, toText(note))
        }
        files.delete(path)
        files.set(target, note)
        this.#touched.add(path).add(target)
        this.#arrived.add(target)
        if (this.#returned.has(path)) this.#returned.add(target)
        return
      case 'edit':
      case 'retag':
      case 'redate':
      case 'expire':
        // An edited copy is another article, and so may be what comes elsewhere with another date.
        if (step.kind === 'redate') this.#redated.add(note.number)
        if (this.#returned.has(path) || this.#twins.has(note.number)) return
        if (copies > 1 || (this.#arrived.has(path) && this.#redated.has(note.number))) return
        this.#put(path, toEdited(note, step, instant))
    }
  }

  #bringBack({ file, folder }: { readonly file: number; readonly folder: number }): void {
    const present = new Set([...this.files.values()].map(({ number }) => number))
    const gone = [...this.last.values()].filter(({ number }) => !present.has(number))
    const note = gone[file % Math.max(gone.length, 1)]
    if (note === undefined) return
    const path = `${folder}/back-${toName(note.number)}`
    this.#put(path, note)
    this.#returned.add(path)
  }

  #put(path: string, note: Note): void {
    this.files.set(path, note)
    this.#touched.add(path)
    this.publication.write(path, toText(note))
  }

  #take(path: string): void {
    this.files.delete(path)
    this.#touched.add(path)
    this.publication.remove(path)
  }

  /** All files of `out/` and their bytes. */
  snapshot(): ReadonlyMap<string, string> {
    const root = this.publication.settings.out
    const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).toSorted()
    return new Map(
      names
        .filter((name) => statSync(join(root, name)).isFile())
        .map((name) => [name, readFileSync(join(root, name), 'utf8')]),
    )
  }
}

function toEdited(
  note: Note,
  { kind, file }: { kind: FileStep; file: number },
  instant: number,
): Note {
  const version = note.version + 1
  if (kind === 'edit') return { ...note, version }
  if (kind === 'retag') return { ...note, version, tags: [tagPool[file % tagPool.length] ?? ''] }
  if (kind === 'redate') return { ...note, date: instant }
  return { ...note, expires: file % 3 === 0 ? undefined : instant }
}
