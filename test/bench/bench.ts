import { writeFileSync } from 'node:fs'
import { measureBuilds } from './builds.ts'
import { measureBurst } from './burst.ts'
import { measureDrops } from './drops.ts'
import { isRamDisk } from './grounds.ts'
import { describeMachine, readMachine } from './machine.ts'
import { measureLarge, toLargeTable } from './million.ts'
import { readOptions } from './options.ts'
import type { Options } from './options.ts'
import { toPlot } from './plot.ts'
import type { Report } from './report.ts'
import type { Recorder, Sample } from './samples.ts'
import { toGrowth, toRows } from './summary.ts'
import { toGrowthTable, toTable } from './table.ts'
import { writeDocs } from './write-docs.ts'

// How fast a drop is published and an inbox is built, beside Hugo and the least that bare Node can do.
//   npm run bench -- --help

function say(sentence: string): void {
  process.stderr.write(`${sentence}\n`)
}

async function measure(options: Options, hasHugo: boolean): Promise<readonly Sample[]> {
  const samples: Sample[] = []
  const recorder: Recorder = { record: (sample) => samples.push(sample), say }
  const { only, sizes } = options
  for (const articles of sizes) {
    if (only.includes('builds')) await measureBuilds(options, { articles, hasHugo }, recorder)
    if (only.includes('drops')) await measureDrops(options, { articles, hasHugo }, recorder)
  }
  if (only.includes('burst')) await measureBurst(options, recorder)
  return samples
}

async function main(options: Options): Promise<void> {
  const machine = readMachine()
  const { hugo } = machine
  if (hugo === undefined)
    say('LEFT OUT: Hugo, which is not installed (Debian: apt-get install hugo)')
  if (isRamDisk(options.disk)) say(`${options.disk} is no disk: nothing waits for it; give --disk`)
  if (!isRamDisk(options.ram)) say(`${options.ram} is no RAM disk: builds wait for it; give --ram`)
  const ranAt = new Date().toISOString().slice(0, 10)
  if (options.million) {
    const large = await measureLarge(options, say)
    process.stdout.write(`${describeMachine(machine)}\n\n${toLargeTable(large)}\n`)
    if (options.writesDocs) await writeDocs({ large: { ...large, machine, ranAt } })
    return
  }
  const startedAtMs = performance.now()
  const rows = toRows(await measure(options, hugo !== undefined))
  const { sizes, rounds, drops, burst, seed } = options
  const report: Report = {
    machine,
    ranAt,
    options: { sizes, rounds, drops, burst, seed },
    rows,
    growth: toGrowth(rows),
  }
  const plot = toPlot(rows, describeMachine(machine))
  process.stdout.write(`${describeMachine(machine)}\n\n${toTable(rows)}\n\n`)
  process.stdout.write(`${toGrowthTable(report.growth)}\n`)
  if (options.json !== undefined)
    writeFileSync(options.json, `${JSON.stringify(report, null, 1)}\n`)
  if (options.svg !== undefined) writeFileSync(options.svg, plot)
  if (options.writesDocs) await writeDocs({ report }, plot)
  say(`took ${((performance.now() - startedAtMs) / 1000).toFixed(0)} s`)
}

const options = readOptions(process.argv.slice(2))
if (options !== undefined) await main(options)
