import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

const executablePath = '/usr/bin/chromium'

/** Why no browser can be asked on this machine; undefined when one can. */
export const missingBrowser = existsSync(executablePath)
  ? undefined
  : `${executablePath} is not installed`

/** Starts a real browser; it is the caller's to close. */
export async function launchBrowser(): Promise<Browser> {
  return await chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

/** XML as feeds have to be sent for a browser to show them: their own media types are shown as raw text. */
const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.xml': 'application/xml',
  '.opml': 'text/x-opml',
  '.json': 'application/feed+json',
  '.png': 'image/png',
}

export type FolderServer = AsyncDisposable & {
  /** Ends with `/`. */
  readonly baseUrl: string
}

/** Serves the files of a folder on the loopback address, as any server of static files does. */
export async function serveFolder(folder: string): Promise<FolderServer> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost/')
    const path = normalize(decodeURIComponent(pathname))
    const name = path.endsWith('/') ? `${path}index.html` : path
    const file = join(folder, name)
    if (!existsSync(file)) {
      response.writeHead(404).end()
      return
    }
    const mediaType = mediaTypes[extname(name)] ?? 'application/octet-stream'
    response.writeHead(200, { 'content-type': mediaType }).end(readFileSync(file))
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return {
    baseUrl: `http://127.0.0.1:${address.port}/`,
    [Symbol.asyncDispose]: async () => {
      const closed = Promise.withResolvers<void>()
      server.close(() => closed.resolve())
      server.closeAllConnections()
      await closed.promise
    },
  }
}
