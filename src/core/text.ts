/** What the bytes of a file turned out to be. */
export type DecodedText =
  | {
      readonly kind: 'text'
      /** As `normalizeText` leaves it. */
      readonly text: string
      readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'
      /** Neither a mark nor valid UTF-8 tells the encoding for certain. */
      readonly guessed: boolean
    }
  /** `found` completes "not a text file (…)". */
  | { readonly kind: 'binary'; readonly found: string }

const titleGraphemesMax = 100
const summaryGraphemesMax = 300

/** What is looked at to cut a title or a summary; a line may be as long as a file. */
const windowLength = 4_000
/** What is looked at first to cut a summary: enough, but for graphemes of many code units. */
const summaryWindowLength = 1_000
/** Beyond what fits, so that the last end of a sentence is one and not that of the window. */
const lookAheadLength = 40
/** A cut at a sentence or a word must leave this share of what fits. */
const cutShareMin = 0.6

const strictUtf8 = new TextDecoder('utf-8', { fatal: true })
const tolerantUtf8 = new TextDecoder('utf-8')
const utf16le = new TextDecoder('utf-16le')
const utf16be = new TextDecoder('utf-16be')
const windows1252 = new TextDecoder('windows-1252')

/**
 * Reads the bytes of a text file: a byte-order mark decides, else they are UTF-8 if they are valid UTF-8, else
 * windows-1252, which every byte sequence is (`guessed`). Bytes that no text has make it binary.
 */
export function decodeText(bytes: Uint8Array): DecodedText {
  if (startsWith(bytes, [0xff, 0xfe, 0, 0]) || startsWith(bytes, [0, 0, 0xfe, 0xff])) {
    return { kind: 'binary', found: 'UTF-32 text; save it as UTF-8' }
  }
  if (startsWith(bytes, [0xff, 0xfe])) return toDecoded(utf16le.decode(bytes), 'utf-16le', false)
  if (startsWith(bytes, [0xfe, 0xff])) return toDecoded(utf16be.decode(bytes), 'utf-16be', false)
  const found = findBinary(bytes)
  if (found !== undefined) return { kind: 'binary', found }
  try {
    return toDecoded(strictUtf8.decode(bytes), 'utf-8', false)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
  }
  // After a mark the few bytes that are wrong are not worth the many that are right.
  if (startsWith(bytes, [0xef, 0xbb, 0xbf])) {
    return toDecoded(tolerantUtf8.decode(bytes), 'utf-8', true)
  }
  return toDecoded(windows1252.decode(bytes), 'windows-1252', true)
}

type Encoding = Extract<DecodedText, { kind: 'text' }>['encoding']

function toDecoded(text: string, encoding: Encoding, guessed: boolean): DecodedText {
  if (text.includes('\0')) return { kind: 'binary', found: 'NUL characters' }
  return { kind: 'text', text: normalizeText(text), encoding, guessed }
}

function startsWith(bytes: Uint8Array, signature: readonly number[]): boolean {
  return bytes.length >= signature.length && signature.every((byte, index) => bytes[index] === byte)
}

/** Formats that may begin without a NUL byte. */
const signatures = [
  [[0x25, 0x50, 0x44, 0x46, 0x2d], 'a PDF document'],
  [[0x50, 0x4b, 0x03, 0x04], 'a ZIP archive or an office document'],
  [[0x1f, 0x8b, 0x08], 'a gzip file'],
  [[0xff, 0xd8, 0xff], 'a JPEG picture'],
  [[0x89, 0x50, 0x4e, 0x47], 'a PNG picture'],
  [[0x7b, 0x5c, 0x72, 0x74, 0x66], 'an RTF document'],
] as const

const sampleLength = 2_048
/** Share of control characters, white space and ESC apart, that no text has. */
const controlShareMax = 0.05

function findBinary(bytes: Uint8Array): string | undefined {
  const signature = signatures.find(([start]) => startsWith(bytes, start))
  if (signature !== undefined) return signature[1]
  const firstNul = bytes.indexOf(0)
  if (firstNul !== -1) {
    const sample = bytes.subarray(0, sampleLength)
    const nuls = sample.reduce((count, byte) => (byte === 0 ? count + 1 : count), 0)
    return firstNul < 2 && nuls > sample.length * 0.3 && nuls <= sample.length * 0.55
      ? 'NUL bytes, as in UTF-16 without a byte-order mark; save it as UTF-8'
      : 'NUL bytes'
  }
  const length = Math.min(bytes.length, sampleLength)
  let controls = 0
  for (let index = 0; index < length; index++) {
    const byte = bytes[index] ?? 0
    if (byte < 0x20 && (byte < 0x09 || byte > 0x0d) && byte !== 0x1b) controls++
  }
  return controls > length * controlShareMax ? 'control characters' : undefined
}

/** Anything that `normalizeText` has to do, but composition. */
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const unclean = /[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/
const lineEnds = /\r\n?|[\x85\u2028\u2029]/g
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const forbidden = /[\0-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]|\p{Surrogate}/gu

/**
 * Brings text into the one form the core knows: NFC, lines ended by LF, no character that XML 1.0 §2.2 forbids, none
 * that it discourages (DEL, C1 controls), no byte-order mark at the start. Idempotent, linear.
 */
export function normalizeText(text: string): string {
  if (!unclean.test(text) && text.isWellFormed()) return text.normalize('NFC')
  return text
    .replaceAll(lineEnds, '\n')
    .replaceAll(forbidden, '')
    .replace(/^\ufeff+/, '')
    .normalize('NFC')
}

/** Code units that are one grapheme each, whatever stands beside them. */
const simple =
  /^[\n\x20-\x7e\xa1-\xac\xae-\u02ff\u0370-\u0482\u048a-\u052f\u2010-\u2027\u2030-\u203b\u202f\u3001-\u3029\u3041-\u3096\u30a1-\u30fe\u4e00-\u9fff\xa0]*$/
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** Counts what readers see as characters (UAX #29), up to `max`; `max + 1` says that there are more. */
export function countGraphemes(text: string, max: number): number {
  if (simple.test(text.slice(0, max + 2))) return Math.min(text.length, max + 1)
  let count = 0
  for (const _ of graphemes.segment(text)) {
    count++
    if (count > max) break
  }
  return count
}

/** Index behind the first `max` graphemes; `text.length` when there are no more. */
function indexAfterGraphemes(text: string, max: number): number {
  if (text.length <= max) return text.length
  if (simple.test(text.slice(0, max + 2))) return max
  let count = 0
  for (const { index } of graphemes.segment(text)) {
    if (count === max) return index
    count++
  }
  return text.length
}

const sentenceSegmenters = new Map<string, Intl.Segmenter>()

function sentencesOf(language: string | undefined): Intl.Segmenter {
  const tag = language ?? 'en'
  const known = sentenceSegmenters.get(tag)
  if (known !== undefined) return known
  const segmenter = toSegmenter(tag)
  sentenceSegmenters.set(tag, segmenter)
  return segmenter
}

function toSegmenter(tag: string): Intl.Segmenter {
  try {
    return new Intl.Segmenter(tag, { granularity: 'sentence' })
  } catch (error) {
    // An author's tag may be none; how sentences end hardly depends on it.
    if (error instanceof RangeError) return new Intl.Segmenter('en', { granularity: 'sentence' })
    throw error
  }
}

/** Languages that write "3. May" for the third of May. */
const ordinalLanguages = new Set(
  'bs cs da de et fi hr hu is lb lv nb nn no pl sk sl sr tr'.split(' '),
)

/** Abbreviations, without their period, that never end a sentence; single letters and short names need no list. */
const abbreviations = new Set(
  (
    'mme mlle mgr prof sra srta sigg frau herr dhr mevr hon capt sgt messrs ' +
    'vs nr no num núm art fig vol pp ca cf bzw ggf approx vgl evtl sog inkl resp np tzw tzv tj ' +
    'bl bv dvs jf ev ungef feat ул им св тыс млн млрд гг стр рис см др проф'
  ).split(' '),
)

/** A digit before it, and "U.S" or "z. B" or a plain word, without the last period. */
const endWord = /(\d?)\s?((?:\p{L}\p{M}*\.\s?)+\p{L}\p{M}*|\p{L}[\p{L}\p{M}]*)\.["'”’»)\]]*$/u

/** Tells whether a boundary that ICU found really ends a sentence, by its last words and what follows them. */
function endsSentence(end: string, rest: string, language: string | undefined): boolean {
  // "“Is it?” he asked", "« Oui ! » dit-il": what goes on in lower case or closes a quotation is the same sentence.
  if (/^[\p{Ll}»”’)\],;:]/u.test(rest)) return false
  if (!/\p{Sentence_Terminal}["'”’»“)\]」』]*$|…$/u.test(end)) return false
  if (/(?:^|\D)\d{1,2}\.$/.test(end)) {
    return !ordinalLanguages.has((language ?? '').split('-')[0] ?? '')
  }
  const found = endWord.exec(end.slice(-40))
  const word = found?.[2]
  if (word === undefined) return true
  // "at 20 h." ends one: a unit, no initial.
  if (found?.[1] !== '' && !word.includes('.')) return true
  if (word.includes('.') || word.length === 1) return false
  return !/^\p{Lu}\p{Ll}{1,2}$/u.test(word) && !abbreviations.has(word.toLowerCase())
}

/** Indexes at which the sentences of a text of one line end, as they are asked for. */
function* sentenceEnds(text: string, language: string | undefined): Generator<number> {
  let start = 0
  for (const { index, segment } of sentencesOf(language).segment(text)) {
    const end = index + segment.length
    const rest = text.slice(end, end + 2)
    // The last words tell; abbreviation after abbreviation must not be read again and again.
    const tail = text.slice(Math.max(start, end - 60), end).trimEnd()
    if (rest === '' || endsSentence(tail, rest, language)) {
      yield Math.max(start, end - 60) + tail.length
      start = end
    }
  }
}

/** One line, single spaces; a no-break space that stands alone stays. No more than can matter is looked at. */
function toLine(
  text: string,
  lengthMax = windowLength,
): { readonly line: string; readonly isWhole: boolean } {
  const trimmed = text.trim()
  const isWhole = trimmed.length <= lengthMax
  const start = isWhole ? trimmed : trimmed.slice(0, lengthMax).replace(/[\ud800-\udbff]$/, '')
  return { line: start.replaceAll(/\s{2,}|[^\S \xa0\u202f]/g, ' '), isWhole }
}

/**
 * The first sentence of a paragraph, on one line. Abbreviations, initials, decimal numbers and line ends inside the
 * paragraph do not end it. A sentence longer than a few thousand characters is cut there.
 * @param language BCP 47 tag of the text, if it is known
 */
export function firstSentence(text: string, language: string | undefined): string {
  const { line } = toLine(text)
  const [end = line.length] = sentenceEnds(line, language)
  return line.slice(0, end)
}

/**
 * Makes a title of plain text: one line of at most 100 graphemes, cut at a word with `…`. The period of a whole
 * sentence goes, `?`, `!` and `…` stay.
 */
export function cutTitle(text: string): string {
  const { line, isWhole } = toLine(text)
  if (!isWhole || countGraphemes(line, titleGraphemesMax) > titleGraphemesMax) {
    return cutAtWord(line, titleGraphemesMax)
  }
  // Neither "U.S." nor "..." ends in the period of a sentence.
  return /(?:\.|\p{L}\.\p{L})\.$/u.test(line) ? line : line.replace(/(?<=\S)[.。।]$/u, '')
}

type SummaryLine = ReturnType<typeof toLine> & { readonly limit: number }

/** As much of a text as a summary can depend on, and where its last grapheme ends. */
function toSummaryLine(text: string): SummaryLine {
  const start = toLine(text, summaryWindowLength)
  const limit = indexAfterGraphemes(start.line, summaryGraphemesMax)
  if (start.isWhole || limit + lookAheadLength < start.line.length) return { ...start, limit }
  const more = toLine(text)
  return { ...more, limit: indexAfterGraphemes(more.line, summaryGraphemesMax) }
}

/**
 * Makes a summary of plain text: one line of at most 300 graphemes, cut behind a sentence if that leaves enough of
 * it, else at a word with `…`.
 * @param language BCP 47 tag of the text, if it is known
 */
export function cutSummary(text: string, language: string | undefined): string {
  const { line, isWhole, limit } = toSummaryLine(text)
  if (isWhole && limit === line.length) return line
  let lastEnd = 0
  for (const end of sentenceEnds(line.slice(0, limit + lookAheadLength), language)) {
    if (end > limit) break
    lastEnd = end
  }
  return lastEnd >= limit * cutShareMin
    ? line.slice(0, lastEnd)
    : cutAtWord(line, summaryGraphemesMax)
}

const words = new Intl.Segmenter('en', { granularity: 'word' })
const danglingEnd = /[\s\p{Pd}\p{Ps}\p{Pi},;:.、，。・]+$/u

/** Cuts a line at a word, so that it has at most `max` graphemes, `…` included. */
function cutAtWord(line: string, max: number): string {
  const limit = indexAfterGraphemes(line, max - 1)
  const leastEnd = limit * cutShareMin
  let end = line.lastIndexOf(' ', limit)
  if (end < leastEnd) {
    // No spaces between the words of many scripts.
    const boundary = words.segment(line.slice(0, limit + 20)).containing(limit)?.index ?? limit
    end = boundary >= leastEnd ? boundary : limit
  }
  const kept = line.slice(0, end)
  const tidy = kept.slice(-8).replace(danglingEnd, '')
  return `${kept.slice(0, -8)}${tidy}…`
}
