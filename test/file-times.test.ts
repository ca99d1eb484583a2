import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ask } from './support/ask.ts'
import { LivePublication, toArticle } from './support/live-publication.ts'
import { Publication } from './support/publication.ts'

// Servers and readers tell versions of a file apart by a modification time in whole seconds.

const settings = 'title: Test\ntimezone: UTC\n'

/** The modification time of each file of `out/`, in nanoseconds. */
function timesIn(out: string): ReadonlyMap<string, bigint> {
  const items = readdirSync(out, { recursive: true, withFileTypes: true })
  return new Map(
    items
      .filter((item) => item.isFile())
      .map((item) => join(item.parentPath, item.name))
      .map((path) => [path, statSync(path, { bigint: true }).mtimeNs]),
  )
}

test('runs one right after the other give each file they change a time a second later', async () => {
  await using publication = Publication.make(settings)
  let before = new Map<string, bigint>() as ReadonlyMap<string, bigint>
  for (let version = 0; version < 3; version += 1) {
    publication.write('a.md', toArticle('Tide', `Version ${version}.`))
    await publication.run()
    const after = timesIn(publication.settings.out)
    const changed = [...before].filter(([path, time]) => after.get(path) !== time)
    expect(changed.length).toBeGreaterThanOrEqual(version > 0 ? 5 : 0)
    for (const [path, time] of changed) {
      expect((after.get(path) ?? 0n) - time, path).toBeGreaterThanOrEqual(1_000_000_000n)
    }
    before = after
  }
})

test('a run that has something to publish waits until the second of the last publication is over', async () => {
  await using publication = Publication.make(settings)
  // A clock that stands still makes each of them come within the second of the last.
  const run = async () => {
    publication.nowMs -= 60_000
    const startedAtMs = performance.now()
    await publication.run()
    return performance.now() - startedAtMs
  }
  publication.write('a.md', toArticle('Ebb'))
  await run()
  publication.write('b.md', toArticle('Flow'))
  expect(await run()).toBeGreaterThanOrEqual(999)
})

test('Last-Modified is the time of the file, whoever serves it', async () => {
  await using publication = await LivePublication.start()
  for (const title of ['Ebb', 'Flow']) {
    publication.write(`${title}.md`, toArticle(title))
    await publication.entry(title)
  }
  await publication.pass()
  for (const path of ['rss.xml', 'atom.xml', 'feed.json', 'index.html']) {
    const { headers } = await ask(publication.address, `/${path}`)
    const time = statSync(join(publication.settings.out, path), { bigint: true }).mtimeNs
    const second = new Date(Number(time / 1_000_000_000n) * 1000)
    expect(headers['last-modified'], path).toBe(second.toUTCString())
  }
})
