import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { feedFiles } from '../src/core/feed/feed.ts'
import type { FeedFormat } from '../src/core/feed/feed.ts'
import { describe as describeProblem } from '../src/core/problem.ts'
import type { Problem } from '../src/core/problem.ts'
import { confirmRetractions } from '../src/publisher/status.ts'
import { Publication } from './support/publication.ts'
import { runProgram } from './support/program.ts'
import { newsboat, reloadNewsboat } from './support/readers/newsboat.ts'
import { readers, reportMissing } from './support/readers/read-with-all.ts'
import type { Reader } from './support/readers/reader.ts'
import { reloadSfeed, sfeed } from './support/readers/sfeed.ts'
import { makeTemporaryFolder } from './support/temporary-folder.ts'
import type { TemporaryFolder } from './support/temporary-folder.ts'

// Subscribers poll with real readers while an author and an administrator do what they do; each run of
// the real command line is a process of its own, so that every step is a restart, too. Whatever
// happens, no reader may take an article that it knows for a new one.

for (const { name, missing } of readers) reportMissing(name, missing)

/** A reader that keeps what it read; a poll gives the ids of what it takes for new. */
type Subscriber = {
  readonly name: string
  /** What it knows an entry by. */
  readonly knowsBy: 'id' | 'id, title and link'
  poll(folder: string): Promise<readonly string[]>
}

/** Reads with a library as a program would that knows entries by their id. */
function toSubscriber(reader: Reader, format: FeedFormat): Subscriber {
  const known = new Set<string>()
  return {
    name: `${reader.name} (${format})`,
    knowsBy: 'id',
    async poll(folder) {
      const entries = await reader.read(join(folder, feedFiles[format].name), format)
      const fresh = entries.map(({ id }) => id).filter((id) => !known.has(id))
      for (const id of fresh) known.add(id)
      return fresh
    },
  }
}

/** A program that keeps by itself what it read. */
function toKeeper(
  reader: Reader,
  reload: typeof reloadNewsboat,
  format: FeedFormat,
  { memory, knowsBy }: { readonly memory: string } & Pick<Subscriber, 'knowsBy'>,
): Subscriber {
  return {
    name: `${reader.name} (${format})`,
    knowsBy,
    async poll(folder) {
      const kept = join(memory, `${reader.name}-${format}`)
      return (await reload(join(folder, feedFiles[format].name), kept)).fresh
    },
  }
}

function subscribe(memory: string): readonly Subscriber[] {
  return readers
    .filter(({ missing }) => missing === undefined)
    .flatMap((reader) =>
      reader.formats.map((format) => {
        if (reader === newsboat) {
          return toKeeper(reader, reloadNewsboat, format, { memory, knowsBy: 'id' })
        }
        if (reader === sfeed) {
          return toKeeper(reader, reloadSfeed, format, { memory, knowsBy: 'id, title and link' })
        }
        return toSubscriber(reader, format)
      }),
    )
}

const settings = 'title: Harbour news\ntimezone: Europe/Paris\nbaseUrl: https://example.org/\n'

const articles = {
  'tide.md': '---\ntitle: The tide\ndate: 2025-05-01 10:00\n---\n\nIt comes twice a day.\n\n#sea\n',
  'fish.txt': 'Fishers came home at noon.\nTheir nets were nearly empty again.\n#fish #sea\n',
  'fog.html': '<title>Fog &amp; wind</title><p>Nobody could see the lighthouse.</p>',
  'été.md': '# L’été\n\nDeux phrases en français, pour voir. Rien de plus à dire.\n',
}

describe('a reader that polls again', () => {
  let folder: TemporaryFolder
  let subscribers: readonly Subscriber[] = []
  const inbox = (name: string) => folder.at(`inbox/${name}`)

  function drop(name: string, text: string): void {
    mkdirSync(dirname(inbox(name)), { recursive: true })
    writeFileSync(inbox(name), text)
  }

  /** Publishes with a process of its own. */
  async function build(): Promise<void> {
    expect(await runProgram(folder.path, ['build', '--quiet'])).toMatchObject({ code: 0 })
  }

  /** How many entries each subscriber takes for new. */
  async function countFresh(
    who: (subscriber: Subscriber) => boolean = () => true,
  ): Promise<Readonly<Record<string, number>>> {
    const counts: Record<string, number> = {}
    for (const subscriber of subscribers) {
      const fresh = await subscriber.poll(folder.at('out'))
      if (who(subscriber)) counts[subscriber.name] = fresh.length
    }
    return counts
  }

  function all(
    count: number,
    who: (subscriber: Subscriber) => boolean = () => true,
  ): Readonly<Record<string, number>> {
    return Object.fromEntries(subscribers.filter(who).map(({ name }) => [name, count]))
  }

  beforeAll(() => {
    folder = makeTemporaryFolder()
    subscribers = subscribe(folder.at('memory'))
    writeFileSync(folder.at('feed.yaml'), settings)
    for (const [name, text] of Object.entries(articles)) drop(name, text)
  })

  afterAll(() => folder[Symbol.dispose]())

  test('finds all there is at first', async () => {
    expect(subscribers.length).toBeGreaterThanOrEqual(7)
    await build()
    expect(await countFresh()).toEqual(all(4))
  })

  test('finds nothing new when nothing has happened', async () => {
    await build()
    expect(await countFresh()).toEqual(all(0))
  })

  test('finds nothing new after edits', async () => {
    drop('tide.md', articles['tide.md'].replace('twice', 'two times'))
    drop('fish.txt', articles['fish.txt'].replace('nearly empty', 'full'))
    await build()
    expect(await countFresh()).toEqual(all(0))
  })

  test('finds nothing new after renames and moves', async () => {
    renameSync(inbox('fog.html'), inbox('mist.html'))
    mkdirSync(inbox('2025/may'), { recursive: true })
    renameSync(inbox('tide.md'), inbox('2025/may/tide.md'))
    renameSync(inbox('fish.txt'), inbox('2025/nets.txt'))
    await build()
    expect(await countFresh()).toEqual(all(0))
  })

  test('finds nothing new after another feed title, subtitle or language', async () => {
    writeFileSync(
      folder.at('feed.yaml'),
      `${settings.replace('Harbour news', 'The harbour')}language: fr\nsubtitle: All of it\n`,
    )
    await build()
    expect(await countFresh()).toEqual(all(0))
  })

  test('finds exactly the one new article after a drop', async () => {
    drop('new/whale.md', '# A whale\n\nIt was seen off the pier on Sunday evening.\n')
    await build()
    expect(await countFresh()).toEqual(all(1))
    await build()
    expect(await countFresh()).toEqual(all(0))
  })

  test('finds nothing new after the store was lost', async () => {
    rmSync(folder.at('.dropfeed'), { recursive: true })
    await build()
    expect(await countFresh()).toEqual(all(0))
  })

  test('finds nothing new after edits, renames and moves while the store was lost', async () => {
    rmSync(folder.at('.dropfeed'), { recursive: true })
    renameSync(inbox('new/whale.md'), inbox('a-whale.md'))
    drop('mist.html', articles['fog.html'].replace('Nobody', 'No captain'))
    await build()
    expect(await countFresh()).toEqual(all(0))
  })

  test('finds nothing new when an article went and came back', async () => {
    renameSync(inbox('a-whale.md'), folder.at('whale.md'))
    await build()
    expect(await countFresh()).toEqual(all(0))
    renameSync(folder.at('whale.md'), inbox('whale.md'))
    await build()
    expect(await countFresh()).toEqual(all(0))
  })

  test('finds nothing new by id after a new title, and after a move to another address', async () => {
    const goesById = ({ knowsBy }: Subscriber) => knowsBy === 'id'
    drop('2025/may/tide.md', articles['tide.md'].replace('The tide', 'High tide'))
    await build()
    expect(await countFresh(goesById)).toEqual(all(0, goesById))
    writeFileSync(
      folder.at('feed.yaml'),
      settings.replace('https://example.org/', 'http://x.test/f/'),
    )
    await build()
    expect(await countFresh(goesById)).toEqual(all(0, goesById))
  })
})

describe('when the store is lost, a subscriber keeps what the feed last said', () => {
  const count = 30

  async function loseStore(lose: (publication: Publication) => void): Promise<Problem[]> {
    await using publication = Publication.make()
    for (let number = 0; number < count; number += 1) {
      publication.write(`${number}.txt`, `Article number ${number} has its own words.\n`)
    }
    await publication.run()
    const before = publication.items()
    expect(before).toHaveLength(count)
    rmSync(publication.settings.state, { recursive: true })
    lose(publication)
    const { problems } = await publication.run()
    expect(publication.items()).toEqual(before)
    return [...problems]
  }

  test('while the inbox is missing', async () => {
    const problems = await loseStore((publication) => publication.remove(''))
    expect(problems.map(({ code }) => code)).toEqual(['inbox-missing'])
  })

  test('while most articles are missing', async () => {
    const problems = await loseStore((publication) => {
      for (let number = 0; number < count - 5; number += 1) publication.remove(`${number}.txt`)
    })
    expect(problems.map(({ code }) => code)).toEqual(['retractions-held', 'publication-withheld'])
  })

  test('and gets nothing new while most articles are missing, until a person confirms', async () => {
    await using publication = Publication.make()
    for (let number = 0; number < count; number += 1) {
      publication.write(`${number}.txt`, `Article number ${number} has its own words.\n`)
    }
    await publication.run()
    const before = publication.items()
    rmSync(publication.settings.state, { recursive: true })
    for (let number = 0; number < count - 5; number += 1) publication.remove(`${number}.txt`)
    publication.write('new.txt', 'Something new came meanwhile.\n')
    const { problems } = await publication.run()
    expect(problems.map((problem) => describeProblem(problem))).toEqual([
      expect.stringMatching(/25 articles vanished at once.*"dropfeed confirm"/),
      expect.stringMatching(/nothing new is published .*until .*"dropfeed confirm" is run/),
    ])
    expect(publication.items()).toEqual(before)
    expect(await confirmRetractions(publication.settings)).toBe(25)
    expect((await publication.run()).problems).toEqual([])
    const after = publication.items()
    expect(after).toHaveLength(6)
    expect(after.map(({ title }) => title)).toContain('Something new came meanwhile')
    const known = new Set(before.map(({ id }) => id))
    expect(after.filter(({ id }) => known.has(id))).toHaveLength(5)
  })
})
