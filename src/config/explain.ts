import type { z } from 'zod'
import { toPrintable } from '../core/problem.ts'
import { settingPaths } from './schema.ts'

/** Where the settings came from, for messages. */
export type Place = {
  /** The settings file as the person knows it; `undefined` when there is none. */
  readonly file: string | undefined
  readonly lineOf: (path: readonly PropertyKey[]) => number
  /** The flag or environment variable that gave this key, if one did. */
  readonly nameOf: (key: PropertyKey | undefined) => string | undefined
}

type Issue = Pick<z.core.$ZodIssue, 'path' | 'message'> & { readonly unknownKey?: string }

/**
 * Words what is wrong with the settings, one message a key:
 * `feed.yaml:7: baseUrl: found "example.org", write a full address as https://example.org/`.
 * @param value what was judged
 */
export function explain(
  issues: readonly z.core.$ZodIssue[],
  value: unknown,
  place: Place,
): readonly string[] {
  const messages = new Map<string, string>()
  for (const issue of issues.flatMap((each) => flatten(each, value))) {
    const key = issue.path.map(String).join('.')
    // The first says enough: a text that is empty is no address either.
    if (!messages.has(key)) messages.set(key, toMessage(issue, value, place))
  }
  return [...messages.values()]
}

/** Names where a setting stands: `feed.yaml:7: baseUrl`, or the flag or variable that gave it. */
export function locate(path: readonly PropertyKey[], place: Place): string {
  const name = place.nameOf(path[0])
  if (name !== undefined) return name
  const key = toPrintable(path.map(String).join('.'))
  if (place.file === undefined) return key
  const where = `${place.file}:${place.lineOf(path)}`
  return key === '' ? where : `${where}: ${key}`
}

function flatten(issue: z.core.$ZodIssue, value: unknown): readonly Issue[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...issue.path, key],
      message: issue.message,
      unknownKey: key,
    }))
  }
  if (issue.code === 'invalid_union') {
    // The only union is a bare text, else a mapping.
    const branch = issue.errors[typeof lookUp(value, issue.path) === 'string' ? 0 : 1] ?? []
    return branch.flatMap((inner) =>
      flatten({ ...inner, path: [...issue.path, ...inner.path] }, value),
    )
  }
  return [issue]
}

function toMessage(issue: Issue, value: unknown, place: Place): string {
  if (issue.unknownKey !== undefined) {
    const nearest = findNearest(issue.path.map(String))
    const advice =
      nearest === undefined
        ? 'leave it out; feed.yaml lists the settings'
        : `did you mean ${nearest}?`
    return `${locate(issue.path, place)}: no such setting; ${advice}`
  }
  return `${locate(issue.path, place)}: found ${toFound(lookUp(value, issue.path))}, ${issue.message}`
}

function toFound(value: unknown): string {
  if (value === undefined || value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a mapping'
  return toPrintable(JSON.stringify(value))
}

function lookUp(value: unknown, path: readonly PropertyKey[]): unknown {
  let found: unknown = value
  for (const part of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, part)) return undefined
    found = Reflect.get(found, part)
  }
  return found
}

/** The setting somebody meant: same parent before another, few letters apart. */
function findNearest(unknown: readonly string[]): string | undefined {
  const parent = unknown.slice(0, -1).join('.')
  const name = simplify(unknown.at(-1) ?? '')
  let nearest: string | undefined
  let nearestCost = Infinity
  for (const path of settingPaths()) {
    const end = path.lastIndexOf('.')
    const distance = countEdits(name, simplify(path.slice(end + 1)))
    if (distance > Math.max(1, Math.floor(name.length * editsShareMax))) continue
    const cost = distance * 2 + (path.slice(0, Math.max(end, 0)) === parent ? 0 : 1)
    if (cost < nearestCost) [nearest, nearestCost] = [path, cost]
  }
  return nearest
}

function simplify(name: string): string {
  return name
    .slice(0, nameLengthMax)
    .toLowerCase()
    .replaceAll(/[_\-\s]/gu, '')
}

const nameLengthMax = 40
/** Letters that may differ for a name to be taken for another: two of five. */
const editsShareMax = 0.4

/** Levenshtein distance. */
function countEdits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[to.length] ?? 0
}
