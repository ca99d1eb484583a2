import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { format } from 'prettier'
import { describeMachine } from './machine.ts'
import { toLargeTable } from './million.ts'
import type { LargeReport, Report, ServingReport } from './report.ts'
import { toScaleBlocks } from './scale.ts'
import { toGrowthTable, toTable } from './table.ts'
import { toSentence } from './sentence.ts'

const root = join(import.meta.dirname, '..', '..')
const names = {
  report: 'docs/performance.json',
  large: 'docs/performance-large.json',
  serving: 'docs/serving.json',
  plot: 'docs/performance.svg',
} as const

type News = {
  readonly report?: Report
  readonly plot?: string
  readonly large?: LargeReport
  readonly serving?: ServingReport
}

/**
 * Writes the figures of a run to `docs/`, and anew all that is told of them and of earlier runs: what
 * stands between `<!-- bench:name -->` and `<!-- /bench:name -->` in the documents comes from here alone.
 */
export async function writeDocs(news: News): Promise<void> {
  for (const name of ['report', 'large', 'serving'] as const) {
    const found = news[name]
    if (found !== undefined) await write(names[name], JSON.stringify(found))
  }
  if (news.plot !== undefined) writeFileSync(join(root, names.plot), news.plot)
  // Written above, by this program, as are the next two.
  const report = read(names.report) as Report | undefined
  const large = read(names.large) as LargeReport | undefined
  const serving = read(names.serving) as ServingReport | undefined
  if (report !== undefined) {
    const { machine, ranAt, rows, growth } = report
    const { sizes, rounds, drops } = report.options
    const run = `Run of ${ranAt}: ${describeMachine(machine)}; \`--sizes ${sizes.join(',')} --rounds ${rounds} --drops ${drops}\`.`
    await fill('docs/performance.md', 'table', `${run}\n\n${toTable(rows)}`)
    await fill('docs/performance.md', 'growth', toGrowthTable(growth))
    await fill('README.md', 'summary', toSentence(report))
  }
  if (large !== undefined) {
    const run = `Run of ${large.ranAt}: ${describeMachine(large.machine)}.`
    await fill('docs/performance.md', 'large', `${run}\n\n${toLargeTable(large)}`)
  }
  if (report !== undefined && serving !== undefined) {
    for (const [name, text] of Object.entries(toScaleBlocks(report, serving))) {
      await fill('docs/scale.md', name, text)
    }
  }
}

function read(name: string): unknown {
  const path = join(root, name)
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined
}

async function fill(path: string, name: string, text: string): Promise<void> {
  const [open, close] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`]
  const document = readFileSync(join(root, path), 'utf8')
  const [from, to] = [document.indexOf(open), document.indexOf(close)]
  if (from < 0 || to < from) throw new Error(`${path} has no place for ${name}: ${open} … ${close}`)
  await write(path, `${document.slice(0, from + open.length)}\n\n${text}\n\n${document.slice(to)}`)
}

/** As the formatter wants it, so that a run leaves nothing to tidy up. */
async function write(path: string, text: string): Promise<void> {
  const style = { printWidth: 100, singleQuote: true, semi: false }
  writeFileSync(join(root, path), await format(text, { ...style, filepath: path }))
}
