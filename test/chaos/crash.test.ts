// Each operation on a file or on the store is made to fail, one after the other, in every step of a
// scenario. What a subscriber finds then must be whole, and the next run must give, byte for byte, what
// a run gives that nothing disturbed.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import type { Settings } from '../../src/config.ts'
import { describeFault, silentLog } from '../../src/log.ts'
import { Publisher } from '../../src/publisher/publisher.ts'
import { confirmRetractions } from '../../src/publisher/status.ts'
import { pick, report } from '../support/chaos-table.ts'
import { copyState, crashSettings, crashSteps } from '../support/crash-scenario.ts'
import { Faults } from '../support/faults.ts'
import type { FaultKind } from '../support/faults.ts'
import { loadSettingsOf, siteId } from '../support/publication.ts'
import { makeTemporaryFolder } from '../support/temporary-folder.ts'
import { faultOf, formatOf, idsIn, listDrafts, readTree } from '../support/whole.ts'

const folder = makeTemporaryFolder(true)
mkdirSync(folder.at('inbox'))
writeFileSync(folder.at('feed.yaml'), crashSettings)
afterAll(() => folder[Symbol.dispose]())

const startMs = Date.UTC(2026, 0, 31, 12)

function settingsOf(name: string): Settings {
  return loadSettingsOf(folder.path, {
    out: folder.at(`${name}/out`),
    state: folder.at(`${name}/state`),
  })
}

/** A run of a program that is started for it; `dies` leaves it as it stands. */
async function run(name: string, nowMs: number, faults?: Faults, dies = false): Promise<void> {
  const publisher = await Publisher.open(settingsOf(name), {
    log: silentLog,
    now: () => nowMs,
    mintSiteId: () => siteId,
    fileCalls: faults?.fileCalls,
  })
  try {
    await publisher.run({ kind: 'all' })
  } finally {
    if (!dies) await publisher[Symbol.asyncDispose]()
  }
}

const faultKinds = ['throws', 'full', 'dies'] as const satisfies readonly FaultKind[]

const whats = {
  throws: 'an operation fails',
  full: 'the disk is full from an operation on',
  dies: 'the process dies at an operation',
} as const satisfies Record<FaultKind, string>

type Harm = { lost: number; doubled: number; half: number; changedIds: number; details: string[] }

/** Pages and archive pages that a feed leads to, below `out/`. */
function namedIn(path: string, text: string): readonly string[] {
  if (formatOf(path) === undefined) return []
  const named = text.matchAll(/https:\/\/example\.org\/((?:articles|archive)\/[\w./-]+)/g)
  return [...new Set([...named].map(([, file = '']) => file))]
}

/** What a subscriber must never find, whatever happened. */
function inspect(tree: ReadonlyMap<string, string>, known: ReadonlySet<string>, harm: Harm): void {
  for (const [path, text] of tree) {
    const fault = faultOf(path, text)
    if (fault !== undefined) {
      harm.half += 1
      harm.details.push(fault)
      continue
    }
    const ids = idsIn(path, text)
    if (new Set(ids).size !== ids.length) {
      harm.doubled += 1
      harm.details.push(`${path} has an entry twice`)
    }
    const unknown = ids.filter((id) => !known.has(id))
    harm.changedIds += unknown.length
    if (unknown.length > 0) harm.details.push(`${path} has ${unknown.join(' ')}`)
    const missing = namedIn(path, text).filter((file) => !tree.has(file))
    harm.lost += missing.length
    if (missing.length > 0) harm.details.push(`${path} names ${missing.join(' ')}`)
  }
}

function idsOf(tree: ReadonlyMap<string, string>): readonly string[] {
  return [...tree].flatMap(([path, text]) => idsIn(path, text))
}

async function strike(
  kind: FaultKind,
  at: number,
  { nowMs, known }: { readonly nowMs: number; readonly known: ReadonlySet<string> },
  expected: ReadonlyMap<string, string>,
  harm: Harm,
): Promise<boolean> {
  copyState(folder.at('before'), folder.at('struck'))
  let hasStruck = false
  let fault = ''
  {
    using faults = new Faults(kind, (_, number) => number === at)
    await run('struck', nowMs, faults, kind === 'dies').catch(
      (error: unknown) => (fault = describeFault(error)),
    )
    ;({ hasStruck } = faults)
  }
  const where = `${kind} at ${at}`
  const details = harm.details.length
  inspect(readTree(folder.at('struck/out')), known, harm)
  await run('struck', nowMs)
  const after = readTree(folder.at('struck/out'))
  for (const [path, text] of expected) {
    if (after.get(path) !== text) {
      harm.lost += 1
      harm.details.push(`${path} ${after.has(path) ? 'is another one' : 'is missing'}`)
    }
  }
  for (const path of after.keys()) {
    if (expected.has(path)) continue
    harm.doubled += 1
    harm.details.push(`${path} is left over`)
  }
  for (const draft of listDrafts(folder.at('struck/out'))) harm.details.push(`${draft} is left`)
  if (harm.details.length > details) {
    harm.details.push(`^ ${where}: ${fault}`)
  }
  return hasStruck
}

describe('whichever operation fails, all files are whole and the next run completes it', () => {
  const steps = crashSteps.map((step, index) => {
    return { ...step, nowMs: startMs + index * 3_600_000 }
  })
  test.for(steps)('$name', { timeout: 3_600_000 }, async ({ change, isConfirmed, nowMs }) => {
    change((path) => folder.at(`inbox/${path}`))
    if (isConfirmed === true) await confirmRetractions(settingsOf('before'))
    const before = readTree(folder.at('before/out'))
    copyState(folder.at('before'), folder.at('expected'))
    let operations: Faults['operations']
    {
      using faults = new Faults()
      await run('expected', nowMs, faults)
      ;({ operations } = faults)
    }
    const expected = readTree(folder.at('expected/out'))
    expect(expected).not.toEqual(before)
    const known = new Set([...idsOf(before), ...idsOf(expected)])
    const step = pick({
      short: Math.ceil(operations.length / 5),
      long: Math.ceil(operations.length / 60),
      all: 1,
    })
    for (const [turn, kind] of faultKinds.entries()) {
      const harm: Harm = { lost: 0, doubled: 0, half: 0, changedIds: 0, details: [] }
      let times = 0
      for (let at = turn % step; at < operations.length; at += step) {
        // On a full disk an operation that writes nothing is none to begin with.
        if (kind === 'full' && operations[at]?.writes !== true) continue
        if (await strike(kind, at, { nowMs, known }, expected, harm)) times += 1
      }
      const { details, ...zeros } = harm
      report({ what: whats[kind], times, ...zeros })
      expect(details.slice(0, 20)).toEqual([])
      // A run of which nothing has to be written meets no full disk.
      expect(times).toBeGreaterThan(kind === 'full' ? -1 : 0)
    }
    copyState(folder.at('expected'), folder.at('before'))
    rmSync(folder.at('struck'), { recursive: true })
  })
})
