import { setTimeout as wait } from 'node:timers/promises'
import type { Settings } from '../config.ts'
import type { Problem } from '../core/problem.ts'
import { Publisher } from './publisher.ts'
import type { Edges, RunReport } from './publisher.ts'
import { tell } from './watch.ts'

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
  const unsettled = report.deferred.map((path): Problem => ({ code: 'file-unsettled', path }))
  for (const problem of unsettled) edges.log.problem(problem)
  tell(report, edges.log)
  return { ...report, problems: [...report.problems, ...unsettled] }
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
