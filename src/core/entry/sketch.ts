/**
 * A fixed-size fingerprint of a text's wording (MinHash in one permutation, over runs of three words):
 * two sketches tell how much of the wording two texts share, without either text at hand.
 */
export type Sketch = Uint32Array

/** Each run of words belongs to one slot, by the top bits of its hash; the slot keeps the smallest. */
const slotBits = 5
const sketchLength = 2 ** slotBits
const emptySlot = 0xffffffff
const wordsMax = 1_000

const wordPattern =
  /<[^>]{0,2000}>|[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}]|[\p{L}\p{M}\p{N}]+/gu

function hashWord(word: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < word.length; index += 1) {
    hash = Math.imul(hash ^ word.charCodeAt(index), 0x01000193)
  }
  return hash
}

/** Spreads the bits, so that the smallest hash is a fair draw among the runs. */
function mix(hash: number): number {
  const first = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35)
  return (second ^ (second >>> 16)) >>> 0
}

/**
 * Sketches the wording of a text or of clean HTML (its markup is left out), case folded.
 * Only the first 1,000 words count. Scripts without spaces are cut into single characters.
 */
export function toSketch(htmlOrText: string): Sketch {
  const sketch = new Uint32Array(sketchLength).fill(emptySlot)
  let [before, last, count] = [0, 0, 0]
  for (const [word] of htmlOrText.matchAll(wordPattern)) {
    if (word.startsWith('<')) continue
    count += 1
    if (count > wordsMax) break
    const hash = hashWord(word.toLowerCase())
    const run = mix(Math.imul(Math.imul(before, 31) + last, 31) + hash)
    const slot = run >>> (32 - slotBits)
    if (run < (sketch[slot] ?? 0)) sketch[slot] = run
    ;[before, last] = [last, hash]
  }
  return sketch
}

/** Estimates the share of wording that two texts have in common: 0 (nothing, or no words at all) to 1 (the same). */
export function similarity(left: Sketch, right: Sketch): number {
  let same = 0
  let used = 0
  for (let slot = 0; slot < sketchLength; slot += 1) {
    if (left[slot] === emptySlot && right[slot] === emptySlot) continue
    used += 1
    if (left[slot] === right[slot]) same += 1
  }
  return used === 0 ? 0 : same / used
}
