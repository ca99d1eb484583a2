import { setTimeout as wait } from 'node:timers/promises'
import type { Settings } from '../config.ts'
import type { Problem } from '../core/problem.ts'
import { Hubs } from './hubs.ts'
import { Publisher } from './publisher.ts'
import type { Edges, RunReport } from './run.ts'
import { tell } from './watch.ts'

/** How long a run may take for hubs. */
const hubsMs = 10_000
/** Looks at files that are not whole yet; after that many they are left for the next run. */
const looksMax = 20

/** Publishes the inbox as it is now, once. Files that are still being written are waited for a while. */
export async function build(settings: Settings, edges: Edges): Promise<RunReport> {
  await using publisher = await Publisher.open(settings, edges)
  let report = await publisher.run({ kind: 'all' })
  for (let looks = 1; report.deferred.length > 0 && looks < looksMax; looks += 1) {
    await wait(settings.settleMs)
    report = toSum(report, await publisher.run({ kind: 'all' }))
  }
  await tellHubs(settings, publisher, edges)
  const unsettled = report.deferred.map((path): Problem => ({ code: 'file-unsettled', path }))
  for (const problem of unsettled) edges.log.problem(problem)
  tell(report, edges.log)
  return { ...report, problems: [...report.problems, ...unsettled] }
}

/**
 * Tells hubs elsewhere what is new, within a moment: a hub that does not answer and a server that does
 * not show the new feeds yet are left to the next run. The built-in hub delivers while `watch` runs.
 */
async function tellHubs(settings: Settings, publisher: Publisher, edges: Edges): Promise<void> {
  await using hubs = await Hubs.open(settings, publisher.hubs, { ...edges, isBuiltinRun: false })
  if (!(await hubs.settle(hubsMs))) edges.log.event('hubs are told the rest by the next run')
}

function toSum(first: RunReport, second: RunReport): RunReport {
  return {
    ...second,
    added: first.added + second.added,
    updated: first.updated + second.updated,
    removed: first.removed + second.removed,
    written: Math.max(first.written, second.written),
    ms: first.ms + second.ms,
  }
}
