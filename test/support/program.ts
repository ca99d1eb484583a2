import { execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url))

export type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string }

/** Runs the real command line in a folder, in a process of its own, to its end. */
export function runProgram(folder: string, words: readonly string[]): Promise<Ended> {
  return runIn(folder, process.execPath, [cli, ...words])
}

/**
 * Starts the real command line in a folder; disposing kills it if it is still there.
 * @param uid of another user, when it is not to have the rights of this one
 */
export function startProgram(folder: string, words: readonly string[], uid?: number) {
  const child = spawn(process.execPath, [cli, ...words], {
    cwd: folder,
    env: environment(),
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    stderr += part
  })
  const exited = once(child, 'exit')
  return {
    child,
    said: () => stderr,
    /** Ends it by SIGTERM. @returns its exit code and all it said */
    async end(): Promise<{ readonly code: number | null; readonly stderr: string }> {
      child.kill('SIGTERM')
      await exited
      return { code: child.exitCode, stderr }
    },
    async [Symbol.asyncDispose](): Promise<void> {
      child.kill('SIGKILL')
      await exited
    },
  }
}

/**
 * Runs another program without keeping this process from what it is doing meanwhile.
 * @throws Error with what it said when it fails
 */
export async function runTool(command: string, args: readonly string[]): Promise<void> {
  const { code, stderr } = await runIn(undefined, command, args)
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ends with ${code}: ${stderr}`)
}

/** Says whether a program is there, and on stderr which tests are skipped when it is not. */
export function hasTool(command: string): boolean {
  const isThere = spawnSync(command, ['--version']).status === 0
  if (!isThere) process.stderr.write(`SKIPPED: the tests with ${command}, which is not installed\n`)
  return isThere
}

function runIn(cwd: string | undefined, command: string, args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(command, args, { cwd, env: environment() }, (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : error ? -1 : 0
      resolve({ code, stdout, stderr: stderr || (error?.message ?? '') })
    })
  })
}

/** The tests' own environment, without settings of whoever runs them, and on any port that is free. */
function environment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('DROPFEED_') && !name.startsWith('NODE_'),
  )
  return { ...Object.fromEntries(own), DROPFEED_PORT: '0' }
}
