/** A hashtag and where it stands, `#` included, in UTF-16 code units. */
export type Hashtag = {
  /** Without `#`, NFC, as it was spelled. */
  readonly label: string
  readonly start: number
  readonly end: number
}

/** Continue of UAX #31 without emoji: enclosing marks and variation selectors make emoji of `#` and digits. */
const mark = String.raw`[[\p{Mn}\p{Mc}]--[\ufe00-\ufe0f]]`
const letter = String.raw`[\p{L}\p{Nd}\p{Nl}_]`
const word = `(?:${letter}|${mark})`
const cursive = String.raw`[\p{scx=Arab}\p{scx=Syrc}\p{scx=Nkoo}\p{scx=Mong}]`
const indic =
  String.raw`[\p{scx=Deva}\p{scx=Beng}\p{scx=Guru}\p{scx=Gujr}\p{scx=Orya}\p{scx=Taml}\p{scx=Telu}\p{scx=Knda}` +
  String.raw`\p{scx=Mlym}\p{scx=Sinh}\p{scx=Khmr}\p{scx=Mymr}\p{scx=Tibt}]`
const japanese = String.raw`[\p{scx=Hira}\p{scx=Kana}\p{scx=Han}]`
/** What holds words of a script together and is neither letter nor mark; never at the end of one. */
const joiner = [
  String.raw`(?<=${cursive})[\u200c\u200d](?=${cursive})`,
  String.raw`(?<=${indic})[\u200c\u200d](?=${indic})`,
  String.raw`(?<=\p{scx=Hebr})[\u05be\u05f3\u05f4](?=\p{sc=Hebr})`,
  String.raw`(?<=[lL])\xb7(?=[lL])`,
  String.raw`(?<=\p{scx=Tibt})[\u0f0b\u0f0c](?=\p{sc=Tibt})`,
  String.raw`(?<=${japanese})[\u30a0\u30fb\uff65](?=(?![\u30a0\u30fb\uff65])${japanese})`,
].join('|')

const hashtag = new RegExp(`(?<!${word}|[#＃&])[#＃](?=${letter})((?:${word}|${joiner})+)`, 'gv')
/** Digits and underscores alone are a number; an invisible letter is none. */
const readable = /[[\p{L}\p{Nl}]--\p{Default_Ignorable_Code_Point}]/v

/** What an address cannot contain, or does not in running text. */
const addressEnd = /[\s<>"“”«»。，、；！？（）「」『』]/
const addressStart = /:\/\/|www\.|mailto:|[\p{L}\p{N}]@/iu

/**
 * Finds the hashtags of running text, as people know them from social networks: `#` or `＃`, then letters, marks, digits,
 * `_` and the joiners that words of the script need. Apostrophe, hyphen and emoji end one. Not a number, not inside a word,
 * an address, or an entity.
 * Source: UAX #31 R8 (without emoji).
 * @param text without markup; code and link destinations are the caller's to leave out
 */
export function findHashtags(text: string): readonly Hashtag[] {
  const found: Hashtag[] = []
  if (!text.includes('#') && !text.includes('＃')) return found
  let scanned = 0
  let isAddress = false
  for (const match of text.matchAll(hashtag)) {
    const [whole, body = ''] = match
    const start = match.index
    let tail = start
    while (tail > scanned && !addressEnd.test(text.charAt(tail - 1))) tail--
    if (tail > scanned || scanned === 0) isAddress = false
    isAddress ||= addressStart.test(text.slice(tail, start))
    scanned = start
    // "#a/#b" are two, "example.org/#a" is none.
    const isPath = text.charAt(start - 1) === '/' && found.at(-1)?.end !== start - 1
    if (isAddress || isPath || !readable.test(body)) continue
    found.push({ label: body.normalize('NFC'), start, end: start + whole.length })
  }
  return found
}

// oxlint-disable-next-line no-control-regex -- all of ASCII
const ascii = /^[\0-\x7f]*$/

/**
 * Makes the key of a category: two spellings that differ in case, width or composition have one. Case is folded in full
 * (`ß` is `ss`, every sigma one), and without regard to a language: `I`, `i`, `İ` and `ı` are one letter, as a capital
 * does not tell which it was. Idempotent.
 * Source: NFKC_Casefold (Unicode §3.13), as far as JavaScript has it.
 */
export function toTerm(label: string): string {
  if (ascii.test(label)) return label.toLowerCase()
  const folded = foldCase(foldCase(label))
  return folded === '' ? label : folded
}

function foldCase(text: string): string {
  return text
    .normalize('NFKC')
    .replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '')
    .toUpperCase()
    .toLowerCase()
    .replaceAll('ς', 'σ')
    .normalize('NFKD')
    .replaceAll('i\u0307', 'i')
    .normalize('NFKC')
}

const separators = /^[\s,;·•|/،、，；\u200b\u2060]*$/

/** The labels of a line that is nothing but hashtags, with white space, commas or the like between them. */
export function closingHashtags(line: string): readonly string[] | undefined {
  const start = line.trimStart()
  if (!start.startsWith('#') && !start.startsWith('＃')) return undefined
  const found = findHashtags(line)
  let end = 0
  for (const tag of found) {
    if (!separators.test(line.slice(end, tag.start))) return undefined
    end = tag.end
  }
  return found.length > 0 && separators.test(line.slice(end))
    ? found.map(({ label }) => label)
    : undefined
}
