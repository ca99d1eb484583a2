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
 * Picks what a feed shows: the newest published, and of what arrived lately as much as may be, the last
 * arrived first. Then newest published first, ties by id.
 * @param newest newest published first
 * @param arrived last arrived first; may name the same entries
 * @param lengthBytesOf the length of an entry in the format where it is longest
 */
export function toWindow<Candidate extends WindowCandidate>(
  { newest, arrived }: Record<'newest' | 'arrived', readonly Candidate[]>,
  rules: WindowRules,
  lengthBytesOf: (candidate: Candidate) => number,
): readonly Candidate[] {
  const shown = new Map<string, Candidate>()
  let lengthBytes = headBytesMax
  for (const candidate of [...newest, ...arrived]) {
    if (shown.has(candidate.id)) continue
    if (shown.size >= rules.feedLengthMax) break
    lengthBytes += lengthBytesOf(candidate)
    if (lengthBytes > rules.feedBytesMax && shown.size >= rules.feedLengthMin) break
    shown.set(candidate.id, candidate)
  }
  return [...shown.values()].toSorted(byPublication)
}

/** Bytes that a feed's head may need. */
const headBytesMax = 16_384

function byPublication(left: WindowCandidate, right: WindowCandidate): number {
  return right.publishedAtMs - left.publishedAtMs || (left.id < right.id ? -1 : 1)
}
