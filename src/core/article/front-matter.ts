import { parse as parseToml, TomlDate, TomlError } from 'smol-toml'
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'
import type { ProblemCode } from '../problem.ts'
import { words } from './escape.ts'

/** A value of the front matter with its text as the author typed it, whatever the notation. */
export type FieldValue =
  | { readonly kind: 'text'; readonly line: number; readonly text: string }
  | { readonly kind: 'list'; readonly line: number; readonly items: readonly FieldValue[] }
  | { readonly kind: 'map'; readonly line: number; readonly fields: Fields }
  | { readonly kind: 'none'; readonly line: number }

/** By key: in lower case, without `_`, `-` and spaces (`pubDate`, `pub_date` and `Pub-Date` are one). */
export type Fields = ReadonlyMap<string, FieldValue>

export type FrontMatter =
  | { readonly kind: 'none' }
  /** `lineCount` lines of the file belong to the front matter. */
  | { readonly kind: 'fields'; readonly fields: Fields; readonly lineCount: number }
  | {
      readonly kind: 'problem'
      readonly code: ProblemCode
      readonly line: number
      readonly found: string
    }

/** Values in one front matter; many more than anybody writes, few enough for aliases of aliases. */
const valuesMax = 10_000
const depthMax = 8
/** A parser spends microseconds on each character of what is no front matter. */
const frontMatterLengthMax = 131_072
const headerLinesMax = 100

const keyLikeYaml = /^(?:["']?[\p{L}_][^:"']{0,80}["']?\s?:(?:\s|$)|\{\s{0,20}["'\p{L}])/u
const keyLikeToml = /^(?:\[|["']?[\w.-]{1,80}["']?\s{0,20}=)/

/** Writes a key the way `Fields` has it. */
function toFieldKey(key: string): string {
  return key.toLowerCase().replaceAll(/[\s_-]+/g, '')
}

/**
 * Finds and reads front matter: YAML between `---` lines, TOML between `+++` lines, or a block of
 * `Key: value` lines closed by a blank line. Blank lines may come before. A first `---` that no key follows is a
 * thematic break, and a first line like `Note: something` is text.
 * Of a key that is given twice the last counts, as in Jekyll.
 */
export function readFrontMatter(lines: readonly string[]): FrontMatter {
  let first = 0
  while (first < lines.length && (lines[first] ?? '').trim() === '') first += 1
  const opening = (lines[first] ?? '').trimEnd()
  if (opening === '---') return readFenced(lines, first, 'yaml')
  if (opening === '+++') return readFenced(lines, first, 'toml')
  return readHeaderBlock(lines, first)
}

function readFenced(
  lines: readonly string[],
  first: number,
  notation: 'yaml' | 'toml',
): FrontMatter {
  const mark = notation === 'yaml' ? '---' : '+++'
  let keyAt = first + 1
  let hasBlank = false
  for (; keyAt < lines.length; keyAt += 1) {
    const line = (lines[keyAt] ?? '').trim()
    if (line === '') hasBlank = true
    else if (!line.startsWith('#')) break
  }
  const keyLine = (lines[keyAt] ?? '').trimEnd()
  const isClosing = (line: string): boolean => line === mark || (mark === '---' && line === '...')
  const isKeyLike = (notation === 'yaml' ? keyLikeYaml : keyLikeToml).test(keyLine)
  // An empty front matter is two marks with nothing but comments between; two thematic breaks are apart.
  if (!isKeyLike && !(isClosing(keyLine) && !hasBlank)) return { kind: 'none' }
  let closing = keyAt
  while (closing < lines.length && !isClosing((lines[closing] ?? '').trimEnd())) closing += 1
  if (closing >= lines.length) {
    if (hasBlank) return { kind: 'none' }
    return { kind: 'problem', code: 'front-matter-unclosed', line: first + 1, found: mark }
  }
  const source = lines.slice(first + 1, closing).join('\n')
  const read = readNotation(notation, source, first + 1)
  return read.kind === 'fields' ? { ...read, lineCount: closing + 1 } : read
}

function readNotation(notation: 'yaml' | 'toml', source: string, linesBefore: number): ReadFields {
  if (source.length > frontMatterLengthMax) {
    return invalid(linesBefore + 1, `more than ${frontMatterLengthMax} characters`)
  }
  return notation === 'yaml' ? readYaml(source, linesBefore) : readToml(source, linesBefore)
}

type ReadFields =
  { readonly kind: 'fields'; readonly fields: Fields } | Extract<FrontMatter, { kind: 'problem' }>

function invalid(line: number, found: string): ReadFields {
  return { kind: 'problem', code: 'front-matter-invalid', line, found }
}

/** `failsafe`: every scalar is the text that was typed, so that `title: 2024` and dates are not touched. */
function readYaml(source: string, linesBefore: number): ReadFields {
  const lineCounter = new LineCounter()
  const document = parseDocument(source, {
    schema: 'failsafe',
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
    lineCounter,
  })
  const lineOf = (offset: number): number =>
    linesBefore + Math.max(1, lineCounter.linePos(offset).line)
  const error = document.errors[0]
  if (error !== undefined) return invalid(lineOf(error.pos[0]), error.message)
  if (document.contents === null) return { kind: 'fields', fields: new Map() }
  const budget = { left: valuesMax }
  const value = toYamlValue(document.contents, {
    document,
    lineOf,
    budget,
    depth: 0,
    line: linesBefore + 1,
  })
  if (budget.left <= 0) return invalid(linesBefore + 1, `more than ${valuesMax} values`)
  if (value.kind === 'map') return { kind: 'fields', fields: value.fields }
  return invalid(value.line, 'no key: value lines')
}

type YamlReading = {
  readonly document: Document
  readonly lineOf: (offset: number) => number
  readonly budget: { left: number }
  readonly depth: number
  readonly line: number
}

function toYamlValue(written: unknown, reading: YamlReading): FieldValue {
  reading.budget.left -= 1
  const node = isAlias(written) ? written.resolve(reading.document) : written
  const offset = isMap(node) || isSeq(node) || isScalar(node) ? node.range?.[0] : undefined
  const line = offset === undefined || isAlias(written) ? reading.line : reading.lineOf(offset)
  if (reading.budget.left <= 0 || reading.depth > depthMax) return { kind: 'none', line }
  const inner = { ...reading, depth: reading.depth + 1, line }
  if (isScalar(node)) {
    const text = typeof node.value === 'string' ? node.value : node.source
    return toScalarValue(text, node.type === 'PLAIN', line)
  }
  if (isSeq(node)) {
    return { kind: 'list', line, items: node.items.map((item) => toYamlValue(item, inner)) }
  }
  if (!isMap(node)) return { kind: 'none', line }
  const fields = new Map<string, FieldValue>()
  for (const pair of node.items) {
    const key: unknown = isScalar(pair.key) ? pair.key.value : undefined
    const keyOffset = isScalar(pair.key) ? pair.key.range?.[0] : undefined
    if (typeof key !== 'string') continue
    const keyLine = keyOffset === undefined ? line : reading.lineOf(keyOffset)
    const value = toYamlValue(pair.value, { ...inner, line: keyLine })
    fields.set(toFieldKey(key), { ...value, line: keyLine })
  }
  return { kind: 'map', line, fields }
}

function toScalarValue(value: string | undefined, isPlain: boolean, line: number): FieldValue {
  const isNull = value === undefined || (isPlain && /^(?:~|null|Null|NULL)?$/.test(value))
  if (isNull) return { kind: 'none', line }
  return { kind: 'text', line, text: value }
}

function readToml(source: string, linesBefore: number): ReadFields {
  try {
    const table: unknown = parseToml(source, { maxDepth: 20, integersAsBigInt: true })
    const keyLines = findTomlKeys(source, linesBefore)
    const budget = { left: valuesMax }
    const value = toTomlValue(table, { keyLines, budget, depth: 0, line: linesBefore + 1 })
    if (budget.left <= 0) return invalid(linesBefore + 1, `more than ${valuesMax} values`)
    return { kind: 'fields', fields: value.kind === 'map' ? value.fields : new Map() }
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const sentence = error.message.split('\n')[0] ?? ''
    return invalid(linesBefore + error.line, sentence.replace('Invalid TOML document: ', ''))
  }
}

function findTomlKeys(source: string, linesBefore: number): ReadonlyMap<string, number> {
  const keyLines = new Map<string, number>()
  for (const [index, line] of source.split('\n').entries()) {
    const key = /^\s*["']?([\w-]{1,80})["']?\s*=/.exec(line)?.[1]
    const name = toFieldKey(key ?? '')
    if (!keyLines.has(name)) keyLines.set(name, linesBefore + index + 1)
  }
  return keyLines
}

type TomlReading = {
  readonly keyLines: ReadonlyMap<string, number>
  readonly budget: { left: number }
  readonly depth: number
  readonly line: number
}

function toTomlValue(value: unknown, reading: TomlReading): FieldValue {
  const { line, budget, depth } = reading
  budget.left -= 1
  if (budget.left <= 0 || depth > depthMax) return { kind: 'none', line }
  const inner = { ...reading, depth: depth + 1 }
  if (value instanceof TomlDate) return { kind: 'text', line, text: value.toISOString() }
  if (Array.isArray(value)) {
    return { kind: 'list', line, items: value.map((item: unknown) => toTomlValue(item, inner)) }
  }
  if (typeof value === 'object' && value !== null) {
    const fields = new Map<string, FieldValue>()
    for (const [name, item] of Object.entries(value)) {
      const key = toFieldKey(name)
      fields.set(key, toTomlValue(item, { ...inner, line: reading.keyLines.get(key) ?? line }))
    }
    return { kind: 'map', line, fields }
  }
  return { kind: 'text', line, text: String(value) }
}

/** Keys that make a block of `Key: value` lines front matter; a lone `Summary: …` or `Link: …` may be text. */
const tellingKeys = new Set(
  words(`
  title date published pubdate publishdate tags categories category keywords author authors
  lang language draft id slug
`),
)

function readHeaderBlock(lines: readonly string[], first: number): FrontMatter {
  const fields = new Map<string, FieldValue>()
  let isTelling = false
  let at = first
  for (; at < lines.length; at += 1) {
    const written = lines[at] ?? ''
    if (written.trim() === '') break
    const match = /^([\p{L}][\p{L}\p{N}_-]{0,39}(?: [\p{L}\p{N}_-]{1,39})?):(?:\s(.*))?$/u.exec(
      written,
    )
    if (match === null || at - first > headerLinesMax) return { kind: 'none' }
    const key = toFieldKey(match[1] ?? '')
    const text = (match[2] ?? '').trim()
    isTelling ||= tellingKeys.has(key) && text !== ''
    const line = at + 1
    fields.set(
      key,
      text === '' ? { kind: 'none', line } : { kind: 'text', line, text: unquote(text) },
    )
  }
  return isTelling ? { kind: 'fields', fields, lineCount: at } : { kind: 'none' }
}

function unquote(text: string): string {
  return /^"[^"]*"$|^'[^']*'$/.test(text) ? text.slice(1, -1) : text
}
