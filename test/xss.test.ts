import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, afterAll, describe, expect, test } from 'vitest'
import type { Browser } from 'playwright-core'
import { launchBrowser, missingBrowser } from './support/browser.ts'
import { LivePublication } from './support/live-publication.ts'
import { readStrictly } from './support/strict-reading.ts'
import { isLong } from './support/chaos-table.ts'
import { xssValues, xssVectors } from './support/xss-vectors.ts'

// Articles that attack whoever reads them: published by the real program, opened from its server in a real browser.

if (missingBrowser !== undefined) process.stderr.write(`SKIPPED: attacks; ${missingBrowser}\n`)

const keys = [
  'title',
  'summary',
  'author',
  'slug',
  'tags',
  'image',
  'link',
  'lang',
  'id',
  'permalink',
]

function prepare(inbox: Map<string, string>): Map<string, string> {
  for (const [number, vector] of xssVectors.entries()) {
    const word = `Number ${number} is an article.`
    inbox.set(`${number}.html`, `<h1>Attack ${number} in HTML</h1><p>${word} ${vector}`)
    inbox.set(`${number}.md`, `# Attack ${number} in Markdown\n\n${word}\n\n${vector}\n`)
    inbox.set(`${number}.txt`, `${vector.slice(0, 100)}\n\n${word} As plain text.\n\n${vector}\n`)
  }
  for (const [number, value] of xssValues.entries()) {
    for (const key of keys) {
      const text = `---\n${key}: ${JSON.stringify(value)}\n---\nValue ${number} of ${key}.\n`
      inbox.set(`${key}-${number}.md`, text)
    }
  }
  return inbox
}

describe.skipIf(missingBrowser !== undefined)('an article that attacks its readers', () => {
  const inbox = prepare(new Map())
  let publication: LivePublication
  let browser: Browser
  const paths: string[] = []

  beforeAll(async () => {
    publication = await LivePublication.start()
    for (const [name, text] of inbox) publication.write(name, text)
    await publication.untilStatus(
      ({ files }) => files.entry + files.held + files.copy + files.draft >= inbox.size,
    )
    await publication.pass()
    const articles = join(publication.settings.out, 'articles')
    for (const name of readdirSync(articles, { recursive: true, encoding: 'utf8' })) {
      if (name.endsWith('.html')) paths.push(`articles/${name}`)
    }
    browser = await launchBrowser()
  })

  afterAll(async () => {
    await browser.close()
    await publication[Symbol.asyncDispose]()
  })

  /** Opens pages as a reader who has switched off what a browser does against such attacks. */
  async function visit(some: readonly string[]): Promise<readonly string[]> {
    const found: string[] = []
    const context = await browser.newContext({ bypassCSP: true })
    const page = await context.newPage()
    let at = ''
    page.on('dialog', (dialog) => {
      found.push(`${at} opens a dialog`)
      void dialog.dismiss()
    })
    page.on('request', (request) => {
      const isOwn = request.url().startsWith(publication.address)
      if (!isOwn && request.isNavigationRequest()) found.push(`${at} goes to ${request.url()}`)
      // A picture is an article's to show, wherever it lies.
      const isPicture = request.resourceType() === 'image'
      if (!isOwn && !isPicture) found.push(`${at} asks ${request.url()}`)
    })
    for (at of some) {
      await page.goto(publication.address + at, { waitUntil: 'load' })
      const said = await page.evaluate<readonly string[]>(inspection)
      found.push(...said.map((sentence) => `${at}: ${sentence}`))
    }
    await context.close()
    return found
  }

  test('runs no script, asks nobody and leaves its place in no page', async () => {
    expect(paths.length).toBeGreaterThan(xssVectors.length * 2)
    // The bodies of all are shown together below.
    const some = paths.filter((_, index) => isLong || index % 4 === 0)
    const half = Math.ceil(some.length / 2)
    const found = await Promise.all([visit(some.slice(0, half)), visit(some.slice(half))])
    expect(found.flat()).toEqual([])
  })

  test('runs no script in a feed or a list that is opened in a browser', async () => {
    expect(await visit(['atom.xml', 'rss.xml', 'feed.json', 'index.html', 'feeds.opml'])).toEqual(
      [],
    )
    for (const [format, name] of [
      ['atom', 'atom.xml'],
      ['rss', 'rss.xml'],
      ['json', 'feed.json'],
    ] as const) {
      const document = readFileSync(join(publication.settings.out, name), 'utf8')
      expect(readStrictly(format, document).length).toBeGreaterThan(10)
    }
  })

  test('runs no script in a reader that shows the feed as it comes', async () => {
    const bodies = publication.items().map(({ content_html: html }) => html)
    const context = await browser.newContext({ bypassCSP: true })
    const page = await context.newPage()
    const found: string[] = []
    page.on('dialog', (dialog) => {
      found.push('a dialog')
      void dialog.dismiss()
    })
    await page.setContent(`<main>${bodies.join('</main><main>')}</main>`, { waitUntil: 'load' })
    found.push(...(await page.evaluate<readonly string[]>(inspection)))
    await context.close()
    expect(found).toEqual([])
  })

  test('writes no file outside of its place', () => {
    const { out } = publication.settings
    const names = readdirSync(out, { recursive: true, encoding: 'utf8' })
    for (const name of names) expect(name).toMatch(/^[\w./-]+$/)
    expect(readdirSync(publication.at('')).toSorted()).toEqual(
      ['.dropfeed', 'elsewhere', 'feed.yaml', 'inbox', 'out'].toSorted(),
    )
  })
})

/** What may not be in a page; run in it. */
const inspection = `(() => {
  const found = []
  if (window.hacked !== undefined) found.push('a script ran')
  const bad = 'script:not([type="application/ld+json"]),iframe,frame,object,embed,form,input,button,svg,math,base,' +
    'template,meta[http-equiv],main style,main link,main meta'
  for (const element of document.querySelectorAll(bad)) {
    if (element.localName === 'meta' && /^content-security-policy$/i.test(element.httpEquiv)) continue
    found.push('there is ' + element.outerHTML.slice(0, 100))
  }
  for (const element of document.querySelectorAll('*')) {
    for (const { name, value } of element.attributes) {
      if (/^on|^style$|^srcdoc$|^ping$|formaction/i.test(name)) found.push(name + '=' + value)
      if (!/^(?:href|src|cite|poster|action|xlink:href)$/i.test(name)) continue
      const { protocol } = new URL(value, 'https://x.invalid/')
      if (!['http:', 'https:', 'mailto:', 'tel:'].includes(protocol)) found.push(name + '=' + value)
    }
  }
  return found
})()`
