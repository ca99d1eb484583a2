// Random histories of an inbox, compared after every run with a naive model; then everything is rendered
// anew, which must not change a byte. A long search: HISTORY_RUNS=2000 HISTORY_LENGTH=25 HISTORY_STOCK=0,130
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { HistoryModel } from './support/history-model.ts'
import { histories } from './support/history-steps.ts'
import type { HistoryPlan } from './support/history-steps.ts'
import { History } from './support/history.ts'

const runs = Number(process.env['HISTORY_RUNS'] ?? 15)
const length = Number(process.env['HISTORY_LENGTH'] ?? 10)
const stocks = (process.env['HISTORY_STOCK'] ?? '0,3,12').split(',').map(Number)
const seed = process.env['HISTORY_SEED']

async function live({ stock, batches }: HistoryPlan): Promise<void> {
  await using history = await History.begin(stock)
  const model = new HistoryModel()
  model.check(history, await history.run(true))
  for (const { steps, isScan } of batches) {
    for (const step of steps) await history.apply(step)
    model.check(history, await history.run(isScan))
    const idle = await history.run(isScan, 0)
    expect(idle.written).toBe(0)
  }
  const before = history.snapshot()
  await history.runRenewed()
  const after = history.snapshot()
  for (const [name, text] of after) {
    expect([name, text]).toEqual([name, before.get(name)])
  }
  expect([...after.keys()]).toEqual([...before.keys()])
}

test(
  'whatever happens to an inbox, each article is published once, with its id, date and address',
  { timeout: 24 * 3_600_000 },
  async () => {
    await fc.assert(fc.asyncProperty(histories(stocks, length), live), {
      numRuns: runs,
      ...(seed === undefined ? {} : { seed: Number(seed) }),
    })
  },
)
