import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { ask } from '../support/ask.ts'
import { program } from './processes.ts'

/**
 * Starts `dropfeed watch` in a folder and waits until it serves feeds.
 * @param before what its command is to begin with, `taskset …`
 * @param nodeFlags for Node, as `--cpu-prof`
 */
export async function startServing(
  folder: string,
  before: readonly string[] = [],
  nodeFlags: readonly string[] = (process.env['BENCH_NODE_FLAGS'] ?? '').split(' ').filter(Boolean),
) {
  const [command, ...words] = [...before, process.execPath, ...nodeFlags, ...program, 'watch']
  const child = spawn(command, words, {
    cwd: folder,
    env: { ...process.env, DROPFEED_PORT: '0' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (part: string) => (said += part))
  const ended = once(child, 'exit')
  let address: string | undefined
  for (;;) {
    address = /address=(\S+)/.exec(said)?.[1]
    if (address !== undefined && (await ask(address, '/atom.xml')).status === 200) break
    if (child.exitCode !== null) throw new Error(said)
    await pause(20)
  }
  return {
    address: address.replace('localhost', '127.0.0.1'),
    pid: child.pid ?? 0,
    said: () => said,
    /** Waits for the slowest coding of a document. */
    async untilCompressed(path: string): Promise<void> {
      const headers = { 'accept-encoding': 'br' }
      for (;;) {
        const reply = await ask(address, path, { headers })
        if (reply.headers['content-encoding'] === 'br') return
        await pause(20)
      }
    },
    async [Symbol.asyncDispose](): Promise<void> {
      child.kill('SIGTERM')
      await ended
    },
  }
}

const words =
  `the a harbour tide boat council of in and to ferry said morning was new old with for sea wall engine
  market fish price wind from by after before people town river report table day week year light lamp road
  school children built found lost opened closed between under over several many few some other first last`.split(
    /\s+/,
  )

/** Text that compresses about as prose does; the same for the same seed. */
export function toProse(seed: number, lengthMin: number): string {
  let state = seed * 2_654_435_761 + 12_345
  let text = ''
  while (text.length < lengthMin) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    const word = words[(state >>> 8) % words.length] ?? ''
    text += `${word}${state % 17 === 0 ? `${(state >>> 4) % 1000}. ` : ' '}`
  }
  return text
}
