import { mkdirSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { FeedServer } from '../src/out/server.ts'
import { fuzz } from './support/fuzz.ts'
import { makeTemporaryFolder } from './support/temporary-folder.ts'

// The long form is `npm run bench:fuzz`.

test('whatever is asked, nothing comes from outside out/, and the server goes on', async () => {
  using folder = makeTemporaryFolder()
  mkdirSync(folder.at('out/articles'), { recursive: true })
  for (const name of ['atom.xml', 'rss.xml', 'feed.json', 'index.html', 'articles/a.html']) {
    writeFileSync(folder.at(`out/${name}`), 'public '.repeat(500))
  }
  const faults: string[] = []
  await using server = await FeedServer.open({
    root: folder.at('out'),
    host: '127.0.0.1',
    port: 0,
    baseUrl: 'https://example.org/',
    isPrecompressed: true,
    log: { fault: (sentence) => faults.push(sentence) },
  })
  const { address } = server
  const { statuses, leaks } = await fuzz(address, {
    requests: 4000,
    seed: 7,
    secretRoot: folder.path,
  })
  expect(leaks).toEqual([])
  expect(faults).toEqual([])
  // Enough of it is understood for the rest to mean something.
  for (const status of ['200', '400', '404', '405']) {
    expect(statuses.get(status), status).toBeGreaterThan(20)
  }
})
