import { parseArticle } from '../../src/core/article/parse.ts'
import { toSafeHtml } from '../../src/core/article/body.ts'
import { toSketch } from '../../src/core/entry/sketch.ts'
import { parseStrict } from '../support/strict-xml.ts'
import type { StrictElement } from '../support/strict-xml.ts'

// What holds for any file whatsoever. The first byte picks the format.

const formats = ['plain', 'markdown', 'html'] as const
const rules = { timezone: 'Europe/Paris', categoriesMax: 100 }
/** Of the processor, for a few kilobytes in instrumented code: only what grows faster than the text comes near. */
const workMsMax = 1_000
// oxlint-disable-next-line no-control-regex -- These are the characters to be found.
const forbidden = /[\0-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]|\p{Surrogate}/u

/** @throws Error when the reader of articles breaks a promise on this input */
export function fuzz(data: Uint8Array): void {
  const format = formats[(data[0] ?? 0) % formats.length] ?? 'plain'
  const began = process.threadCpuUsage()
  const parsed = parseArticle({ path: 'notes/a', format, bytes: data.subarray(1) }, rules)
  const { user, system } = process.threadCpuUsage(began)
  if (user + system > workMsMax * 1_000) throw new Error(`took ${(user + system) / 1_000} ms`)
  if (parsed.kind !== 'article') return
  const { article } = parsed
  const { bodyHtml, title, summary, categories } = article
  toSketch(bodyHtml)
  // HTML may leave out the value of a flag.
  const whole = bodyHtml.replaceAll(
    /<(?:details|ol(?: start="-?\d+")?) (?:open|reversed)/g,
    '$&=""',
  )
  checkClean(parseStrict(`<div>${whole}</div>`))
  for (const text of [bodyHtml, title, summary, ...categories]) {
    if (forbidden.test(text)) throw new Error(`a character that XML forbids: ${text}`)
  }
  if (/[\n\r]/.test(title) || title.trim() === '') throw new Error('no title of one line')
  const again = toSafeHtml(bodyHtml).html
  // Under another base a link into the page leads out of it, and what it led to is no target any more.
  const isBased = format === 'html' && Buffer.from(data).includes('base')
  if (again !== bodyHtml && !isBased)
    throw new Error(`cleaned again it differs: ${bodyHtml}\n---\n${again}`)
}

const dangerous =
  /^(?:script|style|iframe|object|embed|form|input|svg|math|base|meta|link|template)$/
const schemes: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:', 'tel:'])

function checkClean({ name, attributes, children }: StrictElement): void {
  if (dangerous.test(name)) throw new Error(`not clean: <${name}>`)
  for (const [key, value] of Object.entries(attributes)) {
    if (/^on|^style$|:/.test(key)) throw new Error(`not clean: ${key}="${value}"`)
    if (!/^(?:href|src|cite|poster)$/.test(key)) continue
    const protocol = URL.parse(value, 'https://x.invalid/')?.protocol ?? ''
    if (!schemes.has(protocol)) throw new Error(`not clean: ${key}="${value}"`)
  }
  for (const child of children) checkClean(child)
}
