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

/**
 * Takes candidates in turn until a feed is full. One that is too large for the room that is left does not
 * keep out those that come after it.
 */
export class Window<Candidate extends WindowCandidate> {
  readonly #rules: WindowRules
  readonly #shown: Candidate[] = []
  #lengthBytes = headBytesMax
  #refused = 0

  constructor(rules: WindowRules) {
    this.#rules = rules
  }

  /**
   * Shows this entry if there is room for it.
   * @param lengthBytes the length of the entry in the format where it is longest
   */
  take(candidate: Candidate, lengthBytes: number): void {
    const { feedLengthMin, feedLengthMax, feedBytesMax } = this.#rules
    if (this.#shown.length >= feedLengthMax) return
    const isTooLarge = this.#lengthBytes + lengthBytes > feedBytesMax
    if (isTooLarge && this.#shown.length >= feedLengthMin) {
      this.#refused += 1
      return
    }
    this.#lengthBytes += lengthBytes
    this.#shown.push(candidate)
  }

  /** Whether to ask no more: it has all it may have, or there is room for hardly anything. */
  get isFull(): boolean {
    return this.#shown.length >= this.#rules.feedLengthMax || this.#refused >= refusedMax
  }

  /** Newest published first, ties by id. */
  get entries(): readonly Candidate[] {
    return this.#shown.toSorted(byPublication)
  }
}

/** Entries too large for the room that is left; each had to be rendered to know. */
const refusedMax = 10
/** Bytes that a feed's head may need. */
const headBytesMax = 16_384

function byPublication(left: WindowCandidate, right: WindowCandidate): number {
  return right.publishedAtMs - left.publishedAtMs || (left.id < right.id ? -1 : 1)
}
