import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Board } from './board.ts'
import type { StatusEvent } from './event.ts'
import { renderEvents, renderParts } from './page.ts'
import type { Shown } from './page.ts'
import { privateHeaders } from './private-headers.ts'

export type EventStreamsOptions = {
  readonly board: Board
  /** IANA name. */
  readonly timezone: string
  readonly readStatus: () => Promise<Shown>
  /** Tells the events of this run of the program from those of others. */
  readonly run: string
}

const streamsMax = 10
/** Events that come within this time are sent together. */
const batchMs = 40
/** What stands now is sent this often at most. */
const summaryMs = 500
/** Something is sent at least this often, or the connection would count as idle. */
const heartbeatMs = 10_000
/** How long a page waits before it asks again when its stream broke. */
const retryMs = 2_000
/** Who has so much still to read is let go; the page comes back by itself. */
const unreadBytesMax = 256 * 1024

/**
 * Streams of server-sent events, each event of the board once to each of them.
 * Source: HTML Living Standard §9.2.
 */
export class EventStreams {
  readonly #options: EventStreamsOptions
  readonly #streams = new Set<ServerResponse>()
  /** The newest event that was sent to all. */
  #sent = 0
  #batch: NodeJS.Timeout | undefined
  #summary: NodeJS.Timeout | undefined
  #summaryAtMs = Number.NEGATIVE_INFINITY
  #heartbeat: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(options: EventStreamsOptions) {
    this.#options = options
    options.board.onEvent = () => this.#note()
  }

  /** @param after what the client has seen, as in the `id` of a message */
  async open(
    request: IncomingMessage,
    response: ServerResponse,
    after: string | null,
  ): Promise<void> {
    if (this.#isClosed || this.#streams.size >= streamsMax) {
      response.writeHead(503, { ...privateHeaders, 'Retry-After': '10', 'Content-Length': 0 }).end()
      return
    }
    response.writeHead(200, { ...privateHeaders, 'Content-Type': 'text/event-stream' })
    if (request.method === 'HEAD') {
      response.end()
      return
    }
    // What all were not sent yet comes to this one with the others.
    this.#flush()
    const known = request.headers['last-event-id'] ?? after
    const [run, number = ''] = (typeof known === 'string' ? known : '').split(/-(?=\d+$)/u)
    response.write(`retry: ${retryMs}\n\n`)
    if (known !== null && run !== this.#options.run) response.write('event: restart\ndata:\n\n')
    const missed = this.#options.board.events.filter((event) => event.number > Number(number))
    if (missed.length > 0) response.write(this.#toMessage(missed))
    this.#streams.add(response)
    response.on('close', () => this.#drop(response))
    this.#heartbeat ??= setInterval(() => this.#send(':\n\n'), heartbeatMs)
    this.#summarize()
    await Promise.resolve()
  }

  close(): void {
    this.#isClosed = true
    for (const timer of [this.#batch, this.#summary, this.#heartbeat]) clearTimeout(timer)
    for (const response of this.#streams) response.end()
    this.#streams.clear()
  }

  #drop(response: ServerResponse): void {
    this.#streams.delete(response)
    if (this.#streams.size > 0) return
    clearInterval(this.#heartbeat)
    this.#heartbeat = undefined
  }

  /** Called for each event, of which there may be thousands at once. */
  #note(): void {
    if (this.#streams.size === 0) return
    this.#batch ??= setTimeout(() => {
      this.#flush()
      this.#summarize()
    }, batchMs)
  }

  #flush(): void {
    clearTimeout(this.#batch)
    this.#batch = undefined
    const { board } = this.#options
    const events = board.events.filter(({ number }) => number > this.#sent)
    this.#sent = board.number
    if (events.length > 0) this.#send(this.#toMessage(events))
  }

  /** Sends what stands now, at once or when it is time. */
  #summarize(): void {
    if (this.#summary !== undefined || this.#isClosed || this.#streams.size === 0) return
    const delayMs = Math.max(this.#summaryAtMs + summaryMs - performance.now(), 0)
    this.#summary = setTimeout(() => void this.#sendSummary(), delayMs)
  }

  async #sendSummary(): Promise<void> {
    this.#summaryAtMs = performance.now()
    this.#summary = undefined
    try {
      const parts = renderParts(await this.#options.readStatus(), this.#options.timezone)
      this.#send(`event: summary\ndata: ${JSON.stringify(parts)}\n\n`)
    } catch {
      // What stands cannot be read now; the run that finds out why says so.
    }
  }

  #toMessage(events: readonly StatusEvent[]): string {
    const { run, timezone } = this.#options
    // JSON has no line ends of its own.
    const data = JSON.stringify({ events, html: renderEvents(events, timezone) })
    return `id: ${run}-${events.at(-1)?.number ?? 0}\nevent: passage\ndata: ${data}\n\n`
  }

  #send(text: string): void {
    for (const response of this.#streams) {
      if (response.writableLength > unreadBytesMax) response.destroy()
      else response.write(text)
    }
  }
}
