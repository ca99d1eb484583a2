import { mkdir, writeFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { type ReadEntry, type Reader, missingProgram, runAlongside } from './reader.ts'

/** newsboat: RSS and Atom through libxml2; keeps what it read in a cache of its own. */
export const newsboat: Reader = {
  name: 'newsboat',
  formats: ['rss', 'atom'],
  missing: missingProgram('newsboat', ['--version']),
  tells: () => ({ updated: false, categories: false }),
  showTitle: (title) => title,
  read: async (path) => {
    const folder = await mkdtemp(join(tmpdir(), 'newsboat-'))
    try {
      return (await reloadNewsboat(path, folder)).entries
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
}

/**
 * Lets newsboat load a feed again with the cache in `folder` (made when it is not there).
 * @param path of a file, or an `http` address
 * @returns all it holds, and the ids of those it shows as unread since the last time
 */
export async function reloadNewsboat(
  path: string,
  folder: string,
): Promise<{ readonly entries: readonly ReadEntry[]; readonly fresh: readonly string[] }> {
  await mkdir(folder, { recursive: true })
  const [urls, config, cache] = ['urls', 'config', 'cache.db'].map((name) => join(folder, name))
  if (urls === undefined || config === undefined || cache === undefined) throw new Error('no paths')
  const address = path.startsWith('http://') ? path : pathToFileURL(path).href
  await writeFile(urls, `${address}\n`)
  await writeFile(config, '')
  const files = ['-u', urls, '-C', config, '-c', cache]
  await runAlongside('newsboat', [...files, '-x', 'reload'], folder)

  using database = new DatabaseSync(cache)
  const rows = database
    .prepare('SELECT guid, title, url, pubDate, content, unread FROM rss_item WHERE deleted = 0')
    .all()
  database.exec('UPDATE rss_item SET unread = 0')
  return {
    entries: rows.map((row) => ({
      id: String(row['guid']),
      title: String(row['title']),
      link: String(row['url']),
      published: Number(row['pubDate']) * 1000,
      updated: undefined,
      categories: undefined,
      content: String(row['content']),
    })),
    fresh: rows.filter(({ unread }) => unread === 1).map(({ guid }) => String(guid)),
  }
}
