import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { ask } from './ask.ts'

/** Another web server with a configuration from `docs/`, in a process of its own. */
export type WebServer = AsyncDisposable & {
  /** Ends with `/`. */
  readonly address: string
  readonly pid: number
  /** All it said. */
  readonly said: () => string
}

type Place = {
  /** A folder for what the server itself writes. */
  readonly folder: string
  /** The folder it serves, absolute, or the address of the server it stands before. */
  readonly behind: string
  /** What its command is to begin with: `['taskset', '-c', '1']`. */
  readonly before?: readonly string[]
}

const docs = join(import.meta.dirname, '../../docs')
const waitMsMax = 20_000

/**
 * Starts Debian's nginx with `docs/nginx.conf` or `docs/nginx-proxy.conf` as one of its sites, under
 * the settings that Debian's own nginx.conf makes for all sites. In the file only the lines that a person
 * has to change are changed: where it listens, and what it serves.
 */
export async function startNginx(
  name: 'nginx.conf' | 'nginx-proxy.conf',
  place: Place,
): Promise<WebServer> {
  const port = await findPort()
  const site = join(place.folder, name)
  writeFileSync(
    site,
    substitute(name, [
      ['listen 80;', `listen 127.0.0.1:${port};`],
      name === 'nginx.conf'
        ? ['/srv/dropfeed/out', place.behind]
        : ['127.0.0.1:8080', new URL(place.behind).host],
    ]),
  )
  const config = join(place.folder, 'main.conf')
  const modules = '/etc/nginx/modules-enabled'
  writeFileSync(
    config,
    `${process.getuid?.() === 0 ? 'user root;' : ''}
    daemon off; worker_processes 1; pid ${place.folder}/nginx.pid; error_log stderr;
    ${existsSync(modules) ? `include ${modules}/*.conf;` : ''}
    events { worker_connections 768; }
    http {
      sendfile on; tcp_nopush on; gzip on; access_log off;
      include /etc/nginx/mime.types; default_type application/octet-stream;
      ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${place.folder}/${kind};`).join(' ')}
      include ${site};
    }`,
  )
  return await start(port, [...(place.before ?? []), 'nginx', '-c', config, '-e', 'stderr'])
}

/** Starts Debian's Caddy with `docs/Caddyfile` or `docs/Caddyfile.proxy`, changed in the same way. */
export async function startCaddy(
  name: 'Caddyfile' | 'Caddyfile.proxy',
  place: Place,
): Promise<WebServer> {
  const port = await findPort()
  const site = substitute(name, [
    ['http://feeds.example.org', `http://127.0.0.1:${port}`],
    name === 'Caddyfile'
      ? ['/srv/dropfeed/out', place.behind]
      : ['127.0.0.1:8080', new URL(place.behind).host],
  ])
  const config = join(place.folder, 'Caddyfile')
  mkdirSync(place.folder, { recursive: true })
  writeFileSync(config, `{\n\tadmin off\n}\n${site}`)
  const words = ['caddy', 'run', '--adapter', 'caddyfile', '--config', config]
  return await start(port, [...(place.before ?? []), ...words], {
    XDG_DATA_HOME: place.folder,
    XDG_CONFIG_HOME: place.folder,
    HOME: place.folder,
  })
}

/** Says why tests with nginx or Caddy cannot run, and says it on stderr too. */
export function missingServer(name: 'nginx' | 'caddy'): string | undefined {
  const isThere =
    name === 'nginx'
      ? spawnSync('nginx', ['-v']).status === 0 && hasBrotli()
      : spawnSync('caddy', ['version']).status === 0
  if (isThere) return undefined
  const what = name === 'nginx' ? 'nginx with libnginx-mod-http-brotli-static' : 'Caddy'
  process.stderr.write(`SKIPPED: the tests with ${what}, which is not installed\n`)
  return `${what} is not installed`
}

function hasBrotli(): boolean {
  return (
    existsSync('/usr/share/nginx/modules/ngx_http_brotli_static_module.so') ||
    existsSync('/usr/lib/nginx/modules/ngx_http_brotli_static_module.so')
  )
}

/** Each of these stands in the file once or more, or the file has changed and this must too. */
function substitute(name: string, changes: readonly (readonly [string, string])[]): string {
  let text = readFileSync(join(docs, name), 'utf8')
  for (const [from, to] of changes) {
    if (!text.includes(from)) throw new Error(`docs/${name} does not say ${from}`)
    text = text.replaceAll(from, to)
  }
  return text
}

async function findPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const bound = server.address()
  server.close()
  await once(server, 'close')
  if (bound === null || typeof bound === 'string') throw new Error('no port')
  return bound.port
}

async function start(
  port: number,
  [command = '', ...words]: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<WebServer> {
  const child = spawn(command, words, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part: string) => (said += part))
  }
  const ended = once(child, 'exit')
  const address = `http://127.0.0.1:${port}/`
  const endMs = performance.now() + waitMsMax
  for (;;) {
    const isUp = await ask(address, '/').then(
      () => true,
      () => false,
    )
    if (isUp) break
    if (child.exitCode !== null || performance.now() > endMs) {
      child.kill('SIGKILL')
      throw new Error(`${command} does not answer: ${said}`)
    }
    await pause(10)
  }
  return {
    address,
    pid: child.pid ?? 0,
    said: () => said,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}
