import type { Unit, Who } from './samples.ts'
import { works } from './samples.ts'
import type { Figure, Growth, Row } from './summary.ts'

/** A value with its unit, to about three digits. */
export function formatValue(value: number, unit: Unit): string {
  switch (unit) {
    case 'ms':
      return value < 1000 ? `${round(value)} ms` : `${round(value / 1000)} s`
    case 'bytes':
      if (value < 1e6) return `${round(value / 1e3)} kB`
      return value < 1e9 ? `${round(value / 1e6)} MB` : `${round(value / 1e9)} GB`
    case 'perSecond':
    case 'count':
      return formatCount(Math.round(value))
    case 'ratio':
      return value.toFixed(2)
  }
}

export function formatCount(count: number): string {
  return count.toLocaleString('en')
}

/** The table of all rows, in Markdown. */
export function toTable(rows: readonly Row[]): string {
  const hasOthers = (who: Who) => rows.some((row) => row.figures.some((each) => each.who === who))
  const others = (['hugo', 'floor'] as const).filter(hasOthers)
  const names = { hugo: 'Hugo', floor: 'bare Node' } as const
  const head = [
    'work',
    'articles',
    'dropfeed',
    ...others.map((who) => names[who]),
    ...others.map((who) => `÷ ${names[who]}`),
  ]
  const lines = rows.map((row) => [
    row.title,
    formatCount(row.articles),
    ...(['dropfeed', ...others] as const).map((who) => toCell(row, who)),
    ...others.map((who) => toRatioCell(row, who)),
  ])
  return toMarkdown(head, lines)
}

/** The exponents of growth, in Markdown. */
export function toGrowthTable(growth: readonly Growth[]): string {
  const all = [...new Set(growth.map(({ work }) => work))]
  const lines = all.map((work) => {
    const some = growth.filter((each) => each.work === work)
    const exponents = (['dropfeed', 'hugo', 'floor'] as const).map((who) =>
      some.find((each) => each.who === who)?.exponent.toFixed(2),
    )
    const range = some.map(({ from, to }) => `${formatCount(from)} to ${formatCount(to)}`)[0] ?? ''
    return [works[work].title, range, ...exponents.map((text) => text ?? '')]
  })
  return toMarkdown(['work', 'articles', 'dropfeed', 'Hugo', 'bare Node'], lines)
}

export function toMarkdown(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const rows = [head, head.map(() => '---'), ...lines]
  return rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function toCell({ figures, unit }: Row, who: Who): string {
  const figure = figures.find((each) => each.who === who)
  if (figure === undefined) return ''
  const { median, cpuMs } = figure
  const cpu = cpuMs === undefined ? [] : [`CPU ${formatValue(cpuMs, 'ms')}`]
  const notes = [...toSpread(figure, unit), ...cpu]
  return `${formatValue(median, unit)}${notes.length === 0 ? '' : ` (${notes.join('; ')})`}`
}

function toSpread({ samples, min, max, p99 }: Figure, unit: Unit): readonly string[] {
  if (samples < 2 || min === max) return []
  const spread = `${formatValue(min, unit)} – ${formatValue(max, unit)}`
  // Fewer than a hundred have no p99 but their greatest.
  return samples < 100 ? [spread] : [spread, `p99 ${formatValue(p99, unit)}`]
}

function toRatioCell({ ratios, cpuRatios }: Row, who: Who): string {
  const ratio = ratios[who]
  if (ratio === undefined) return ''
  const cpu = cpuRatios[who]
  return cpu === undefined ? ratio.toFixed(2) : `${ratio.toFixed(2)} (CPU ${cpu.toFixed(2)})`
}

function round(value: number): string {
  return value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : value.toFixed(0)
}
