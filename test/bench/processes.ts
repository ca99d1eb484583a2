import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** What the kernel counts processor time in: USER_HZ is 100 on Linux, whatever the machine. */
const tickMs = 10
/** The highest mark of memory only rises, so that it has to be read shortly before the end alone. */
const lookMs = 20

/** The command line under measure, as `npm start` runs it. */
const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url))
/** What `npm start` begins with, after the name of Node. */
export const program = [...startFlags(), cli]

export type Run = {
  /** From its start to its end, its own start-up included. */
  readonly wallMs: number
  /** User and system time of all its threads and children. */
  readonly cpuMs: number
  readonly peakBytes: number
}

/**
 * Runs a program to its end. One at a time: its processor time is told from that of all children of
 * this process that have ended.
 * @throws Error with what it said when it fails
 */
export async function runToEnd(
  command: string,
  words: readonly string[],
  folder: string,
): Promise<Run> {
  const cpuBeforeMs = endedChildrenCpuMs()
  const startedAtMs = performance.now()
  const child = spawn(command, words, {
    cwd: folder,
    env: ownEnvironment(),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (part: string) => (said += part))
  let peakBytes = 0
  const look = setInterval(() => (peakBytes = Math.max(peakBytes, peakBytesOf(child))), lookMs)
  await once(child, 'exit')
  const wallMs = performance.now() - startedAtMs
  clearInterval(look)
  if (child.exitCode !== 0) throw new Error(`${command} ${words.join(' ')}: ${said}`)
  return { wallMs, cpuMs: endedChildrenCpuMs() - cpuBeforeMs, peakBytes }
}

/** Starts a program that runs until it is disposed of. */
export function startChild(command: string, words: readonly string[], folder: string) {
  const child = spawn(command, words, {
    cwd: folder,
    env: ownEnvironment(),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  return {
    pid: child.pid ?? 0,
    output: child.stdout,
    async [Symbol.asyncDispose](): Promise<void> {
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** User and system time so far of a process that runs, in steps of 10 ms. */
export function cpuMsOf(pid: number): number {
  const [user = 0, system = 0] = timesOf(String(pid))
  return (user + system) * tickMs
}

/** What a process read so far by calls, from whatever file. */
export function readBytesOf(pid: number): number {
  return Number(/^rchar: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1])
}

/** The most memory a process had at once; 0 when it has ended. */
export function peakBytesOf({ pid }: Pick<ChildProcess, 'pid'>): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}

function endedChildrenCpuMs(): number {
  const [, , user = 0, system = 0] = timesOf('self')
  return (user + system) * tickMs
}

/** User and system time of a process, then those of its children that have ended; in ticks. */
function timesOf(process: string): readonly number[] {
  const stat = readFileSync(`/proc/${process}/stat`, 'utf8')
  // The name in parentheses may have spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields.slice(11, 15).map(Number)
}

/** Without the settings of whoever runs this, and on any port that is free. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(?:DROPFEED|NODE|HUGO|npm)_/.test(name),
  )
  return { ...Object.fromEntries(own), DROPFEED_PORT: '0' }
}

function startFlags(): readonly string[] {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  const start = /"start": "node ([^"]*)"/.exec(text)?.[1]
  if (start === undefined) throw new Error('package.json has no start script')
  return start.split(' ').filter((word) => word.startsWith('--'))
}
