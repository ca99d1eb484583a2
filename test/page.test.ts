import * as fc from 'fast-check'
import { DomUtils, parseDocument } from 'htmlparser2'
import { describe, expect, test } from 'vitest'
import type { Entry } from '../src/core/entry/entry.ts'
import {
  type PageSite,
  renderArticlePage,
  renderCategoryPage,
  renderIndexPage,
  renderOpml,
  stylesheets,
  type Teaser,
} from '../src/core/page/page.ts'
import { toExampleEntry, toExampleHead } from './support/feed-examples.ts'
import { all, parseStrict } from './support/strict-xml.ts'

const path = 'articles/2024/11/a-title.html'
const address = `https://example.org/${path}`

function toContext(different: Partial<PageSite['site']> = {}): PageSite {
  return { site: toExampleHead(different).site, timezone: 'Europe/Paris', hasTheme: false }
}

type Rest = Partial<Omit<Parameters<typeof renderArticlePage>[1], 'entry' | 'path'>>

function renderArticle(
  different: Partial<Entry> = {},
  site: Partial<PageSite['site']> = {},
  rest: Rest = {},
): string {
  const entry = toExampleEntry({ link: address, ...different })
  return renderArticlePage(toContext(site), { entry, path, categories: [], ...rest })
}

function toTeaser(different: Partial<Teaser> = {}): Teaser {
  return { title: 'A title', path, publishedAtMs: 0, summary: 'A summary.', ...different }
}

type Found = { readonly attributes: Readonly<Record<string, string>>; readonly text: string }

/** All elements of a name, in order, as a parser of HTML sees them. */
function find(html: string, name: string): readonly Found[] {
  return DomUtils.getElementsByTagName(name, parseDocument(html)).map((element) => ({
    attributes: element.attribs,
    text: DomUtils.textContent(element),
  }))
}

function textOf(html: string, name: string): string | undefined {
  return find(html, name)[0]?.text
}

function metaOf(html: string, property: string): string | undefined {
  return find(html, 'meta').find(({ attributes }) => attributes['property'] === property)
    ?.attributes['content']
}

function linksOf(html: string, rel: string): readonly string[] {
  return find(html, 'link')
    .filter(({ attributes }) => attributes['rel'] === rel)
    .map(({ attributes }) => attributes['href'] ?? '')
}

function linkedDataOf(html: string): Record<string, unknown> {
  const scripts = find(html, 'script')
  expect(scripts.map(({ attributes }) => attributes['type'])).toEqual(['application/ld+json'])
  return JSON.parse(scripts[0]?.text ?? '')
}

/** The names of all elements and attributes, in order: what no text of an author may change. */
function skeletonOf(html: string): readonly string[] {
  return DomUtils.findAll(() => true, parseDocument(html).children).map(({ name, attribs }) =>
    [name, ...Object.keys(attribs)].join(' '),
  )
}

const hostileTitles = [
  '</title><script>alert(1)</script>',
  '</script><script>alert(1)</script>',
  '<!--<script>',
  `" onclick='alert(1)' x="`,
  'R&D <b> &amp; &lt;',
  '\u202eesrever\u202c and \u2067more',
  'a ]]> b',
]

describe('a text is a text wherever it stands', () => {
  test.each(hostileTitles)('title %j', (title) => {
    const html = renderArticle({ title })
    expect(textOf(html, 'h1')).toBe(title)
    expect(metaOf(html, 'og:title')).toBe(title)
    expect(linkedDataOf(html)['headline']).toBe(title)
    expect(skeletonOf(html)).toEqual(skeletonOf(renderArticle()))
  })

  test('nothing that is written changes the elements of a page', () => {
    // A text that is not blank, as every title, name and label is.
    const written = fc.string({ unit: 'binary', minLength: 1 }).map((text) => `x${text}`)
    const render = (text: string): readonly string[] => {
      const site = { title: text, subtitle: text, copyright: text, author: { name: text } }
      const context = toContext(site)
      const entry = {
        title: text,
        summary: text,
        authors: [{ name: text }],
        categories: [{ term: text, label: text }],
        contentHtml: '',
      }
      const categories = [{ label: text, path: 'categories/x/', count: 1 }, { label: text }]
      const teaser = toTeaser({ title: text, summary: text })
      const entries = [teaser]
      return [
        renderArticle(entry, site, { categories, newer: teaser, older: teaser }),
        renderIndexPage(context, { entries, categories, updatedAtMs: 0 }),
        renderCategoryPage(context, { label: text, folder: 'categories/x/', entries }),
      ]
    }
    const expected = render('x').map((html) => skeletonOf(html))
    fc.assert(
      fc.property(written, (text) => {
        expect(render(text).map((html) => skeletonOf(html))).toEqual(expected)
      }),
      { numRuns: 100 },
    )
  })

  test('what no document may hold is left out', () => {
    const html = renderArticle({ title: 'a\u0000b\u0007c\ud800d\ufffee' })
    expect(textOf(html, 'h1')).toBe('abcde')
  })

  test('direction marks do not turn around what a browser writes beside the title', () => {
    const html = renderArticle({ title: '\u202eevil' })
    expect(textOf(html, 'title')).toBe('evil – An example')
  })
})

describe('the page of an article', () => {
  test('tells other programs what it is', () => {
    const html = renderArticle({
      language: 'fr',
      authors: [{ name: 'Ana', url: 'https://example.com/ana' }],
      categories: [{ term: 'otan', label: 'OTAN' }],
      image: 'https://example.org/p.jpg',
    })
    expect(linksOf(html, 'canonical')).toEqual([address])
    expect(metaOf(html, 'og:type')).toBe('article')
    expect(metaOf(html, 'og:url')).toBe(address)
    expect(metaOf(html, 'og:image')).toBe('https://example.org/p.jpg')
    expect(metaOf(html, 'article:published_time')).toBe('2024-11-23T19:52:00Z')
    expect(linkedDataOf(html)).toEqual({
      '@context': 'https://schema.org',
      '@type': 'Article',
      headline: 'A title',
      description: 'A summary.',
      datePublished: '2024-11-23T19:52:00Z',
      dateModified: '2024-11-23T22:14:37Z',
      inLanguage: 'fr',
      author: [{ '@type': 'Person', name: 'Ana', url: 'https://example.com/ana' }],
      publisher: { '@type': 'Organization', name: 'An example', url: 'https://example.org/' },
      image: 'https://example.org/p.jpg',
      keywords: ['OTAN'],
      url: address,
      mainEntityOfPage: address,
    })
  })

  test.each([
    { language: 'fr', timezone: 'Europe/Paris', text: '23 novembre 2024 à 20:52' },
    { language: 'de', timezone: 'America/New_York', text: '23. November 2024 um 14:52' },
    { language: 'ja', timezone: 'Asia/Tokyo', text: '2024年11月24日 4:52' },
    { language: 'ar', timezone: 'UTC', text: '23 نوفمبر 2024 في 7:52 م' },
  ])('shows the date as $language writes it, in $timezone', ({ language, timezone, text }) => {
    const entry = toExampleEntry({ language })
    const html = renderArticlePage({ ...toContext(), timezone }, { entry, path, categories: [] })
    const [time] = find(html, 'time')
    expect(time).toEqual({ attributes: { datetime: '2024-11-23T19:52:00Z' }, text })
  })

  test.each(['tlh', 'x-none', 'not a language'])(
    'of an unknown language, %s, has a date',
    (tag) => {
      const [time] = find(renderArticle({ language: tag }), 'time')
      expect(time?.text).toMatch(/^November 23, 2024 at 8:52\sPM$/)
    },
  )

  test('says in which language a date is when it is not in that of the page', () => {
    expect(find(renderArticle({ language: 'tlh' }), 'time')[0]?.attributes['lang']).toBe('en')
  })

  test.each([
    { afterMs: 60_000, times: 1 },
    { afterMs: 60_001, times: 2 },
  ])('shows $times times when it changed $afterMs ms after', ({ afterMs, times }) => {
    const html = renderArticle({ publishedAtMs: 0, updatedAtMs: afterMs })
    expect(find(html, 'time')).toHaveLength(times)
  })

  test('names its authors, or else the author of the site', () => {
    const about = (html: string) =>
      find(html, 'p').find(({ attributes }) => attributes['class'] === 'about')?.text
    const site = { author: { name: 'Jo' } }
    const authors = [{ name: 'Ana' }, { name: 'Bo' }, { name: 'Cy' }]
    expect(about(renderArticle({ authors }, site))).toMatch(/^By Ana, Bo, and Cy ·/)
    expect(about(renderArticle({ authors, language: 'fr' }, site))).toMatch(/^Par Ana, Bo et Cy ·/)
    expect(about(renderArticle({}, site))).toMatch(/^By Jo ·/)
    expect(about(renderArticle())).toMatch(/^November/)
  })

  test('links to nothing that could be a program', () => {
    const html = renderArticle({
      // oxlint-disable-next-line no-script-url -- that is what must not become a link
      authors: [{ name: 'Ana', url: 'javascript:alert(1)' }],
      // oxlint-disable-next-line no-script-url -- the same
      link: 'javascript:alert(1)',
    })
    const links = find(html, 'a').map(({ attributes }) => attributes['href'])
    expect(links.filter((link) => link?.includes('script'))).toEqual([])
  })

  test('links to its categories where they have a page, and to the source elsewhere', () => {
    const categories = [{ label: 'général', path: 'categories/general/', count: 3 }, { label: 'x' }]
    const link = 'https://www.example.com/source?a=1&b=2'
    const html = renderArticle({ link }, {}, { categories })
    const links = find(html, 'a').map(({ attributes, text }) => [text, attributes['href']])
    expect(links).toContainEqual(['général', '../../../categories/general/index.html'])
    expect(links).toContainEqual(['www.example.com', link])
    expect(links.map(([text]) => text)).not.toContain('x')
    expect(linksOf(html, 'canonical')).toEqual([link])
    expect(find(renderArticle(), 'a').map(({ text }) => text)).not.toContain('example.org')
  })

  test('links to its neighbours, as far as it has any', () => {
    const newer = toTeaser({ title: 'Newer', path: 'articles/2024/12/n.html' })
    const older = toTeaser({ title: 'مقال', path: 'articles/2024/10/o.html', language: 'ar' })
    const html = renderArticle({}, {}, { newer, older })
    const links = find(html, 'a').filter(({ attributes }) => attributes['rel'] !== undefined)
    expect(links).toEqual([
      { attributes: { rel: 'next', href: '../../../articles/2024/12/n.html' }, text: 'Newer' },
      { attributes: { rel: 'prev', href: '../../../articles/2024/10/o.html' }, text: 'مقال' },
    ])
    expect(html).toContain('<bdi lang="ar" dir="rtl">مقال</bdi>')
    expect(find(renderArticle(), 'nav')).toEqual([])
  })

  test('shows the summary when there is no body', () => {
    const html = renderArticle({ contentHtml: '', summary: 'Only <this> & that.' })
    expect(html).toContain('<p>Only &lt;this&gt; &amp; that.</p>\n</div>')
  })

  test('shows the body as it was cleaned, headings below the title', () => {
    const html = renderArticle({ contentHtml: '<h1>One</h1><p>a &lt;b&gt; <em>c</em></p>' })
    expect(html).toContain('<h2>One</h2><p>a &lt;b&gt; <em>c</em></p>')
    expect(find(html, 'h1')).toHaveLength(1)
  })
})

describe('a page says in which language it is', () => {
  const subscribe = { en: 'Subscribe', fr: 'S’abonner', de: 'Abonnieren', es: 'Suscribirse' }

  test.each(Object.entries({ ...subscribe, ar: 'الاشتراك' }))(
    'a site in %s speaks it',
    (language, word) => {
      const html = renderIndexPage(toContext({ language }), {
        entries: [],
        categories: [{ label: 'x' }],
        updatedAtMs: 0,
      })
      expect(find(html, 'html')[0]?.attributes).toEqual({
        lang: language,
        dir: language === 'ar' ? 'rtl' : 'ltr',
      })
      expect(find(html, 'h2').map(({ text }) => text)).toContain(word)
      expect(find(html, 'section')[0]?.attributes).not.toHaveProperty('lang')
    },
  )

  test('a site in another language speaks English, and says so', () => {
    const context = toContext({ language: 'fa' })
    const html = renderIndexPage(context, { entries: [], categories: [], updatedAtMs: 0 })
    expect(find(html, 'html')[0]?.attributes).toEqual({ lang: 'fa', dir: 'rtl' })
    const [section] = find(html, 'section')
    expect(section?.attributes).toMatchObject({ lang: 'en', dir: 'ltr' })
    expect(section?.text).toContain('Subscribe')
  })

  test('an article is in its own language, the words around it in that of the site', () => {
    const html = renderArticle({ language: 'ar' }, { language: 'fr', title: 'Nouvelles' })
    expect(find(html, 'html')[0]?.attributes).toEqual({ lang: 'ar', dir: 'rtl' })
    const french = find(html, 'p').filter(({ attributes }) => attributes['lang'] === 'fr')
    expect(french.map(({ text }) => text)).toEqual(['Nouvelles', 'Tous les articles · S’abonner'])
    expect(french.map(({ attributes }) => attributes['dir'])).toEqual(['ltr', 'ltr'])
    expect(find(html, 'h1')[0]?.attributes).toEqual({})
  })

  test.each([
    ['he', 'rtl'],
    ['fa-IR', 'rtl'],
    ['ur', 'rtl'],
    ['az-Arab', 'rtl'],
    ['az', 'ltr'],
    ['zh-Hant-TW', 'ltr'],
    ['yi', 'rtl'],
  ])('%s is written %s', (language, direction) => {
    expect(find(renderArticle({ language }), 'html')[0]?.attributes['dir']).toBe(direction)
  })

  test('the text of an article in an unknown language tells its direction itself', () => {
    const html = renderArticle()
    expect(find(html, 'h1')[0]?.attributes).toEqual({ dir: 'auto' })
    expect(find(html, 'html')[0]?.attributes).toEqual({ lang: 'en', dir: 'ltr' })
  })

  test('an entry in a list is in its own language', () => {
    const entries = [toTeaser({ language: 'ar' }), toTeaser({ language: 'fr' }), toTeaser()]
    const context = toContext({ language: 'fr' })
    const html = renderIndexPage(context, { entries, categories: [], updatedAtMs: 0 })
    const attributes = find(html, 'article').map((article) => article.attributes)
    expect(attributes).toEqual([{ lang: 'ar', dir: 'rtl' }, {}, {}])
    expect(find(html, 'h2').map((heading) => heading.attributes['dir'])).toEqual([
      undefined,
      undefined,
      'auto',
      undefined,
    ])
  })
})

describe('every page', () => {
  const rules = { icon: 'https://example.org/icon.png', subtitle: 'About' }
  const pages = (context: PageSite, root: string) => [
    {
      html: renderArticlePage(context, { entry: toExampleEntry(), path, categories: [] }),
      root: '../../../',
    },
    {
      html: renderIndexPage(context, { entries: [toTeaser()], categories: [], updatedAtMs: 0 }),
      root,
    },
    {
      html: renderCategoryPage(context, { label: 'x', folder: 'categories/x/', entries: [] }),
      root: '../../',
    },
  ]

  test('leads to the three feeds; that of a category to its own first', () => {
    const feeds = ['atom.xml', 'rss.xml', 'feed.json']
    const found = pages(toContext(), '').map(({ html }) => linksOf(html, 'alternate'))
    expect(found).toEqual([
      feeds.map((name) => `../../../${name}`),
      feeds,
      [
        ...feeds.map((name) => `../../categories/x/${name}`),
        ...feeds.map((name) => `../../${name}`),
      ],
    ])
  })

  test('gets its look from the folder, the theme last', () => {
    for (const { html, root } of pages({ ...toContext(rules), hasTheme: true }, '')) {
      expect(linksOf(html, 'stylesheet')).toEqual([`${root}style.css`, `${root}theme.css`])
      expect(linksOf(html, 'icon')).toEqual([`${root}icon.png`])
    }
    for (const { html, root } of pages(toContext({ icon: 'https://example.com/i.png' }), '')) {
      expect(linksOf(html, 'stylesheet')).toEqual([`${root}style.css`])
      expect(linksOf(html, 'icon')).toEqual([])
    }
  })

  test('links to others by relative addresses that name a file', () => {
    for (const { html } of pages(toContext(rules), '')) {
      const links = find(html, 'a').map(({ attributes }) => attributes['href'] ?? '')
      expect(links).not.toEqual([])
      for (const link of links.filter(
        (each) => !each.startsWith('https://example.org/articles/a-'),
      ))
        expect(link).toMatch(/^(?:\.\.\/)*[a-z0-9/-]+\.(?:html|xml|json|opml)(?:#subscribe)?$/)
    }
  })

  test('holds no program and forbids any', () => {
    for (const { html } of pages(toContext(rules), '')) {
      const policy = find(html, 'meta').find(
        ({ attributes }) => attributes['http-equiv'] === 'Content-Security-Policy',
      )
      expect(policy?.attributes['content']).toContain("script-src 'none'")
      expect(find(html, 'style')).toEqual([])
      expect(html).not.toMatch(/ (?:style|on[a-z]+)="/)
    }
  })

  test('is the same for the same input, and ends with a newline', () => {
    const [first, second] = [pages(toContext(rules), ''), pages(toContext(rules), '')]
    expect(first).toEqual(second)
    for (const { html } of first) expect(html).toMatch(/^<!doctype html>\n[^]*<\/html>\n$/)
  })
})

describe('the front page', () => {
  const html = renderIndexPage(toContext({ language: 'de', subtitle: 'Was los ist' }), {
    entries: [toTeaser(), toTeaser({ title: 'Elsewhere', path: 'https://example.com/x' })],
    categories: [{ label: 'général', path: 'categories/general/', count: 1234 }, { label: 'x' }],
    updatedAtMs: Date.UTC(2024, 0, 1),
  })

  test('shows the newest entries', () => {
    expect(find(html, 'article').map(({ text }) => text.trim().split('\n'))).toEqual([
      ['A title', '1. Januar 1970 um 01:00', 'A summary.'],
      ['Elsewhere', '1. Januar 1970 um 01:00', 'A summary.'],
    ])
    const links = find(html, 'a').map(({ attributes }) => attributes['href'])
    expect(links.slice(0, 2)).toEqual([path, 'https://example.com/x'])
  })

  test('shows the categories and how many entries they have', () => {
    const [nav] = find(html, 'nav')
    expect(nav?.text.trim().split(/\n+/)).toEqual(['Kategorien', 'général 1.234', 'x'])
    expect(nav?.attributes).toEqual({ 'aria-label': 'Kategorien' })
  })

  test('says how to subscribe, and which feed is for what', () => {
    const [section] = find(html, 'section')
    expect(section?.text).toContain('Kopieren Sie die Adresse')
    expect(section?.text).toMatch(/Atom – .*\nRSS – .*\nJSON Feed – .*\n.*\(OPML\) – /)
    expect(section?.attributes['id']).toBe('subscribe')
  })

  test('says when the newest change was', () => {
    expect(textOf(html, 'footer')?.trim()).toBe('Aktualisiert: 1. Januar 2024 um 01:00')
  })

  test('says that there is nothing, when there is nothing', () => {
    const empty = renderIndexPage(toContext(), { entries: [], categories: [], updatedAtMs: 0 })
    expect(textOf(empty, 'main')).toContain('Nothing has been published yet.')
    expect(find(empty, 'nav')).toEqual([])
  })
})

test('the page of a category has its name, its entries and its address', () => {
  const folder = 'categories/general/'
  const entries = [toTeaser()]
  const html = renderCategoryPage(toContext(), { label: 'général', folder, entries })
  expect(textOf(html, 'title')).toBe('général – An example')
  expect(textOf(html, 'h1')).toBe('général')
  expect(find(html, 'article')).toHaveLength(1)
  expect(linksOf(html, 'canonical')).toEqual(['https://example.org/categories/general/'])
  expect(find(html, 'section')[0]?.text).toContain('only the articles of this category')
})

describe('OPML 2.0', () => {
  const feeds = [
    { title: 'R&D "<b>"\u0007', folder: '' },
    { title: 'général', folder: 'categories/general/' },
  ]
  const opml = renderOpml(toExampleHead().site, feeds)

  test('lists every feed with its address and its page', () => {
    const root = parseStrict(opml)
    expect([root.name, root.attributes]).toEqual(['opml', { version: '2.0' }])
    expect(all(root, 'body', 'outline').map(({ attributes }) => attributes)).toEqual([
      {
        type: 'rss',
        text: 'R&D "<b>"',
        title: 'R&D "<b>"',
        xmlUrl: 'https://example.org/atom.xml',
        htmlUrl: 'https://example.org/',
      },
      {
        type: 'rss',
        text: 'général',
        title: 'général',
        xmlUrl: 'https://example.org/categories/general/atom.xml',
        htmlUrl: 'https://example.org/categories/general/',
      },
    ])
  })

  test('is well-formed whatever the feeds are called', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (title) => {
        const root = parseStrict(renderOpml(toExampleHead({ title }).site, [{ title, folder: '' }]))
        expect(all(root, 'body', 'outline')).toHaveLength(1)
      }),
      { numRuns: 100 },
    )
  })
})

test('a stylesheet asks nobody for anything', () => {
  expect(Object.keys(stylesheets)).toEqual(['style.css', 'feed.css'])
  for (const css of Object.values(stylesheets)) {
    expect(css).toContain('prefers-color-scheme: dark')
    expect(css).toContain('@media print')
    expect(css).not.toMatch(/@import|url\(/)
  }
})
