import type { Problem } from '../core/problem.ts'
import { toMedia } from '../out/media.ts'
import type { Output, OutputChange } from '../out/folder.ts'
import { toGeneration } from './generations.ts'
import type { FeedFile, Generation } from './generations.ts'
import type { Slab } from './slab.ts'

/** What one publication did to `out/`. */
export type Publication = OutputChange & {
  /** Paths where nothing is any more; some may have been empty before. */
  readonly removed: readonly string[]
  readonly problems: readonly Problem[]
  /** The feeds among what was written, as far as they are remembered. */
  readonly generations: readonly Generation[]
}

export const nothingPublished: Publication = {
  written: [],
  unchanged: [],
  removed: [],
  problems: [],
  generations: [],
}

/** What waits to be written is written when it is as much as this. */
const waitingBytesMax = 4 * 1024 * 1024
const waitingFilesMax = 200

type Waiting = {
  readonly files: readonly FeedFile[]
  /** They need not come after what was added just before, if that is so too. */
  readonly isBeside: boolean
  readonly done: () => void | Promise<void>
}

/**
 * Writes a publication to `out/` in the order in which it is given, and keeps account of it. What comes one
 * after the other is written together, for the disk takes as long for one file as for some.
 */
export class PublicationWriter {
  readonly #output: Output
  readonly #waiting: Waiting[] = []
  #waitingBytes = 0
  #waitingFiles = 0
  #begun: readonly Waiting[] = []
  /** For what is to be written next, and for what is being written. */
  #slabs: readonly [Slab, Slab]
  #writing = Promise.resolve()
  readonly #written: string[] = []
  readonly #unchanged: string[] = []
  readonly #removed: string[] = []
  readonly #problems: Problem[] = []
  readonly #generations: Generation[] = []
  /** How many of each were told of. */
  #told: Readonly<Record<keyof Publication, number>> | undefined

  /** @param slabs one writer uses them at a time */
  constructor(output: Output, slabs: readonly [Slab, Slab]) {
    this.#output = output
    this.#slabs = slabs
    for (const slab of slabs) slab.clear()
  }

  /** Memory for a document that is added before another one is rendered; its own until that is written. */
  allocate(lengthBytes: number): Uint8Array {
    return this.#slabs[0].take(lengthBytes)
  }

  /**
   * Has files written, visible together, after all that was added before.
   * @param done is called once they are in place
   */
  async add(files: readonly FeedFile[], done: Waiting['done'] = () => {}): Promise<void> {
    await this.#add({ files, done, isBeside: false })
  }

  /** As `add`, but what is added so, one after the other, is in no order among itself: none waits for the disk. */
  async addBeside(files: readonly FeedFile[], done: Waiting['done']): Promise<void> {
    await this.#add({ files, done, isBeside: true })
  }

  async #add(waiting: Waiting): Promise<void> {
    const { files } = waiting
    this.#waiting.push(waiting)
    this.#waitingFiles += files.length
    for (const { bytes } of files) this.#waitingBytes += bytes.length
    if (this.#waitingBytes >= waitingBytesMax || this.#waitingFiles >= waitingFilesMax) {
      await this.#begin()
    }
  }

  /** Writes what waits, and sees to it that all is written. */
  async flush(): Promise<void> {
    await this.#begin()
    await this.#writing
  }

  /** Lets what was begun end, whatever comes of it. */
  async settle(): Promise<void> {
    await this.#writing.catch(() => {})
  }

  /** The next files can be rendered while the disk is busy with these; there is one such batch at a time. */
  async #begin(): Promise<void> {
    await this.#writing
    const groups = this.#waiting.splice(0)
    this.#waitingBytes = 0
    this.#waitingFiles = 0
    this.#begun = groups
    const [taken, free] = this.#slabs
    this.#slabs = [free, taken]
    free.clear()
    this.#writing = this.#write(groups)
    // Whoever waits for it next is told.
    this.#writing.catch(() => {})
  }

  async #write(groups: readonly Waiting[]): Promise<void> {
    const replacing = this.#output.replace(...toOrdered(groups))
    const feeds = groups.flatMap(({ files }) => files.filter(({ path }) => toMedia(path).hasDeltas))
    const generations = feeds.map((file) => toGeneration(file))
    const { written, unchanged } = await replacing
    this.#written.push(...written)
    this.#unchanged.push(...unchanged)
    const changed = new Set(written)
    this.#generations.push(...generations.filter(({ path }) => changed.has(path)))
    for (const { done } of groups) await done()
    this.#begun = []
  }

  /** Says whether a file stands there, or will when what waits is written. */
  has(path: string): boolean {
    const groups = [...this.#begun, ...this.#waiting]
    return (
      groups.some(({ files }) => files.some((file) => file.path === path)) || this.#output.has(path)
    )
  }

  remove(paths: readonly string[]): void {
    this.#output.remove(paths)
    for (const path of paths) this.#removed.push(path)
  }

  /** What was not to be published. */
  refuse(problem: Problem): void {
    this.#problems.push(problem)
  }

  get hasRefused(): boolean {
    return this.#problems.length > 0
  }

  report(): Publication {
    return {
      written: this.#written,
      unchanged: this.#unchanged,
      removed: this.#removed,
      problems: this.#problems,
      generations: this.#generations,
    }
  }

  /** What was done since this was asked for last. */
  step(): Publication {
    const whole = this.report()
    const told = this.#told
    this.#told = {
      written: whole.written.length,
      unchanged: whole.unchanged.length,
      removed: whole.removed.length,
      problems: whole.problems.length,
      generations: whole.generations.length,
    }
    return {
      written: whole.written.slice(told?.written),
      unchanged: whole.unchanged.slice(told?.unchanged),
      removed: whole.removed.slice(told?.removed),
      problems: whole.problems.slice(told?.problems),
      generations: whole.generations.slice(told?.generations),
    }
  }
}

/** The files that need an order among each other, group after group. */
function toOrdered(groups: readonly Waiting[]): readonly (readonly FeedFile[])[] {
  const ordered: FeedFile[][] = []
  for (const [index, { files, isBeside }] of groups.entries()) {
    const last = ordered.at(-1)
    if (isBeside && last !== undefined && groups[index - 1]?.isBeside === true) last.push(...files)
    else ordered.push([...files])
  }
  return ordered
}
