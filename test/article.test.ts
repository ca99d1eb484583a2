import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type {
  Article,
  ArticleFormat,
  ParsedArticle,
  ReadingRules,
} from '../src/core/article/article.ts'
import { toSafeHtml, toText } from '../src/core/article/body.ts'
import { renderMarkdown } from '../src/core/article/markdown.ts'
import { parseArticle } from '../src/core/article/parse.ts'

const parisian: ReadingRules = { timezone: 'Europe/Paris', categoriesMax: 100 }

function parseBytes(format: ArticleFormat, bytes: Uint8Array, rules = parisian): ParsedArticle {
  return parseArticle({ path: 'news/a', format, bytes }, rules)
}

function parse(format: ArticleFormat, text: string, rules = parisian): ParsedArticle {
  return parseBytes(format, new TextEncoder().encode(text), rules)
}

function read(format: ArticleFormat, text: string, rules = parisian): Article {
  const parsed = parse(format, text, rules)
  if (parsed.kind !== 'article') throw new Error(JSON.stringify(parsed))
  return parsed.article
}

const plain = (text: string): Article => read('plain', text)
const markdown = (text: string): Article => read('markdown', text)
const html = (text: string): Article => read('html', text)

function codesOf(parsed: ParsedArticle): readonly string[] {
  return parsed.kind === 'draft' ? [] : parsed.problems.map(({ code }) => code)
}

const at = (text: string): number => Date.parse(text)

const first =
  'Le pont de Saint-Aubin rouvrira lundi matin, a annoncé la préfecture. Les travaux ont duré sept mois et coûté deux fois plus cher que prévu.'
const second =
  '“Nous avons tenu parole”, a déclaré le maire, qui n’avait cessé de promettre une fin du chantier avant l’hiver.'
const news = `2024-11-23 20:52:00\n${first}\n${second}\n#pont #Saint_Aubin #préfecture\n1732400077\n`

describe('the plain shape', () => {
  it('has a date, paragraphs, hashtags and a time of update', () => {
    expect(plain(news)).toMatchObject({
      title: 'Le pont de Saint-Aubin rouvrira lundi matin, a annoncé la préfecture',
      publishedAtMs: at('2024-11-23T19:52:00Z'),
      updatedAtMs: 1_732_400_077_000,
      language: 'fr',
      categories: ['pont', 'Saint_Aubin', 'préfecture'],
      bodyHtml: `<p>${first}</p>\n<p>${second}</p>`,
      hasRelativeAddresses: false,
    })
  })

  it.each([
    ['no date', `${first}\n#a\n1732400077`],
    ['no hashtags', `2024-11-23 20:52\n${first}\n1732400077`],
    ['no update', `2024-11-23 20:52\n${first}\n#a`],
    ['text alone', first],
    ['blank lines all over', `\n\n2024-11-23\n\n\n${first}\n\n#a\n\n#b #c\n\n1732400077\n\n\n`],
    ['the update before the hashtags', `2024-11-23\n${first}\n1732400077\n#a #b`],
    ['Windows line ends', `2024-11-23\r\n${first}\r\n#a\r\n1732400077000\r\n`],
    ['a byte-order mark', `\ufeff2024-11-23\n${first}`],
    ['spaces at line ends', `2024-11-23  \n${first}   \n#a  #b \n 1732400077 `],
  ])('may have %s', (_name, text) => {
    expect(plain(text).bodyHtml).toBe(`<p>${first}</p>`)
  })

  it('of two sets of closing hashtag lines keeps the order', () => {
    expect(plain(`${first}\n#a #b\n\n#c, #A`).categories).toEqual(['a', 'b', 'c'])
  })

  it('the last line is the date of publication when there is no other', () => {
    expect(plain(`${first}\n1732400077`)).toMatchObject({
      publishedAtMs: 1_732_400_077_000,
      updatedAtMs: 1_732_400_077_000,
    })
    expect(plain(first).publishedAtMs).toBeUndefined()
  })

  it.each([
    ['before the date', `Le pont rouvre\n2024-11-23\n${first}`],
    ['before the date, apart', `Le pont rouvre\n\n2024-11-23\n\n${first}`],
    ['after the date', `2024-11-23\nLe pont rouvre\n${first}`],
    ['after the date, apart', `2024-11-23\n\nLe pont rouvre\n\n${first}`],
    ['without a date', `Le pont rouvre\n\n${first}`],
  ])('a title line may stand %s', (_name, text) => {
    expect(plain(text)).toMatchObject({ title: 'Le pont rouvre', bodyHtml: `<p>${first}</p>` })
  })

  it.each([
    ['a sentence', 'Le pont rouvre.\n\nLa suite du texte est ici.'],
    ['a question', 'Le pont rouvre ?\n\nLa suite du texte est ici.'],
    ['too long', `${'Le pont '.repeat(16)}\n\nLa suite.`],
    ['followed by a shorter line', 'Le pont rouvre demain\nla suite'],
    ['all there is', 'Le pont rouvre'],
    ['all there is but hashtags', 'Le pont rouvre\n\n#a'],
    ['an address', 'https://example.org/a\n\nLa suite du texte est ici.'],
    [
      'the first of wrapped lines',
      'Le pont de Saint-Aubin rouvrira lundi matin, a annoncé\nla préfecture. Les travaux ont duré sept mois et coûté\nplus cher que prévu.',
    ],
  ])('a first line that is %s is no title line', (_name, text) => {
    expect(plain(text).bodyHtml).toContain(text.slice(0, 14))
  })

  it('a first line that is like a date and none is a problem', () => {
    expect(parse('plain', `\n2024-13-45 20:52\n${first}`)).toEqual({
      kind: 'held',
      problems: [{ code: 'date-unreadable', path: 'news/a', line: 2, found: '2024-13-45 20:52' }],
    })
    expect(codesOf(parse('plain', `Le pont rouvre\n\n2024-13-45\n${first}`))).toEqual([
      'date-unreadable',
    ])
    expect(codesOf(parse('plain', '2024 was a year.\n\nIt ended.'))).toEqual([])
  })

  it('a date in words is a date when it is the whole line', () => {
    expect(plain(`23 novembre 2024\n${first}`).publishedAtMs).toBe(at('2024-11-22T23:00:00Z'))
    expect(plain(`Le 23 novembre 2024, tout a changé.\n${first}`).publishedAtMs).toBeUndefined()
  })

  it('hashtags in running text count and stay', () => {
    const { categories, bodyHtml } = plain(
      'Vu à #Paris et aux#non, page https://x.example/#frag.\n\n#fin',
    )
    expect(categories).toEqual(['Paris', 'fin'])
    expect(bodyHtml).toContain('#Paris')
  })

  it('two spellings of a hashtag are one category', () => {
    expect(plain('a #Été b #été\n#e\u0301te\u0301 #ÉＴÉ').categories).toEqual(['Été'])
  })
})

describe('paragraphs of plain text', () => {
  it('are lines', () => {
    expect(plain('Un.\nDeux.\nTrois.').bodyHtml).toBe('<p>Un.</p>\n<p>Deux.</p>\n<p>Trois.</p>')
  })

  it('are blocks when their lines were wrapped', () => {
    const wrapped =
      'The bridge of Saint-Aubin will open again on Monday, as the\nprefecture has said. The works took seven months and were twice\nas dear as planned.\n\nNobody was surprised.'
    expect(plain(wrapped).bodyHtml).toBe(
      '<p>The bridge of Saint-Aubin will open again on Monday, as the prefecture has said. ' +
        'The works took seven months and were twice as dear as planned.</p>\n<p>Nobody was surprised.</p>',
    )
  })

  it('are verses when they are short', () => {
    expect(plain('Un poème.\n\nRoses are red,\nviolets are blue.\n\nFin.').bodyHtml).toBe(
      '<p>Un poème.</p>\n<p>Roses are red,<br />\nviolets are blue.</p>\n<p>Fin.</p>',
    )
  })

  it('show markup as it was typed', () => {
    expect(plain('R&D <b>x</b> ]]> "y" &amp; *z*').bodyHtml).toBe(
      '<p>R&amp;D &lt;b&gt;x&lt;/b&gt; ]]&gt; "y" &amp;amp; *z*</p>',
    )
  })

  it.each([
    [
      'see https://x.example/a?b=c&d.',
      '<a href="https://x.example/a?b=c&amp;d">https://x.example/a?b=c&amp;d</a>.',
    ],
    ['(http://x.example)', '(<a href="http://x.example/">http://x.example</a>)'],
    ['www.example.org/a, b', '<a href="https://www.example.org/a">www.example.org/a</a>, b'],
    ['WWW.EXAMPLE.ORG', '<a href="https://www.example.org/">WWW.EXAMPLE.ORG</a>'],
    ['mail a.b@example.org!', '<a href="mailto:a.b@example.org">a.b@example.org</a>!'],
  ])('have links where there is an address: %s', (text, link) => {
    expect(plain(text).bodyHtml).toContain(link)
  })

  it.each([
    'la fin.Début',
    'node.js',
    'a.com',
    'javascript:alert(1)',
    'ftp://x.example',
    '//x.example',
    'awww.example.org',
  ])('have no link in %s', (text) => {
    expect(plain(text).bodyHtml).not.toContain('<a')
  })

  it('are clean by construction', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom(
        '\n',
        '\n\n',
        'https://x.example/',
        'www.x.org',
        'a@b.org',
        '<b>',
        '"',
        '&',
        '\u0338',
        '#a',
      ),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const parsed = parse('plain', `x ${pieces.join('')} x`)
        const body = parsed.kind === 'article' ? parsed.article.bodyHtml : ''
        expect(toSafeHtml(body)).toEqual({ html: body, hasRelativeAddresses: false })
      }),
      { numRuns: 300 },
    )
  })
})

describe('Markdown', () => {
  it('is CommonMark with tables, strikethrough, footnotes and full addresses as links', () => {
    const { bodyHtml } = markdown(
      '*a* **b** ~~c~~ `d` https://x.example/ x.example [e](https://y.example "t")\n\n|f|g|\n|-|-:|\n|1|2|\n\n- h\n\n```js\ni < j\n```\n',
    )
    for (const part of [
      '<em>a</em> <strong>b</strong> <s>c</s> <code>d</code>',
      '<a href="https://x.example/">https://x.example/</a> x.example',
      '<a href="https://y.example/" title="t">e</a>',
      '<td>1</td>\n<td align="right">2</td>',
      '<li>h</li>',
      '<pre><code class="language-js">i &lt; j\n</code></pre>',
    ]) {
      expect(bodyHtml).toContain(part)
    }
  })

  it.each([
    ['# The *big* `x` &amp; [y](z)\n\nText.', 'The big x & y'],
    ['The title\n=========\n\nText.', 'The title'],
    ['## Second level\n\nText.', 'Second level'],
    ['![](a.png)\n\n# Below a picture\n\nText.', 'Below a picture'],
    ['2024-11-23\n\n# Below a date\n\nText.', 'Below a date'],
    ['# Above a date\n\n2024-11-23 20:52\n\nText.', 'Above a date'],
  ])('a leading heading is the title and leaves the body: %j', (text, title) => {
    const article = markdown(text)
    expect(article.title).toBe(title)
    expect(article.bodyHtml).not.toMatch(/<h\d|2024/)
    expect(article.bodyHtml).toContain('<p>Text.</p>')
  })

  it('a heading that says what the given title says leaves the body, another stays', () => {
    expect(markdown('---\ntitle: A\n---\n# A\n\nText.').bodyHtml).toBe('<p>Text.</p>')
    expect(markdown('---\ntitle: A\n---\n# B\n\nText.').bodyHtml).toBe('<h1>B</h1>\n<p>Text.</p>')
  })

  it('a heading further down is no title', () => {
    expect(markdown('It begins. It goes on.\n\n# Later')).toMatchObject({
      title: 'It begins',
      bodyHtml: '<p>It begins. It goes on.</p>\n<h1>Later</h1>',
    })
  })

  it('has the date line, closing hashtags and update time of plain text', () => {
    expect(markdown(`2024-11-23 20:52\n\nText *x*.\n\n#a #b\n1732400077\n`)).toMatchObject({
      publishedAtMs: at('2024-11-23T19:52:00Z'),
      updatedAtMs: 1_732_400_077_000,
      categories: ['a', 'b'],
      bodyHtml: '<p>Text <em>x</em>.</p>',
    })
  })

  it('hashtags count in text, not in code, headings, links and raw HTML', () => {
    const { categories } = markdown(
      '# T #no1\n\n#yes1 and **#yes2** [#yes3](https://x.example/#no2) `#no3` <b title="#no4">x</b> &#35;yes4\n\n' +
        '## S #no5\n\n    #no6\n\n```\n#no7\n```\n\n#yes5 begins a line, &#39;s and https://x.example/#no8',
    )
    expect(categories).toEqual(['yes1', 'yes2', 'yes3', 'yes4', 'yes5'])
  })

  it('a line that begins with a hashtag is no heading', () => {
    expect(markdown('#hashtag first, then words.').bodyHtml).toBe(
      '<p>#hashtag first, then words.</p>',
    )
  })

  it('a link without an address leaves the paragraphs after it alone', () => {
    expect(markdown('[empty]() and <b>raw</b>\n\nHard  \nbreak').bodyHtml).toBe(
      '<p>empty and <b>raw</b></p>\n<p>Hard<br />\nbreak</p>',
    )
    expect(markdown('[empty]()\n\nHard  \nbreak').bodyHtml).toBe(
      '<p>empty</p>\n<p>Hard<br />\nbreak</p>',
    )
  })

  it('without raw HTML is clean by construction', () => {
    const marks =
      '\n¦\n\n¦\n    ¦> ¦- ¦0. ¦7) ¦# ¦\n---\n¦\n```c++ x\n¦`¦*¦**¦~~¦_¦\\¦  \n¦\n|a|b|\n|:-|-:|\n|c|¦|'
    const links =
      '![a "b"](¦[a](¦[a](<¦>)¦ "t&quot;")¦)¦[b]: x "y"\n¦[b]¦https://x.example/?a=b&c ¦mailto:a@x.example ' +
      '¦<tel:1>¦data:image/png,x¦JAVASCRIPT:¦//x.example¦www.x.example¦../a b¦?a¦%'
    const characters =
      '&lt;¦&#1;¦&#13;¦&#xD800;¦&nbsp;¦\u0338¦"¦\'¦&¦]]>¦\t¦x¦[^1]¦\n\n[^1]: n\n¦<!-- -->¦<br>'
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.constantFrom(...[marks, links, characters].flatMap((list) => list.split('¦'))),
    )
    let count = 0
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const { body, source } = renderMarkdown(pieces.join('').normalize('NFC'), undefined)
        if (source === body.html) count += 1
        expect(toSafeHtml(body.html)).toEqual(body)
      }),
      { numRuns: 1_500 },
    )
    expect(count).toBeGreaterThan(1_000)
  })

  it('nested deeper than anybody writes leaves its text', () => {
    const deep = markdown(`${'> '.repeat(95)}a`).bodyHtml
    expect(toSafeHtml(deep).html).toBe(deep)
    const strong = markdown(`${'**a '.repeat(300)}b${' a**'.repeat(300)}`).bodyHtml
    expect(toSafeHtml(strong).html).toBe(strong)
    expect(strong.split('<strong>').length).toBeLessThanOrEqual(101)
  })

  it.each(['https://x.example/', 'mailto:a@x.example'])(
    'has links for full addresses: %s',
    (address) => {
      expect(markdown(`a ${address} b`).bodyHtml).toContain(`<a href="${address}">${address}</a>`)
    },
  )

  it.each(['//x.example', 'www.x.example', 'x.example', 'a@x.example', 'ftp://x.example/'])(
    'has no link for %s, whatever stands beside it',
    (address) => {
      const { bodyHtml } = markdown(`https://y.example ${address} b`)
      expect(bodyHtml).toBe(
        `<p><a href="https://y.example/">https://y.example</a> ${address} b</p>`,
      )
    },
  )

  it('raw HTML is cleaned', () => {
    const { bodyHtml } = markdown(
      'a <b onclick="x">b</b><script>alert(1)</script>\n\n<div style="x">c</div>',
    )
    expect(bodyHtml).toBe('<p>a <b>b</b></p>\n<div>c</div>')
  })

  it('footnotes point at each other, with ids of their own in every article', () => {
    const one = markdown('One.[^1]\n\n[^1]: Note.')
    const two = markdown('Two.[^1]\n\n[^1]: Note.')
    const id = /<li id="([^"]+)"/.exec(one.bodyHtml)?.[1] ?? ''
    expect(id).not.toBe('')
    expect(one.bodyHtml).toContain(`<a href="#${id}" id="`)
    expect(one.hasRelativeAddresses).toBe(true)
    expect(two.bodyHtml).not.toContain(`id="${id}"`)
    expect(one.summary).toBe('One.')
    expect(one.title).toBe('One')
  })

  it('template tags on lines of their own are dropped, others and those in code stay', () => {
    const { bodyHtml } = markdown(
      'a\n\n{{< fig x="y" >}}\n\n{{% b %}}\n\n{% c %} d {{ e }}\n\n```\n{% f %}\n```\n',
    )
    expect(bodyHtml).toBe('<p>a</p>\n<p>{% c %} d {{ e }}</p>\n<pre><code>{% f %}\n</code></pre>')
  })

  it('a template comment is dropped, text between two tags stays', () => {
    const { bodyHtml } = markdown(
      'a\n\n{% comment %}\nhidden\n{% endcomment %}\n\n{# hidden #}\n\n{% if b %}c{% endif %}\n\n{% d %} {% e %}',
    )
    expect(bodyHtml).toBe('<p>a</p>\n<p>{% if b %}c{% endif %}</p>')
  })

  it('<!--more--> ends the summary', () => {
    expect(markdown('The teaser. More of it.\n\n<!--more-->\n\nThe rest.').summary).toBe(
      'The teaser. More of it.',
    )
  })

  it('relative addresses are kept for the page to complete', () => {
    const { bodyHtml, hasRelativeAddresses } = markdown('![a](img/a.png)')
    expect(bodyHtml).toBe('<p><img src="img/a.png" alt="a" /></p>')
    expect(hasRelativeAddresses).toBe(true)
  })

  it('an article of a picture alone is named by its file', () => {
    const bytes = new TextEncoder().encode('![](a.png)')
    const path = 'x/2024-11-23-the_big-bridge.md'
    expect(parseArticle({ path, format: 'markdown', bytes }, parisian)).toMatchObject({
      article: { title: 'the big bridge', publishedAtMs: at('2024-11-22T23:00:00Z') },
    })
  })
})

const page = `<!doctype html>
<html lang="fr-be"><head><meta charset="utf-8"><title>Le pont &amp; la ville</title>
<meta name="author" content="Jeanne Doe"><meta name="description" content="Un  résumé.">
<meta name="keywords" content="pont, ville"><meta property="article:tag" content="travaux">
<meta property="article:published_time" content="2024-11-23T20:52:00+01:00">
<meta property="article:modified_time" content="2024-11-24T20:52:00+01:00">
<link rel="canonical" href="https://x.example/pont"><meta property="og:image" content="/a.png">
<script>var a = "<article>#no</article>"</script></head>
<body><header><h1>Le site</h1></header><nav><a href="/">Accueil #no</a></nav>
<main><article><h1>Le pont &amp; la ville</h1><p>Bonjour #monde, <a href="/x#no">x</a>.</p>
<article><p>Dedans.</p></article><pre>#no</pre></article><article><p>Un commentaire.</p></article></main>
<footer>Pied</footer></body></html>`

describe('HTML', () => {
  it('says in its head what front matter says', () => {
    expect(html(page)).toMatchObject({
      title: 'Le pont & la ville',
      authors: [{ name: 'Jeanne Doe' }],
      summary: 'Un résumé.',
      categories: ['pont', 'ville', 'travaux', 'monde'],
      publishedAtMs: at('2024-11-23T19:52:00Z'),
      updatedAtMs: at('2024-11-24T19:52:00Z'),
      language: 'fr-BE',
      link: 'https://x.example/pont',
      image: '/a.png',
    })
  })

  it('has its body in the article, without the heading that is the title', () => {
    expect(html(page).bodyHtml).toBe(
      '<p>Bonjour #monde, <a href="/x#no">x</a>.</p>\n<div><p>Dedans.</p></div><pre>#no</pre>',
    )
  })

  it.each([
    ['<body><nav>n</nav><main><p>a</p></main><p>b</p></body>', '<p>a</p>'],
    ['<body><nav>n</nav><p>a</p></body>', '<p>a</p>'],
    ['<title>t</title><p>a</p>', '<p>a</p>'],
    ['<p>a</p><p>b', '<p>a</p><p>b</p>'],
  ])('has its body in main, else body, else all of it: %s', (text, body) => {
    expect(html(text).bodyHtml).toBe(body)
  })

  it('has its title from <title>, else the first <h1>, else the first sentence', () => {
    expect(html('<title>A – Site</title><h1>B</h1><p>b</p>')).toMatchObject({
      title: 'A – Site',
      bodyHtml: '<h1>B</h1><p>b</p>',
    })
    expect(html('<title> </title><h1>A <em>b</em></h1><p>c</p>')).toMatchObject({
      title: 'A b',
      bodyHtml: '<p>c</p>',
    })
    expect(html('<p>It began. It ended.</p>').title).toBe('It began')
  })

  it.each(['|', '-', '–', '—', '·', '::'])(
    'has its title from <title> without the name of the site behind %s',
    (separator) => {
      expect(html(`<title>A - b ${separator} Site</title><h1>A -  b</h1><p>c</p>`)).toMatchObject({
        title: 'A - b',
        bodyHtml: '<p>c</p>',
      })
      const meta = '<meta property="og:title" content="A">'
      expect(html(`<title>A ${separator} Site</title>${meta}<p>c</p>`).title).toBe('A')
    },
  )

  it('without the name of the site has a heading that leaves the body, wherever it stands', () => {
    const head = '<title>A | Site</title><meta property="og:title" content="A">'
    expect(html(`${head}<h2>Politics</h2><h1>A</h1><p>c</p>`).bodyHtml).toBe(
      '<h2>Politics</h2><p>c</p>',
    )
    expect(html(`${head}<h1>A</h1><main><p>c</p></main>`)).toMatchObject({
      title: 'A',
      bodyHtml: '<p>c</p>',
    })
  })

  it.each(['A|Site', 'A | ', 'AB | Site', 'Site | A'])('has its whole <title> %j', (title) => {
    expect(html(`<title>${title}</title><h1>A</h1><p>b</p>`).title).toBe(title.trim())
  })

  it.each([
    ['By Newsdesk', 'Newsdesk'],
    ['by  Jane Doe', 'Jane Doe'],
    ['Par Jeanne Doe', 'Jeanne Doe'],
    ['Von Max Müller', 'Max Müller'],
    ['Von der Leyen', 'Von der Leyen'],
    ['Von Trier', 'Von Trier'],
    ['Byron', 'Byron'],
  ])('has its author without a by-word: %s', (content, name) => {
    expect(html(`<meta name=author content="${content}"><p>a</p>`).authors).toEqual([{ name }])
  })

  it('has its body in the first article that is not hidden', () => {
    expect(html('<article hidden>a</article><article><p>b</p></article>').bodyHtml).toBe('<p>b</p>')
  })

  it('has its date from <time> when no meta says it', () => {
    const text =
      '<p><time datetime="2024-11-20">x</time><time pubdate datetime="2024-11-23">y</time></p>'
    expect(html(text).publishedAtMs).toBe(at('2024-11-22T23:00:00Z'))
    expect(html('<meta name=date content="soon"><p>a</p>').publishedAtMs).toBeUndefined()
  })

  it('is read as XHTML when it says so', () => {
    const head =
      '<?xml version="1.0" encoding="utf-8"?>\n<html xml:lang="de"><head><title>T</title><script src="a.js"/></head>'
    expect(html(`${head}<body><p>a<br/>b<a id="x" /></p><div/></body></html>`)).toMatchObject({
      title: 'T',
      language: 'de',
      bodyHtml: '<p>a<br />b</p><div></div>',
    })
  })

  it('has its addresses resolved by <base>', () => {
    expect(html('<base href="https://x.example/d/"><p><a href="a">b</a></p>')).toMatchObject({
      bodyHtml: '<p><a href="https://x.example/d/a">b</a></p>',
      hasRelativeAddresses: false,
    })
  })

  it('is read in the encoding that it declares when it is not UTF-8', () => {
    const bytes = (charset: string, ...letters: number[]): Uint8Array =>
      Uint8Array.from([...new TextEncoder().encode(`<meta charset="${charset}"><p>`), ...letters])
    const koi8 = parseBytes('html', bytes('koi8-r', 0xed, 0xc9, 0xd2))
    expect(koi8).toMatchObject({ article: { bodyHtml: '<p>Мир</p>' }, problems: [] })
    const sjis = parseBytes('html', bytes('Shift_JIS', 0x93, 0xfa, 0x96, 0x7b))
    expect(sjis).toMatchObject({ article: { bodyHtml: '<p>日本</p>' } })
    const unknown = parseBytes('html', bytes('klingon', 0xe9))
    expect(unknown).toMatchObject({ article: { bodyHtml: '<p>é</p>' } })
    expect(codesOf(unknown)).toEqual(['encoding-guessed'])
  })

  it('entities for characters that XML forbids leave nothing behind', () => {
    const { bodyHtml } = html('<p>a&#1;b&#xFFFE;c&#xD800;d&#0;</p>')
    for (const forbidden of ['\u0000', '\u0001', '\ufffe', '\ud800']) {
      expect(bodyHtml.includes(forbidden)).toBe(false)
    }
  })
})

describe('every format', () => {
  it.each(['plain', 'markdown', 'html'] as const)('%s without text is a problem', (format) => {
    for (const text of ['', ' \n\n ', '\ufeff']) {
      expect(codesOf(parse(format, text))).toEqual(['text-empty'])
    }
  })

  it('dates and hashtags alone are no text, a given title is', () => {
    expect(codesOf(parse('plain', '2024-11-23\n#a #b\n1732400077'))).toEqual(['text-empty'])
    expect(codesOf(parse('markdown', '2024-11-23\n\n#a'))).toEqual(['text-empty'])
    expect(codesOf(parse('html', '<script>x</script><nav>y</nav>'))).toEqual(['text-empty'])
    expect(markdown('---\ntitle: A\n---\n')).toMatchObject({
      title: 'A',
      bodyHtml: '',
      summary: '',
    })
    expect(markdown('# A\n').title).toBe('A')
  })

  it('binary files are a problem', () => {
    const bytes = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 1])
    for (const format of ['plain', 'markdown', 'html'] as const) {
      expect(codesOf(parseBytes(format, bytes))).toEqual(['text-binary'])
    }
  })

  it('text that is not UTF-8 is published, and its author is told', () => {
    const parsed = parseBytes('plain', Uint8Array.from([0x9c, 0x75, 0x66, 0x20, 0xe9, 0x92]))
    expect(parsed).toMatchObject({ kind: 'article', article: { bodyHtml: '<p>œuf é’</p>' } })
    expect(codesOf(parsed)).toEqual(['encoding-guessed'])
  })

  it('a UTF-8 mark decides, and its author is told of bytes that are none', () => {
    for (const format of ['plain', 'html'] as const) {
      const declared = new TextEncoder().encode('\ufeff<meta charset="koi8-r">é ')
      const parsed = parseBytes(format, Uint8Array.from([...declared, 0xff]))
      expect(parsed.kind === 'article' && toText(parsed.article.bodyHtml)).toContain('é \ufffd')
      expect(codesOf(parsed)).toEqual(['encoding-broken'])
    }
  })

  it('problems come in line order, those of the whole file first', () => {
    const bytes = new TextEncoder().encode(
      '---\nid: a b\ntitle: [a]\ndate: never\nlang: "?"\n---\nx ',
    )
    const parsed = parseBytes('markdown', Uint8Array.from([...bytes, 0xe9]))
    const lines = parsed.kind === 'held' ? parsed.problems.map(({ line }) => line) : []
    expect(lines).toEqual([undefined, 2, 3, 4, 5])
  })

  it('of too many categories the first are kept', () => {
    const parsed = parse('plain', 'Text.\n#a #b #c #d', { ...parisian, categoriesMax: 2 })
    expect(parsed).toMatchObject({ kind: 'article', article: { categories: ['a', 'b'] } })
    expect(parsed.kind === 'article' && parsed.problems).toEqual([
      { code: 'categories-too-many', path: 'news/a', found: '4 categories, limit 2' },
    ])
  })

  it('a hashtag longer than 100 graphemes is none', () => {
    expect(plain(`Text.\n#${'a'.repeat(101)} #${'b'.repeat(100)}`).categories).toEqual([
      'b'.repeat(100),
    ])
  })

  it('a derived title has words', () => {
    expect(plain('---\n\n- One thing.\n- Another.').title).toBe('One thing')
    expect(plain('***').title).toBe('***')
    expect(html('<title>&#1;a&#xFFFE;</title><p>b</p>').title).toBe('a')
  })

  it('the given title is not said twice', () => {
    expect(plain('Title: A b\n\nA b\n\nText.').bodyHtml).toBe('<p>Text.</p>')
    expect(html('<title>A b</title><h1>A  b</h1><p>Text.</p>').bodyHtml).toBe('<p>Text.</p>')
  })

  it('a title is at most 500 graphemes, one that is derived 100', () => {
    const long = 'mot '.repeat(300)
    const given = read('markdown', `---\ntitle: ${long}\n---\nx`).title
    expect(given.length).toBeLessThanOrEqual(500)
    expect(given.endsWith('…')).toBe(true)
    expect(plain(long).title.length).toBeLessThanOrEqual(100)
  })

  it('the setting stands in for a language that nobody knows', () => {
    expect(read('plain', 'Ok.', { ...parisian, language: 'fr' }).language).toBeUndefined()
  })

  it('whatever a file holds, an answer is given, the same each time', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 15 }),
      fc.constantFrom(
        '\n',
        '\n\n',
        '# ',
        '---\n',
        'title: x\n',
        '<p>',
        '</p>',
        '[^1]',
        '[^1]: ',
        '#a ',
        '2024-11-23\n',
        '|',
        '`',
        '*',
        '<!--',
        '<title>',
      ),
    )
    const formats = fc.constantFrom('plain', 'markdown', 'html')
    fc.assert(
      fc.property(formats, fc.array(piece, { maxLength: 25 }), (format, pieces) => {
        const text = pieces.join('')
        const parsed = parse(format, text)
        expect(parse(format, text)).toEqual(parsed)
        if (parsed.kind !== 'article') return
        const { title, bodyHtml, summary } = parsed.article
        expect(title).toMatch(/^\S(?:.*\S)?$/su)
        expect(title).not.toContain('\n')
        expect(summary).not.toContain('\n')
        expect(toSafeHtml(bodyHtml).html).toBe(bodyHtml)
      }),
      { numRuns: 400 },
    )
  })

  it('any bytes give an answer', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('plain', 'markdown', 'html'),
        fc.uint8Array({ maxLength: 60 }),
        (format, bytes) => {
          expect(parseBytes(format, bytes).kind).toMatch(/article|held|draft/)
        },
      ),
      { numRuns: 200 },
    )
  })
})
