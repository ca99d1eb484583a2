import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { format } from 'prettier'
import { describeMachine } from './machine.ts'
import { toLargeTable } from './million.ts'
import type { LargeReport, Report, ServingReport } from './report.ts'
import { toScaleBlocks } from './scale.ts'
import { toSentence } from './sentence.ts'
import { toGrowthTable, toTable } from './table.ts'

const root = join(import.meta.dirname, '..', '..')
const names = {
  report: 'docs/performance.json',
  large: 'docs/performance-large.json',
  serving: 'docs/serving.json',
} as const

type Figures = {
  readonly report?: Report | undefined
  readonly large?: LargeReport | undefined
  readonly serving?: ServingReport | undefined
}

type Blocks = Readonly<Record<string, string>>

/**
 * Writes the figures of a run to `docs/`, and anew all that is told of them and of earlier runs: what
 * stands between `<!-- bench:name -->` and `<!-- /bench:name -->` in a document comes from here alone.
 */
export async function writeDocs(news: Figures, plot?: string): Promise<void> {
  for (const name of ['report', 'large', 'serving'] as const) {
    if (news[name] !== undefined) await write(names[name], JSON.stringify(news[name]))
  }
  if (plot !== undefined) writeFileSync(join(root, 'docs/performance.svg'), plot)
  for (const [path, text] of await renderDocs()) writeFileSync(join(root, path), text)
}

/** The documents as they are to be by the figures in `docs/`, by path. */
export async function renderDocs(): Promise<ReadonlyMap<string, string>> {
  // What is read was written above, by this program.
  const report = read(names.report) as Report | undefined
  const large = read(names.large) as LargeReport | undefined
  const serving = read(names.serving) as ServingReport | undefined
  const documents: Record<string, Blocks> = {
    'README.md': report === undefined ? {} : { summary: toSentence(report) },
    'docs/performance.md': {
      ...(report === undefined ? {} : toBlocks(report)),
      ...(large === undefined ? {} : { large: toLargeBlock(large) }),
    },
    'docs/scale.md':
      report === undefined || serving === undefined ? {} : toScaleBlocks(report, serving),
  }
  const rendered = new Map<string, string>()
  for (const [path, blocks] of Object.entries(documents)) {
    const text = fill(path, readFileSync(join(root, path), 'utf8'), blocks)
    rendered.set(path, await tidy(path, text))
  }
  return rendered
}

function toBlocks({ machine, ranAt, rows, growth, options }: Report): Blocks {
  const { sizes, rounds, drops, burst } = options
  const words = `--sizes ${sizes.join(',')} --rounds ${rounds} --drops ${drops} --burst ${burst}`
  const run = `Run of ${ranAt}: ${describeMachine(machine)}; \`${words}\`.`
  return { table: `${run}\n\n${toTable(rows)}`, growth: toGrowthTable(growth) }
}

function toLargeBlock(large: LargeReport): string {
  return `Run of ${large.ranAt}: ${describeMachine(large.machine)}.\n\n${toLargeTable(large)}`
}

function read(name: string): unknown {
  const path = join(root, name)
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined
}

function fill(path: string, document: string, blocks: Blocks): string {
  return Object.entries(blocks).reduce((text, [name, block]) => {
    const [open, close] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`]
    const [from, to] = [text.indexOf(open), text.indexOf(close)]
    if (from < 0 || to < from) throw new Error(`${path} has no place ${open} … ${close}`)
    return `${text.slice(0, from + open.length)}\n\n${block}\n\n${text.slice(to)}`
  }, document)
}

async function write(path: string, text: string): Promise<void> {
  writeFileSync(join(root, path), await tidy(path, text))
}

/** As the formatter wants it, so that a run leaves nothing to tidy up. */
async function tidy(path: string, text: string): Promise<string> {
  return await format(text, { printWidth: 100, singleQuote: true, semi: false, filepath: path })
}
