import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { extname, join } from 'node:path'
import { Parser } from 'htmlparser2'

/** Where a document leads, and which places in it can be led to. */
type Outlook = { readonly links: readonly string[]; readonly ids: ReadonlySet<string> }

const linkAttributes = ['href', 'src', 'poster', 'cite', 'url', 'xmlUrl', 'htmlUrl', 'xmlurl']
/** Elements of feeds that hold an address as text, and those that hold HTML. */
const linkElements = new Set(['link', 'guid', 'url', 'uri', 'comments', 'docs', 'logo', 'icon'])
const htmlElements = new Set(['content:encoded', 'description', 'content', 'summary'])
const linkKeys = new Set(['url', 'home_page_url', 'feed_url', 'external_url', 'image', 'icon'])

/**
 * Follows every address in every page, feed and list of feeds in a folder. One that is relative or lies below the
 * base address must lead to a file in the folder (a folder means its `index.html`), and a fragment in a page to
 * an element; any other is an author's own.
 * @param baseUrl absolute address of the folder, ends with `/`
 * @returns `page → address`, one for each link that leads nowhere
 */
export function brokenLinks(outFolder: string, baseUrl: string): readonly string[] {
  const outlooks = new Map<string, Outlook>()
  const names = readdirSync(outFolder, { recursive: true, encoding: 'utf8' }).toSorted()
  for (const name of names) {
    const path = join(outFolder, name)
    if (!statSync(path).isFile()) continue
    const outlook = readOutlook(extname(name), readFileSync(path, 'utf8'))
    if (outlook !== undefined) outlooks.set(name.replaceAll('\\', '/'), outlook)
  }
  const isThere = (path: string): boolean => {
    return existsSync(join(outFolder, path)) && statSync(join(outFolder, path)).isFile()
  }
  return [...outlooks].flatMap(([name, { links }]) =>
    [...new Set(links)]
      .filter((link) => {
        const target = toTarget(link, new URL(encodeURI(name), baseUrl).href, baseUrl)
        if (target === undefined) return false
        if (target === 'outside' || !isThere(target.path)) return true
        const ids = outlooks.get(target.path)?.ids
        return target.fragment !== '' && ids !== undefined && !ids.has(target.fragment)
      })
      .map((link) => `${name} → ${link}`),
  )
}

type Target = { readonly path: string; readonly fragment: string }

/** What a link means in the folder: `outside` if it leads out of it, undefined if it is none of ours. */
function toTarget(link: string, from: string, baseUrl: string): Target | 'outside' | undefined {
  const isAbsolute = /^(?:[a-z][a-z\d+.-]*:|\/\/)/i.test(link)
  const url = URL.parse(link, from)
  if (url === null) return 'outside'
  if (!url.href.startsWith(baseUrl)) return isAbsolute ? undefined : 'outside'
  const path = decodeURIComponent(url.pathname.slice(new URL(baseUrl).pathname.length))
  const isFolder = path === '' || path.endsWith('/')
  return {
    path: isFolder ? `${path}index.html` : path,
    fragment: decodeURIComponent(url.hash.slice(1)),
  }
}

function readOutlook(extension: string, text: string): Outlook | undefined {
  switch (extension) {
    case '.html':
      return readMarkup(text, false)
    case '.xml':
    case '.opml':
      return readMarkup(text, true)
    case '.json':
      return { links: [...linksOfJson('', JSON.parse(text))], ids: new Set() }
    default:
      return undefined
  }
}

function readMarkup(text: string, isXml: boolean): Outlook {
  const links: string[] = []
  const ids = new Set<string>()
  const texts: string[] = []
  const parser = new Parser(
    {
      onprocessinginstruction: (_name, instruction) => {
        const href = / href="([^"]*)"/.exec(instruction)?.[1]
        if (href !== undefined) links.push(href)
      },
      onopentag: (_name, attributes) => {
        texts.push('')
        for (const name of linkAttributes) {
          const value = attributes[name]
          if (value !== undefined) links.push(value)
        }
        for (const candidate of attributes['srcset']?.split(', ') ?? []) {
          links.push(candidate.split(' ')[0] ?? '')
        }
        if (attributes['id'] !== undefined) ids.add(attributes['id'])
      },
      ontext: (part) => {
        texts.push((texts.pop() ?? '') + part)
      },
      onclosetag: (name) => {
        const inner = texts.pop() ?? ''
        if (!isXml) return
        if (linkElements.has(name) && /^https?:/.test(inner)) links.push(inner)
        if (htmlElements.has(name)) links.push(...readMarkup(inner, false).links)
      },
    },
    { xmlMode: isXml, decodeEntities: true },
  )
  parser.end(text)
  return { links, ids }
}

function* linksOfJson(key: string, value: unknown): Generator<string> {
  if (typeof value === 'string') {
    if (linkKeys.has(key)) yield value
    if (key === 'content_html') yield* readMarkup(value, false).links
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) yield* linksOfJson(name, inner)
  }
}
