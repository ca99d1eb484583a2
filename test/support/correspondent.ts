import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { IncomingHttpHeaders } from 'node:http'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { waitFor } from './wait-for.ts'

const script = fileURLToPath(new URL('correspondent-process.ts', import.meta.url))

/** How it answers: a status, or in another way. A challenge is returned while it is `200`. */
export type Behaviour = `${number}` | 'hang' | 'reset' | 'redirect' | 'endless'

export type Received = {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** By the clock of this machine, with parts of a millisecond. */
  readonly atMs: number
  /** How it behaved then. */
  readonly answered: Behaviour
}

type Message =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'ordered'; readonly behaviour: string }
  | ({ readonly kind: 'request' } & Received)
  | { readonly kind: 'fetched'; readonly url: string; readonly text: string }

/** A subscriber, or a hub elsewhere, in a process of its own; remembers what it was sent. */
export class Correspondent implements AsyncDisposable {
  readonly requests: Received[] = []
  /** What it read when it was told of a feed. */
  readonly fetched: { readonly url: string; readonly text: string }[] = []
  port = 0
  #child: ChildProcess | undefined
  #ordered: string | undefined

  static async start(behaviour: Behaviour = '200'): Promise<Correspondent> {
    const correspondent = new Correspondent()
    await correspondent.revive(behaviour)
    return correspondent
  }

  get address(): string {
    return `http://127.0.0.1:${this.port}/`
  }

  /** What was sent by POST since the beginning. */
  posts(): readonly Received[] {
    return this.requests.filter(({ method }) => method === 'POST')
  }

  async behave(behaviour: Behaviour): Promise<void> {
    this.#ordered = undefined
    this.#child?.send({ behaviour })
    await waitFor(() => this.#ordered === behaviour)
  }

  async kill(): Promise<void> {
    const child = this.#child
    if (child === undefined) return
    this.#child = undefined
    child.kill('SIGKILL')
    await once(child, 'exit')
  }

  /** Starts it, on the port that it had before. */
  async revive(behaviour: Behaviour = '200'): Promise<void> {
    const child = fork(script, [String(this.port), behaviour])
    this.#child = child
    let isListening = false
    child.on('message', (message: Message) => {
      if (message.kind === 'listening') {
        this.port = message.port
        isListening = true
      } else if (message.kind === 'ordered') this.#ordered = message.behaviour
      else if (message.kind === 'request') this.requests.push(message)
      else this.fetched.push(message)
    })
    await waitFor(() => isListening)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
  }
}

/** A port that was free a moment ago. */
export async function findFreePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const bound = server.address()
  server.close()
  await once(server, 'close')
  if (bound === null || typeof bound === 'string') throw new Error('there is no free port')
  return bound.port
}

/** Sends a form. @returns the status and what was said */
export async function sendForm(
  address: string,
  fields: Readonly<Record<string, string>>,
): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(address, { method: 'POST', body: new URLSearchParams(fields) })
  return { status: response.status, text: await response.text() }
}
