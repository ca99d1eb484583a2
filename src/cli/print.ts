import { formatRfc3339 } from '../core/dates.ts'
import { describe } from '../core/problem.ts'
import type { Problem } from '../core/problem.ts'
import { toOneLine } from '../log.ts'

/**
 * Lays out a report for a terminal: one aligned line for each value that there is, then its problems.
 * A key becomes its label (`publishedAtMs`: `published`); instants are shown in RFC 3339.
 */
export function toBlock(report: object, problems: readonly Problem[]): string {
  const rows = Object.entries(report)
    .filter(([key]) => key !== 'problems')
    .map(([key, value]: [string, unknown]) => [toLabel(key), toValue(key, value)] as const)
    .filter(([, value]) => value !== '')
  const width = Math.max(0, ...rows.map(([label]) => label.length))
  return [
    ...rows.map(([label, value]) => `${label.padEnd(width)}  ${value}\n`),
    ...(problems.length === 0 ? [] : [`${'problems'.padEnd(width)}  ${problems.length}\n`]),
    ...problems.map((problem) => `  ${describe(problem)}\n`),
  ].join('')
}

function toLabel(key: string): string {
  return key
    .replace(/(?:AtMs|Bytes|Html)$/u, '')
    .replaceAll(/(?<=[a-z])[A-Z]/gu, (letter) => ` ${letter.toLowerCase()}`)
}

function toValue(key: string, value: unknown): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'number') {
    return key.endsWith('AtMs') ? formatRfc3339(value) : value.toLocaleString('en')
  }
  if (Array.isArray(value)) return value.map((item: unknown) => toValue('', item)).join(', ')
  if (typeof value === 'object') {
    return Object.entries(value)
      .filter(([, part]) => part !== undefined)
      .map(([inner, part]: [string, unknown]) => `${toLabel(inner)} ${toValue(inner, part)}`)
      .join(', ')
  }
  return typeof value === 'string' ? toOneLine(value) : JSON.stringify(value)
}
