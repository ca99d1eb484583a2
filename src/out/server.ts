import { closeSync, createReadStream } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { codeOf } from './fault.ts'
import { toMedia } from './media.ts'
import { DeltaResponses } from './delta-responses.ts'
import type { FindDelta } from './delta-responses.ts'
import { answers, redirectToFolder, respond, respondOptions } from './responses.ts'
import type { Answer, Asked, Resource } from './responses.ts'
import { hasBody, isFormPath, takeForm } from './form.ts'
import type { FormTaker } from './form.ts'
import { isCompressedForm } from './precompressed.ts'
import { recall } from './recall.ts'
import { ResponseTable } from './response-table.ts'
import { lookAt, openServed, toServedPath } from './served-file.ts'
import type { ServedPath } from './served-file.ts'

export type ServerLimits = {
  readonly memoryBytesMax: number
  /** For the answers to those who ask for what is new since a version they have. */
  readonly deltaBytesMax: number
  readonly headerBytesMax: number
  readonly urlLengthMax: number
  readonly connectionsMax: number
  /** Until the whole head of a request has come. */
  readonly headersMs: number
  /** Without anything sent or received, within a response or between two requests. */
  readonly idleMs: number
  /** How long responses in flight may take once the server is to stop. */
  readonly stopMs: number
}

const serverLimits: ServerLimits = {
  memoryBytesMax: 64 * 1024 * 1024,
  deltaBytesMax: 8 * 1024 * 1024,
  headerBytesMax: 16 * 1024,
  urlLengthMax: 2048,
  connectionsMax: 2000,
  headersMs: 10_000,
  idleMs: 30_000,
  stopMs: 5_000,
}

export type ServerSettings = {
  /** Absolute path of `out/`; it need not exist. */
  readonly root: string
  readonly host: string
  /** 0 for any that is free. */
  readonly port: number
  /** The publication's own, ends with `/`; the only one that addresses are made of. */
  readonly baseUrl: string
  /** There are compressed forms beside documents, which are no addresses of their own. */
  readonly isPrecompressed?: boolean
  readonly limits?: Partial<ServerLimits>
  /** Says of a path below `out/` where nothing is that something was there and was taken back. */
  readonly isGone?: (path: string) => boolean | Promise<boolean>
  /** Addresses of hubs that the feeds name. */
  readonly hubs?: () => readonly string[]
  /** Takes forms that are sent to one path, where nothing else is; see `FormTaker`. */
  readonly form?: FormTaker
  /** Knows earlier versions of the feeds; without it everybody gets them whole. */
  readonly deltas?: FindDelta | undefined
  /** Answers some requests itself. */
  readonly ownPages?: OwnPages | undefined
  readonly log: { fault(sentence: string): void }
}

type OwnPages = {
  /** @returns nothing for a request that is not for it to answer */
  take(request: IncomingMessage, response: ServerResponse): Promise<void> | undefined
  /** Ends what would last: the server is to stop. */
  close(): void
}

/** How often idle connections are looked for while the server stops. */
const stopStepMs = 20

/**
 * Serves `out/` to readers and browsers: reading only, nothing from outside, nothing hidden. It is told
 * of each publication and follows with its whole table at once.
 */
export class FeedServer implements AsyncDisposable {
  readonly #settings: ServerSettings
  readonly #limits: ServerLimits
  readonly #table: ResponseTable
  readonly #deltas: DeltaResponses | undefined
  readonly #server: Server
  #isStopping = false

  private constructor(settings: ServerSettings) {
    const limits = { ...serverLimits, ...settings.limits }
    this.#settings = settings
    this.#limits = limits
    this.#table = new ResponseTable({
      root: settings.root,
      baseUrl: settings.baseUrl,
      memoryBytesMax: limits.memoryBytesMax,
      hubs: settings.hubs,
    })
    this.#deltas = settings.deltas && new DeltaResponses(settings.deltas, limits.deltaBytesMax)
    this.#server = createServer(
      {
        maxHeaderSize: limits.headerBytesMax,
        headersTimeout: limits.headersMs,
        requestTimeout: limits.headersMs,
        keepAliveTimeout: limits.idleMs,
        connectionsCheckingInterval: Math.min(limits.headersMs, 1_000),
        noDelay: true,
        // A request has no body here: none of the work of a stream that waits to be read.
        optimizeEmptyRequests: true,
      },
      (request, response) => this.#handle(request, response),
    )
    // Who asks whether to send a body is told before it comes.
    this.#server.on('checkContinue', (request, response) => this.#handle(request, response))
    this.#server.maxConnections = limits.connectionsMax
    this.#server.timeout = limits.idleMs
  }

  /** @throws Error that names host and port and says what to do, when nothing can listen there */
  static async open(settings: ServerSettings): Promise<FeedServer> {
    const server = new FeedServer(settings)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    server.#server.once('error', reject)
    server.#server.listen({ host: settings.host, port: settings.port }, resolve)
    try {
      await promise
    } catch (error) {
      await server.#table.close()
      throw toListenFault(error, settings)
    }
    server.#server.off('error', reject)
    server.#server.on('error', (error) => settings.log.fault(`the server: ${error.message}`))
    return server
  }

  /** Where it answers, as one types it into a browser on this machine. */
  get address(): string {
    const bound = this.#server.address()
    const port = bound !== null && typeof bound === 'object' ? bound.port : this.#settings.port
    const { host } = this.#settings
    const name = localHosts.has(host) ? 'localhost' : host.includes(':') ? `[${host}]` : host
    return `http://${name}:${port}/`
  }

  /**
   * Shows what a publication has written and removed, paths below `out/`; requests that come after it
   * has returned see nothing older.
   */
  refresh(written: readonly string[], removed: readonly string[]): void {
    this.#table.refresh(written, removed)
  }

  /** Looks anew at all that is kept, whatever publications have told. */
  reload(): void {
    this.#table.reload()
  }

  /** Takes no more connections, lets responses in flight end, within a limit. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopping = true
    this.#settings.ownPages?.close()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#server.close(() => resolve())
    const step = setInterval(() => this.#server.closeIdleConnections(), stopStepMs)
    const end = setTimeout(() => this.#server.closeAllConnections(), this.#limits.stopMs)
    await promise
    clearInterval(step)
    clearTimeout(end)
    await this.#table.close()
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    // A client that goes away takes its response with it.
    response.on('error', ignore)
    if (this.#isStopping) response.shouldKeepAlive = false
    try {
      const answer = this.#answer(request, response)
      if (answer instanceof Promise) {
        answer.then(
          (late) => late && send(response, late),
          (error: unknown) => this.#fail(response, error),
        )
      } else if (answer !== undefined) send(response, answer)
    } catch (error) {
      this.#fail(response, error)
    }
  }

  /** Nothing for what has been answered already, from a file. */
  #answer(
    request: IncomingMessage,
    response: ServerResponse,
  ): Answer | undefined | Promise<Answer | undefined> {
    const { method, url = '', headers } = request
    const { form } = this.#settings
    if (form !== undefined && isFormPath(url, form)) return takeForm(request, response, form)
    if (hasBody(request)) return answers.bodyRefused
    if (url.length > this.#limits.urlLengthMax) return answers.tooLong
    if (method === 'OPTIONS') {
      const served = servedPathOf(url)
      return respondOptions(url, served && toMedia(served.path))
    }
    if (method !== 'GET' && method !== 'HEAD') return answers.notAllowed
    const own = this.#settings.ownPages?.take(request, response)
    if (own !== undefined) return own.then(() => undefined)
    const served = servedPathOf(url)
    if (served === undefined) return answers.notFound
    const path = toFilePath(served)
    if (this.#settings.isPrecompressed === true && isCompressedForm(path)) return answers.notFound
    const found = this.#table.find(path)
    const asked = { method, headers } as const
    const finish = (resource: Resource | undefined) =>
      resource === undefined
        ? this.#answerOther({ served, path }, asked, response)
        : this.#answerWhole(resource, asked)
    return found instanceof Promise ? found.then(finish) : finish(found)
  }

  #answerWhole(resource: Resource, asked: Asked): Answer | Promise<Answer> {
    const whole = respond(resource, asked, Date.now())
    const delta = whole.status === 200 ? this.#deltas?.answer(resource, asked) : undefined
    return delta instanceof Promise ? delta.then((late) => late ?? whole) : (delta ?? whole)
  }

  /** For what the table has not: a large file, a folder, what is gone or was never there. */
  #answerOther(
    { served, path }: { readonly served: ServedPath; readonly path: string },
    asked: Asked,
    response: ServerResponse,
  ): Answer | undefined | Promise<Answer | undefined> {
    const { root, isGone } = this.#settings
    const file = openServed(root, path)
    if (file !== undefined) {
      const answer = respond(this.#table.toStreamed(path, file), asked, Date.now())
      if (answer.body.kind === 'file' && asked.method === 'GET') {
        return this.#stream(response, answer, file.handle)
      }
      closeSync(file.handle)
      return answer.body.kind === 'file' ? { ...answer, body: { kind: 'none' } } : answer
    }
    if (!served.isFolder && lookAt(root, path) === 'folder') {
      const index = lookAt(root, `${path}/index.html`)
      return index === undefined || index === 'folder' ? answers.notFound : redirectToFolder(path)
    }
    const gone = isGone?.(path) ?? false
    return gone instanceof Promise ? gone.then(toAbsence) : toAbsence(gone)
  }

  async #stream(response: ServerResponse, answer: Answer, handle: number): Promise<undefined> {
    const range = answer.body.kind === 'file' ? answer.body.range : { first: 0, last: 0 }
    const stream = createReadStream('', { fd: handle, start: range.first, end: range.last })
    writeHead(response, answer)
    try {
      await pipeline(stream, response)
    } catch (error) {
      // Who has gone away needs no rest; where the file fails, a cut response tells the client.
      if (!clientGone.has(codeOf(error) ?? '')) throw error
    }
  }

  #fail(response: ServerResponse, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error)
    this.#settings.log.fault(`cannot answer a request: ${reason}`)
    if (response.headersSent) response.destroy()
    else send(response, answers.failed)
  }
}

function ignore(): void {}

/** The same addresses are asked for again and again. */
const servedPathOf = recall(toServedPath, 1000)

const clientGone = new Set([
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_STREAM_DESTROYED',
  'ECONNRESET',
  'EPIPE',
])

const localHosts = new Set(['127.0.0.1', '::1', 'localhost', '0.0.0.0', '::'])

function toAbsence(isGone: boolean): Answer {
  return isGone ? answers.gone : answers.notFound
}

function toFilePath({ path, isFolder }: ServedPath): string {
  if (!isFolder) return path
  return path === '' ? 'index.html' : `${path}/index.html`
}

function send(response: ServerResponse, answer: Answer): void {
  writeHead(response, answer)
  response.end(answer.body.kind === 'bytes' ? answer.body.bytes : undefined)
}

function writeHead(response: ServerResponse, { status, headers }: Answer): void {
  // Node takes names and values in turn, and does not change them.
  response.writeHead(status, headers as string[])
}

function toListenFault(error: unknown, { host, port }: ServerSettings): Error {
  const code = codeOf(error)
  const advice = (code === undefined ? undefined : listenAdvice[code]) ?? 'choose another'
  return new Error(`cannot serve on ${host} port ${port}: ${advice}`, { cause: error })
}

const elsewhere = 'choose another with --port, or serve out/ by another server with --no-serve'

const listenAdvice: Readonly<Record<string, string>> = {
  EADDRINUSE: `another program uses this port; ${elsewhere}`,
  EACCES: `this port needs more rights; ${elsewhere}`,
  EADDRNOTAVAIL: 'this machine has no such address; choose another with --host',
  ENOTFOUND: 'there is no such host; choose another with --host',
}
