import { get } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { StatusEvent } from '../../src/status/event.ts'

type Message = { readonly event: string; readonly id: string; readonly data: string }

/** Listens to server-sent events as a browser does; disposing goes away. */
export async function openStream(
  address: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
) {
  const messages: Message[] = []
  let comments = 0
  let hasEnded = false
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const { port } = new URL(address)
  const asked = get({ host: '127.0.0.1', port, path, headers, agent: false }, resolve)
  asked.on('error', reject)
  const response = await promise
  let rest = ''
  response.setEncoding('utf8').on('data', (part: string) => {
    const blocks = (rest + part).split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      if (block.startsWith(':')) comments += 1
      const field = (name: string) => new RegExp(`^${name}: ?(.*)$`, 'm').exec(block)?.[1] ?? ''
      if (field('event') !== '') {
        messages.push({ event: field('event'), id: field('id'), data: field('data') })
      }
    }
  })
  response.on('close', () => (hasEnded = true)).on('error', () => (hasEnded = true))
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    messages,
    comments: () => comments,
    hasEnded: () => hasEnded,
    /** The server ended it, and did not merely cut it. */
    isWhole: () => response.complete,
    /** All events told so far, in order. */
    events: (): readonly StatusEvent[] =>
      messages
        .filter(({ event }) => event === 'passage')
        .flatMap(({ data }) => (JSON.parse(data) as { readonly events: StatusEvent[] }).events),
    /** The kinds of the events of a file, in order. */
    passage(file: string): string {
      return this.events()
        .filter((event) => event.path === file)
        .map(({ kind }) => kind)
        .join(' ')
    },
    [Symbol.dispose](): void {
      asked.destroy()
    },
  }
}
