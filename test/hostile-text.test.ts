import { describe, expect, test } from 'vitest'
import type { ArticleFormat } from '../src/core/article/article.ts'
import { toSafeHtml } from '../src/core/article/body.ts'
import { parseArticle } from '../src/core/article/parse.ts'
import { toSketch } from '../src/core/entry/sketch.ts'
import { parseStrict } from './support/strict-xml.ts'
import { growthMax, growthOf } from './support/growth.ts'

// Text made to be slow to read: for each pattern in the program, and each rule of the parsers it uses, what comes
// nearest to it again and again. Judged by how the work of the processor grows, never by time.

function read(format: ArticleFormat, text: string) {
  const bytes = new TextEncoder().encode(text)
  const parsed = parseArticle({ path: 'x', format, bytes }, { timezone: 'UTC', categoriesMax: 100 })
  if (parsed.kind === 'article') toSketch(parsed.article.bodyHtml)
  return parsed
}

type Vector = { readonly before?: string; readonly unit: string; readonly after?: string }

const of = (units: readonly string[]): readonly Vector[] => units.map((unit) => ({ unit }))
const after = (before: string, units: readonly string[], end = ''): readonly Vector[] =>
  units.map((unit) => ({ before, unit, after: end }))

const matter = after(
  '---\ntitle: ',
  ['}', ']', '"', "'", '[', '{', '&a ', '*a ', '? ', '- ', 'a: ', '\n ', '|\n ', '"\\', '&a [*a,'],
  '\n---\ntext',
)
const toml = after(
  '+++\ntitle = ',
  ['[', '{a=', '"', "'", '"""', 'a.', '\n[a]\n', '\n[[a]]\n'],
  '\n+++\ntext',
)

const vectors: Readonly<Record<ArticleFormat, readonly Vector[]>> = {
  plain: [
    ...of([
      '#a ',
      '#a',
      '#é#',
      '#l·',
      '#ا\u200c',
      'a@',
      'a@b.cc ',
      'http://a.b ',
      'www.a ',
      'http://a/(',
    ]),
    ...of([
      '://#a',
      'mailto:',
      '\n#a',
      '\n#a\n1732400077',
      'A. ',
      '. ',
      '« ',
      '1 May 2024 ',
      '12:',
      '12:00 ',
    ]),
    ...of([
      'a\u0301',
      '\u0301',
      '\u0338',
      '👨\u200d',
      '🇫',
      'ア・',
      ' ',
      '\t',
      '\u00a0',
      '-',
      '— ',
      'a-\n',
      'a: b\n',
    ]),
    ...of([`${'word '.repeat(12)}\n`, '<a href=#a>']),
    ...after('# a\n', ['- ', '\n', 'a\n\n']),
    ...matter,
    ...toml,
  ],
  markdown: [
    ...after('a ', [
      '[',
      '![',
      '^[',
      '[!',
      '*[',
      '[a][',
      '[a](',
      '[a](<',
      '[a](b "',
      '![a](b)',
      '[`',
      '[^',
      '^[^[',
    ]),
    ...after('a ', [
      '^[a]',
      '[^a]',
      '*_',
      '*a_ ',
      '_a*',
      '**a',
      '~~a',
      '`',
      '`a``',
      '<a',
      '<a b="',
      '<!--',
      '<?',
    ]),
    ...after('a ', [
      '<![CDATA[',
      '&',
      '&#1',
      '&a',
      '\\[',
      '\\',
      '<http://',
      'http://a',
      'a@',
      '{%',
      '{{',
      '{#',
      '{:',
    ]),
    ...of([
      '[a]: b\n',
      '[a]: ',
      '[a\n',
      '[^a]: b\n',
      '[^a]: b\n\n[^a]',
      '- ',
      '- a\n',
      '> ',
      '>',
      '1. ',
      '# ',
      '* * ',
    ]),
    ...of([
      'a|b\n',
      '|',
      '|-|\n',
      'a\n===\n',
      '---\n',
      '~~~',
      '```\n',
      '    a\n',
      '\t',
      ' \n',
      '<p>',
      '<b>',
      '{% a %}\n',
    ]),
    ...after('a|b\n-|-\n', ['a|b\n', '|']),
    ...after('[a]: b\n\n', ['[a]', '[a][a]', '![a][a]']),
    { before: 'a ', unit: '^[', after: ']'.repeat(4_000) },
    { unit: '<!-- more', before: 'a\n\n' },
    ...matter,
  ],
  html: [
    ...of([
      '<b>',
      '<p>',
      '<b><i>',
      '<table>',
      '<tr><td>',
      '<ul><li>',
      '</x>',
      '</p>',
      '<svg>',
      '<math>',
      '<br/>',
      '.<',
    ]),
    ...of([
      '<a href=#a id=a>',
      '<a href="#',
      '<p title="&lt;">',
      '<!--',
      '<!--more',
      '<style>',
      '<script>',
      '<title>',
    ]),
    ...of([
      '<textarea>',
      '<select><option>',
      '<h1>a</h1>',
      '<h1>',
      '<time datetime="2024">',
      '<meta name=a content=b>',
    ]),
    ...of([
      '<img srcset="a 1x,b 2x">',
      '&#x41;',
      '&amp',
      '&',
      '<article>',
      '<p hidden>',
      '<label>',
      '<form>',
      '<details>',
    ]),
    ...after('<p ', ['a=b ', 'a ', 'a="', '\n', '/', '"', "'"]),
    ...after('<img srcset="', ['a 1x, ', ',', ' ', '1x,'], '">text'),
    ...after('<p style="', ['display ', ';', 'display: ', 'text-align:'], '">text'),
    ...after('<a href="', ['\t', '../', '//', ':', '%', '&#9;'], '">text</a>'),
    ...after('<?xml?>', ['<a ', '<b/>', '<b x/', '< ']),
    ...after('<meta ', ['charset', 'a ', '<meta ']),
    ...after('<i>'.repeat(900), ['</b>', '<p>x', '<b>x</b>']),
    ...after('<ul><li>'.repeat(450), ['<li>x', '<p>x']),
    ...after('<table><tr><td>'.repeat(300), ['<td>x', '<a href=b>x', '</li>']),
  ],
}

const length = 8_000

for (const format of ['plain', 'markdown', 'html'] as const) {
  test(`however ${format} text is made, four times as much is about four times the work`, () => {
    const slow: string[] = []
    for (const { before = '', unit, after: end = '' } of vectors[format]) {
      const make = (size: number) => before + unit.repeat(Math.ceil(size / unit.length)) + end
      const [small, large] = [make(length), make(length * 4)]
      const growth = growthOf(
        () => read(format, small),
        () => read(format, large),
      )
      if (growth >= growthMax) slow.push(`${JSON.stringify(before.slice(0, 20) + unit)} ${growth}`)
    }
    expect(slow).toEqual([])
  })
}

describe('what expands', () => {
  test('stays within bounds when it is footnotes', () => {
    const parsed = read('markdown', `[^a]: x\n\n${'[^a]'.repeat(50_000)}`)
    expect(parsed.kind === 'article' && parsed.article.bodyHtml.length).toBeLessThan(3_000_000)
  })

  test('stays within bounds when it is references to one long address', () => {
    const parsed = read(
      'markdown',
      `[a]: http://a.b/${'c'.repeat(5_000)}\n\n${'[a] '.repeat(10_000)}`,
    )
    expect(parsed.kind === 'article' && parsed.article.bodyHtml.length).toBeLessThan(3_000_000)
  })

  test('is a problem when it is aliases of aliases in the front matter', () => {
    const levels = Array.from({ length: 12 }, (_, level) => {
      const item = level === 0 ? 'lol' : `*a${level - 1}`
      return `a${level}: &a${level} [${Array.from({ length: 10 }, () => item).join(', ')}]`
    })
    const parsed = read('markdown', `---\ntitle: x\n${levels.join('\n')}\ntags: *a11\n---\ntext`)
    expect(parsed).toMatchObject({ kind: 'held', problems: [{ code: 'front-matter-invalid' }] })
  })

  test('is left as it is when it is entities of a document type', () => {
    const lol =
      '<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'
    const parsed = read('html', `${lol}<p>&b; &c; text</p>`)
    expect(parsed).toMatchObject({
      kind: 'article',
      article: { bodyHtml: expect.stringMatching(/&amp;b; &amp;c; text/) },
    })
  })

  test('is a problem when it is front matter that is longer than anybody writes', () => {
    const parsed = read('markdown', `---\ntitle: ${'}'.repeat(200_000)}\n---\ntext`)
    expect(parsed).toMatchObject({
      kind: 'held',
      problems: [{ code: 'front-matter-invalid', line: 2 }],
    })
  })
})

test('a footnote in a footnote loses no word', () => {
  const parsed = read('markdown', 'Text^[first ^[second ^[third]]] ends.')
  const html = parsed.kind === 'article' ? parsed.article.bodyHtml : ''
  for (const word of ['first', 'second', 'third', 'ends']) expect(html).toContain(word)
})

test('a heading in a heading leaves what is around it balanced', () => {
  const parsed = read('html', '<h1>one <b>two <h1>three</h1> four</b></h1><p>five</p>')
  const html = parsed.kind === 'article' ? parsed.article.bodyHtml : ''
  expect(() => parseStrict(`<div>${html}</div>`)).not.toThrow()
  expect(html).toBe('<p>five</p>')
})

test.each(['e :', 'java script:x', '/ /a', 'x<!---->:y'])(
  'an address like %j leads somewhere below the page, or is none, and stays as it is when cleaned again',
  (address) => {
    const parsed = read('html', `<p><a href="${address}">text</a></p>`)
    const html = parsed.kind === 'article' ? parsed.article.bodyHtml : ''
    expect(html).toContain('text')
    expect(html).not.toContain('<a>')
    expect(toSafeHtml(html).html).toBe(html)
  },
)

describe('what is nested', () => {
  const deep = 20_000
  const nests: readonly (readonly [ArticleFormat, string, string])[] = [
    ['html', '<div>', '</div>'],
    ['html', '<b>', '</b>'],
    ['html', '<table><tr><td>', '</td></tr></table>'],
    ['html', '<svg><math>', '</math></svg>'],
    ['markdown', '> ', ''],
    ['markdown', '- ', ''],
    ['markdown', '1. ', ''],
    ['markdown', '[', '](b)'],
    ['markdown', '![', '](b)'],
    ['markdown', '^[', ']'],
    ['markdown', '*a ', '*'],
    ['markdown', '[^a]: ', ''],
    ['markdown', '<b>', '</b>'],
    ['markdown', '---\ntags: [', ']\n---\n'],
    ['markdown', '---\na: ', '\n---\n'],
    ['plain', '---\na: {b: ', '}\n---\n'],
    ['plain', '+++\na = [', ']\n+++\n'],
    ['plain', '+++\na = {b = ', '}\n+++\n'],
  ]
  test.each(nests)('%s %j is read or is a problem, at any depth', (format, open, close) => {
    for (const depth of [90, 101, 999, deep]) {
      const first = open.startsWith('---') || open.startsWith('+++')
      const text = first
        ? nestMatter(open, close, depth)
        : `${open.repeat(depth)}word${close.repeat(depth)}`
      const parsed = read(format, text)
      const said = parsed.kind === 'article' ? parsed.article.bodyHtml : `${parsed.kind} in a word`
      expect(said).toContain('word')
    }
  })

  function nestMatter(open: string, close: string, depth: number): string {
    const inner = open.replace(/^[-+]{3}\n\w+ ?[:=] ?/, '')
    const end = close.replace(/\n[-+]{3}\n$/, '')
    const [head = ''] = open.split(inner)
    return `${head}${inner.repeat(depth)}1${end.repeat(depth)}\n${head.slice(0, 3)}\n\nword`
  }
})
