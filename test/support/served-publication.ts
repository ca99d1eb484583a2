import { silentLog } from '../../src/log.ts'
import { FeedServer } from '../../src/out/server.ts'
import { Publisher } from '../../src/publisher/publisher.ts'
import { ask } from './ask.ts'
import type { Reply } from './ask.ts'
import { siteId } from './publication.ts'
import type { Publication } from './publication.ts'

/** A real publication, served while it is run step by step at a clock that the test sets. */
export class ServedPublication implements AsyncDisposable {
  readonly files: Publication
  #publisher: Publisher
  #server: FeedServer

  private constructor(files: Publication, publisher: Publisher, server: FeedServer) {
    this.files = files
    this.#publisher = publisher
    this.#server = server
  }

  static async start(files: Publication): Promise<ServedPublication> {
    const [publisher, server] = await open(files)
    return new ServedPublication(files, publisher, server)
  }

  /** As if the program had ended and begun again. */
  async restart(): Promise<void> {
    await this.#close()
    const [publisher, server] = await open(this.files)
    this.#publisher = publisher
    this.#server = server
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close()
    await this.files[Symbol.asyncDispose]()
  }

  /** Takes in what lies in the inbox now and publishes it, a minute after the last time. */
  async publish(): Promise<void> {
    this.files.nowMs += 60_000
    await this.#publisher.run({ kind: 'all' })
  }

  /** Ends with `/`. */
  get address(): string {
    return this.#server.address
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
    return ask(this.#server.address, path, { headers })
  }

  /** Asks for what is new since the version of this tag. */
  since(etag: string | undefined, path: string, coding = ''): Promise<Reply> {
    const headers = { 'if-none-match': etag ?? '', 'a-im': 'feed', 'accept-encoding': coding }
    return this.get(path, headers)
  }

  async #close(): Promise<void> {
    await this.#server[Symbol.asyncDispose]()
    await this.#publisher[Symbol.asyncDispose]()
  }
}

async function open(files: Publication): Promise<readonly [Publisher, FeedServer]> {
  const publisher = await Publisher.open(files.settings, {
    log: silentLog,
    now: () => files.nowMs,
    mintSiteId: () => siteId,
    onPublication: ({ written, removed }) => server.refresh(written, removed),
  })
  const server = await FeedServer.open({
    root: files.settings.out,
    host: '127.0.0.1',
    port: 0,
    baseUrl: files.settings.baseUrl,
    deltas: publisher.findDelta,
    log: {
      fault: (sentence) => {
        throw new Error(sentence)
      },
    },
  })
  return [publisher, server]
}
