import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { pathToFileURL } from 'node:url'
import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toSafeHtml } from '../src/core/article/body.ts'
import type { Entry } from '../src/core/entry/entry.ts'
import { feedFiles, renderFragments } from '../src/core/feed/feed.ts'
import {
  type PageSite,
  renderArticlePage,
  renderCategoryPage,
  renderIndexPage,
  renderOpml,
  stylesheets,
  type Teaser,
} from '../src/core/page/page.ts'
import type { Site } from '../src/core/site.ts'
import { type FolderServer, launchBrowser, missingBrowser, serveFolder } from './support/browser.ts'
import { renderText, toExampleEntry } from './support/feed-examples.ts'
import { brokenLinks } from './support/link-checker.ts'
import { reportMissing } from './support/readers/read-with-all.ts'
import { makeTemporaryFolder } from './support/temporary-folder.ts'

// What people see is judged where they see it: in a real browser, over a folder as it is published. A
// folder for each language of the site; in each, articles in many languages.

reportMissing('a browser', missingBrowser)

const wideTable = `<table><caption>Mesures</caption><thead><tr>${'<th>Grandeur mesurée</th>'.repeat(9)}</tr></thead>
<tbody><tr>${'<td>1 234 567,89</td>'.repeat(9)}</tr></tbody></table>`

const code = `<pre><code class="language-ts">export function escape(text: string): string {
\treturn text.replaceAll(/[&amp;&lt;&gt;"]/g, (character) => entities[character] ?? '') // A line that is much longer than any screen of a telephone is wide
}
</code></pre>`

const longWord = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft'

type Example = Partial<Entry> & { readonly name: string; readonly title: string }

const articles: readonly Example[] = [
  {
    name: 'otan',
    title: 'L’Otan n’a même pas attendu que le président élu des États-Unis complète son équipe',
    language: 'fr',
    authors: [{ name: 'Ana Martín', url: 'https://example.com/ana' }, { name: 'Bo' }],
    contentHtml: `<p>L’Otan n’a même pas attendu que le président élu, Donald Trump, complète toute son équipe. “Ils ont évoqué les différents problèmes”, a déclaré ce samedi la porte-parole.</p>
<h1>Un titre dans le corps</h1><p>Des mots <a href="https://example.com/page">avec un lien</a>, du <code>code</code> et une note<sup><a href="#fn1" id="fnref1">[1]</a></sup>.</p>
<h3>Un niveau sauté</h3><blockquote><p>Une citation.</p></blockquote><ul><li>un</li><li>deux<ol><li>trois</li></ol></li></ul>
<h2>Images et sons</h2><figure><img src="/picture.png" alt="Un carré" width="1600" height="400"><figcaption>Une légende</figcaption></figure><a href="https://example.com/picture"><img src="/picture.png"></a>
<audio src="/sound.mp3"></audio><video src="/film.mp4" width="1200" height="300"></video>
<details><summary>Plus</summary><p>Davantage.</p></details><hr><dl><dt>Terme</dt><dd>Définition</dd></dl><p id="fn1">La note. <a href="#fnref1">↩</a></p>`,
  },
  {
    name: 'arabic',
    title: 'مرحبا بالعالم: رسالة إلى كل من يقرأ',
    language: 'ar',
    authors: [{ name: 'ليلى' }],
    contentHtml: `<p>هذا نص عربي طويل بما يكفي ليملأ سطرًا كاملًا وأكثر، وفيه كلمات لاتينية مثل Node.js ورقم 2024.</p>${code}<ul><li>أول</li><li>ثانٍ</li></ul><blockquote><p>اقتباس</p></blockquote><table><tr><th>اسم</th><td>قيمة</td></tr></table>`,
  },
  {
    name: 'japanese',
    title: '日本語の題名です',
    language: 'ja',
    contentHtml:
      '<p>吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。何でも薄暗いじめじめした所でニャーニャー泣いていた事だけは記憶している。<ruby>漢字<rp>(</rp><rt>かんじ</rt><rp>)</rp></ruby></p>',
  },
  { name: 'code', title: 'Code & <code>', language: 'en', contentHtml: `<p>Code:</p>${code}` },
  {
    name: 'table',
    title: 'Un tableau large',
    language: 'fr',
    link: 'https://example.com/elsewhere/table',
    contentHtml: `<p>Le tableau :</p>${wideTable}<p>${longWord}</p>`,
  },
  {
    name: 'long',
    title: `${longWord} ${'und noch viele weitere Wörter '.repeat(4)}`.trim(),
    language: 'de',
    contentHtml: `<p>https://example.com/${'a'.repeat(200)}</p>`,
  },
  {
    name: 'unknown',
    title: `‮"'</title><script>window.hacked = 1</script><img src=x onerror=alert(1)>`,
    language: undefined,
    summary: 'No body, and a <summary> & so on.',
    contentHtml: '',
  },
]

/** Labels with the number of entries; those with a folder have feeds. */
const categories = [
  { label: 'général', path: 'categories/general/', count: 1234 },
  { label: 'المصدر', path: 'categories/almsdr/', count: 7 },
  { label: longWord, path: 'categories/long/', count: 3 },
  { label: '</a>"><script>', count: 1 },
]

const publishedAtMs = Date.UTC(2024, 10, 23, 19, 52)

function toEntryOf(baseUrl: string, { name, ...different }: Example, index: number): Entry {
  const page = `${baseUrl}articles/2024/11/${name}.html`
  return toExampleEntry({
    id: `urn:uuid:1225c695-cfb8-4ebb-aaaa-00000000000${index}`,
    link: page,
    publishedAtMs: publishedAtMs - index * 86_400_000,
    updatedAtMs: publishedAtMs + index * 3_600_000,
    categories: categories.map(({ label }) => ({ term: label, label })),
    summary: different.title,
    ...different,
    contentHtml: absolute(toSafeHtml(different.contentHtml ?? '').html, page),
  })
}

function absolute(html: string, page: string): string {
  return html.replaceAll(
    / (href|src)="([^"]*)"/g,
    (_, name: string, value: string) => ` ${name}="${new URL(value, page).href}"`,
  )
}

function toFiles(site: Site): ReadonlyMap<string, string> {
  const context: PageSite = { site, timezone: 'Europe/Paris', hasTheme: false }
  const entries = articles.map((article, index) => toEntryOf(site.baseUrl, article, index))
  const teasers = entries.map(({ title, publishedAtMs: at, summary, language }, index): Teaser => {
    const path = `articles/2024/11/${articles[index]?.name}.html`
    return { title, path, publishedAtMs: at, summary, language }
  })
  const files = new Map(Object.entries(stylesheets))
  for (const [index, entry] of entries.entries()) {
    const path = teasers[index]?.path ?? ''
    const [newer, older] = [teasers[index - 1], teasers[index + 1]]
    files.set(path, renderArticlePage(context, { entry, path, categories, newer, older }))
  }
  const updatedAtMs = publishedAtMs
  files.set('index.html', renderIndexPage(context, { entries: teasers, categories, updatedAtMs }))
  const folders = categories.flatMap(({ label, path }) =>
    path === undefined ? [] : [{ title: label, label, folder: path }],
  )
  files.set('feeds.opml', renderOpml(site, [{ title: site.title, folder: '' }, ...folders]))
  for (const { label, folder } of folders) {
    files.set(
      `${folder}index.html`,
      renderCategoryPage(context, { label, folder, entries: teasers }),
    )
  }
  for (const folder of ['', ...folders.map((each) => each.folder)]) {
    for (const format of ['rss', 'atom', 'json'] as const) {
      const fragments = entries.map((entry) => renderFragments(entry)[format])
      const document = renderText(format, { site, folder, updatedAtMs }, fragments)
      files.set(`${folder}${feedFiles[format].name}`, document)
    }
  }
  return files
}

const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPj/HwADBwIAMCbHYQAAAABJRU5ErkJggg==',
  'base64',
)

const sites = [
  { folder: 'fr', title: 'Nouvelles & <analyses>', subtitle: 'Ce qui se passe', language: 'fr' },
  { folder: 'ar', title: 'أخبار اليوم', subtitle: 'ما يحدث في العالم', language: 'ar' },
  { folder: 'ja', title: '今日のニュース', subtitle: undefined, language: 'ja' },
] as const

const pages = [
  ...articles.map(({ name }) => `fr/articles/2024/11/${name}.html`),
  'fr/index.html',
  'fr/categories/general/index.html',
  'ar/index.html',
  'ar/articles/2024/11/otan.html',
  'ar/articles/2024/11/japanese.html',
  'ar/articles/2024/11/unknown.html',
  'ja/index.html',
  'ja/categories/almsdr/index.html',
]

/** Screenshots are for people: of all pages, when this names a folder. */
const pictures = process.env['DROPFEED_SCREENSHOTS']

describe.skipIf(missingBrowser !== undefined)('in a browser', () => {
  const folder = makeTemporaryFolder()
  let server: FolderServer
  let browser: Browser
  let page: Page
  const requests: string[] = []
  const messages: string[] = []

  beforeAll(async () => {
    server = await serveFolder(folder.path)
    for (const { folder: name, title, subtitle, language } of sites) {
      const site: Site = {
        id: 'urn:uuid:60a76c80-d399-11d9-b93c-0003939e0af6',
        title,
        subtitle,
        language,
        baseUrl: `${server.baseUrl}${name}/`,
        author: { name: 'Jo' },
        copyright: '© 2024 Jo',
        createdAtMs: 0,
      }
      for (const [path, text] of toFiles(site)) write(`${name}/${path}`, text)
    }
    write('picture.png', picture)
    write('favicon.ico', picture)
    browser = await launchBrowser()
    page = await browser.newPage({ viewport: { width: 1000, height: 800 } })
    page.on('request', (request) => requests.push(request.url()))
    page.on('console', (message) => messages.push(message.text()))
    page.on('pageerror', (error) => messages.push(String(error)))
  })

  afterAll(async () => {
    await browser.close()
    await server[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  function write(path: string, content: string | Uint8Array): void {
    const file = folder.at(path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, content)
  }

  async function takePicture(name: string): Promise<void> {
    if (pictures === undefined) return
    // Not the page's own method: it waits for something that documents of XML never tell.
    const session = await page.context().newCDPSession(page)
    const { data } = await session.send('Page.captureScreenshot', { captureBeyondViewport: true })
    writeFileSync(`${pictures}/${name.replaceAll('/', '-')}.png`, data, 'base64')
    await session.detach()
  }

  async function open(path: string, scheme: 'light' | 'dark' = 'light', width = 1000) {
    await page.emulateMedia({ colorScheme: scheme })
    await page.setViewportSize({ width, height: 800 })
    await page.goto(new URL(path, server.baseUrl).href, { waitUntil: 'load' })
  }

  /** What the accessibility check has against the page that is open, under all its rules or some. */
  async function violations(...rules: readonly string[]): Promise<readonly string[]> {
    await page.evaluate(axe.source)
    const options = {
      resultTypes: ['violations'],
      ...(rules.length === 0
        ? { rules: { 'target-size': { enabled: true } } }
        : { runOnly: { type: 'rule', values: rules } }),
    }
    return await page.evaluate<readonly string[]>(`
      axe.run(document, ${JSON.stringify(options)}).then(({ violations }) =>
        violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))
    `)
  }

  /** By how much the page that is open is wider than the screen, in CSS pixels. */
  async function overflow(): Promise<number> {
    return await page.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    )
  }

  test.each(pages)('%s is accessible, light and dark', async (path) => {
    await open(path)
    expect(await violations()).toEqual([])
    await takePicture(`${path}-light`)
    // Nothing but the colours differs in the dark.
    await open(path, 'dark')
    expect(await violations('color-contrast')).toEqual([])
    await takePicture(`${path}-dark`)
  })

  test('a page that is not accessible does not pass', async () => {
    await open('fr/index.html')
    await page.evaluate(
      `document.body.innerHTML = '<h1>x</h1><p style="color: #ccc"><a href="x"></a>text</p>'`,
    )
    const found = await violations()
    expect(found.map((violation) => violation.split(':')[0])).toEqual(
      expect.arrayContaining(['color-contrast', 'link-name']),
    )
  })

  test.each(pages)('%s says nothing, asks nobody else and runs nothing', async (path) => {
    requests.length = 0
    messages.length = 0
    await open(path)
    expect(messages).toEqual([])
    expect(requests).not.toEqual([])
    expect(requests.filter((url) => !url.startsWith(server.baseUrl))).toEqual([])
    expect(await page.evaluate('window.hacked')).toBeUndefined()
  })

  test.each(pages)('%s is readable on a screen of 320 pixels', async (path) => {
    await open(path, 'light', 320)
    expect(await overflow()).toBe(0)
    await takePicture(`${path}-320`)
  })

  test('a wide table and long lines of code are scrolled inside themselves', async () => {
    for (const [name, selector] of [
      ['table', '.wide'],
      ['code', 'pre'],
    ] as const) {
      await open(`fr/articles/2024/11/${name}.html`, 'light', 320)
      const inside = `document.querySelector('${selector}')`
      expect(await page.evaluate(`${inside}.scrollWidth > ${inside}.clientWidth`)).toBe(true)
      await page.focus(selector)
      await page.keyboard.press('ArrowRight')
      await expect.poll(() => page.evaluate(`${inside}.scrollLeft > 0`)).toBe(true)
    }
  })

  test.each(pages)('%s leads to its feeds', async (path) => {
    await open(path)
    const found = await page.evaluate<readonly { type: string; href: string }[]>(`
      [...document.querySelectorAll('link[rel="alternate"]')].map(({ type, href }) => ({ type, href }))
    `)
    const [site = ''] = path.split('/')
    const own = /categories\/[^/]*\//.exec(path)?.[0]
    const folders = own === undefined ? [''] : [own, '']
    const expected = folders.flatMap((each) =>
      (['atom', 'rss', 'json'] as const).map((format) => ({
        type: feedFiles[format].mediaType,
        href: `${server.baseUrl}${site}/${each}${feedFiles[format].name}`,
      })),
    )
    expect(found).toEqual(expected)
    for (const { href } of found) expect((await page.request.get(href)).status()).toBe(200)
  })

  test.each(sites)('every link of the site in $language leads somewhere', ({ folder: name }) => {
    expect(brokenLinks(folder.at(name), `${server.baseUrl}${name}/`)).toEqual([])
  })

  test('a link that leads nowhere is found, wherever it is', () => {
    const baseUrl = `${server.baseUrl}broken/`
    write('broken/index.html', '<a href="a/">a</a><a href="b.html#no">b</a><img src="c.png">')
    write(
      'broken/b.html',
      '<p id="yes"><a href="../../x">x</a><a href="https://example.com/">y</a>',
    )
    write('broken/feeds.opml', `<opml><outline xmlUrl="${baseUrl}d.xml"/></opml>`)
    write(
      'broken/rss.xml',
      `<?xml-stylesheet href="e.css"?><rss><link>${baseUrl}f</link>
<content:encoded><![CDATA[<a href="${baseUrl}g">g</a>]]></content:encoded></rss>`,
    )
    write('broken/feed.json', JSON.stringify({ items: [{ url: `${baseUrl}h` }] }))
    expect(brokenLinks(folder.at('broken'), baseUrl)).toEqual([
      'b.html → ../../x',
      `feed.json → ${baseUrl}h`,
      `feeds.opml → ${baseUrl}d.xml`,
      'index.html → a/',
      'index.html → b.html#no',
      'index.html → c.png',
      'rss.xml → e.css',
      `rss.xml → ${baseUrl}f`,
      `rss.xml → ${baseUrl}g`,
    ])
  })

  test('pages work when they are opened from the disk', async () => {
    requests.length = 0
    messages.length = 0
    await page.goto(pathToFileURL(folder.at('fr/index.html')).href)
    await page.click('main article a')
    expect(await page.title()).toContain('L’Otan')
    await page.click('main footer a')
    expect(await page.textContent('h1')).toBe('général')
    await page.click('header a')
    expect(await page.textContent('h1')).toBe('Nouvelles & <analyses>')
    expect(messages).toEqual([])
    expect(requests.filter((url) => url.endsWith('style.css'))).not.toEqual([])
  })

  test('a footnote is on the page, not at the address of the article', async () => {
    await open('fr/articles/2024/11/otan.html')
    await page.click('#fnref1')
    expect(page.url()).toBe(`${server.baseUrl}fr/articles/2024/11/otan.html#fn1`)
  })

  test.each(pages)('%s is readable in print', async (path) => {
    await open(path)
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    const colours = await page.evaluate<readonly string[]>(`
      ['html', 'h1'].map((name) => getComputedStyle(document.querySelector(name)))
        .flatMap(({ color, backgroundColor }, index) => index === 0 ? [backgroundColor] : [color])
    `)
    expect(colours).toEqual(['rgb(255, 255, 255)', 'rgb(0, 0, 0)'])
    await takePicture(`${path}-print`)
    await page.emulateMedia({ media: 'screen' })
  })

  const feedPaths = [
    'fr/rss.xml',
    'fr/atom.xml',
    'ar/rss.xml',
    'ar/categories/general/atom.xml',
    'ja/rss.xml',
  ]

  test.each(feedPaths)('%s is readable: a word to people first, then the entries', async (path) => {
    messages.length = 0
    await open(path)
    const shown = await page.evaluate<readonly string[]>(`
      [...document.querySelectorAll('h1, title, subtitle, pubDate, published, description, summary')]
        .filter((element) => element.getClientRects().length > 0)
        .toSorted((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)
        .map((element) => element.localName)
    `)
    // Without a subtitle the description that RSS asks for is the title again.
    const subtitle = path.includes('rss') ? 'description' : 'subtitle'
    const head = ['h1', 'title', ...(path.startsWith('ja') ? [] : [subtitle])]
    const entry = path.includes('rss')
      ? ['title', 'pubDate', 'description']
      : ['title', 'published', 'summary']
    expect(shown).toEqual([...head, ...articles.flatMap(() => entry)])
    expect(messages).toEqual([])
    await takePicture(`${path}-light`)
    await open(path, 'dark', 320)
    expect(await overflow()).toBe(0)
    await takePicture(`${path}-dark-320`)
  })

  test.each(feedPaths)('%s hides what is for programs', async (path) => {
    await open(path)
    const shown = await page.evaluate<readonly string[]>(`
      [...document.querySelectorAll('guid, id, updated, lastBuildDate, generator, docs, encoded, content, author')]
        .filter((element) => element.getClientRects().length > 0)
        .map((element) => element.localName)
    `)
    expect(shown).toEqual([])
  })

  test.each(feedPaths)('%s leads to the page for people', async (path) => {
    await open(path)
    await page.click('a')
    expect(await page.title()).toMatch(/Nouvelles|أخبار|今日/)
  })
})
