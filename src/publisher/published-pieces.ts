import { hash as digest } from 'node:crypto'
import { feedFiles, feedFormats, readJsonItem } from '../core/feed/feed.ts'
import type { FeedFormat, Fragment, Fragments, Layout } from '../core/feed/feed.ts'
import { readPublishedId } from '../core/feed/read-feed.ts'
import type { Output } from '../out/folder.ts'
import type { LiveEntry, PieceStore } from '../store/store.ts'
import type { FeedFile } from './generations.ts'
import { toVersion } from './rendering.ts'
import type { Rendering } from './rendering.ts'
import { Slab } from './slab.ts'

/** What the feeds of a folder are made of, as the store keeps it. */
type Contents = Readonly<Record<FeedFormat, DocumentContents>> & {
  /** Each version of an entry, in the order in which they stand there. */
  readonly versions: readonly string[]
  readonly prefixSets: readonly Fragment['prefixes'][]
}

/** The lists have something for each version. */
type DocumentContents = Layout & {
  readonly stamp: string | undefined
  /** In bytes. */
  readonly lengths: readonly number[]
  /** Numbers of sets: nearly all entries use the same. */
  readonly prefixes: readonly number[]
}

/** Of fewer entries than this more would be kept than is saved: a small site has many such folders. */
const notedMin = 20

/** What the feeds of a folder have of one version of an entry. */
type Piece = Readonly<Record<FeedFormat, Omit<Fragment, 'id'>>>

type Opened = {
  readonly folder: string
  /** Holds their bytes. */
  readonly memory: Slab
  /** By version, in the order in which they stand there; nothing where the store does not know. */
  readonly pieces: ReadonlyMap<string, Piece> | undefined
  /** What was asked for, by version. */
  readonly found: Map<string, Rendering>
}

/**
 * Takes what was rendered of entries out of the feeds that are published, where that is less work than to render it
 * again: a process that has just begun has rendered nothing, but nearly all that the next feed of a category will
 * show stands in the last one. The store knows which version stands where; a document that somebody has touched
 * since it was written is left alone.
 */
export class PublishedPieces {
  readonly #store: PieceStore
  readonly #output: Output
  /** For the folder that is open, and for the next one. */
  readonly #slabs = [new Slab(), new Slab()] as const
  #opened: Opened | undefined
  #next: { readonly folder: string; readonly opened: Promise<Opened> } | undefined
  #loading: Promise<unknown> = Promise.resolve()

  constructor(store: PieceStore, output: Output) {
    this.#store = store
    this.#output = output
  }

  /** The feeds of this folder are in place, and show these entries. */
  async note(
    folder: string,
    files: readonly FeedFile[],
    window: readonly LiveEntry[],
  ): Promise<void> {
    if (this.#opened?.folder === folder) this.#opened = undefined
    if (this.#next?.folder === folder) this.#next = undefined
    const sets = new PrefixSets()
    const documents = files.flatMap(({ path, madeOf }): DocumentContents[] => {
      if (madeOf === undefined) return []
      const { fragments, layout } = madeOf
      const lengths = fragments.map(({ bytes }) => bytes.length)
      const prefixes = fragments.map((fragment) => sets.toNumber(fragment.prefixes))
      return [{ ...layout, stamp: this.#toStamp(path), lengths, prefixes }]
    })
    const [rss, atom, json] = documents
    if (rss === undefined || atom === undefined || json === undefined || window.length < notedMin) {
      await this.#store.write(folder, undefined)
      return
    }
    const versions = window.map((record) => toName(record))
    const contents: Contents = { rss, atom, json, versions, prefixSets: sets.list }
    await this.#store.write(folder, JSON.stringify(contents))
  }

  /** Has the feeds of this folder read while another one is put together: the next to be opened is most likely this one. */
  readAhead(folder: string): void {
    // Whoever opens it is told.
    this.#load(folder).catch(() => {})
  }

  /** Has at hand what the feeds of this folder show, in the place of what another one does. */
  async open(folder: string): Promise<void> {
    await this.#open(folder)
  }

  /**
   * Finds what the feeds of the folder that is open have of this version of an entry.
   * @returns its bytes are true until another folder is opened
   */
  find(record: LiveEntry): Rendering | undefined {
    const { pieces, found } = this.#opened ?? {}
    if (pieces === undefined || found === undefined) return undefined
    const version = toName(record)
    const known = found.get(version)
    const piece = pieces.get(version)
    if (known !== undefined || piece === undefined) return known
    const rendering = toRendering(record.id, piece)
    found.set(version, rendering)
    return rendering
  }

  /** The ids of all that the feeds of this folder show, if the store knows where they stand. */
  async readIds(folder: string): Promise<readonly string[] | undefined> {
    const { pieces, found } = await this.#open(folder)
    return (
      pieces &&
      [...pieces].flatMap(
        ([version, { atom }]) =>
          found.get(version)?.atom.id ?? readPublishedId(utf8.decode(atom.bytes)) ?? [],
      )
    )
  }

  #toStamp(path: string): string | undefined {
    const stamp = this.#output.stamp(path)
    return stamp && toDigest(stamp)
  }

  async #open(folder: string): Promise<Opened> {
    if (this.#opened?.folder === folder) return this.#opened
    const opened = this.#next?.folder === folder ? this.#next.opened : this.#load(folder)
    this.#next = undefined
    this.#opened = await opened
    return this.#opened
  }

  /** One after the other, into the memory that is not in use. */
  async #load(folder: string): Promise<Opened> {
    const opened = this.#loading.then(async () => this.#read(folder))
    this.#next = { folder, opened }
    this.#loading = opened.catch(() => {})
    return opened
  }

  async #read(folder: string): Promise<Opened> {
    const memory = this.#slabs.find((slab) => slab !== this.#opened?.memory) ?? this.#slabs[0]
    memory.clear()
    const text = await this.#store.read(folder)
    // Written above.
    const contents = text === undefined ? undefined : (JSON.parse(text) as Contents)
    const pieces = contents && (await this.#cut(folder, contents, memory))
    return { folder, memory, pieces, found: new Map() }
  }

  async #cut(
    folder: string,
    contents: Contents,
    memory: Slab,
  ): Promise<ReadonlyMap<string, Piece> | undefined> {
    const cutting = feedFormats.map(async (format) => {
      const path = folder + feedFiles[format].name
      return this.#cutDocument(path, contents[format], contents.prefixSets, memory)
    })
    // None writes into the memory any more when this ends, however it does.
    await Promise.allSettled(cutting)
    const [rss, atom, json] = await Promise.all(cutting)
    if (rss === undefined || atom === undefined || json === undefined) return undefined
    const pieces = new Map<string, Piece>()
    for (const [index, version] of contents.versions.entries()) {
      const piece = { rss: rss[index], atom: atom[index], json: json[index] }
      if (isWhole(piece)) pieces.set(version, piece)
    }
    return pieces
  }

  /** What it has of each entry, if it is as it was written. */
  async #cutDocument(
    path: string,
    { stamp, lead, gap, lengths, prefixes }: DocumentContents,
    prefixSets: Contents['prefixSets'],
    memory: Slab,
  ): Promise<readonly Omit<Fragment, 'id'>[] | undefined> {
    if (stamp === undefined || this.#toStamp(path) !== stamp) return undefined
    const document = await this.#output.readAside(path, (lengthBytes) => memory.take(lengthBytes))
    if (document === undefined) return undefined
    let end = lead - gap
    return lengths.map((length, index) => {
      const start = end + gap
      end = start + length
      return {
        bytes: document.subarray(start, end),
        prefixes: prefixSets[prefixes[index] ?? -1] ?? [],
      }
    })
  }
}

const utf8 = new TextDecoder()

function isWhole<Value>(
  of: Readonly<Record<FeedFormat, Value | undefined>>,
): of is Readonly<Record<FeedFormat, Value>> {
  return feedFormats.every((format) => of[format] !== undefined)
}

function toRendering(id: string, { rss, atom, json }: Piece): Rendering {
  const fragments: Fragments = { rss: { id, ...rss }, atom: { id, ...atom }, json: { id, ...json } }
  return { ...fragments, ...readJsonItem(json.bytes) }
}

/** Numbers what few differ in. */
class PrefixSets {
  readonly list: Fragment['prefixes'][] = []
  readonly #numbers = new Map<string, number>()

  toNumber(prefixes: Fragment['prefixes']): number {
    const key = prefixes.join(' ')
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    this.#numbers.set(key, this.list.length)
    return this.list.push(prefixes) - 1
  }
}

/** Of what the store gave, for as long as somebody holds it. */
const names = new WeakMap<LiveEntry, string>()

function toName(record: LiveEntry): string {
  const known = names.get(record)
  if (known !== undefined) return known
  const name = toDigest([record.id, ...Object.values(toVersion(record))].join(' '))
  names.set(record, name)
  return name
}

/** 72 bits of SHA-256 tell versions and files apart. */
function toDigest(text: string): string {
  return digest('sha256', text, 'base64url').slice(0, 12)
}
