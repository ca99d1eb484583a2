import { hash } from 'node:crypto'
import { globSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { Session } from 'node:inspector'
import type { Profiler } from 'node:inspector'
import { fileURLToPath } from 'node:url'
import { fuzz } from './article.ts'
import { Mutator } from './mutator.ts'

// `npm run fuzz -- <seconds> [seed]`: feeds the reader of articles what grows out of the golden inboxes and of earlier
// finds, led by what of the code it reaches. What breaks a promise is made small, kept in test/fuzz/seeds and told.

const [seconds = '180', seed = '1'] = process.argv.slice(2)
const root = fileURLToPath(new URL('../..', import.meta.url))
const lengthMax = 2_048
/** Asking what was reached costs milliseconds, so it is asked for several inputs at once. */
const batchLength = 12
const formats: Readonly<Record<string, number>> = { txt: 0, md: 1, html: 2, htm: 2, xhtml: 2 }

/** What of the code was reached, and how often in powers of two, since the last time. */
class Coverage {
  readonly #session = new Session()
  readonly #seen = new Set<string>()

  constructor() {
    this.#session.connect()
    this.#session.post('Profiler.enable')
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  }

  get size(): number {
    return this.#seen.size
  }

  /** @returns whether anything new was reached; `isKept`: and it counts as reached from now on */
  take(isKept: boolean): boolean {
    let found: readonly Profiler.ScriptCoverage[] = []
    // The session answers before `post` returns.
    this.#session.post('Profiler.takePreciseCoverage', (_, answer) => {
      found = answer.result
    })
    let isNew = false
    for (const { url, scriptId, functions } of found) {
      if (!/\/src\/core\/|markdown-it|sanitize-html|htmlparser2|yaml|toml|linkify/.test(url))
        continue
      for (const { ranges } of functions) {
        for (const { startOffset, endOffset, count } of ranges) {
          if (count === 0) continue
          const feature = `${scriptId}:${startOffset}:${endOffset}:${Math.clz32(count)}`
          if (this.#seen.has(feature)) continue
          isNew = true
          if (isKept) this.#seen.add(feature)
        }
      }
    }
    return isNew
  }
}

function readSeeds(): readonly Uint8Array[] {
  const golden = globSync('test/golden/*/inbox/**/*.{txt,md,html,htm,xhtml}', { cwd: root }).filter(
    (path) => statSync(`${root}/${path}`).isFile(),
  )
  const kept = globSync('test/fuzz/seeds/*', { cwd: root })
  return [
    ...golden.toSorted().map((path) => {
      const format = formats[path.slice(path.lastIndexOf('.') + 1)] ?? 0
      return Buffer.concat([Buffer.of(format), readFileSync(`${root}/${path}`)])
    }),
    ...kept.toSorted().map((path) => readFileSync(`${root}/${path}`)),
  ].map((bytes) => bytes.subarray(0, lengthMax))
}

function faultOf(data: Uint8Array): string | undefined {
  try {
    fuzz(data)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** The kind of a fault: its first words, without what the text has to do with it. */
function kindOf(fault: string): string {
  return fault.slice(0, 24).replaceAll(/\d+/g, 'N')
}

/** Leaves out whatever the fault does not need. */
function toSmall(data: Uint8Array, kind: string): Uint8Array {
  let small = data
  for (let length = small.length >> 1; length > 0; length >>= 1) {
    for (let at = 1; at < small.length;) {
      const less = Buffer.concat([small.subarray(0, at), small.subarray(at + length)])
      const fault = faultOf(less)
      if (fault !== undefined && kindOf(fault) === kind) small = less
      else at += length
    }
  }
  return small
}

function main(): number {
  const coverage = new Coverage()
  const mutator = new Mutator(Number(seed), lengthMax)
  const corpus: Uint8Array[] = []
  const faults = new Set<string>()
  const report = (data: Uint8Array, fault: string) => {
    const kind = kindOf(fault)
    if (faults.has(kind)) return
    faults.add(kind)
    const small = toSmall(data, kind)
    const name = hash('sha256', small, 'hex').slice(0, 12)
    mkdirSync(`${root}/test/fuzz/seeds`, { recursive: true })
    writeFileSync(`${root}/test/fuzz/seeds/${name}`, small)
    process.stdout.write(
      `FAULT ${name}: ${JSON.stringify(Buffer.from(small).toString())}\n${faultOf(small)}\n`,
    )
  }
  for (const data of readSeeds()) {
    const fault = faultOf(data)
    if (fault !== undefined) report(data, fault)
    if (coverage.take(true)) corpus.push(data)
  }
  const endMs = performance.now() + Number(seconds) * 1_000
  let toldMs = performance.now()
  let runs = 0
  while (performance.now() < endMs) {
    const batch = Array.from({ length: batchLength }, () => mutator.next(corpus))
    for (const data of batch) {
      const fault = faultOf(data)
      if (fault !== undefined) report(data, fault)
    }
    runs += batch.length
    if (coverage.take(false)) {
      for (const data of batch) {
        faultOf(data)
        if (coverage.take(true)) corpus.push(data)
      }
    }
    if (performance.now() - toldMs < 10_000) continue
    toldMs = performance.now()
    process.stdout.write(
      `runs=${runs} corpus=${corpus.length} reached=${coverage.size} faults=${faults.size}\n`,
    )
  }
  process.stdout.write(
    `runs=${runs} corpus=${corpus.length} reached=${coverage.size} faults=${faults.size}\n`,
  )
  return faults.size === 0 ? 0 : 1
}

process.exitCode = main()
