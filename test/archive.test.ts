import { rmSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { walk } from './support/archive-reader.ts'
import { brokenLinks } from './support/link-checker.ts'
import { Publication } from './support/publication.ts'

const settings = 'title: Test\ntimezone: UTC\nbaseUrl: https://example.org/\n'

function dated(number: number, date: string, text = ''): string {
  return `---\ntitle: Note ${number}\ndate: ${date}\n---\n\nThis is note ${number}. ${text}\n\n#all #n${number % 7}\n`
}

const dayOf = (number: number) =>
  new Date(Date.UTC(2010, 0, 1) + number * 86_400_000).toISOString().slice(0, 10)

/** The titles that a walk from atom.xml meets, each as often as it does. */
function titlesOf(publication: Publication): readonly string[] {
  return walk((path) => publication.read(path)).map(({ title }) => title)
}

describe('walking the archive', () => {
  test('meets each of 2,500 entries once, through edits, retractions and late arrivals', async () => {
    await using publication = Publication.make(settings)
    const live = new Set<string>()
    for (let number = 0; number < 2_400; number += 1) {
      publication.write(`${number % 10}/${number}.md`, dated(number, dayOf(number)))
      live.add(`Note ${number}`)
    }
    await publication.run()
    expect(titlesOf(publication).toSorted()).toEqual([...live].toSorted())
    expect(publication.items()).toHaveLength(50)

    for (const number of [0, 7, 500, 1_111, 2_399]) {
      publication.write(`${number % 10}/${number}.md`, dated(number, dayOf(number), 'Edited.'))
    }
    for (const number of [1, 99, 100, 101, 1_500, 2_398, 2_397]) {
      publication.remove(`${number % 10}/${number}.md`)
      live.delete(`Note ${number}`)
    }
    await publication.run()
    expect(titlesOf(publication).toSorted()).toEqual([...live].toSorted())

    for (let number = 2_400; number < 2_500; number += 1) {
      publication.write(`late/${number}.md`, dated(number, dayOf(number - 2_400)))
      live.add(`Note ${number}`)
    }
    await publication.run()
    const shown = publication.items().map(({ title }) => title)
    for (let number = 2_400; number < 2_500; number += 1) expect(shown).toContain(`Note ${number}`)
    expect(titlesOf(publication).toSorted()).toEqual([...live].toSorted())

    publication.nowMs += 72 * 3_600_000
    publication.write('new.md', dated(2_500, '2026-02-03'))
    live.add('Note 2500')
    await publication.run()
    expect(publication.items()).toHaveLength(50)
    expect(titlesOf(publication).toSorted()).toEqual([...live].toSorted())
    expect(brokenLinks(publication.settings.out, 'https://example.org/')).toEqual([])
  })

  test('a closed page stays as it is when new articles come', async () => {
    await using publication = Publication.make(settings)
    for (let number = 0; number < 320; number += 1) {
      publication.write(`${number}.md`, dated(number, dayOf(number)))
    }
    await publication.run()
    const closed = [1, 2].map((page) => publication.read(`archive/${page}.xml`))
    for (let number = 320; number < 470; number += 1) {
      publication.nowMs += 50 * 3_600_000
      if (number % 30 === 0) await publication.run()
      publication.write(`${number}.md`, dated(number, dayOf(number)))
    }
    await publication.run()
    expect([1, 2].map((page) => publication.read(`archive/${page}.xml`))).toEqual(closed)
    expect(titlesOf(publication)).toHaveLength(470)
  })

  test('no name that a page once had tells of what was taken back or edited since', async () => {
    await using publication = Publication.make(
      `${settings}limits: { feedLength: 5, feedLengthMin: 1 }\n`,
    )
    for (let number = 0; number < 60; number += 1)
      publication.write(`${number}.md`, dated(number, dayOf(number)))
    const pages: (readonly string[])[] = []
    for (let number = 60; number < 260; number += 10) {
      publication.remove(`${number - 58}.md`)
      publication.write(`${number - 57}.md`, dated(number - 57, dayOf(number - 57), `Ed${number}.`))
      publication.nowMs += 72 * 3_600_000
      for (let more = 0; more < 10; more += 1)
        publication.write(`${number + more}.md`, dated(number + more, dayOf(number + more)))
      await publication.run()
      pages.push(publication.list('archive'))
      for (const name of pages.at(-1) ?? []) {
        const page = publication.read(`archive/${name}`)
        expect([name, page.includes(`note ${number - 58}.`)]).toEqual([name, false])
        const hasEdited = page.includes(`note ${number - 57}.`)
        expect([name, hasEdited]).toEqual([name, page.includes(`Ed${number}.`)])
      }
    }
    // The page before the open one keeps the name it had, until the open one was named twice.
    expect(Math.max(...pages.map((names) => names.length))).toBeLessThanOrEqual(6)
    expect(titlesOf(publication)).toHaveLength(240)
  })

  test('a page that was given more has another name, so that no reader takes it for read', async () => {
    await using publication = Publication.make(settings)
    for (let number = 0; number < 60; number += 1) {
      publication.write(`${number}.md`, dated(number, dayOf(number)))
    }
    await publication.run()
    const before = /rel="prev-archive"[^>]*href="([^"]*)"/.exec(publication.read('atom.xml'))?.[1]
    publication.nowMs += 72 * 3_600_000
    publication.write('new.md', dated(60, '2026-02-03'))
    await publication.run()
    const after = /rel="prev-archive"[^>]*href="([^"]*)"/.exec(publication.read('atom.xml'))?.[1]
    expect(before).toBeDefined()
    expect(after).toBeDefined()
    expect(after).not.toBe(before)
  })
})

test('a retracted entry leaves a tombstone for 30 days, and none once it is back', async () => {
  await using publication = Publication.make(settings)
  for (let number = 0; number < 5; number += 1) {
    publication.write(`${number}.md`, dated(number, dayOf(number)))
  }
  await publication.run()
  const { id } = publication.item('Note 3')
  publication.remove('3.md')
  await publication.run()
  expect(publication.read('atom.xml')).toContain(`<at:deleted-entry ref="${id}"`)
  publication.write('again/3.md', dated(3, dayOf(3)))
  await publication.run()
  expect(publication.read('atom.xml')).not.toContain('deleted-entry')
  publication.remove('again/3.md')
  await publication.run()
  publication.nowMs += 29 * 86_400_000
  publication.write('6.md', dated(6, '2026-02-20'))
  await publication.run()
  expect(publication.read('atom.xml')).toContain(`<at:deleted-entry ref="${id}"`)
  publication.nowMs += 2 * 86_400_000
  publication.write('7.md', dated(7, '2026-02-21'))
  await publication.run()
  expect(publication.read('atom.xml')).not.toContain('deleted-entry')
})

test('the feed of a category tells what was deleted out of it, and of no other', async () => {
  await using publication = Publication.make()
  const feedOf = (name: string) => publication.read(`categories/${name}/atom.xml`)
  for (const name of ['a', 'b', 'c', 'd']) {
    publication.write(
      `${name}.md`,
      `Title ${name}\n\nWords of ${name}.\n\n#all #${name < 'd' ? 'few' : 'other'}\n`,
    )
  }
  for (const name of ['x', 'y']) {
    publication.write(`${name}.md`, `Title ${name}\n\nWords of ${name}.\n\n#all #few #other\n`)
  }
  await publication.run()
  const { id } = publication.item('Title d')
  const before = feedOf('few')
  publication.remove('d.md')
  await publication.run()
  for (const name of ['all', 'other']) {
    expect(feedOf(name), name).toContain(`<at:deleted-entry ref="${id}"`)
    expect(feedOf(name), name).not.toContain(`<id>${id}</id>`)
  }
  expect(feedOf('few')).toBe(before)
  const told = feedOf('other')
  await publication.run()
  expect(feedOf('other')).toBe(told)
  publication.write('d.md', 'Title d\n\nWords of d.\n\n#all #other\n')
  await publication.run()
  expect(publication.item('Title d').id).toBe(id)
  for (const name of ['all', 'other']) {
    expect(feedOf(name), name).toContain(`<id>${id}</id>`)
    expect(feedOf(name), name).not.toContain('deleted-entry')
  }
  publication.remove('d.md')
  await publication.run()
  publication.nowMs += 31 * 86_400_000
  publication.write('z.md', 'Title z\n\nWords of z.\n\n#other\n')
  await publication.run()
  expect(feedOf('other')).not.toContain('deleted-entry')
  expect(feedOf('all')).toContain('deleted-entry')
})

test('of very many deletions out of a category the latest are told', async () => {
  await using publication = Publication.make()
  const many = 130
  for (let index = 0; index < 3 * many; index += 1) {
    publication.write(`${index}.md`, `Title ${index}\n\nWords of number ${index}. #all\n`)
  }
  await publication.run()
  for (let index = 0; index < many; index += 1) publication.remove(`${index}.md`)
  await publication.run()
  const feed = publication.read('categories/all/atom.xml')
  expect(feed.split('<at:deleted-entry ').length - 1).toBe(100)
})

test('category feeds are those that a plain count over all articles gives', async () => {
  const labels = ['général', 'Été', '東京', 'news', 'a', 'b', 'c', 'مدينة']
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uniqueArray(fc.constantFrom(...labels), { maxLength: 5 }), {
        minLength: 1,
        maxLength: 30,
      }),
      fc.array(fc.nat(29), { maxLength: 6 }),
      async (articles, removed) => {
        await using publication = Publication.make(settings)
        const write = (number: number, tags: readonly string[]) =>
          publication.write(
            `${number}.md`,
            `---\ntitle: Note ${number}\ndate: ${dayOf(number)}\ntags: ${JSON.stringify(tags)}\n---\n\nNote ${number} tells of ${number}.\n`,
          )
        for (const [number, tags] of articles.entries()) write(number, tags)
        await publication.run()
        const feedsBefore = countOf(articles, new Set())
        const gone = new Set(removed.filter((number) => number < articles.length))
        for (const number of gone) publication.remove(`${number}.md`)
        const { problems } = await publication.run()
        const isHeld = problems.some(({ code }) => code === 'retractions-held')
        const counts = countOf(articles, isHeld ? new Set() : gone)
        for (const label of labels) {
          const titles = counts.get(label) ?? []
          const hadFeed = (feedsBefore.get(label) ?? []).length >= 3
          const isPublished = hadFeed ? titles.length > 0 : titles.length >= 3
          expect(readCategory(publication, label)).toEqual(isPublished ? titles : undefined)
        }
        expect(brokenLinks(publication.settings.out, 'https://example.org/')).toEqual([])
      },
    ),
    { numRuns: 12 },
  )
})

test('3,000 articles of 12 categories each are in every feed that they belong to', async () => {
  await using publication = Publication.make(settings)
  const articles = Array.from({ length: 3_000 }, (_, number) => {
    const tags = new Set<string>()
    for (let step = 0; tags.size < 12; step += 1) {
      tags.add(`tag${(number * 31 + step * step * 7 + step) % 97}`)
    }
    return [...tags]
  })
  for (const [number, tags] of articles.entries()) {
    const text = `Note ${number} tells of ${number}. ${tags.map((tag) => `#${tag}`).join(' ')}`
    publication.write(`${number}.txt`, `${dayOf(number)}\nNote ${number}\n\n${text}\n`)
  }
  await publication.run()
  const counts = countOf(articles, new Set())
  expect(counts.size).toBe(97)
  for (const [label, titles] of counts) {
    expect(readCategory(publication, label), label).toEqual(titles.slice(0, 50))
  }
})

test('a lost store is read back from the feed and its archive', async () => {
  await using publication = Publication.make(settings)
  for (let number = 0; number < 260; number += 1) {
    publication.write(`${number}.md`, dated(number, dayOf(number)))
  }
  publication.write(
    'undated.txt',
    'Nobody wrote a date into this one, so it has that of its arrival.\n',
  )
  await publication.run()
  publication.write(
    '3.md',
    dated(3, dayOf(3), 'Edited once, so that its text no longer tells its id.'),
  )
  await publication.run()
  publication.remove('5.md')
  await publication.run()
  const toKnown = () =>
    walk((path) => publication.read(path)).map(({ id, title, link, published, updated }) =>
      [id, title, link, published, updated].join(' '),
    )
  const before = toKnown()
  const { id } = publication.item('Note 259')
  publication.remove('259.md')
  await publication.run()
  rmSync(join(publication.root, '.dropfeed'), { recursive: true })
  publication.write('back/259.md', dated(259, dayOf(259)))
  await publication.run()
  expect(publication.item('Note 259').id).toBe(id)
  expect(toKnown().toSorted()).toEqual(before.toSorted())
  expect(brokenLinks(publication.settings.out, 'https://example.org/')).toEqual([])
})

function countOf(
  articles: readonly (readonly string[])[],
  gone: ReadonlySet<number>,
): ReadonlyMap<string, readonly string[]> {
  const titles = new Map<string, string[]>()
  for (const [number, tags] of articles.entries()) {
    if (gone.has(number)) continue
    for (const tag of tags) titles.set(tag, [`Note ${number}`, ...(titles.get(tag) ?? [])])
  }
  return titles
}

/** The titles in the feed of a category, as its OPML entry leads there. */
function readCategory(publication: Publication, label: string): readonly string[] | undefined {
  const opml = publication.read('feeds.opml')
  const outline = opml.split('\n').find((line) => line.includes(`– ${label}"`))
  const folder = /categories\/[^/]+\//.exec(outline ?? '')?.[0]
  if (folder === undefined) return undefined
  const feed = JSON.parse(publication.read(`${folder}feed.json`)) as {
    readonly items: readonly { readonly title: string }[]
  }
  return feed.items.map(({ title }) => title)
}
