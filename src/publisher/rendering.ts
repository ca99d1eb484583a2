import type { Entry } from '../core/entry/entry.ts'
import { feedFormats } from '../core/feed/feed.ts'
import type { FeedFormat, Fragment, Fragments } from '../core/feed/feed.ts'
import type { LiveEntry } from '../store/store.ts'

/** What was rendered of one version of an entry: a fragment for each of these formats, and what lists tell of it. */
export type Rendering<Format extends FeedFormat = FeedFormat> = Fragments<Format> &
  Pick<Entry, 'summary' | 'language'>

/** For some formats. */
export type Partly = Partial<Fragments> & Pick<Entry, 'summary' | 'language'>

export function hasAll<Format extends FeedFormat>(
  rendering: Partly | undefined,
  formats: readonly Format[],
): rendering is Rendering<Format> {
  return rendering !== undefined && formats.every((format) => rendering[format] !== undefined)
}

/** How what was packed is told apart again. */
export type Packed = {
  readonly formats: readonly FeedFormat[]
  /** Of the pieces, in their order. */
  readonly lengths: readonly number[]
}

/** What is not in the bytes of the fragments comes first. Nothing is kept of what was refused. */
export function pack(
  { summary, language, ...fragments }: Partly,
  formats: readonly FeedFormat[],
): readonly Uint8Array[] | undefined {
  const some = formats.flatMap((format) => fragments[format] ?? [])
  if (some.some(({ refusal }) => refusal !== undefined)) return undefined
  const rest: Rest = { summary, language, prefixes: some.map(({ prefixes }) => prefixes) }
  return [Buffer.from(JSON.stringify(rest)), ...some.map(({ bytes }) => bytes)]
}

export function unpack(id: string, bytes: Uint8Array, { formats, lengths }: Packed): Partly {
  let end = 0
  const [head, ...pieces] = lengths.map((length) => {
    end += length
    return bytes.subarray(end - length, end)
  })
  // Written above.
  const { summary, language, prefixes } = JSON.parse(utf8.decode(head)) as Rest
  const fragments = formats.map((format, index): [FeedFormat, Fragment] => [
    format,
    { id, bytes: pieces[index] ?? new Uint8Array(), prefixes: prefixes[index] ?? [] },
  ])
  return { ...Object.fromEntries(fragments), summary, language }
}

type Rest = Pick<Rendering, 'summary' | 'language'> & {
  readonly prefixes: readonly Fragment['prefixes'][]
}

const utf8 = new TextDecoder()

/** A few pieces do not keep whole documents. */
export function inOwnMemory(rendering: Rendering): Rendering {
  const memory = Buffer.allocUnsafeSlow(lengthOf(rendering))
  let end = 0
  const copy = ({ bytes, ...rest }: Fragment): Fragment => {
    const start = end
    end += bytes.length
    memory.set(bytes, start)
    return { ...rest, bytes: memory.subarray(start, end) }
  }
  const { rss, atom, json } = rendering
  return { ...rendering, rss: copy(rss), atom: copy(atom), json: copy(json) }
}

export function lengthOf(rendering: Partly): number {
  return feedFormats.reduce((sum, format) => sum + (rendering[format]?.bytes.length ?? 0), 0)
}

/** Tells the versions of an entry apart, as far as documents show them. */
export type Version = Pick<LiveEntry, 'updatedAtMs' | 'publishedAtMs' | 'articleKey' | 'permalink'>

export function toVersion({ updatedAtMs, publishedAtMs, articleKey, permalink }: Version): Version {
  return { updatedAtMs, publishedAtMs, articleKey, permalink }
}

export function isSameVersion(left: Version, right: Version): boolean {
  return (
    left.updatedAtMs === right.updatedAtMs &&
    left.publishedAtMs === right.publishedAtMs &&
    left.articleKey === right.articleKey &&
    left.permalink === right.permalink
  )
}

/** Of the format in which it is longest. */
export function lengthBytesOf(rendering: Rendering | undefined): number {
  if (rendering === undefined) return 0
  return Math.max(...feedFormats.map((format) => rendering[format].bytes.length))
}
