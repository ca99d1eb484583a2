import { hash as digest } from 'node:crypto'
import type { Fragment, Layout } from '../core/feed/feed.ts'
import { findParts } from '../core/feed/parts.ts'
import type { Place } from '../core/feed/parts.ts'
import type { Delta, FindDelta } from '../out/delta-responses.ts'
import { toHash } from '../out/responses.ts'
import type { OutputFile } from '../out/folder.ts'
import type { GenerationStep, GenerationStore } from '../store/store.ts'

/** One version of a feed document, without a word of it. */
export type Generation = {
  /** Below `out/`. */
  readonly path: string
  /** That of its entity tags. */
  readonly hash: string
  /** Tells each version of each entry and tombstone in it apart; see `toPart`. */
  readonly parts: readonly string[]
}

/** So many versions of each document are remembered: some days of a fast feed, months of a slow one. */
const generationsMax = 200
/** Documents whose past is at hand; that of others is asked for. */
const pastsMax = 100

type Past = {
  readonly steps: readonly GenerationStep[]
  /** The latest place of each hash among the steps. */
  readonly indexes: ReadonlyMap<string, number>
  /** Of the document of this hash. */
  readonly present?: { readonly hash: string; readonly parts: readonly Part[] }
}

type Part = Place & { readonly name: string }

/** A feed document that still knows what it was put together from, so that nobody has to look for it. */
export type FeedFile = OutputFile & {
  readonly madeOf?: {
    /** Of its entries. */
    readonly fragments: readonly Fragment[]
    /** What it would be without any. */
    readonly frame: string
    readonly layout: Layout
  }
}

/** Tells what a publication made of a feed document. */
export function toGeneration({ path, bytes, madeOf }: FeedFile): Generation {
  if (madeOf === undefined) {
    return { path, hash: toHash(bytes), parts: toParts(bytes).map(({ name }) => name) }
  }
  const { fragments, layout } = madeOf
  let end = layout.lead - layout.gap
  const entries = fragments.map((fragment) => {
    const start = end + layout.gap
    end = start + fragment.bytes.length
    return nameOf(fragment, bytes.subarray(start, end))
  })
  const tombstones = toParts(Buffer.from(madeOf.frame)).map(({ name }) => name)
  return { path, hash: toHash(bytes), parts: [...tombstones, ...entries] }
}

/** By fragment: each stands in many documents, and in each of many versions of them. */
const names = new WeakMap<Fragment, string>()

/** @param bytes those of the fragment as they are in a document: its own may be others by now */
function nameOf(fragment: Fragment, bytes: Uint8Array): string {
  const known = names.get(fragment)
  if (known !== undefined) return known
  const name = toPart(bytes)
  names.set(fragment, name)
  return name
}

/**
 * Remembers which versions of which entries each version of a feed held, so that a reader who names one of
 * them can be sent what is new since. What is kept is what each version had that the one before had not.
 */
export class Generations {
  readonly #store: GenerationStore
  /** In the order of their last use. */
  readonly #pasts = new Map<string, Past>()

  constructor(store: GenerationStore) {
    this.#store = store
  }

  /** One small write, whatever was published. */
  async remember(generations: readonly Generation[]): Promise<void> {
    const steps: (Generation & GenerationStep)[] = []
    for (const generation of generations) {
      const before = await this.#store.latest(generation.path)
      if (before?.hash === generation.hash) continue
      const known = new Set(before?.parts)
      const fresh = generation.parts.filter((part) => !known.has(part))
      steps.push({ ...generation, fresh })
      this.#pasts.delete(generation.path)
    }
    if (steps.length > 0) await this.#store.add(steps, generationsMax)
  }

  /** Finds what of a document is known to who has the newest of these versions of it. */
  readonly find: FindDelta = (document, bases) => {
    const past = this.#pasts.get(document.path)
    return past === undefined
      ? this.#load(document.path).then((loaded) => this.#compare(loaded, document, bases))
      : this.#compare(past, document, bases)
  }

  #compare(
    past: Past,
    { path, hash, bytes }: Parameters<FindDelta>[0],
    bases: readonly string[],
  ): Delta | undefined {
    const { steps, indexes } = past
    // What is served now is not what was remembered last: nothing is known of how they differ.
    if (steps.at(-1)?.hash !== hash) return undefined
    const index = Math.max(...bases.map((base) => indexes.get(base) ?? -1))
    const base = steps[index]
    if (base === undefined) return undefined
    const present = past.present?.hash === hash ? past.present : { hash, parts: toParts(bytes) }
    if (present !== past.present) this.#pasts.set(path, { ...past, present })
    const fresh = new Set(steps.slice(index + 1).flatMap((step) => step.fresh))
    return { base: base.hash, known: present.parts.filter(({ name }) => !fresh.has(name)) }
  }

  async #load(path: string): Promise<Past> {
    const steps = await this.#store.steps(path)
    const past = { steps, indexes: new Map(steps.map(({ hash }, index) => [hash, index])) }
    this.#pasts.set(path, past)
    for (const oldest of this.#pasts.keys()) {
      if (this.#pasts.size <= pastsMax) break
      this.#pasts.delete(oldest)
    }
    return past
  }
}

function toParts(bytes: Uint8Array): readonly Part[] {
  const document = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  // With one character for each byte, what the core counts are bytes.
  return findParts(document.toString('latin1')).map(({ start, end }) => {
    return { start, end, name: toPart(document.subarray(start, end)) }
  })
}

/** 72 bits of SHA-256 over all that a document says of an entry, its id included; white space around it is no part of it. */
function toPart(bytes: Uint8Array): string {
  let [start, end] = [0, bytes.length]
  while (start < end && isSpace(bytes[start])) start += 1
  while (start < end && isSpace(bytes[end - 1])) end -= 1
  return digest('sha256', bytes.subarray(start, end), 'base64url').slice(0, 12)
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a
}
