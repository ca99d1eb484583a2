import { readFile, writeFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type ReadEntry, type Reader, missingProgram, run, runAlongside } from './reader.ts'

/** sfeed: RSS and Atom through a parser of its own; whoever reads on gets lines of fields. */
export const sfeed: Reader = {
  name: 'sfeed',
  formats: ['rss', 'atom'],
  missing: missingProgram('sfeed', []),
  tells: () => ({ updated: false, categories: true }),
  // "Each whitespace character is replaced by a SPACE character" (sfeed(1)).
  showTitle: (title) => title.replaceAll(/[\t\n]/g, ' '),
  read: async (path) => toLines(await readFile(path, 'utf8')).map((line) => toEntry(line)),
}

/**
 * Lets sfeed load a feed again and merges what it says with what is kept in `folder`, as
 * `sfeed_update` does: two lines are one entry when id, title and link are the same.
 * @returns all it holds, and the ids of those that are new since the last time
 */
export async function reloadSfeed(
  path: string,
  folder: string,
): Promise<{ readonly entries: readonly ReadEntry[]; readonly fresh: readonly string[] }> {
  await mkdir(folder, { recursive: true })
  const kept = join(folder, 'kept.tsv')
  const earlier = await readFile(kept, 'utf8').catch(() => '')
  const lines = new Map(splitLines(earlier).map((line) => [toKey(line), line]))
  const fresh: string[] = []
  for (const line of toLines(await readFile(path, 'utf8'))) {
    if (!lines.has(toKey(line))) fresh.push(toEntry(line).id)
    lines.set(toKey(line), line)
  }
  const all = [...lines.values()]
  await writeFile(kept, all.map((line) => `${line}\n`).join(''))
  return { entries: all.map((line) => toEntry(line)), fresh }
}

/**
 * Lets sfeed's own `sfeed_update` poll a server, and name the entity tag it has, as its manual shows.
 * @returns all it holds
 */
export async function pollSfeed(address: string, folder: string): Promise<readonly ReadEntry[]> {
  await mkdir(folder, { recursive: true })
  const settings = join(folder, 'sfeedrc')
  const tag = join(folder, 'etag')
  await writeFile(
    settings,
    `sfeedpath="${folder}"
feeds() { feed kept '${address}'; }
fetch() { curl -fsS -A sfeed --etag-compare '${tag}' --etag-save '${tag}' "$2"; }
`,
  )
  await runAlongside('sfeed_update', [settings], folder)
  return splitLines(await readFile(join(folder, 'kept'), 'utf8')).map((line) => toEntry(line))
}

function toLines(document: string): readonly string[] {
  return splitLines(run('sfeed', [], { input: document }))
}

function splitLines(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '')
}

function toKey(line: string): string {
  const { id, title, link } = toEntry(line)
  return [id, title, link].join('\t')
}

function toEntry(line: string): ReadEntry {
  const [seconds, title = '', link = '', content = '', , id = '', , , categories = ''] =
    line.split('\t')
  return {
    id,
    title,
    link,
    published: seconds === '' ? undefined : Number(seconds) * 1000,
    updated: undefined,
    categories: categories === '' ? [] : categories.split('|'),
    content: content.replaceAll(/\\([tn\\])/g, (_escape, letter: string) => {
      return { t: '\t', n: '\n' }[letter] ?? '\\'
    }),
  }
}
