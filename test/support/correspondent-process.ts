import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'

// The other side of a hub, in a process of its own: a subscriber, or a hub elsewhere. It tells its parent
// of each request, and answers as its parent says: with a status, or not at all.

type Order = { readonly behaviour: string }

let behaviour = process.argv[3] ?? '200'

process.on('message', (order: Order) => {
  behaviour = order.behaviour
  process.send?.({ kind: 'ordered', behaviour })
})
process.on('disconnect', () => process.exit())

const server = createServer((request, response) => {
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => {
    const { method, url = '', headers } = request
    const body = Buffer.concat(parts).toString()
    const now = performance.timeOrigin + performance.now()
    process.send?.({ kind: 'request', method, url, headers, body, atMs: now, answered: behaviour })
    const challenge = new URL(url, 'http://x').searchParams.get('hub.challenge')
    if (challenge !== null && behaviour === '200') response.end(challenge)
    else answer(response)
    void fetchTopic(body)
  })
})

function answer(response: ServerResponse): void {
  if (behaviour === 'hang') return
  if (behaviour === 'reset') response.destroy()
  else if (behaviour === 'redirect') response.writeHead(302, { Location: '/elsewhere' }).end()
  else if (behaviour === 'endless') {
    const pour = () => {
      while (response.write('x'.repeat(65_536)));
      response.once('drain', pour)
    }
    pour()
  } else response.writeHead(Number(behaviour)).end()
}

/** As a hub does: on a ping it reads the feed, at once and once. */
async function fetchTopic(body: string): Promise<void> {
  const form = new URLSearchParams(body)
  const url = form.get('hub.url')
  if (form.get('hub.mode') !== 'publish' || url === null) return
  try {
    const text = await (await fetch(url)).text()
    process.send?.({ kind: 'fetched', url, text })
  } catch {
    process.send?.({ kind: 'fetched', url, text: '' })
  }
}

server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  const bound = server.address()
  process.send?.({ kind: 'listening', port: typeof bound === 'object' ? bound?.port : 0 })
})
