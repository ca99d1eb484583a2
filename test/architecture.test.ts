import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..', 'src')

type Import = { readonly from: string; readonly to: string }

/** All imports between files of `src`, and of packages, as `from` (a path below `src`) and `to`. */
const imports: readonly Import[] = globSync('**/*.ts', { cwd: root }).flatMap((from) => {
  const text = readFileSync(join(root, from), 'utf8')
  const found = text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)
  return [...found].map((match) => {
    const to = match[1] ?? ''
    return { from, to: to.startsWith('.') ? relative(root, join(root, dirname(from), to)) : to }
  })
})

function importsOf(folder: string): readonly Import[] {
  return imports.filter(({ from }) => from.startsWith(`${folder}/`))
}

describe('imports go one way', () => {
  test('there are imports to look at', () => {
    expect(imports.length).toBeGreaterThan(100)
  })

  const pure = [
    '@date-fns/tz',
    'any-ascii',
    'date-fns',
    'entities',
    'fast-xml-parser',
    'feed',
    'htmlparser2',
    'linkify-it',
    'markdown-it',
    'markdown-it-footnote',
    'sanitize-html',
    'saxes',
    'smol-toml',
    'yaml',
  ]

  test('the core imports itself and pure libraries only', () => {
    const others = importsOf('core').filter(
      ({ to }) =>
        !to.startsWith('core/') && !pure.some((name) => to === name || to.startsWith(`${name}/`)),
    )
    expect(others).toEqual([])
  })

  test('articles know nothing of entries, entries nothing of feeds', () => {
    expect(importsOf('core/article').filter(({ to }) => /^core\/(entry|feed)\//.test(to))).toEqual(
      [],
    )
    expect(importsOf('core/entry').filter(({ to }) => to.startsWith('core/feed/'))).toEqual([])
  })

  test('the edges know the core and not each other', () => {
    expect(importsOf('inbox').filter(({ to }) => /^(out|store|publisher|cli)/.test(to))).toEqual([])
    expect(importsOf('out').filter(({ to }) => /^(inbox|store|publisher|cli)/.test(to))).toEqual([])
    expect(importsOf('store').filter(({ to }) => /^(inbox|out|publisher|cli)/.test(to))).toEqual([])
  })

  test('hubs know the core and what the store promises, and nobody else of the edges', () => {
    const others = importsOf('hub').filter(
      ({ to }) => /^(inbox|out|publisher|cli|store)/.test(to) && to !== 'store/store.ts',
    )
    expect(others).toEqual([])
    const tellers = imports.filter(({ to }) => to.startsWith('hub/')).map(({ from }) => from)
    expect(tellers.filter((from) => !/^(hub|publisher)\//.test(from))).toEqual([])
  })

  test('what tells how things stand knows the core alone, and only the publisher knows it', () => {
    const others = importsOf('status').filter(({ to }) => !/^(status|core|node:)/.test(to))
    expect(others).toEqual([])
    const users = imports.filter(({ to }) => to.startsWith('status/')).map(({ from }) => from)
    expect(new Set(users.map((from) => from.split('/')[0]))).toEqual(
      new Set(['status', 'publisher']),
    )
  })

  test('only the store speaks SQL, only the inbox watches, only the output writes', () => {
    const using = (library: string) =>
      imports.filter(({ to }) => to === library).map(({ from }) => from.split('/')[0])
    expect(new Set(using('node:sqlite'))).toEqual(new Set(['store']))
    expect(new Set(using('chokidar'))).toEqual(new Set(['inbox']))
    expect(new Set(using('feed'))).toEqual(new Set(['core']))
  })
})
