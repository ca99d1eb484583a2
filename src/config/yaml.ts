import { isAlias, isMap, isNode, isSeq, LineCounter, parseDocument } from 'yaml'
import type { Document, Node } from 'yaml'

export type SettingsFile =
  | {
      readonly kind: 'file'
      readonly value: unknown
      /** 1-based line of a key, or of the nearest one above it that is written down. */
      readonly lineOf: (path: readonly PropertyKey[]) => number
    }
  | { readonly kind: 'wrong'; readonly faults: readonly { line: number; sentence: string }[] }

/** Bounds what a file can grow to when one part of it is named in many places. */
const aliasesMax = 100

/** Parses `feed.yaml` (YAML 1.2, core schema); an empty file is an empty mapping. */
export function parseSettingsFile(text: string): SettingsFile {
  const lines = new LineCounter()
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'silent',
  })
  const faults = [...document.errors, ...document.warnings].map((fault) => ({
    line: lines.linePos(fault.pos[0]).line,
    sentence: toSentence(fault.message),
  }))
  if (faults.length > 0) return { kind: 'wrong', faults }
  try {
    const value: unknown = document.toJS({ maxAliasCount: aliasesMax })
    const lineOf = (path: readonly PropertyKey[]) => findLine(document, path, lines)
    return { kind: 'file', value: value ?? {}, lineOf }
  } catch (error) {
    const sentence = toSentence(error instanceof Error ? error.message : 'unreadable')
    return { kind: 'wrong', faults: [{ line: 1, sentence }] }
  }
}

function toSentence(message: string): string {
  return message.replaceAll(/\s+/gu, ' ')
}

function findLine(document: Document, path: readonly PropertyKey[], lines: LineCounter): number {
  let offset = 0
  let node: unknown = document.contents
  for (const part of path) {
    if (isAlias(node)) node = node.resolve(document)
    const found = findChild(node, part)
    if (found === undefined) break
    offset = startOf(found.at) ?? offset
    node = found.value
  }
  return lines.linePos(offset).line
}

function findChild(node: unknown, part: PropertyKey): { at: unknown; value: unknown } | undefined {
  if (isMap<Node, Node>(node)) {
    const pair = node.items.find(({ key }) => String(key) === String(part))
    return pair === undefined ? undefined : { at: pair.key, value: pair.value }
  }
  if (isSeq(node)) {
    const item = node.items[Number(part)]
    return item === undefined ? undefined : { at: item, value: item }
  }
  return undefined
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined
}
