import * as fc from 'fast-check'
import { SaxesParser } from 'saxes'
import { describe, expect, it } from 'vitest'
import { toAbsoluteHtml, toSafeHtml, toText } from '../src/core/article/body.ts'
import { toProse, toRunningText } from '../src/core/article/body-text.ts'

const clean = (html: string): string => toSafeHtml(html).html

/** Judges form with a strict XML parser: what is balanced and quoted there is so in HTML. */
function parseStrictly(html: string): { name: string; attributes: Record<string, string> }[] {
  const tags: { name: string; attributes: Record<string, string> }[] = []
  const parser = new SaxesParser({ xmlns: false, fragment: true })
  parser.on('opentag', ({ name, attributes }) => {
    tags.push({ name, attributes })
  })
  parser.on('error', (error) => {
    throw error
  })
  // Attributes without a value are HTML's own; XML wants one.
  parser.write(html.replaceAll(/ (controls|open|reversed)(?=[ />])/g, ' $1=""')).close()
  return tags
}

const attacks = [
  '<script>alert(1)</script>',
  '<SCRIPT SRC=//evil.example/x.js></SCRIPT>',
  '<scr<script>ipt>alert(1)</scr</script>ipt>',
  '<img src=x onerror=alert(1)>',
  '<img src="javascript:alert(1)">',
  '<img src="data:image/svg+xml,<svg onload=alert(1)>">',
  '<a href="javascript:alert(1)">x</a>',
  '<a href=" java\nscript:alert(1)">x</a>',
  '<a href="&#x6A;avascript:alert(1)">x</a>',
  '<a href="jav&#x09;ascript:alert(1)">x</a>',
  '<a href="\u0001javascript:alert(1)">x</a>',
  '<a href="vbscript:x">x</a><a href="data:text/html,x">x</a><a href="file:///etc/passwd">x</a>',
  '<svg onload=alert(1)><script>alert(1)</script></svg>',
  '<math><mi//xlink:href="data:x,<script>alert(4)</script>">',
  '<iframe src="https://evil.example"></iframe>',
  '<object data="x"><embed src="x"></object>',
  '<form action="https://evil.example"><input name=q><button>Go</button></form>',
  '<style>body{background:url(javascript:alert(1))}</style>',
  '<p style="background:url(javascript:alert(1))" class="x">x</p>',
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
  '<textarea><img src=x onerror=alert(1)></textarea>',
  '<title><img src=x onerror=alert(1)></title>',
  '<xmp><img src=x onerror=alert(1)></xmp>',
  '<!--><img src=x onerror=alert(1)>-->',
  '<![CDATA[<img src=x onerror=alert(1)>]]>',
  '<a href="https://x.example/"onclick="alert(1)">x</a>',
  '<b/onmouseover=alert(1)>x</b>',
  '<base href="https://evil.example/"><meta http-equiv=refresh content="0;url=javascript:alert(1)">',
  '<video src="javascript:alert(1)" onerror=alert(1)><source src="data:x" onerror=alert(1)></video>',
  '<img srcset="javascript:alert(1) 1x, https://x.example/a.png 2x" src=a.png>',
  '<blockquote cite="javascript:alert(1)">x</blockquote>',
  '<template><img src=x onerror=alert(1)></template>',
  '<p id="x"><a name=y>x</a></p>',
  '<isindex action=javascript:alert(1)><link rel=stylesheet href=x><frameset><frame src=x></frameset>',
]

describe('no script, style, event handler, form, frame or dangerous address survives', () => {
  it.each(attacks)('%s', (attack) => {
    const html = clean(`<p>before</p>${attack}`)
    expect(html).toContain('<p>before</p>')
    for (const { name, attributes } of parseStrictly(html)) {
      expect(name).not.toMatch(/^(script|style|iframe|form|object|embed|svg|math|input|button)$/)
      for (const attribute of Object.keys(attributes)) {
        expect(attribute).not.toMatch(/^on|^(style|class|id|name)$/)
      }
      for (const attribute of ['href', 'src', 'srcset', 'cite', 'poster']) {
        expect(attributes[attribute] ?? '').not.toMatch(/script:|data:|file:/i)
      }
    }
  })

  it('any text gives balanced, quoted markup that cleaning leaves as it is', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.constantFrom(
        '<p>',
        '</p>',
        '<b',
        '<a href="',
        '">',
        '<ul><li>',
        '</ul>',
        '<table><tr><td>',
        '<!--',
        '-->',
        '&#x338;',
        '&amp;lt;',
        ']]>',
        '<img src=a>',
        '<br>',
        '<code>',
        '<details open>',
        '&#0;',
      ),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const html = clean(pieces.join(''))
        parseStrictly(html)
        expect(html).not.toContain(']]>')
        expect(clean(html)).toBe(html)
        expect(html.normalize('NFC').split('>').length).toBe(html.split('>').length)
      }),
      { numRuns: 300 },
    )
  })
})

describe('what feed readers show well is kept', () => {
  it.each([
    '<h2>a</h2><p>b<br />c</p><hr />',
    '<ul><li>a<ol start="3"><li value="4">b</li></ol></li></ul>',
    '<dl><dt>a</dt><dd>b</dd></dl>',
    '<table><caption>c</caption><thead><tr><th scope="col">a</th></tr></thead><tbody><tr><td colspan="2" rowspan="3">b</td></tr></tbody></table>',
    '<figure><img src="https://x.example/a.png" alt="A" title="T" width="3" height="4" /><figcaption>c</figcaption></figure>',
    '<pre><code class="language-c++">a &lt; b\n  c</code></pre>',
    '<blockquote cite="https://x.example/">q</blockquote>',
    '<p lang="ar" dir="rtl">a <bdi>b</bdi> <span lang="fr">c</span></p>',
    '<p><ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby></p>',
    '<p><em>a</em><strong>b</strong><s>c</s><del>d</del><ins>e</ins><sub>f</sub><sup>g</sup><mark>h</mark><kbd>i</kbd></p>',
    '<details open><summary>a</summary><p>b</p></details>',
    '<p><abbr title="A &quot;b&quot; &lt;c&gt;">d</abbr> <time datetime="2024-11-23">e</time> <q>f</q></p>',
    '<p><a href="mailto:a@x.example">a</a> <a href="tel:+123">b</a></p>',
  ])('%s', (html) => {
    expect(clean(html)).toBe(html)
  })

  it('a div ends a paragraph, a span without meaning is dropped, obsolete tags become their heirs', () => {
    expect(clean('<section>a</section><article><span style="x">b</span></article>')).toBe(
      '<div>a</div><div>b</div>',
    )
    expect(clean('<strike>a</strike><tt>b</tt><center>c</center>')).toBe(
      '<s>a</s><code>b</code><div>c</div>',
    )
  })

  it('a column keeps its alignment', () => {
    expect(clean('<table><tr><td style="text-align:right">1</td></tr></table>')).toBe(
      '<table><tr><td align="right">1</td></tr></table>',
    )
  })

  it('a picture whose address cannot be used is dropped, a link keeps its text', () => {
    expect(clean('<p>a<img src="data:image/png;base64,AA" alt=x><a href="data:x">b</a></p>')).toBe(
      '<p>ab</p>',
    )
  })

  it.each([
    ['<p><a>x</a></p><p>Hard<br />y</p>', '<p>x</p><p>Hard<br />y</p>'],
    ['<b><img></b><p>a<br />b</p>c', '<b></b><p>a<br />b</p>c'],
    [
      '<figure><picture><source srcset="https://x.example/b 2x"><img src="https://x.example/a"></picture><figcaption>c</figcaption></figure>',
      '<figure><img src="https://x.example/a" alt="" /><figcaption>c</figcaption></figure>',
    ],
    ['<section><span>a<br></span><i>b<br>c</i></section>d', '<div>a<br /><i>b<br />c</i></div>d'],
  ])('a tag that is dropped leaves the tags after it alone: %s', (written, expected) => {
    expect(clean(written)).toBe(expected)
  })

  it('the tags below too many others leave those after them alone', () => {
    const deep = `${'<i>'.repeat(100)}<section><b>x</b></section>${'</i>'.repeat(100)}`
    expect(
      clean(`${deep}<p>Hard<br />y</p>`).endsWith(
        'x'.concat('</i>'.repeat(100), '<p>Hard<br />y</p>'),
      ),
    ).toBe(true)
  })

  it('a tag that never has content has no closing tag', () => {
    expect(clean('<p>a<wbr>b</p>')).toBe('<p>a<wbr />b</p>')
    expect(
      clean(
        '<video><source src="https://x.example/a"><source src="https://x.example/b"><track src="https://x.example/c">No video.</video>',
      ),
    ).toBe(
      '<video preload="none"><source src="https://x.example/a" /><source src="https://x.example/b" /><track src="https://x.example/c" />No video.</video>',
    )
  })

  it.each([
    '<p hidden>b <i>c</i></p>',
    '<span aria-hidden="true">b<span>c</span></span>',
    '<div style="color: red; display : none">b<div style="display:none">c</div>d</div>',
    '<p><img hidden src="https://x.example/"></p>',
    '<form><label>b</label><button>c</button></form>',
    '<label for="d">b</label>',
  ])('what a reader does not see is dropped with its text: %s', (written) => {
    expect(toText(clean(`<p>a</p>${written}<p>e<br>f</p>`))).toBe('a\ne\nf')
  })

  it('what only looks hidden stays', () => {
    expect(
      toText(clean('<p hidden="until-found">a</p><p aria-hidden="false">b</p><hidden>c</hidden>')),
    ).toBe('a\nb\nc')
    expect(toText(clean('<ul><li><label><input type="checkbox"> a</label></li></ul>'))).toBe('a')
  })

  it('the ids that links of the same text point at stay, others go', () => {
    expect(clean('<p id="a"><a href="#b">x</a></p><p id="b">y</p>')).toBe(
      '<p><a href="#b">x</a></p><p id="b">y</p>',
    )
    expect(clean('<p id="b">y <a id="b">z</a></p><title><a href="#b">x</a>')).toBe('<p>y z</p>')
  })

  it('sound and film stay, play by themselves never, and have no attribute the W3C validator reports', () => {
    const { html } = toSafeHtml('<video src="https://x.example/a.mp4" autoplay controls></video>')
    expect(html).toBe('<video src="https://x.example/a.mp4" preload="none"></video>')
  })

  it('an embedded frame is dropped with its own text', () => {
    expect(clean('<p>a</p><iframe src="https://x.example/">no frames</iframe><p>b</p>')).toBe(
      '<p>a</p><p>b</p>',
    )
  })
})

describe('tags stand where parsers put them', () => {
  it.each([
    ['<p>a<b><div>c</div>d</b></p>', '<p>a<b></b></p><div>c</div>d'],
    ['<p>a<custom-tag><p>b</p></custom-tag></p>', '<p>a</p><p>b</p>'],
    ['<a href="/a">b<b><a href="/c">d</a></b></a>', '<a href="/a">b<b></b></a><a href="/c">d</a>'],
    ['<h1>a<x-y><h2>b</h2></x-y></h1>', '<h1>a</h1><h2>b</h2>'],
    [
      '<table>a<tr>b<td>c</td></tr></table>',
      '<table><tr><td>a</td></tr><tr><td>b</td><td>c</td></tr></table>',
    ],
    ['<table><td>a</td></table>', '<table><tr><td>a</td></tr></table>'],
    ['<td>a</td><tr>b</tr>', 'ab'],
    ['<ul><li>a<b><li>c</b></ul>', '<ul><li>a<b></b></li><li>c</li></ul>'],
    ['<ul><li>a<ul><li>b</li></ul></li></ul>', '<ul><li>a<ul><li>b</li></ul></li></ul>'],
    [
      '<table><tr><td><p>a<table><tr><td>b</table></table>',
      '<table><tr><td><p>a</p><table><tr><td>b</td></tr></table></td></tr></table>',
    ],
    ['a</p>b<p> </p>', 'ab<p> </p>'],
  ])('%s', (written, expected) => {
    expect(clean(written)).toBe(expected)
  })
})

describe('addresses', () => {
  it('are absolute already unless they need the page', () => {
    expect(toSafeHtml('<a href="https://x.example">a</a>').hasRelativeAddresses).toBe(false)
    expect(toSafeHtml('<a href="//x.example/a">a</a>')).toEqual({
      html: '<a href="https://x.example/a">a</a>',
      hasRelativeAddresses: false,
    })
    for (const address of ['a', '/a', '../a', '?a', '#a', './a b.png']) {
      expect(toSafeHtml(`<a href="${address}">a</a>`).hasRelativeAddresses).toBe(true)
    }
  })

  it('RFC 3986 §5.4.1 relative addresses become absolute', () => {
    const examples: Record<string, string> = {
      g: 'http://a/b/c/g',
      './g': 'http://a/b/c/g',
      'g/': 'http://a/b/c/g/',
      '/g': 'http://a/g',
      '?y': 'http://a/b/c/d;p?y',
      'g?y': 'http://a/b/c/g?y',
      '#s': 'http://a/b/c/d;p?q#s',
      'g;x=1/../y': 'http://a/b/c/y',
      '../../g': 'http://a/g',
      '../../../g': 'http://a/g',
    }
    for (const [address, expected] of Object.entries(examples)) {
      const { html } = toSafeHtml(`<a href="${address}">x</a>`)
      expect(toAbsoluteHtml(html, 'http://a/b/c/d;p?q')).toBe(`<a href="${expected}">x</a>`)
    }
  })

  it('of every kind become absolute, and text that looks like one does not', () => {
    const { html, hasRelativeAddresses } = toSafeHtml(
      '<p>src="a" <img src="a&amp;b.png" srcset="a.png 1x, b.png 2x,c.png 3x"> ' +
        '<video src="v" poster="p"></video><blockquote cite="c">href="x"</blockquote></p>',
    )
    expect(hasRelativeAddresses).toBe(true)
    const whole = toAbsoluteHtml(html, 'https://x.example/d/')
    expect(whole).toContain('src="https://x.example/d/a&amp;b.png"')
    expect(whole).toContain(
      'srcset="https://x.example/d/a.png 1x, https://x.example/d/b.png 2x, https://x.example/d/c.png 3x"',
    )
    expect(whole).toContain('poster="https://x.example/d/p"')
    expect(whole).toContain('cite="https://x.example/d/c"')
    expect(whole).toContain('<p>src="a" ')
    expect(whole).toContain('>href="x"<')
    expect(toSafeHtml(whole)).toEqual({ html: whole, hasRelativeAddresses: false })
  })

  it('whatever is written in one, it stays inside its attribute', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 30 }), (address) => {
        const attribute = address.replaceAll('&', '&amp;').replaceAll('"', '&quot;')
        const { html } = toSafeHtml(`<a href="${attribute}">x</a>`)
        const [tag] = parseStrictly(toAbsoluteHtml(html, 'https://x.example/'))
        expect(
          tag === undefined || /^(https?|mailto|tel):/.test(tag.attributes['href'] ?? ''),
        ).toBe(true)
      }),
      { numRuns: 300 },
    )
  })
})

describe('text of clean HTML', () => {
  it('puts blocks on lines of their own and decodes entities', () => {
    const html = clean('<h1>A &amp; B</h1><p>c\n <b>d</b>e<br>f &lt;g&gt;</p><ul><li>h<li>i</ul>')
    expect(toText(html)).toBe('A & B\nc de\nf <g>\nh\ni')
  })

  it('for a summary has neither headings nor code blocks nor footnote numbers', () => {
    const html =
      '<h2>A</h2><p>b <code>c</code>.<sup><a href="#fn1" id="fnref1">[1]</a></sup></p><pre>d</pre>'
    expect(toProse(html)).toBe('b c.')
  })

  it('for hashtags has no code at all, and a tag within a link is whole', () => {
    expect(
      toRunningText('<p><a href="/t">#<span lang="fr">été</span></a> <code>#no</code></p>'),
    ).toBe('#été')
  })
})

describe('size', () => {
  it('tags nested deeper than anybody writes leave their text', () => {
    const html = clean(`${'<b>'.repeat(50_000)}deep${'</b>'.repeat(50_000)}`)
    expect(html).toBe('<p>deep</p>')
    const nested = clean(`${'<div>'.repeat(500)}deep${'</div>'.repeat(500)}`)
    expect(toText(nested)).toBe('deep')
    expect(nested.split('<div>').length).toBeLessThanOrEqual(101)
  })

  it('many paragraphs whose end is left out are no nesting', () => {
    expect(clean('<p>a'.repeat(5_000)).split('<p>a</p>').length).toBe(5_001)
  })
})
