import { Tokenizer } from 'htmlparser2'
import sanitizeHtml from 'sanitize-html'
import { cleanAttributes, startReading, type TagReading } from './body-attributes.ts'
import {
  decodeEntities,
  escapeAttribute,
  escapeText,
  dropForbidden,
  keepTagEnds,
  words,
} from './escape.ts'
import { droppedTag, hiddenTag, toSoundNesting, voidTags } from './nesting.ts'

/** HTML that every feed and page may carry: no script, no style, no dangerous address, always balanced. */
export type SafeBody = {
  readonly html: string
  /** Some address needs the article's own address to be whole. */
  readonly hasRelativeAddresses: boolean
}

const wordList = (list: string): string[] => [...words(list)]

/** What feed readers show well, the most usual first. A tag that is not here is dropped and its text stays. */
const allowedTags = wordList(`

  p a br em strong li i b img span div ul ol h1 h2 h3 h4 h5 h6 hr wbr blockquote pre dl dt dd
  figure figcaption details summary table caption colgroup col thead tbody tfoot tr th td u s del ins
  sub sup small mark abbr q cite dfn code kbd samp var time bdi ruby rt rp audio
  video source track ${droppedTag} ${hiddenTag}
`)

/** Tags whose text is not the article's. */
const silentTags: ReadonlySet<string> = new Set(
  words(`
  script style template noscript noembed noframes head title svg math object applet canvas map
  iframe frameset textarea select option optgroup datalist button xmp plaintext nav dialog
`),
)

/** `body-attributes.ts` decides on the attributes of each tag; here is what may come of that. */
const allowedAttributes = {
  '*': wordList(`
    href src srcset poster cite title alt width height id lang dir colspan rowspan scope
    align span start reversed type value datetime class preload open kind label
    srclang
  `),
}

/** Markup nested deeper than this was not written by anybody: it is read as text alone. */
const nestingAbsurd = 1_000

/**
 * Cleans HTML from anywhere. The only way in which an author's markup enters an article.
 *
 * The result is canonical: tags in lower case, attributes in double quotes, `&`, `<` and `>` always
 * escaped, so that `]]>` cannot occur and a tag ends at the first `>`; the other functions here rely on it.
 */
export function toSafeHtml(html: string): SafeBody {
  if (isTooDeep(html)) return { html: toTextOnly(html), hasRelativeAddresses: false }
  const reading = startReading(findAnchors(html))
  const clean = sanitizeHtml(html, toOptions(reading))
  const safe = keepTagEnds(toSoundNesting(dropForbidden(clean)).trim())
  // A link that pointed at an id may have been dropped itself. In what is clean no link is dropped, so this ends.
  const anchors = reading.ids.size === 0 ? reading.ids : findAnchors(safe)
  if ([...reading.ids].some((id) => !anchors.has(id))) return toSafeHtml(safe)
  return { html: safe, hasRelativeAddresses: reading.hasRelativeAddresses }
}

function toOptions(reading: TagReading): sanitizeHtml.IOptions {
  return {
    allowedTags,
    allowedAttributes,
    allowedSchemes: ['http', 'https', 'mailto', 'tel'],
    allowedSchemesAppliedToAttributes: ['href', 'src', 'cite', 'poster'],
    allowProtocolRelative: false,
    nonTextTags: [...silentTags],
    selfClosing: [...voidTags],
    parseStyleAttributes: false,
    onOpenTag: (name) => {
      if (name === 'form') reading.formDepth += 1
    },
    onCloseTag: (name) => {
      if (name === 'form') reading.formDepth -= 1
    },
    transformTags: {
      '*': (tagName, attributes) =>
        silentTags.has(tagName)
          ? { tagName, attribs: {} }
          : cleanAttributes(tagName, attributes, reading),
    },
  }
}

/** The fragments that links in this HTML point at: the only ids worth keeping, such as those of footnotes. */
function findAnchors(html: string): ReadonlySet<string> {
  const anchors = new Set<string>()
  for (const match of html.matchAll(/href\s?=\s?["']?#([^\s"'<>]{1,100})/gi)) {
    anchors.add(match[1] ?? '')
  }
  return anchors
}

/**
 * Tells absurd nesting before a parser meets it, since parsers look through all open tags for each closing one.
 * Linear: the stack that is searched is bounded.
 */
export function isTooDeep(html: string): boolean {
  let count = 0
  for (
    let at = html.indexOf('<');
    at !== -1 && count <= nestingAbsurd;
    at = html.indexOf('<', at + 1)
  )
    count += 1
  if (count <= nestingAbsurd) return false
  const open: string[] = []
  let isDeep = false
  const tokenizer = new Tokenizer(
    {},
    {
      ...silent,
      onopentagname: (start, end) => {
        if (isDeep) return
        const name = html.slice(start, end).toLowerCase()
        if (voidTags.has(name)) return
        if (impliesEnd.has(name) && open.at(-1) === name) open.pop()
        open.push(name)
        isDeep = open.length > nestingAbsurd
      },
      onclosetag: (start, end) => {
        if (isDeep) return
        const at = open.lastIndexOf(html.slice(start, end).toLowerCase())
        if (at !== -1) open.length = at
      },
    },
  )
  tokenizer.write(html)
  tokenizer.end()
  return isDeep
}

const ignore = (): void => undefined
const silent = {
  onattribdata: ignore,
  onattribend: ignore,
  onattribentity: ignore,
  onattribname: ignore,
  oncdata: ignore,
  oncomment: ignore,
  ondeclaration: ignore,
  onend: ignore,
  onopentagend: ignore,
  onprocessinginstruction: ignore,
  onselfclosingtag: ignore,
  ontext: ignore,
  ontextentity: ignore,
}
const impliesEnd = new Set(['p', 'li', 'dt', 'dd', 'tr', 'td', 'th', 'option', 'a'])

function toTextOnly(html: string): string {
  const text = html
    .replaceAll(/<[^<>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
  return `<p>${escapeText(text)}</p>`
}

/**
 * Makes every address in clean HTML absolute.
 * Source: RFC 3986 §5.
 * @param baseUrl absolute address of the article's page
 */
export function toAbsoluteHtml(html: string, baseUrl: string): string {
  return html.replaceAll(/<[a-z][^>]*>/g, (tag) =>
    tag.replaceAll(
      / (href|src|cite|poster|srcset)="([^"]*)"/g,
      (_all, name: string, value: string) => {
        const written = decodeEntities(value)
        const whole =
          name === 'srcset' ? toAbsoluteSet(written, baseUrl) : toAbsolute(written, baseUrl)
        return ` ${name}="${escapeAttribute(whole)}"`
      },
    ),
  )
}

function toAbsolute(address: string, baseUrl: string): string {
  return URL.parse(address, baseUrl)?.href ?? baseUrl
}

/** `srcset` as `body-attributes.ts` writes it: candidates between `, `, each an address and perhaps a descriptor. */
function toAbsoluteSet(written: string, baseUrl: string): string {
  return written
    .split(', ')
    .map((candidate) => {
      const [address = '', ...descriptors] = candidate.split(' ')
      return [toAbsolute(address, baseUrl), ...descriptors].join(' ')
    })
    .join(', ')
}

export { toText } from './body-text.ts'
