import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { isFromThisMachine, isLoopbackUrl } from './access.ts'
import type { Board } from './board.ts'
import { EventStreams } from './event-streams.ts'
import { renderStatusPage } from './page.ts'
import type { Shown } from './page.ts'
import { privateHeaders } from './private-headers.ts'

export type StatusPagesOptions = {
  readonly board: Board
  /** Of the publication. */
  readonly title: string
  /** IANA name. */
  readonly timezone: string
  /** Where others see the publication. */
  readonly baseUrl: string
  /** What stands now; more of it than is shown goes into the JSON. */
  readonly readStatus: () => Promise<Shown>
}

const paths = { page: '/_status', json: '/_status.json', events: '/_status/events' } as const

/**
 * Answers for the status page, its JSON and its stream of events, to whoever sits at this machine; to
 * everybody else they are not there.
 */
export class StatusPages {
  readonly #options: StatusPagesOptions
  readonly #streams: EventStreams
  /**
   * Where others see the publication, a proxy on this machine may ask for them and not say so: then who asks has
   * to know this, too.
   */
  readonly #key: string | undefined
  /** Another one with each start: numbers of events start anew. */
  readonly #run = randomBytes(6).toString('base64url')

  constructor(options: StatusPagesOptions) {
    this.#options = options
    const { board, timezone, readStatus } = options
    this.#streams = new EventStreams({ board, timezone, readStatus, run: this.#run })
    if (!isLoopbackUrl(options.baseUrl)) this.#key = randomBytes(16).toString('base64url')
  }

  /** Where the page is, from the root of the server. */
  get path(): string {
    return `${paths.page.slice(1)}${this.#query}`
  }

  /** @returns nothing for a request that is not for it to answer */
  take(request: IncomingMessage, response: ServerResponse): Promise<void> | undefined {
    const { url = '' } = request
    if (!url.startsWith(paths.page)) return undefined
    const [path = '', query = ''] = url.split('?', 2)
    const asked = new URLSearchParams(query)
    if (!this.#isAllowed(request, asked)) return undefined
    switch (path) {
      case paths.page:
        return this.#sendPage(request, response)
      case paths.json:
        return this.#sendJson(request, response)
      case paths.events:
        return this.#streams.open(request, response, asked.get('after'))
      default:
        return undefined
    }
  }

  /** Ends all streams; who listened may come back to whatever is there then. */
  close(): void {
    this.#streams.close()
  }

  get #query(): string {
    return this.#key === undefined ? '' : `?key=${this.#key}`
  }

  #isAllowed(request: IncomingMessage, asked: URLSearchParams): boolean {
    if (!isFromThisMachine(request)) return false
    return this.#key === undefined || isSame(asked.get('key') ?? '', this.#key)
  }

  async #sendPage(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { board, title, timezone, readStatus } = this.#options
    // Before the status is read: an event that comes meanwhile is told twice rather than never.
    const { number } = board
    const events = [...board.events]
    const key = this.#key === undefined ? '' : `&key=${this.#key}`
    const html = renderStatusPage(await readStatus(), events, {
      title,
      timezone,
      eventsHref: `${paths.events.slice(1)}?after=${this.#run}-${number}${key}`,
      jsonHref: `${paths.json.slice(1)}${this.#query}`,
    })
    send(request, response, { type: 'text/html; charset=utf-8', text: html })
  }

  async #sendJson(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const status = await this.#options.readStatus()
    const text = `${JSON.stringify({ ...status, events: this.#options.board.events })}\n`
    send(request, response, { type: 'application/json', text })
  }
}

function isSame(one: string, other: string): boolean {
  return timingSafeEqual(toDigest(one), toDigest(other))
}

/** Of one length, whatever was sent. */
function toDigest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function send(
  { method }: IncomingMessage,
  response: ServerResponse,
  { type, text }: { readonly type: string; readonly text: string },
): void {
  const bytes = Buffer.from(text)
  response.writeHead(200, {
    ...privateHeaders,
    'Content-Type': type,
    'Content-Length': bytes.length,
  })
  response.end(method === 'HEAD' ? undefined : bytes)
}
