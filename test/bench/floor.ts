import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  watch,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'

// The least that bare Node can do for the same files: what is slower than this is not Node's fault.
//   node floor.ts drop <inbox> <out> <bytes>        a notice → write, sync, rename a feed
//   node floor.ts build <inbox> <out> main|all      read, take apart, write; nothing is checked or kept

type Sketch = {
  readonly path: string
  readonly title: string
  readonly published: string
  readonly hashtags: readonly string[]
}

const feedLength = 50
const archiveLength = 100
const categoryMin = 3

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}

function read(inbox: string, path: string): Sketch & { readonly html: string } {
  const lines = readFileSync(join(inbox, path), 'utf8').trimEnd().split('\n')
  const [published = '', title = ''] = lines
  const hashtags = (lines.at(-2) ?? '').split(' ').map((word) => word.slice(1).toLowerCase())
  const html = lines.slice(3, -2).map((line) => `<p>${escape(line)}</p>`)
  return { path, title, published, hashtags, html: html.join('\n') }
}

const folders = new Set<string>()

function write(path: string, text: string): void {
  const folder = dirname(path)
  if (!folders.has(folder)) mkdirSync(folder, { recursive: true })
  folders.add(folder)
  writeFileSync(path, text)
}

const items = {
  atom: ({ path, title, published, html }: ReturnType<typeof read>) =>
    `<entry><id>${path}</id><title>${escape(title)}</title><updated>${published}</updated><content type="html"><![CDATA[${html}]]></content></entry>`,
  rss: ({ path, title, published, html }: ReturnType<typeof read>) =>
    `<item><guid>${path}</guid><title>${escape(title)}</title><pubDate>${published}</pubDate><description><![CDATA[${html}]]></description></item>`,
  json: ({ path, title, published, html }: ReturnType<typeof read>) =>
    JSON.stringify({ id: path, title, date_published: published, content_html: html }),
} as const

const documents = {
  'atom.xml': (entries: readonly ReturnType<typeof read>[]) =>
    `<feed xmlns="http://www.w3.org/2005/Atom">${entries.map((entry) => items.atom(entry)).join('\n')}</feed>`,
  'rss.xml': (entries: readonly ReturnType<typeof read>[]) =>
    `<rss version="2.0"><channel>${entries.map((entry) => items.rss(entry)).join('\n')}</channel></rss>`,
  'feed.json': (entries: readonly ReturnType<typeof read>[]) =>
    `{"version":"https://jsonfeed.org/version/1.1","items":[${entries.map((entry) => items.json(entry)).join(',\n')}]}`,
} as const

function writeFeeds(inbox: string, folder: string, sketches: readonly Sketch[]): void {
  const entries = sketches.slice(0, feedLength).map(({ path }) => read(inbox, path))
  for (const [name, render] of Object.entries(documents)) write(join(folder, name), render(entries))
  const links = entries.map(({ path, title }) => `<li><a href="/${path}">${escape(title)}</a>`)
  write(join(folder, 'index.html'), `<!doctype html><ul>${links.join('\n')}</ul>`)
}

function build(inbox: string, out: string, isAll: boolean): void {
  const sketches: Sketch[] = []
  for (const folder of readdirSync(inbox)) {
    for (const name of readdirSync(join(inbox, folder))) {
      const { html, ...sketch } = read(inbox, `${folder}/${name}`)
      sketches.push(sketch)
      const page = `<!doctype html><title>${escape(sketch.title)}</title><h1>${escape(sketch.title)}</h1>${html}`
      write(join(out, 'articles', folder, `${name}.html`), page)
    }
  }
  sketches.sort((one, other) => (one.published < other.published ? 1 : -1))
  writeFeeds(inbox, out, sketches)
  if (!isAll) return
  const categories = new Map<string, Sketch[]>()
  for (const sketch of sketches) {
    for (const hashtag of sketch.hashtags) {
      const known = categories.get(hashtag)
      if (known === undefined) categories.set(hashtag, [sketch])
      else known.push(sketch)
    }
  }
  for (const [hashtag, some] of categories) {
    if (some.length >= categoryMin) writeFeeds(inbox, join(out, 'categories', hashtag), some)
  }
  for (let done = feedLength; done < sketches.length; done += archiveLength) {
    const entries = sketches.slice(done, done + archiveLength).map(({ path }) => read(inbox, path))
    write(join(out, 'archive', `${done}.xml`), documents['atom.xml'](entries))
  }
}

/** Answers each file moved in with a feed that begins with its name. */
function answerDrops(inbox: string, out: string, lengthBytes: number): void {
  const rest = 'x'.repeat(lengthBytes)
  watch(inbox, (_, name) => {
    const handle = openSync(join(out, '.feed.tmp'), 'w')
    writeSync(handle, `${name}\n${rest}`)
    fsyncSync(handle)
    closeSync(handle)
    renameSync(join(out, '.feed.tmp'), join(out, 'feed'))
  })
  process.stdout.write('ready\n')
}

const [kind, inbox = '', out = '', last = ''] = process.argv.slice(2)
if (kind === 'drop') answerDrops(inbox, out, Number(last))
else build(inbox, out, last === 'all')
