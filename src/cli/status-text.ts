import { formatRfc3339 } from '../core/dates.ts'
import { outcomes } from '../core/entry/outcome.ts'
import type { FileOutcome, Outcome } from '../core/entry/outcome.ts'
import { describe, isToMend } from '../core/problem.ts'
import { toOneLine } from '../log.ts'
import type { Status } from '../publisher/status.ts'
import { toBlock } from './print.ts'

/** So many lines of a kind are shown unless each file is asked for. */
const linesMax = 20

const labels: Readonly<Record<Outcome, string>> = {
  held: 'held',
  missing: 'missing',
  waiting: 'waiting',
  scheduled: 'scheduled',
  copy: 'copies',
  draft: 'drafts',
  expired: 'expired',
  published: 'published',
}

const labelWidth = 16
const outcomeWidth = 9

/**
 * Lays out a status for a terminal: what is to be mended first, then counts; or, where files were asked
 * for, a line for each and nothing else. As safe to print as `toOneLine` makes it.
 */
export function* toStatusLines(status: Status): Generator<string> {
  const { articles, problems, waiting, scheduled, outcomes: counts, ...rest } = status
  if (articles !== undefined) {
    for (const file of articles) yield* toFileLines(file)
    return
  }
  const mending = [...problems.filter(isToMend), ...problems.filter((each) => !isToMend(each))]
  if (mending.length > 0) yield toRow('problems', count(mending.length))
  yield* toList(mending.map(describe))
  for (const outcome of outcomes) {
    if (counts[outcome] === 0 && outcome !== 'published') continue
    yield toRow(labels[outcome], `${count(counts[outcome])}${toRemark(outcome, status)}`)
    if (outcome === 'waiting') yield* toList(waiting)
    if (outcome === 'scheduled') {
      yield* toList(
        scheduled.map(
          ({ path, title, publishedAtMs }) =>
            `${formatRfc3339(publishedAtMs)}  ${path}  ${toOneLine(title)}`,
        ),
      )
    }
  }
  const {
    lastPublicationAtMs,
    nextDueAtMs,
    entries: _,
    files: __,
    heldRetractions: ___,
    ...more
  } = rest
  yield* toBlock({ lastPublicationAtMs, nextDueAtMs, ...more }, [])
    .split('\n')
    .slice(0, -1)
}

function toRemark(outcome: Outcome, { heldRetractions }: Status): string {
  if (outcome === 'waiting') return ', seen and not read yet'
  if (outcome !== 'missing') return ''
  const release = heldRetractions?.release
  return release === undefined ? '' : `, still published; to retract them: ${release}`
}

function* toList(lines: readonly string[]): Generator<string> {
  for (const line of lines.slice(0, linesMax)) yield `  ${line}`
  if (lines.length > linesMax) {
    yield `  … and ${count(lines.length - linesMax)} more: dropfeed status --all`
  }
}

function* toFileLines(file: FileOutcome): Generator<string> {
  const { path, outcome, title = '', copyOf, problems } = file
  const parts = [
    path,
    ...(copyOf === undefined ? [] : [`of ${copyOf}`]),
    ...(title === '' ? [] : [toOneLine(title)]),
    ...toTime(file),
    ...(file.isPublished && outcome !== 'published' && outcome !== 'missing'
      ? ['an earlier version is published']
      : []),
  ]
  yield `${outcome.padEnd(outcomeWidth)}  ${parts.join('  ')}`
  for (const problem of problems) yield `  ${describe(problem)}`
}

function toTime({ outcome, publishedAtMs, expiresAtMs, retractedAtMs }: FileOutcome): string[] {
  const atMs =
    outcome === 'retracted' ? retractedAtMs : outcome === 'expired' ? expiresAtMs : publishedAtMs
  return atMs === undefined ? [] : [formatRfc3339(atMs)]
}

function toRow(label: string, value: string): string {
  return `${label.padEnd(labelWidth)}  ${value}`
}

function count(number: number): string {
  return number.toLocaleString('en')
}
