import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import type { FeedFormat } from '../../../src/core/feed/feed.ts'

/** An entry as a reader has it; what is `undefined` it does not tell (see `Told`). */
export type ReadEntry = {
  readonly id: string
  readonly title: string
  readonly link: string
  /** Milliseconds since 1970 UTC; most readers know whole seconds. */
  readonly published: number | undefined
  readonly updated: number | undefined
  readonly categories: readonly string[] | undefined
  readonly content: string
}

type Told = {
  readonly updated: boolean
  readonly categories: boolean
}

/** An independent program or library that reads feeds. */
export type Reader = {
  readonly name: string
  readonly formats: readonly FeedFormat[]
  /** Why it cannot be asked on this machine; undefined when it can. */
  readonly missing: string | undefined
  /** What else than id, title, link, content and the second of publication it tells in this format. */
  readonly tells: (format: FeedFormat) => Told
  /** What becomes of a title here when the reader itself, not the feed, changes it. */
  readonly showTitle: (title: string) => string
  /** Reads a document; the entries come in no particular order. */
  readonly read: (path: string, format: FeedFormat) => Promise<readonly ReadEntry[]>
}

/** Says whether a program can be started, in the words a skipped test prints. */
export function missingProgram(command: string, args: readonly string[]): string | undefined {
  const { status, error } = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: 30_000,
    input: '',
  })
  if (error !== undefined) return `${command} is not installed (${error.message})`
  return status === 0 ? undefined : `"${command} ${args.join(' ')}" ends with ${status}`
}

/** Runs a program to its end. @throws Error with what it said when it fails */
export function run(
  command: string,
  args: readonly string[],
  options: { readonly input?: string; readonly home?: string } = {},
): string {
  const { stdout, stderr, status, error } = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: 30_000,
    maxBuffer: 2 ** 26,
    input: options.input ?? '',
    env: {
      ...process.env,
      LC_ALL: 'C.UTF-8',
      ...(options.home === undefined ? {} : { HOME: options.home }),
    },
  })
  if (error !== undefined) throw error
  if (status !== 0) throw new Error(`${command} ends with ${status}: ${stderr}${stdout}`)
  return stdout
}

/**
 * Runs a program to its end while this process goes on: what it asks may be served from here.
 * @throws Error with what it said when it fails
 */
export async function runAlongside(
  command: string,
  args: readonly string[],
  home: string = process.env['HOME'] ?? '/',
): Promise<string> {
  const env = { ...process.env, LC_ALL: 'C.UTF-8', HOME: home }
  const { stdout } = await promisify(execFile)(command, args, { env, timeout: 30_000 })
  return stdout
}

/** An instant as a reader tells it; undefined when it tells none. */
export function toInstant(date: string | Date | null | undefined): number | undefined {
  if (date === undefined || date === null) return undefined
  return new Date(date).getTime()
}
