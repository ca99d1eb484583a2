import { readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { inspect } from 'node:util'
import { CommanderError } from 'commander'
import { refuseNode } from './node-version.ts'
import { toBlock } from './print.ts'
import { makeProgram } from './program.ts'
import type { CommandName, Options } from './program.ts'
import { createProgressLog, createScreen } from './screen.ts'
import type { Screen } from './screen.ts'
import { toStatusLines } from './status-text.ts'
import { putThreadsBehind } from './threads.ts'
import { loadSettings } from '../config.ts'
import type { Settings } from '../config.ts'
import { isToMend } from '../core/problem.ts'
import { createLog, describeFault, toJsonLine } from '../log.ts'
import type { Log } from '../log.ts'
import { codeOf } from '../out/fault.ts'

const exitCodes = { done: 0, fault: 1, usage: 2, problems: 3 } as const
type Outcome = keyof typeof exitCodes

/** What every command works with. */
type Bench = {
  readonly settings: Settings
  readonly edges: {
    readonly log: Log
    readonly now: () => number
    readonly onProgress: (done: number, total: number) => void
  }
  readonly json: boolean
  readonly isAll: boolean
  readonly acceptsChanges: boolean
}

type Command = (bench: Bench, files: readonly string[]) => Promise<Outcome>

// The publisher and all it needs are loaded when a command needs them: help is there at once.
const commands = {
  async watch({ settings, edges }) {
    const stop = stopOnSignal(edges.log)
    const { watch } = await import('../publisher/watch.ts')
    sayUnset(settings, edges.log)
    if (settings.serve) await putThreadsBehind()
    await watch(settings, { ...edges, stop })
    return 'done'
  },

  async build({ settings, edges, acceptsChanges }) {
    // A run that has begun finishes all the same, so nobody listens.
    stopOnSignal(edges.log)
    const { build } = await import('../publisher/build.ts')
    sayUnset(settings, edges.log)
    const { problems } = await build(settings, { ...edges, acceptsChanges })
    return problems.some(isToMend) ? 'problems' : 'done'
  },

  async check({ settings, edges, json }, files) {
    const { checkArticle, listArticles } = await import('../publisher/check.ts')
    let outcome: Outcome = 'done'
    let count = 0
    for (const file of files.length > 0 ? files : listArticles(settings)) {
      const report = checkArticle(settings, file, edges.now())
      if (report.problems.some(isToMend)) outcome = 'problems'
      const text = json ? toJsonLine(report) : toBlock(report, report.problems)
      process.stdout.write(`${separate(json, count)}${text}`)
      count += 1
    }
    if (json) process.stdout.write(count === 0 ? '[]\n' : '\n]\n')
    return outcome
  },

  async status({ settings, json, isAll }, files) {
    const { readStatus } = await import('../publisher/status.ts')
    const status = await readStatus(settings, { isAll, files })
    if (json) process.stdout.write(`${toJsonLine(status)}\n`)
    else for (const line of toStatusLines(status)) process.stdout.write(`${line}\n`)
    const problems =
      files.length > 0 ? status.articles?.flatMap((file) => file.problems) : undefined
    return (problems ?? status.problems).some(isToMend) ? 'problems' : 'done'
  },

  async confirm({ settings, edges }) {
    const { confirmRetractions } = await import('../publisher/status.ts')
    const entries = await confirmRetractions(settings)
    if (entries === 0) edges.log.event('no retractions are held')
    else edges.log.event('retractions released, the next run carries them out', { entries })
    return 'done'
  },
} as const satisfies Record<CommandName, Command>

async function run(name: CommandName, options: Options, files: readonly string[]): Promise<void> {
  const quiet = options.quiet === true
  const json = options.json === true
  const screen = createScreen(process.stderr, !quiet && !json)
  const log = openLog(screen, { json, quiet })
  const refusal = refuseNode(process.versions.node)
  if (refusal !== undefined) {
    log.fault(refusal)
    process.exitCode = exitCodes.fault
    return
  }
  try {
    const loaded = loadSettings({
      flags: options,
      environment: process.env,
      workingFolder: process.cwd(),
      systemTimezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      read: readIfThere,
      realPath: toRealPath,
    })
    if (loaded.kind === 'wrong') {
      for (const message of loaded.messages) log.usage(message)
      process.exitCode = exitCodes.usage
      return
    }
    const hasBar = process.stderr.isTTY && !quiet && !json
    const logProgress = createProgressLog(log)
    const onProgress = (done: number, total: number) =>
      hasBar ? screen.progress(done, total) : logProgress(done, total)
    const edges = { log, now: Date.now, onProgress }
    const isAll = options.all === true
    const acceptsChanges = options.acceptChanges === true
    const bench = { settings: loaded.settings, edges, json, isAll, acceptsChanges }
    const outcome = await commands[name](bench, files)
    process.exitCode = exitCodes[outcome]
  } catch (error) {
    fail(log, error)
  } finally {
    screen.clear()
  }
}

function openLog(screen: Screen, style: { readonly json: boolean; readonly quiet: boolean }): Log {
  const colour = process.stderr.isTTY && (process.env['NO_COLOR'] ?? '') === ''
  return createLog((line) => screen.write(line), Date.now, { ...style, colour })
}

function fail(log: Log, error: unknown): void {
  log.fault(describeFault(error))
  if (process.env['DROPFEED_DEBUG'] === '1') process.stderr.write(`${inspect(error)}\n`)
  process.exitCode = exitCodes.fault
}

/** What comes before the next report: an array has its commas, blocks have a blank line between them. */
function separate(json: boolean, count: number): string {
  if (json) return count === 0 ? '[\n' : ',\n'
  return count === 0 ? '' : '\n'
}

function sayUnset({ unsetForSubscribers }: Settings, log: Log): void {
  if (unsetForSubscribers.length === 0) return
  log.event('before others subscribe, set in feed.yaml', { keys: unsetForSubscribers.join(' ') })
}

/** The first SIGINT or SIGTERM asks the run in hand to finish; the next ends the program at once. */
function stopOnSignal(log: Log): AbortSignal {
  const controller = new AbortController()
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(code)
      log.event('finishing the run in hand, a second signal stops at once', { signal })
      controller.abort()
    })
  }
  return controller.signal
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/** Follows the links of as much of a path as exists. */
function toRealPath(path: string): string {
  try {
    return realpathSync.native(path)
  } catch {
    const parent = dirname(path)
    return parent === path ? path : join(toRealPath(parent), path.slice(parent.length))
  }
}

function readVersion(): string {
  const about: unknown = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  )
  const version = typeof about === 'object' && about !== null && 'version' in about && about.version
  return typeof version === 'string' ? version : 'unknown'
}

/** A reader that has seen enough (`| head`) is no fault; a log nobody reads stops nothing. */
function toleratePipes(): void {
  process.stdout.on('error', (error) => {
    if (codeOf(error) !== 'EPIPE') throw error
    process.exit()
  })
  process.stderr.on('error', () => {})
}

function write(stream: NodeJS.WritableStream): (text: string) => void {
  return (text) => stream.write(text)
}

async function main(words: readonly string[]): Promise<void> {
  toleratePipes()
  process.on('uncaughtException', (error) => {
    const json = words.includes('--json')
    fail(openLog(createScreen(process.stderr, false), { json, quiet: false }), error)
    process.exit()
  })
  try {
    const program = makeProgram(
      readVersion(),
      { out: write(process.stdout), err: write(process.stderr) },
      run,
    )
    await program.parseAsync(words.length === 0 ? ['help'] : words, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    process.exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.usage
  }
}

await main(process.argv.slice(2))
