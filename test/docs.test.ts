import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { describe as describeProblem } from '../src/core/problem.ts'
import { createLog } from '../src/log.ts'
import { Publisher } from '../src/publisher/publisher.ts'
import { tell } from '../src/publisher/watch.ts'
import { renderDocs } from './bench/write-docs.ts'
import { Publication } from './support/publication.ts'

const root = join(import.meta.dirname, '..')
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const settings = readFileSync(join(root, 'feed.yaml'), 'utf8')

const style = { json: false, quiet: false, colour: false }

type Schema = {
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
}

/** All settings as `limits.feedLength`, as the published schema has them. */
function keysOf(schema: Schema, prefix = ''): readonly string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, part]) =>
    part.properties === undefined ? [`${prefix}${name}`] : keysOf(part, `${prefix}${name}.`),
  )
}

const schema = JSON.parse(readFileSync(join(root, 'docs/feed.schema.json'), 'utf8')) as Schema

describe('the README', () => {
  test('shows the help as the program prints it', () => {
    const { stdout } = spawnSync(process.execPath, [join(root, 'src/cli.ts'), '--help'], {
      encoding: 'utf8',
    })
    expect(stdout.length).toBeGreaterThan(500)
    expect(readme).toContain(stdout.trimEnd())
  })

  test('names every setting, and none that there is not', () => {
    const table = readme.slice(readme.search(/^\| key +\| default/m))
    const named = [...table.matchAll(/^\| `([\w.]+)` +\|/gm)].map((match) => match[1])
    expect(new Set(named)).toEqual(new Set(keysOf(schema)))
  })

  test('shows a problem as it is worded', () => {
    const problem = {
      code: 'date-unreadable',
      path: 'notes/trip.md',
      line: 3,
      found: 'tomorow',
    } as const
    expect(readme).toContain(describeProblem(problem))
  })

  test('shows what the log says of a file dropped beside those that are there', async () => {
    await using publication = Publication.make('timezone: UTC\n')
    for (const name of readdirSync(join(root, 'inbox'))) {
      publication.write(name, readFileSync(join(root, 'inbox', name)))
    }
    const lines: string[] = []
    const log = createLog((line) => lines.push(line), Date.now, style)
    const edges = { log, now: () => publication.nowMs }
    await using publisher = await Publisher.open(publication.settings, edges)
    await publisher.run({ kind: 'all' })
    publication.nowMs += 60_000
    publication.write('trip.txt', 'A trip to the sea. It was long, and we were tired.\n')
    tell(await publisher.run({ kind: 'some', paths: ['trip.txt'] }), log)
    const [said = ''] = (lines.at(-1) ?? '').split(' ms=')
    expect(said).toMatch(/^published entries=/)
    expect(readme).toContain(`\n${said} ms=`)
  })

  test('links to files that are there', () => {
    const links = [...readme.matchAll(/\]\(([^)]+)\)/g)].map((match) => match[1] ?? '')
    expect(links.length).toBeGreaterThan(2)
    for (const link of links) expect(existsSync(join(root, link)), link).toBe(true)
  })
})

test('feed.yaml shows every setting', () => {
  for (const key of keysOf(schema)) {
    const name = key.slice(key.lastIndexOf('.') + 1)
    expect(settings, key).toMatch(new RegExp(`^\\s*#?\\s*${name}:`, 'm'))
  }
})

test('ARCHITECTURE names only files that are there', () => {
  const text = readFileSync(join(root, 'src/ARCHITECTURE.md'), 'utf8')
  const named = [
    ...text.matchAll(/`((?:core|inbox|out|publisher|store|test|src)\/[\w-][\w./-]*)`/g),
  ]
  expect(named.length).toBeGreaterThan(8)
  for (const [, path = ''] of named) {
    const places = [path, join('src', path)].map((place) => existsSync(join(root, place)))
    expect(places, path).toContain(true)
  }
})

test('what documents tell of measurements is what was measured', async () => {
  const rendered = await renderDocs()
  expect(rendered.size).toBeGreaterThan(2)
  for (const [path, text] of rendered) {
    expect(readFileSync(join(root, path), 'utf8'), `${path}: npm run bench -- --write-docs`).toBe(
      text,
    )
  }
})
