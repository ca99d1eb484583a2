/** What decides about an entry's place in a feed's window. */
export type WindowCandidate = {
  readonly id: string
  readonly publishedAtMs: number
}

export type WindowRules = {
  readonly feedLengthMin: number
  readonly feedLengthMax: number
  readonly feedBytesMax: number
}

/**
 * Puts in order what may stand in a feed: the newest published come first, then what arrived lately.
 * @param newest newest published first
 * @param arrived last arrived first; may name the same entries
 */
export function toCandidates<Candidate extends WindowCandidate>({
  newest,
  arrived,
}: Record<'newest' | 'arrived', readonly Candidate[]>): readonly Candidate[] {
  const seen = new Set<string>()
  return [...newest, ...arrived].filter(({ id }) => seen.size < seen.add(id).size)
}

/** Takes candidates in turn until a feed is full. */
export class Window<Candidate extends WindowCandidate> {
  readonly #rules: WindowRules
  readonly #shown: Candidate[] = []
  #lengthBytes = headBytesMax

  constructor(rules: WindowRules) {
    this.#rules = rules
  }

  /**
   * @param lengthBytes the length of the entry in the format where it is longest
   * @returns whether there was room for it
   */
  take(candidate: Candidate, lengthBytes: number): boolean {
    const { feedLengthMin, feedLengthMax, feedBytesMax } = this.#rules
    this.#lengthBytes += lengthBytes
    const isFull = this.#lengthBytes > feedBytesMax && this.#shown.length >= feedLengthMin
    if (isFull || this.#shown.length >= feedLengthMax) return false
    this.#shown.push(candidate)
    return true
  }

  /** Newest published first, ties by id. */
  get entries(): readonly Candidate[] {
    return this.#shown.toSorted(byPublication)
  }
}

/** Bytes that a feed's head may need. */
const headBytesMax = 16_384

function byPublication(left: WindowCandidate, right: WindowCandidate): number {
  return right.publishedAtMs - left.publishedAtMs || (left.id < right.id ? -1 : 1)
}
