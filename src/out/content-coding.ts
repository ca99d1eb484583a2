import { recall } from './recall.ts'

/** Ways to send a body, in the order of our liking among those that a client likes alike. */
export const codings = ['br', 'zstd', 'gzip', 'identity'] as const
export type Coding = (typeof codings)[number]

/**
 * Picks the coding that a client likes best among those there are. Without the header, or where it names
 * none of them, a body goes as it is; `*` stands for gzip and for no coding, which every client knows.
 * Source: RFC 9110 §12.5.3, §8.4.1.3.
 * @returns `undefined` when the client refuses every one there is, and the body as it is
 */
export function pickCoding(
  header: string | undefined,
  isThere: (coding: Coding) => boolean,
): Coding | undefined {
  if (header === undefined) return 'identity'
  const weights = weightsOf(header)
  const rest = weights.get('*')
  let picked: Coding | undefined
  let pickedWeight = 0
  for (const coding of codings) {
    if (coding === 'identity' || !isThere(coding)) continue
    const weight =
      weights.get(coding) ?? (coding === 'gzip' ? (weights.get('x-gzip') ?? rest) : undefined) ?? 0
    if (weight > pickedWeight) [picked, pickedWeight] = [coding, weight]
  }
  const identity = weights.get('identity')
  if (picked === undefined) return (identity ?? rest) === 0 ? undefined : 'identity'
  return identity !== undefined && identity > pickedWeight ? 'identity' : picked
}

/**
 * Reads a list of names with weights. A weight that cannot be read refuses: nothing is done that was not
 * asked for.
 * Source: RFC 9110 §12.4.2; RFC 3229 §10.5.3 for `A-IM`.
 */
export const weightsOf = recall(parseWeights, 200)

function parseWeights(header: string): ReadonlyMap<string, number> {
  const weights = new Map<string, number>()
  for (const member of header.split(',')) {
    const [name = '', ...parameters] = member.split(';')
    const coding = name.trim().toLowerCase()
    if (coding === '' || weights.has(coding)) continue
    let weight = 1
    for (const parameter of parameters) {
      const [key = '', value = ''] = parameter.split('=')
      if (key.trim().toLowerCase() !== 'q') continue
      weight = /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/u.test(value.trim()) ? Number(value) : 0
    }
    weights.set(coding, weight)
  }
  return weights
}
