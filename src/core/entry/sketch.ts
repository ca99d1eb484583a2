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

const tagLengthMax = 2_000

const wordLetter = /[\p{L}\p{M}\p{N}]/u
const aloneScript = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}]/u

/**
 * Classes of characters: no part of a word, a word by itself, part of one, and a letter that is a word by itself
 * where no other stands before it.
 */
const [unknown, other, sign, letter, single] = [0, 1, 2, 3, 4]
/** Class of each code unit, as it comes to be known; a surrogate tells nothing without its other half. */
const classOfUnit = new Uint8Array(0x10000)
/** The lower case of a code unit within a word; 0 where that takes the whole word, or is yet to be looked up. */
const lowerOfUnit = new Uint16Array(0x10000)

function classOf(character: string): number {
  if (aloneScript.test(character)) return wordLetter.test(character) ? single : sign
  return wordLetter.test(character) ? letter : other
}

function learn(unit: number): number {
  const character = String.fromCharCode(unit)
  const known = classOf(character)
  classOfUnit[unit] = known
  const lower = character.toLowerCase()
  // A sigma is another one at the end of a word.
  if (known >= letter && lower.length === 1 && character !== 'Σ') {
    lowerOfUnit[unit] = lower.charCodeAt(0)
  }
  return known
}

/** Class of the character that begins at an index. */
function classAt(text: string, at: number): number {
  const unit = text.charCodeAt(at)
  if ((unit & 0xfc00) === 0xd800) return classOf(String.fromCodePoint(text.codePointAt(at) ?? unit))
  const known = classOfUnit[unit] ?? unknown
  return known === unknown ? learn(unit) : known
}

/** As `lowerOfUnit`; 0 at the end. */
function lowerAt(text: string, at: number): number {
  return at < text.length ? (lowerOfUnit[text.charCodeAt(at)] ?? 0) : 0
}

function lengthAt(text: string, at: number): number {
  if ((text.charCodeAt(at) & 0xfc00) !== 0xd800) return 1
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1
}

/** FNV-1a, 32 bits. */
const [hashStart, hashFactor] = [0x811c9dc5, 0x01000193] as const

function hashText(word: string): number {
  let hash: number = hashStart
  for (let at = 0; at < word.length; at += 1) {
    hash = Math.imul(hash ^ word.charCodeAt(at), hashFactor)
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
  eachWord(htmlOrText, (hash) => {
    const run = mix(Math.imul(Math.imul(before, 31) + last, 31) + hash)
    const slot = run >>> (32 - slotBits)
    if (run < (sketch[slot] ?? 0)) sketch[slot] = run
    before = last
    last = hash
    count += 1
    return count < wordsMax
  })
  return sketch
}

/** @param take gets the hash of each word in lower case, and tells whether it wants another */
function eachWord(text: string, take: (hash: number) => boolean): void {
  let tagEnd = -1
  let at = 0
  while (at < text.length) {
    if (text.charCodeAt(at) === 0x3c) {
      if (tagEnd < at) tagEnd = endOf(text, at)
      at = isTag(text, at, tagEnd) ? tagEnd + 1 : at + 1
      continue
    }
    const start = at
    const first = classAt(text, at)
    if (first === other) {
      at += lengthAt(text, at)
      continue
    }
    // Almost every word is hashed while it is read, without a string of its own.
    let hash: number = hashStart
    for (let lower = lowerAt(text, at); lower !== 0; lower = lowerAt(text, at)) {
      hash = Math.imul(hash ^ lower, hashFactor)
      at += 1
      if (first === single) break
    }
    const isCut = first === letter && at < text.length && classAt(text, at) >= letter
    if (at === start || isCut) {
      at = endOfWord(text, start)
      hash = hashText(text.slice(start, at).toLowerCase())
    }
    if (!take(hash)) return
  }
}

function endOfWord(text: string, start: number): number {
  let at = start + lengthAt(text, start)
  if (classAt(text, start) !== letter) return at
  while (at < text.length && classAt(text, at) >= letter) at += lengthAt(text, at)
  return at
}

function endOf(text: string, start: number): number {
  const end = text.indexOf('>', start)
  return end === -1 ? Infinity : end
}

/** Nothing that is longer than any tag is one; the limit is one of characters, not of code units. */
function isTag(text: string, start: number, end: number): boolean {
  let length = end - start - 1
  if (length > tagLengthMax * 2) return false
  for (let at = start; length > tagLengthMax && at < end; at += lengthAt(text, at)) {
    if (lengthAt(text, at) === 2) length -= 1
  }
  return length <= tagLengthMax
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
