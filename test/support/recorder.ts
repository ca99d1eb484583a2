import { createServer, request } from 'node:http'

export type Exchange = {
  readonly path: string
  readonly status: number
  readonly agent: string
}

/** Stands before a server as a reverse proxy does, and remembers what it answered. */
export async function startRecorder(address: string) {
  const exchanges: Exchange[] = []
  const { port } = new URL(address)
  const server = createServer((asked, reply) => {
    const { url: path = '/', method, headers } = asked
    request({ host: '127.0.0.1', port, path, method, headers }, (answer) => {
      const status = answer.statusCode ?? 0
      exchanges.push({ path, status, agent: headers['user-agent'] ?? '' })
      reply.writeHead(status, answer.headers)
      answer.pipe(reply)
    }).end()
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('the recorder has no port')
  return {
    address: `http://127.0.0.1:${bound.port}/`,
    /** What was answered since the last time. */
    take: (): readonly Exchange[] => exchanges.splice(0),
    async [Symbol.asyncDispose](): Promise<void> {
      const closed = Promise.withResolvers<void>()
      server.close(() => closed.resolve())
      server.closeAllConnections()
      await closed.promise
    },
  }
}
