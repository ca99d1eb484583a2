import { closeSync, readSync } from 'node:fs'
import { compress } from './compression.ts'
import type { Compression } from './compression.ts'
import { headBytesMax, readMaxAgeS, toMedia, toRssPath } from './media.ts'
import type { Media } from './media.ts'
import { toHash, toResource, withCoding } from './responses.ts'
import type { Place, Resource } from './responses.ts'
import { lookAt, openServed, toStamp } from './served-file.ts'
import type { OpenFile } from './served-file.ts'

export type TableRules = {
  /** Absolute path of `out/`. */
  readonly root: string
  /** Absolute, ends with `/`. */
  readonly baseUrl: string
  /** What the bodies in memory may take together, all codings counted. */
  readonly memoryBytesMax: number
  /** Addresses of hubs that the feeds name. */
  readonly hubs?: (() => readonly string[]) | undefined
}

type Kept = {
  readonly resource: Resource
  readonly stamp: string
  /** A publication tells when it changes, so its file is not asked; others are looked at each time. */
  readonly isTold: boolean
}

/** What dropfeed writes directly in `out/`: always in memory, for it is what everybody asks for. */
const mainFiles = [
  'rss.xml',
  'atom.xml',
  'feed.json',
  'index.html',
  'style.css',
  'feed.css',
  'theme.css',
  'feeds.opml',
] as const

/** A text beyond this, and anything else beyond the other, is sent from its file. */
const textBytesMax = 16 * 1024 * 1024
const otherBytesMax = 256 * 1024
/** A file that was not asked for while it had so many versions is forgotten until it is. */
const unaskedMax = 10
/** So many are compressed at the same time: as many as the pool has threads. */
const quickMax = 4
/** Shorter bodies are not worth a header. */
const compressedBytesMin = 256

/**
 * The responses for the files of `out/`, ready in memory as far as the budget goes: what publications
 * write in `out/` itself always, all else once it is asked for, while there is room.
 *
 * A publication puts a whole new table in the place of the old one, so each request meets the files of
 * one publication only. New bodies go as they are until they have been compressed.
 */
export class ResponseTable {
  readonly #rules: TableRules
  #kept = new Map<string, Kept>()
  #bytes = 0
  readonly #loading = new Map<string, Promise<Resource | undefined>>()
  /** Paths whose gzip is to be made, and those whose slower codings, which take five times the work, are. */
  readonly #soon = new Set<string>()
  readonly #later = new Set<string>()
  /** Those whose slower codings are made when somebody asks for them. */
  readonly #unmade = new Set<string>()
  /** Of what was asked for: how many versions have come since. */
  readonly #unasked = new Map<string, number>()
  #compressing: Promise<void> | undefined
  #isClosed = false

  constructor(rules: TableRules) {
    this.#rules = rules
    this.refresh(mainFiles, [])
  }

  /** Ends when nothing is being compressed any more; what waits for it is left. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#compressing
  }

  /**
   * Takes in what a publication has written and removed, paths below `out/`: read at once, put in place
   * by one assignment, compressed afterwards.
   * @throws the file operation's own error
   */
  refresh(written: readonly string[], removed: readonly string[]): void {
    const next = new Map(this.#kept)
    const fresh: string[] = []
    for (const path of removed) {
      next.delete(path)
      this.#unasked.delete(path)
      this.#unmade.delete(path)
    }
    for (const path of written) {
      const earlier = next.get(path)
      const isWanted = this.#isWanted(path)
      if (!isMain(path) && !isWanted) {
        next.delete(path)
        continue
      }
      const kept = this.#read(path, earlier?.resource, next)
      next.delete(path)
      if (kept === undefined) continue
      next.set(path, { ...kept, isTold: true })
      if (kept.resource !== earlier?.resource) fresh.push(path)
    }
    this.#bytes = 0
    for (const { resource } of next.values()) this.#bytes += sizeOf(resource)
    this.#kept = next
    this.#makeRoom()
    this.#compress(fresh)
  }

  /** Nobody pays for reading and compressing what nobody asks for. */
  #isWanted(path: string): boolean {
    const unasked = this.#unasked.get(path)
    if (unasked === undefined) return false
    this.#unasked.delete(path)
    if (unasked >= unaskedMax) return false
    this.#unasked.set(path, unasked + 1)
    return true
  }

  /**
   * Takes in what stands in the folder now in the place of all that is kept.
   * @throws the file operation's own error
   */
  reload(): void {
    this.refresh([...mainFiles, ...this.#kept.keys()], [])
  }

  /**
   * Finds the response for a file.
   * @param path below `out/`
   * @returns `undefined` when no file that may be served is there, or none that fits into memory
   * @throws the file operation's own error
   */
  find(path: string): Resource | undefined | Promise<Resource | undefined> {
    const kept = this.#kept.get(path)
    if (kept !== undefined) {
      this.#unasked.set(path, 0)
      if (this.#unmade.delete(path)) this.#makeLater([path])
    }
    if (kept?.isTold === true) return kept.resource
    const found = lookAt(this.#rules.root, path)
    if (kept !== undefined) {
      if (found !== undefined && found !== 'folder' && toStamp(found) === kept.stamp) {
        this.#kept.delete(path)
        this.#kept.set(path, kept)
        return kept.resource
      }
      this.#drop(path)
    }
    if (found === undefined || found === 'folder') return undefined
    const begun = this.#loading.get(path)
    if (begun !== undefined) return begun
    const loading = this.#load(path, kept?.resource).finally(() => this.#loading.delete(path))
    this.#loading.set(path, loading)
    return loading
  }

  /**
   * Makes the response for a file that stays where it is. Its tag is made of size and time: a file that
   * dropfeed replaces has another time, and one that is put back or moved to another disk has the same.
   */
  toStreamed(path: string, { stats }: OpenFile): Resource {
    const media = toMedia(path)
    return toResource(
      {
        path,
        media,
        hash: toHash(Buffer.from(`${stats.size} ${stats.mtimeMs}`)),
        lastModifiedMs: toSecond(stats.mtimeMs),
        bytes: undefined,
        lengthBytes: stats.size,
      },
      this.#place,
    )
  }

  async #load(path: string, earlier: Resource | undefined): Promise<Resource | undefined> {
    const read = this.#read(path, earlier, this.#kept)
    if (read === undefined) return undefined
    const resource = isWorthCompressing(read.resource)
      ? withCoding(
          read.resource,
          'gzip',
          await compress(bytesOf(read.resource), 'gzip', 'thorough'),
        )
      : read.resource
    // A publication that came meanwhile knows better.
    const present = this.#kept.get(path)
    if (present !== undefined) return present.resource
    this.#unasked.set(path, 0)
    this.#kept.set(path, { ...read, resource })
    this.#bytes += sizeOf(resource)
    this.#makeRoom()
    return resource
  }

  /** `Last-Modified` moves on by a second even where the file's own time does not. */
  #read(
    path: string,
    earlier: Resource | undefined,
    table: ReadonlyMap<string, Kept>,
  ): Kept | undefined {
    const file = openServed(this.#rules.root, path)
    if (file === undefined) return undefined
    try {
      const { isCompressible } = toMedia(path)
      if (file.stats.size > (isCompressible ? textBytesMax : otherBytesMax)) return undefined
      const bytes = readWhole(file)
      const media = this.#toMedia(path, bytes, table)
      const stamp = toStamp(file.stats)
      const hash = toHash(bytes)
      if (earlier?.hash === hash) return { resource: earlier, stamp, isTold: false }
      const fileMs = toSecond(file.stats.mtimeMs)
      const lastModifiedMs =
        earlier === undefined ? fileMs : Math.max(fileMs, earlier.lastModifiedMs + 1000)
      const content = { path, media, hash, lastModifiedMs, bytes, lengthBytes: bytes.length }
      return { resource: toResource(content, this.#place), stamp, isTold: false }
    } finally {
      closeSync(file.handle)
    }
  }

  get #place(): Place {
    return { baseUrl: this.#rules.baseUrl, hubs: this.#rules.hubs?.() ?? [] }
  }

  /** The feeds of a folder may be kept for as long as its RSS says. */
  #toMedia(path: string, bytes: Uint8Array, table: ReadonlyMap<string, Kept>): Media {
    const rssPath = toRssPath(path)
    if (rssPath === undefined) return toMedia(path)
    if (rssPath === path) return toMedia(path, readMaxAgeS(bytes))
    const rss = table.get(rssPath)
    if (rss !== undefined) return toMedia(path, rss.resource.media.maxAgeS)
    const file = openServed(this.#rules.root, rssPath)
    if (file === undefined) return toMedia(path)
    try {
      return toMedia(path, readMaxAgeS(readWhole(file, headBytesMax)))
    } finally {
      closeSync(file.handle)
    }
  }

  #drop(path: string): void {
    const kept = this.#kept.get(path)
    if (kept === undefined) return
    this.#bytes -= sizeOf(kept.resource)
    this.#kept.delete(path)
    this.#unasked.delete(path)
  }

  /** Lets go of what was asked for or written longest ago. */
  #makeRoom(): void {
    for (const path of this.#kept.keys()) {
      if (this.#bytes <= this.#rules.memoryBytesMax) return
      if (!isMain(path)) this.#drop(path)
    }
  }

  /** In the pool of threads of zlib: gzip of all that is new, then the others, one at a time. */
  #compress(paths: readonly string[]): void {
    for (const path of paths) {
      const kept = this.#kept.get(path)
      if (kept === undefined || !isWorthCompressing(kept.resource)) continue
      this.#soon.add(path)
    }
    if (this.#soon.size > 0) this.#makeLater([])
  }

  #makeLater(paths: readonly string[]): void {
    for (const path of paths) this.#later.add(path)
    if (!this.#isClosed) this.#compressing ??= this.#drain()
  }

  async #drain(): Promise<void> {
    while (!this.#isClosed && this.#soon.size + this.#later.size > 0) {
      const quick = [...this.#soon].slice(0, quickMax)
      const [slow] = this.#later
      for (const path of quick) this.#soon.delete(path)
      if (quick.length > 0) {
        await Promise.all(quick.map((path) => this.#add(path, 'gzip')))
        for (const path of quick) (this.#unasked.has(path) ? this.#later : this.#unmade).add(path)
      } else if (slow !== undefined) {
        this.#later.delete(slow)
        await this.#add(slow, 'zstd')
        if (this.#soon.size > 0) this.#later.add(slow)
        else await this.#add(slow, 'br')
      }
    }
    this.#compressing = undefined
  }

  /** What another version has taken the place of meanwhile is thrown away. */
  async #add(path: string, coding: Compression): Promise<void> {
    const begun = this.#kept.get(path)?.resource
    if (begun === undefined || begun.ready[coding] !== undefined) return
    const bytes = await compress(bytesOf(begun), coding, 'thorough')
    const kept = this.#kept.get(path)
    if (kept?.resource.hash !== begun.hash) return
    const resource = withCoding(kept.resource, coding, bytes)
    this.#bytes += sizeOf(resource) - sizeOf(kept.resource)
    this.#kept.set(path, { ...kept, resource })
    this.#makeRoom()
  }
}

function isMain(path: string): boolean {
  return (mainFiles as readonly string[]).includes(path)
}

function isWorthCompressing({ media, lengthBytes }: Resource): boolean {
  return media.isCompressible && lengthBytes >= compressedBytesMin
}

function bytesOf({ ready }: Resource): Uint8Array {
  return ready.identity?.bytes ?? new Uint8Array()
}

function sizeOf({ ready }: Resource): number {
  return Object.values(ready).reduce((sum, { bytes }) => sum + (bytes?.length ?? 0), overheadBytes)
}

/** Headers and names of one resource, roughly. */
const overheadBytes = 4096

/** Reads a file, or no more than its beginning. */
function readWhole({ handle, stats }: OpenFile, bytesMax = Number.POSITIVE_INFINITY): Uint8Array {
  const bytes = Buffer.allocUnsafeSlow(Math.min(stats.size, bytesMax))
  let offset = 0
  while (offset < bytes.length) {
    const count = readSync(handle, bytes, offset, bytes.length - offset, offset)
    if (count === 0) break
    offset += count
  }
  return bytes.subarray(0, offset)
}

function toSecond(ms: number): number {
  return Math.floor(ms / 1000) * 1000
}
