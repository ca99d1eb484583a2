import { compress } from './compression.ts'
import { parseTags } from './conditions.ts'
import { pickCoding, weightsOf } from './content-coding.ts'
import type { Coding } from './content-coding.ts'
import { policy, toBaseHash } from './responses.ts'
import type { Answer, Asked, Resource } from './responses.ts'

/** What of a document a client has that has an earlier version of it. */
export type Delta = {
  /** The hash of that version. */
  readonly base: string
  /** The bytes that it need not be sent; in order, apart from each other. */
  readonly known: readonly { readonly start: number; readonly end: number }[]
}

/** Finds the newest of these earlier versions that is remembered; `undefined` when none is. */
export type FindDelta = (
  document: { readonly path: string; readonly hash: string; readonly bytes: Uint8Array },
  bases: readonly string[],
) => Delta | undefined | Promise<Delta | undefined>

type Kept = {
  /** Of the document as it is now. */
  readonly hash: string
  readonly answer: Answer | Promise<Answer>
  readonly lengthBytes: number
}

/** Tags of a request that are looked for. */
const basesMax = 32
/** Headers and names of one answer, roughly. */
const overheadBytes = 2048

/**
 * The answers to readers who ask for nothing but what is new since the version they have. Each is made
 * once, when it is asked for first, and kept while there is room and its document stays as it is.
 *
 * The body is a shorter feed in the coding that the whole would have had (RFC 3229 §10.7.1), and the tag is that
 * of the whole feed in this coding (§10.4.1).
 * Source: RFC 3229 §10.3, §10.5; `feed` as it is in use among feed readers.
 */
export class DeltaResponses {
  readonly #find: FindDelta
  readonly #bytesMax: number
  /** By path, version and coding, in the order of their last use. */
  readonly #kept = new Map<string, Kept>()
  #bytes = 0

  /** @param bytesMax what all bodies may take together */
  constructor(find: FindDelta, bytesMax: number) {
    this.#find = find
    this.#bytesMax = bytesMax
  }

  /**
   * Answers a request that would get the whole document.
   * @returns `undefined` where that is what it is to get
   */
  answer(resource: Resource, asked: Asked): Answer | undefined | Promise<Answer | undefined> {
    const { path, hash, media, ready } = resource
    const bytes = ready.identity?.bytes
    if (!media.hasDeltas || bytes === undefined || !wantsDelta(asked)) return undefined
    const tags = parseTags(asked.headers['if-none-match'] ?? '')
    if (tags === '*') return undefined
    const bases = tags.slice(0, basesMax).flatMap(({ value }) => toBaseHash(value) ?? [])
    if (bases.length === 0) return undefined
    const isOne = tags.length === 1
    const finish = (delta: Delta | undefined) => {
      if (delta === undefined || delta.known.length === 0) return undefined
      const answer = this.#give(resource, bytes, delta, asked)
      if (answer === undefined || isOne) return answer
      // RFC 3229 §10.5.1: where several versions were named, which of them it was.
      const name = (given: Answer): Answer => ({
        ...given,
        headers: [...given.headers, 'Delta-Base', `"${delta.base}"`],
      })
      return answer instanceof Promise ? answer.then(name) : name(answer)
    }
    const found = this.#find({ path, hash, bytes }, bases)
    return found instanceof Promise ? found.then(finish) : finish(found)
  }

  #give(
    resource: Resource,
    bytes: Uint8Array,
    delta: Delta,
    { headers }: Asked,
  ): Answer | undefined | Promise<Answer> {
    const coding = pickCoding(headers['accept-encoding'], () => true)
    if (coding === undefined) return undefined
    const { hash } = resource
    const key = `${resource.path} ${delta.base} ${coding}`
    const kept = this.#kept.get(key)
    if (kept?.hash === hash) {
      this.#kept.delete(key)
      this.#kept.set(key, kept)
      return kept.answer
    }
    const body = leaveOut(bytes, delta)
    if (coding === 'identity') {
      const answer = toAnswer(resource, coding, body)
      this.#keep(key, { hash, answer, lengthBytes: body.length + overheadBytes })
      return answer
    }
    const promise = compress(body, coding, 'thorough').then((compressed) => {
      const answer = toAnswer(resource, coding, compressed)
      if (this.#kept.get(key)?.answer === promise) {
        this.#keep(key, { hash, answer, lengthBytes: compressed.length + overheadBytes })
      }
      return answer
    })
    this.#keep(key, { hash, answer: promise, lengthBytes: body.length + overheadBytes })
    return promise
  }

  /** Lets go of what was asked for longest ago. */
  #keep(key: string, kept: Kept): void {
    this.#drop(key)
    this.#kept.set(key, kept)
    this.#bytes += kept.lengthBytes
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= this.#bytesMax) return
      this.#drop(oldest)
    }
  }

  #drop(key: string): void {
    this.#bytes -= this.#kept.get(key)?.lengthBytes ?? 0
    this.#kept.delete(key)
  }
}

/**
 * Who asks for a range without saying that it is one of what is new gets that of the whole (RFC 3229 §10.5.3), and
 * 226 is an answer to GET (§10.4.1).
 */
function wantsDelta({ method, headers }: Asked): boolean {
  const wanted = headers['a-im']
  return (
    method === 'GET' &&
    typeof wanted === 'string' &&
    headers['if-none-match'] !== undefined &&
    headers.range === undefined &&
    (weightsOf(wanted).get('feed') ?? 0) > 0
  )
}

function leaveOut(bytes: Uint8Array, { known }: Delta): Uint8Array {
  const pieces: Uint8Array[] = []
  let end = 0
  for (const place of known) {
    if (place.start > end) pieces.push(bytes.subarray(end, place.start))
    end = place.end
  }
  pieces.push(bytes.subarray(end))
  return Buffer.concat(pieces)
}

/**
 * Caches that know nothing of this may not keep it as if it were the feed; `im` tells those that do that
 * it is theirs to keep. Source: RFC 3229 §10.8.2.
 */
function toAnswer({ notModified, media }: Resource, coding: Coding, body: Uint8Array): Answer {
  const shared = notModified[coding].map((line, index, lines) =>
    lines[index - 1] === 'Cache-Control' ? `no-store, im, ${line}` : line,
  )
  const headers = [
    ...shared,
    'IM',
    'feed',
    'Content-Type',
    media.type,
    'Content-Length',
    String(body.length),
    ...(coding === 'identity' ? [] : ['Content-Encoding', coding]),
    ...(media.isDocument ? ['Content-Security-Policy', policy] : []),
  ]
  return { status: 226, headers, body: { kind: 'bytes', bytes: body } }
}
