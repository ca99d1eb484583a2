import { request } from 'node:http'
import type { Agent, IncomingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'

export type Reply = {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** As sent. */
  readonly body: Buffer
  /** With its content coding undone. */
  readonly text: string
}

type Question = {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly agent?: Agent
}

/** Asks a server; the path goes as it is, and no header is added but `Host`. */
export async function ask(address: string, path: string, question: Question = {}): Promise<Reply> {
  const { hostname, port } = new URL(address)
  const { method = 'GET', headers = {}, agent } = question
  const { promise, resolve, reject } = Promise.withResolvers<Reply>()
  const host = hostname === 'localhost' ? '127.0.0.1' : hostname
  request({ host, port, path, method, headers, agent }, (response) => {
    const parts: Buffer[] = []
    response.on('data', (part: Buffer) => parts.push(part))
    response.on('error', reject)
    response.on('end', () => {
      const body = Buffer.concat(parts)
      const coding = method === 'HEAD' ? undefined : response.headers['content-encoding']
      const text = undo(coding, body).toString()
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body, text })
    })
  })
    .on('error', reject)
    .end()
  return await promise
}

function undo(coding: string | undefined, body: Buffer): Buffer {
  if (body.length === 0 || coding === undefined) return body
  if (coding === 'gzip') return gunzipSync(body)
  if (coding === 'br') return brotliDecompressSync(body)
  if (coding === 'zstd') return zstdDecompressSync(body)
  throw new Error(`no such content coding: ${coding}`)
}

/** Sends these very bytes. @returns all that comes until the server closes the connection */
export async function sendRaw(address: string, bytes: string | Uint8Array): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let text = ''
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(address).port) })
  socket.write(bytes)
  socket.setEncoding('latin1').on('data', (part: string) => {
    text += part
  })
  socket.on('error', (error: NodeJS.ErrnoException) => {
    // A server that has said all may close before it has read all.
    if (error.code === 'ECONNRESET' || error.code === 'EPIPE') resolve(text)
    else reject(error)
  })
  socket.on('close', () => resolve(text))
  return await promise
}
