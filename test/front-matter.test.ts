import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Article, ArticleFormat, ParsedArticle } from '../src/core/article/article.ts'
import { parseArticle } from '../src/core/article/parse.ts'

const rules = { timezone: 'Europe/Paris', categoriesMax: 100 }

function parse(text: string, path = 'notes/trip.md'): ParsedArticle {
  const format: ArticleFormat = path.endsWith('.md')
    ? 'markdown'
    : path.endsWith('.html')
      ? 'html'
      : 'plain'
  return parseArticle({ path, format, bytes: new TextEncoder().encode(text) }, rules)
}

function read(text: string, path?: string): Article {
  const parsed = parse(text, path)
  if (parsed.kind !== 'article') throw new Error(JSON.stringify(parsed))
  expect(parsed.problems).toEqual([])
  return parsed.article
}

function readYaml(yaml: string): Article {
  return read(`---\n${yaml}\n---\nThe text of it.\n`)
}

type Told = readonly [code: string, line: number | undefined, found: string | undefined]

function problemsOf(text: string, path?: string): readonly Told[] {
  const parsed = parse(text, path)
  if (parsed.kind === 'draft') throw new Error('a draft')
  return parsed.problems.map(({ code, line, found }): Told => [code, line, found])
}

const at = (text: string): number => Date.parse(text)

describe('files written for a site generator work as they are', () => {
  it('Hugo, TOML', () => {
    const article = read(`+++
title = 'My First Post'
date = 2024-01-14T07:07:07+01:00
lastmod = 2024-02-01
publishDate = 2024-01-15T08:00:00+01:00
expiryDate = "2030-01-01"
draft = false
tags = ['red', "blue"]
categories = ["General Knowledge"]
slug = "my-post"
weight = 10
description = """
Two
lines."""
images = ["cover.png"]
[params]
  author = 'John Smith'
[cover]
  image = "other.png"
+++

This is **bold** text.

{{< youtube w7Ft2ymGmfc >}}

{{< figure src="elephant.jpg" title="An elephant" >}}

Before.<!--more-->

After.
`)
    expect(article).toMatchObject({
      title: 'My First Post',
      publishedAtMs: at('2024-01-15T07:00:00Z'),
      updatedAtMs: at('2024-01-31T23:00:00Z'),
      expiresAtMs: at('2029-12-31T23:00:00Z'),
      categories: ['red', 'blue', 'General Knowledge'],
      slug: 'my-post',
      summary: 'Two lines.',
      image: 'cover.png',
    })
    expect(article.bodyHtml).toBe(
      '<p>This is <strong>bold</strong> text.</p>\n<p>Before.</p>\n<p>After.</p>',
    )
  })

  it('Jekyll', () => {
    const article = read(
      `---
layout: post
title:  "Welcome to Jekyll!"
date:   2024-11-23 20:52:00 +0100
categories: jekyll update
tags: [a b, c]
permalink: /:categories/:title/
author: jane
last_modified_at: 2024-11-24
published: true
---
You'll find this post in your \`_posts\` directory.

{% highlight ruby %}
puts "hi" # not a #tag
{% endhighlight %}

{% raw %}
* list
{:.class}
{% endraw %}

{{ page.title }} stays.
`,
      'blog/2024-11-20-welcome-to-jekyll.md',
    )
    expect(article).toMatchObject({
      title: 'Welcome to Jekyll!',
      publishedAtMs: at('2024-11-23T19:52:00Z'),
      updatedAtMs: at('2024-11-23T23:00:00Z'),
      authors: [{ name: 'jane' }],
    })
    expect(article.categories.slice(0, 4)).toEqual(['jekyll', 'update', 'a b', 'c'])
    expect(article.slug).toBeUndefined()
    expect(article.bodyHtml).toContain('{{ page.title }} stays.')
    expect(article.bodyHtml).not.toContain('{%')
    expect(article.bodyHtml).not.toContain('.class')
  })

  it('Jekyll, a date in the file name alone', () => {
    const named = read('---\nlayout: post\n---\n# Hello\n\nText.', 'blog/2024-11-23-hello.md')
    expect(named.publishedAtMs).toBe(at('2024-11-22T23:00:00Z'))
    expect(named.title).toBe('Hello')
  })

  it('Eleventy', () => {
    const article = read(`---
title: "Why I love <Eleventy> & others"
description: This is a post on My Blog.
date: Last Modified
tags:
  - posts
  - '#second tag'
permalink: "/blog/{{ title | slugify }}/index.html"
eleventyNavigation: { key: Home, order: 1 }
canonical: https://example.org/blog/why/
---
{% set x = 1 %}

Text.
`)
    expect(article).toMatchObject({
      title: 'Why I love <Eleventy> & others',
      summary: 'This is a post on My Blog.',
      categories: ['posts', 'second tag'],
      link: 'https://example.org/blog/why/',
      bodyHtml: '<p>Text.</p>',
    })
    expect(article.publishedAtMs).toBeUndefined()
    expect(article.slug).toBeUndefined()
  })

  it('Astro', () => {
    const article = read(`---
title: 'First post'
description: 'Lorem ipsum dolor sit amet'
pubDate: 'Jul 08 2022'
updatedDate: 2022-07-09
heroImage: '../../assets/blog-placeholder-3.jpg'
author: { name: Jane Doe, url: "https://jane.example/" }
cover: { src: a.png, alt: x }
isDraft: false
---
Lorem ipsum.
`)
    expect(article).toMatchObject({
      title: 'First post',
      publishedAtMs: at('2022-07-07T22:00:00Z'),
      updatedAtMs: at('2022-07-08T22:00:00Z'),
      image: 'a.png',
      authors: [{ name: 'Jane Doe', url: 'https://jane.example/' }],
    })
  })

  it('Zola', () => {
    const article = read(`+++
title = "A page"
date = 2024-11-23
updated = 2024-11-24T10:00:00
draft = false
authors = ["Jane Doe", "John Doe"]

[taxonomies]
tags = ["rust", "web"]
categories = ["programming"]

[extra]
lang = "xx-not-a-tag"
+++
Summary here.
<!-- more -->
The rest.
`)
    expect(article).toMatchObject({
      title: 'A page',
      publishedAtMs: at('2024-11-22T23:00:00Z'),
      updatedAtMs: at('2024-11-24T09:00:00Z'),
      categories: ['rust', 'web', 'programming'],
      authors: [{ name: 'Jane Doe' }, { name: 'John Doe' }],
      summary: 'Summary here.',
    })
    expect(article.bodyHtml).toContain('The rest.')
  })

  it('an HTML page with front matter', () => {
    const article = read('---\ntitle: Mine\n---\n<h1>Mine</h1><p>Text.</p>', 'a.html')
    expect(article).toMatchObject({ title: 'Mine', bodyHtml: '<p>Text.</p>' })
  })
})

describe('front matter in plain text', () => {
  it('is a block of Key: value lines closed by a blank line', () => {
    const article = read(
      'Title: R&D: what <b> means\nDate: 2024-11-23 20:52\nTags: one, #two, Three Four\nAuthor: Jane <jane@x.example>\n\nFirst.\nSecond.',
      'a.txt',
    )
    expect(article).toMatchObject({
      title: 'R&D: what <b> means',
      publishedAtMs: at('2024-11-23T19:52:00Z'),
      categories: ['one', 'two', 'Three Four'],
      authors: [{ name: 'Jane', email: 'jane@x.example' }],
      bodyHtml: '<p>First.</p>\n<p>Second.</p>',
    })
  })

  it('may be YAML or TOML', () => {
    expect(read('---\ntitle: A\n---\nText.', 'a.txt').title).toBe('A')
    expect(read('+++\ntitle = "A"\n+++\nText.', 'a.txt').title).toBe('A')
  })

  it.each([
    'Exemple : le chat dort.\n\nTexte.',
    'Note: this is a text.\n\nText.',
    'Summary: we won.\n\nText.',
    'Title: of a book\nis a line of a poem.\n\nText.',
    'Remember: the milk\nTitle: none\nand this\n\nText.',
    'Title:\n\nText.',
    '---\n\nA thematic break before a text.\n\n---\n\nMore.',
    '+++\nnot TOML\n+++\n',
    '---\n\nNote: after a break.',
    '---\n# Heading\n\nText that goes on.',
    '---\n- list\n- more\n---\nText.',
    'https://example.org/\n\nText.',
  ])('text is not eaten: %j', (text) => {
    const { bodyHtml, title } = read(text, 'a.txt')
    for (const word of text.match(/[\p{L}]{4,}/gu) ?? [])
      expect(`${title} ${bodyHtml}`).toContain(word)
  })

  it('a first thematic break in Markdown is none', () => {
    expect(read('---\n\nText.\n\n---\n\nMore.').bodyHtml).toBe(
      '<hr />\n<p>Text.</p>\n<hr />\n<p>More.</p>',
    )
  })

  it('empty front matter is none of the text', () => {
    expect(read('---\n---\nText.').bodyHtml).toBe('<p>Text.</p>')
    expect(read('---\n# only a comment\n---\nText.').bodyHtml).toBe('<p>Text.</p>')
  })

  it('YAML may end with three dots', () => {
    expect(read('---\ntitle: A\n...\nText.').title).toBe('A')
  })
})

describe('values', () => {
  it.each([
    ['title: 2024', '2024'],
    ['title: Yes', 'Yes'],
    ['title: 1.50', '1.50'],
    ['title: 0x1F', '0x1F'],
    ['title: 2024-11-23', '2024-11-23'],
    ['title: "null"', 'null'],
    ['title: "a\\u0000\\u0001b"', 'ab'],
    ['{"title": "JSON"}', 'JSON'],
    ['title: !!str x', 'x'],
    ['title: "A\\nB   C"', 'A B C'],
    ['title: >\n  Two\n  lines', 'Two lines'],
    ['title: AT&amp;T', 'AT&amp;T'],
    ['title: first\ntitle: second', 'second'],
    ['TITLE: A', 'A'],
  ])('a title is the text as it was typed: %s', (yaml, title) => {
    expect(readYaml(yaml).title).toBe(title)
  })

  it('a value that is empty is as if it were not there', () => {
    const article = readYaml('title:\ndate: ""\ntags: []\nlang: null\nlink: ~\ndraft:\nauthor: {}')
    expect(article).toMatchObject({ title: 'The text of it', categories: [], authors: [] })
  })

  it('a TOML title may be a number or a truth', () => {
    expect(read('+++\ntitle = 2024\n+++\nText.').title).toBe('2024')
    expect(read('+++\ntitle = true\n+++\nText.').title).toBe('true')
  })

  it.each([
    ['tags: [a, "#b", C D]', ['a', 'b', 'C D']],
    ['tags:\n- a\n- A\n- b', ['a', 'b']],
    ['tags: a, b c ,', ['a', 'b c']],
    ['tags: a b', ['a', 'b']],
    ['tags: "#a #b"', ['a', 'b']],
    ['category: Foo Bar', ['Foo Bar']],
    ['tags: [2024, 1.0]', ['2024', '1.0']],
    ['tags: [{name: x}, {label: y}]', ['x', 'y']],
    ['categories: [x]\ntags: [y]\nkeywords: z', ['x', 'y', 'z']],
    ['taxonomies:\n  tags: [x]', ['x']],
  ])('%s are categories', (yaml, categories) => {
    expect(readYaml(yaml).categories).toEqual(categories)
  })

  it.each([
    ['author: Jane', [{ name: 'Jane' }]],
    ['author: Doe, Jane', [{ name: 'Doe, Jane' }]],
    ['authors: Jane, John', [{ name: 'Jane' }, { name: 'John' }]],
    ['author: Jane <j@x.example>', [{ name: 'Jane', email: 'j@x.example' }]],
    ['author: Jane <https://x.example>', [{ name: 'Jane', url: 'https://x.example/' }]],
    ['author: Smith & <Sons>', [{ name: 'Smith & <Sons>' }]],
    ['author: <Sons>', [{ name: '<Sons>' }]],
    ['author: <j@x.example>', [{ name: 'j@x.example', email: 'j@x.example' }]],
    ['params: {author: Jane}', [{ name: 'Jane' }]],
    ['params: {authors: [Jane, {name: John}]}', [{ name: 'Jane' }, { name: 'John' }]],
    ['params: {author: John}\nauthor: Jane', [{ name: 'Jane' }]],
    ['author: j@x.example', [{ name: 'j@x.example', email: 'j@x.example' }]],
    [
      'authors: [Jane, {name: John, uri: "https://j.example/"}, Jane]',
      [{ name: 'Jane' }, { name: 'John', url: 'https://j.example/' }],
    ],
    ['author: {name: Jane, url: "javascript:alert(1)", email: nonsense}', [{ name: 'Jane' }]],
  ])('%s', (yaml, authors) => {
    expect(readYaml(yaml).authors.map((author) => JSON.parse(JSON.stringify(author)))).toEqual(
      authors,
    )
  })

  it.each([
    ['lang: fr', 'fr'],
    ['language: pt_br', 'pt-BR'],
    ['locale: zh-hant-tw', 'zh-Hant-TW'],
    ['lang: en_US.UTF-8', 'en-US'],
  ])('%s is a language', (yaml, language) => {
    expect(readYaml(yaml).language).toBe(language)
  })

  it.each([
    ['link: https://x.example/a?b=c&d', 'https://x.example/a?b=c&d'],
    ['canonical_url: https://x.example/é', 'https://x.example/%C3%A9'],
    ['link: "{{ site.url }}/x"', undefined],
  ])('%s is a link', (yaml, link) => {
    expect(readYaml(yaml).link).toBe(link)
  })

  it.each([
    ['id: tag:x.example,2024:1', 'tag:x.example,2024:1'],
    ['guid: https://x.example/?p=1', 'https://x.example/?p=1'],
    ['id: 123\nguid: https://x.example/?p=123', 'https://x.example/?p=123'],
    ['id: 8C4F1D5E-0B1A-4B63-9C8E-2D7B5A6F9E10', 'urn:uuid:8c4f1d5e-0b1a-4b63-9c8e-2d7b5a6f9e10'],
  ])('%s is an id', (yaml, id) => {
    expect(readYaml(yaml).id).toBe(id)
  })

  it.each([
    ['slug: my-post', 'my-post'],
    ['permalink: /posts/my-post/', 'my-post'],
    ['permalink: /posts/my-post.html', 'my-post'],
    ['url: /posts/my-post/index.html', 'my-post'],
    ['permalink: pretty', undefined],
    ['permalink: false', undefined],
  ])('%s is a wish for the permalink', (yaml, slug) => {
    expect(readYaml(yaml).slug).toBe(slug)
  })

  it.each([
    ['image: a.png', 'a.png'],
    ['image: {path: /a.png, alt: x}', '/a.png'],
    ['cover:\n  image: https://x.example/a.png', 'https://x.example/a.png'],
    ['images: [a.png, b.png]', 'a.png'],
    ['image: "javascript:alert(1)"', undefined],
  ])('%s is a picture', (yaml, image) => {
    expect(readYaml(yaml).image).toBe(image)
  })

  it.each([
    'draft: true',
    'draft: yes',
    'Draft: "True"',
    'published: false',
    'isDraft: 1',
    'draft: true\ndate: tomorow\nlang: 5',
  ])('%s makes a draft', (yaml) => {
    expect(parse(`---\n${yaml}\n---\nText.`).kind).toBe('draft')
  })

  it('a date without a zone is in the zone of the settings, in YAML and in TOML', () => {
    const expected = at('2024-11-23T19:52:00Z')
    for (const date of ['2024-11-23 20:52:00', '2024-11-23T20:52:00', '2024-11-23 20:52']) {
      expect(readYaml(`date: ${date}`).publishedAtMs).toBe(expected)
    }
    expect(read('+++\ndate = 2024-11-23T20:52:00\n+++\nText.').publishedAtMs).toBe(expected)
    expect(read('+++\ndate = 2024-11-23 20:52:00\n+++\nText.').publishedAtMs).toBe(expected)
    expect(read('+++\ndate = 2024-11-23T19:52:00Z\n+++\nText.').publishedAtMs).toBe(expected)
  })

  it('a date may be Unix time, and have a tag of YAML', () => {
    expect(readYaml('date: 1732400077').publishedAtMs).toBe(1_732_400_077_000)
    expect(readYaml('date: !!timestamp 2024-11-23').publishedAtMs).toBe(at('2024-11-22T23:00:00Z'))
  })

  it('an update before publication counts as publication', () => {
    const { publishedAtMs, updatedAtMs } = readYaml('date: 2024-11-23\nupdated: 2024-11-01')
    expect(updatedAtMs).toBe(publishedAtMs)
  })

  it('month names are read in the language of the article', () => {
    const french =
      'Le ministre a annoncé hier que les mesures seront prises dans les prochaines semaines.'
    const article = read(`---\ndate: 23 novembre 2024\n---\n${french} ${french}`)
    expect(article.publishedAtMs).toBe(at('2024-11-22T23:00:00Z'))
    expect(readYaml('lang: de\ndate: 23. März 2024').publishedAtMs).toBe(at('2024-03-22T23:00:00Z'))
  })

  it('an alias is what it stands for', () => {
    expect(readYaml('a: &a [x, y]\ntags: *a').categories).toEqual(['x', 'y'])
  })
})

describe('a wrong value is a problem that names its line', () => {
  it.each([
    ['---\na: 1\ntitle: [a]\n---\nx', ['front-matter-type', 3, 'title is a list, expected text']],
    [
      '---\ntags: {a: b}\n---\nx',
      ['front-matter-type', 2, 'tags is a group of values, expected a list'],
    ],
    [
      '---\ndraft: maybe\n---\nx',
      ['front-matter-type', 2, 'draft is maybe, expected true or false'],
    ],
    ['---\ndate: [a]\n---\nx', ['front-matter-type', 2, 'date is a list, expected a date']],
    ['---\ntitle: A\n\ndate: tomorow\n---\nx', ['date-unreadable', 4, 'tomorow']],
    ['---\ndate: 2024-13-45\n---\nx', ['date-unreadable', 2, '2024-13-45']],
    ['+++\ntitle = "A"\ndate = "soon"\n+++\nx', ['date-unreadable', 3, 'soon']],
    ['Title: A\nDate: soon\n\nx', ['date-unreadable', 2, 'soon']],
    ['---\nlink: example.org/a\n---\nx', ['link-invalid', 2, 'example.org/a']],
    ['---\nlink: "javascript:alert(1)"\n---\nx', ['link-invalid', 2, 'javascript:alert(1)']],
    ['---\nlink: https://x.example/a b\n---\nx', ['link-invalid', 2, 'https://x.example/a b']],
    ['---\nlang: french\n---\nx', ['language-invalid', 2, 'french']],
    ['---\nid: has space\n---\nx', ['id-invalid', 2, 'has space']],
    ['---\nid: my-doc\n---\nx', ['id-invalid', 2, 'my-doc']],
    ['---\nid: "tag:x\\ty"\n---\nx', ['id-invalid', 2, 'tag:x\ty']],
    ['---\ntitle: A\ntext', ['front-matter-unclosed', 1, '---']],
    ['\n+++\ntitle = "A"\ntext', ['front-matter-unclosed', 2, '+++']],
  ])('%j', (text, problem) => {
    expect(problemsOf(text)).toEqual([problem])
    expect(parse(text).kind).toBe('held')
  })

  it.each([
    ['---\na: 1\ntitle: A: b\n---\nx', 3],
    ['---\ntitle: "A\n---\nx', 2],
    ['---\ntitle: A\n\ttags: b\n---\nx', 3],
    ['+++\na = 1\ntitle = A\n+++\nx', 3],
  ])('unreadable front matter: %j', (text, line) => {
    const [problem] = problemsOf(text)
    expect(problem?.[0]).toBe('front-matter-invalid')
    expect(problem?.[1]).toBe(line)
    expect(problem?.[2]).not.toContain('\n')
  })

  it('all problems of a file are told at once', () => {
    expect(problemsOf('---\ndate: soon\nlang: french\nlink: x\n---\nx').map(String)).toHaveLength(3)
  })

  it('aliases of aliases end', () => {
    const levels = Array.from(
      { length: 30 },
      (_, n) => `a${n}: &a${n} [${n === 0 ? 'x' : `*a${n - 1},*a${n - 1},*a${n - 1}`}]`,
    )
    const parsed = parse(`---\n${levels.join('\n')}\ntags: *a29\n---\nx`)
    expect(parsed.kind).toBe('held')
    const [problem] = problemsOf(`---\n${levels.join('\n')}\ntags: *a29\n---\nx`)
    expect(problem?.[0]).toBe('front-matter-invalid')
  })

  it('an alias of itself ends', () => {
    expect(['held', 'article']).toContain(parse('---\na: &a [*a]\ntags: *a\n---\nx').kind)
  })

  it('whatever stands in it, an answer is given', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 10 }),
      fc.constantFrom(
        '\n',
        ': ',
        '- ',
        'title',
        'date',
        'tags',
        '[',
        ']',
        '{',
        '}',
        '"',
        '&a',
        '*a',
        '|',
        '!!x',
        ' = ',
      ),
    )
    fc.assert(
      fc.property(
        fc.constantFrom('---', '+++', ''),
        fc.array(piece, { maxLength: 25 }),
        (mark, pieces) => {
          expect(parse(`${mark}\n${pieces.join('')}\n${mark}\ntext`).kind).toMatch(
            /article|draft|held/,
          )
        },
      ),
      { numRuns: 400 },
    )
  })
})
