import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toSafeHtml } from '../src/core/article/body.ts'
import { toPageBody } from '../src/core/page/body.ts'

const page = 'https://example.org/articles/2026/01/a.html'

function fit(html: string, tableWord?: string): string {
  return toPageBody(html, { ownAddresses: [page], tableWord })
}

function headingsOf(html: string): readonly number[] {
  return [...html.matchAll(/<h([1-6])>/g)].map((match) => Number(match[1]))
}

function toHeadings(levels: readonly number[]): string {
  return levels.map((level) => `<h${level}>x</h${level}>`).join('')
}

describe('headings', () => {
  test.each([
    { written: [1, 2, 2, 1], shown: [2, 3, 3, 2] },
    { written: [2, 3, 4, 2], shown: [2, 3, 4, 2] },
    { written: [2, 4, 4, 6], shown: [2, 3, 3, 4] },
    { written: [4, 3, 2], shown: [2, 2, 2] },
    { written: [1, 3, 2], shown: [2, 3, 3] },
    { written: [1, 2, 3, 4, 5, 6], shown: [2, 3, 4, 5, 6, 6] },
  ])('$written become $shown, below the title and without a gap', ({ written, shown }) => {
    expect(fit(toHeadings(written))).toBe(toHeadings(shown))
  })

  test('never leave out a level, whatever the levels were', () => {
    const levels = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1 })
    fc.assert(
      fc.property(levels, (written) => {
        const shown = headingsOf(fit(toHeadings(written)))
        expect(shown).toHaveLength(written.length)
        expect(shown[0]).toBe(2)
        for (const [index, level] of shown.entries()) {
          expect(level).toBeGreaterThan(1)
          expect(level - (shown[index - 1] ?? 1)).toBeLessThanOrEqual(1)
        }
      }),
      { numRuns: 100 },
    )
  })

  test('keep their attributes, and each end is that of its begin', () => {
    expect(fit('<h1 id="a" lang="fr">x <em>y</em></h1>')).toBe(
      '<h2 id="a" lang="fr">x <em>y</em></h2>',
    )
    expect(fit('<h1>x<div><h4>y</h4></div></h1>')).toBe('<h2>x<div><h3>y</h3></div></h2>')
  })
})

test('sound and film get controls', () => {
  expect(fit('<audio src="https://x/a" preload="none"></audio><video></video>')).toBe(
    '<audio controls="" src="https://x/a" preload="none"></audio><video controls=""></video>',
  )
})

test('code can be scrolled with the keyboard', () => {
  expect(fit('<pre><code>a &lt; b</code></pre>')).toBe(
    '<pre tabindex="0"><code>a &lt; b</code></pre>',
  )
})

describe('a table', () => {
  const cell = '<table><tr><td>a</td></tr></table>'

  test('is scrolled inside itself, with the keyboard too', () => {
    expect(fit(cell)).toBe(`<div class="wide" tabindex="0">${cell}</div>`)
  })

  test('is called one where there is a word for it in its language', () => {
    expect(fit(cell, 'Tableau "x"')).toBe(
      `<div class="wide" tabindex="0" role="group" aria-label="Tableau &quot;x&quot;">${cell}</div>`,
    )
  })

  test('in a table is scrolled with it', () => {
    const nested = `<table><tr><td>${cell}</td></tr></table>`
    expect(fit(nested + cell)).toBe(
      `<div class="wide" tabindex="0">${nested}</div><div class="wide" tabindex="0">${cell}</div>`,
    )
  })
})

describe('a link', () => {
  test('to a place in the same body stays on the page', () => {
    expect(fit(`<p id="n"><a href="${page}#n">1</a></p>`)).toBe('<p id="n"><a href="#n">1</a></p>')
  })

  test.each([
    `<a href="${page}#elsewhere">1</a>`,
    `<a href="${page}">1</a>`,
    '<a href="https://example.org/other.html#n">1</a>',
    '<a id="n2">1</a>',
  ])('that leads elsewhere stays as it is: %s', (link) => {
    expect(fit(`<p id="n">${link}</p>`)).toBe(`<p id="n">${link}</p>`)
  })

  test.each(['<img src="https://x/p" alt="" />', '', '  '])(
    'around "%s" is called by its address',
    (inner) => {
      expect(fit(`<a href="https://example.com/?a=1&amp;b=2">${inner}</a>`)).toBe(
        `<a aria-label="example.com/?a=1&amp;b=2" href="https://example.com/?a=1&amp;b=2">${inner}</a>`,
      )
    },
  )

  test('is called by its address once, and a mere anchor not at all', () => {
    const anchor = '<p><a id="n"></a></p>'
    expect(fit(`<a href="https://example.com/"></a>${anchor}`)).toBe(
      `<a aria-label="example.com" href="https://example.com/"></a>${anchor}`,
    )
  })

  test.each([
    '<a href="https://example.com/">text</a>',
    '<a href="https://example.com/"><img src="https://x/p" alt="A picture" /></a>',
    '<a href="https://example.com/" title="A title"><img src="https://x/p" alt="" /></a>',
    '<a href="https://example.com/"><em>text</em></a>',
  ])('that has a name keeps it: %s', (link) => {
    expect(fit(link)).toBe(link)
  })
})

test('all text stays, and no script gets in, whatever the body is', () => {
  const toText = (html: string): string => html.replaceAll(/<[^<>]*>/g, '')
  const parts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '<h1>',
      '</h1>',
      '<h4>',
      '<table>',
      '<td>',
      '</table>',
      '<pre>',
      '<a href="x">',
      '</a>',
      '<video>',
      '<img src="x">',
      '<a href="#i">',
      '<p id="i">',
      '<script>',
      '"',
      '>',
      '<',
    ),
  )
  fc.assert(
    fc.property(fc.array(parts), (written) => {
      const { html } = toSafeHtml(written.join(''))
      const fitted = fit(html)
      expect(toText(fitted)).toBe(toText(html))
      expect(fitted).not.toMatch(/<script|<style|<iframe/)
    }),
    { numRuns: 200 },
  )
})

test('a body of many tags takes as long as it is long', () => {
  const many = 100_000
  const html = `${`<h1>x</h1><a href="${page}#n"></a>`.repeat(many)}<p id="n"></p>`
  expect(fit(html)).toContain('<h2>x</h2><a aria-label=')
  expect(fit(`<pre>${'<a'.repeat(many)}</pre>`)).toContain('<a<a')
})
