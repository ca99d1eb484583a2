import { renameSync, rmSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { confirmRetractions } from '../src/publisher/status.ts'
import { Publication } from './support/publication.ts'
import { formatOf, idsIn, readTree } from './support/whole.ts'

const paragraphs = [
  'The harbour was quiet when the first boats came back that morning with empty nets.',
  'Nobody in the village had expected the cold current to arrive so early in the year.',
  'The fishers met in the hall and talked until noon about nets, quotas and the weather.',
].join('\n\n')

const article = `---\ntitle: The harbour\ndate: 2025-05-01 10:00\n---\n\n${paragraphs}\n\n#sea\n`

describe('an entry keeps its id', () => {
  test('through an edit', async () => {
    await using publication = Publication.make()
    publication.write('a.md', article)
    await publication.run()
    const before = publication.item('The harbour')
    publication.write('a.md', article.replace('cold current', 'warm current'))
    await publication.run()
    const after = publication.item('The harbour')
    expect(after.id).toBe(before.id)
    expect(after.url).toBe(before.url)
    expect(after.date_published).toBe(before.date_published)
    expect(Date.parse(after.date_modified)).toBeGreaterThan(Date.parse(before.date_modified))
    expect(after.content_html).toContain('warm current')
  })

  test('through a rename and a move within the inbox', async () => {
    await using publication = Publication.make()
    publication.write('a.md', article)
    publication.write('deep/other.md', '# Other\n\nSomething else entirely is told here.\n')
    await publication.run()
    const before = publication.item('The harbour')
    renameSync(publication.path('a.md'), publication.path('deep/b.md'))
    const report = await publication.run()
    expect(publication.items()).toHaveLength(2)
    expect(publication.item('The harbour')).toEqual(before)
    expect(report.written).toBe(0)
  })

  test('through a rename by copy and delete with a small edit in one batch', async () => {
    await using publication = Publication.make()
    publication.write('harbour.md', article)
    await publication.run()
    const before = publication.item('The harbour')
    publication.remove('harbour.md')
    publication.write('harbour-final.md', article.replace('until noon', 'until dusk'))
    await publication.run()
    expect(publication.items().map(({ id }) => id)).toEqual([before.id])
  })

  test('through a new title and a new date', async () => {
    await using publication = Publication.make()
    publication.write('a.md', article)
    await publication.run()
    const before = publication.item('The harbour')
    publication.write(
      'a.md',
      article.replace('title: The harbour', 'title: A port').replace('2025-05-01', '2025-06-02'),
    )
    const report = await publication.run()
    const after = publication.item('A port')
    expect(after.id).toBe(before.id)
    expect(after.date_published).toBe(before.date_published)
    expect(report.problems.map(({ code }) => code)).toEqual(['date-kept'])
  })

  test('through a new base address', async () => {
    await using publication = Publication.make()
    publication.write('a.md', article)
    await publication.run()
    const before = publication.item('The harbour')
    publication.configure('title: Test\ntimezone: Europe/Paris\nbaseUrl: https://example.org/x/\n')
    await publication.run()
    const after = publication.item('The harbour')
    expect(after.id).toBe(before.id)
    expect(after.date_modified).toBe(before.date_modified)
    expect(after.url).toBe('https://example.org/x/articles/2025/05/the-harbour.html')
  })

  test('byte for byte in each format and each feed of a category, and from http to https', async () => {
    await using publication = Publication.make('title: Test\nbaseUrl: http://example.org/\n')
    for (const name of ['a', 'b', 'c']) {
      publication.write(`${name}.md`, article.replace('harbour\n', `harbour ${name}\n`))
    }
    const own = 'tag:example.org,2025:o?w=n&x'
    publication.write('d.md', `---\ntitle: Own\nid: '${own}'\n---\n\nOf its own.\n\n#sea\n`)
    await publication.run()
    const read = () => {
      const feeds = [...readTree(publication.settings.out)].filter(([path]) => formatOf(path))
      return new Map(feeds.map(([path, text]) => [path, idsIn(path, text)]))
    }
    const before = read()
    expect([...before.keys()]).toHaveLength(6)
    const ids = before.get('feed.json')
    expect(ids).toHaveLength(4)
    expect(ids).toContain(own)
    for (const found of before.values()) expect(found).toEqual(ids)
    publication.configure('title: Test\nbaseUrl: https://example.org/\n')
    await publication.run()
    expect(publication.items().every(({ url }) => url.startsWith('https:'))).toBe(true)
    expect(read()).toEqual(before)
  })

  test('through deletion and return', async () => {
    await using publication = Publication.make()
    publication.write('a.md', article)
    await publication.run()
    const before = publication.item('The harbour')
    publication.remove('a.md')
    const report = await publication.run()
    expect(report.removed).toBe(1)
    expect(publication.items()).toEqual([])
    publication.write('elsewhere/c.md', article)
    await publication.run()
    expect(publication.item('The harbour')).toEqual(before)
  })

  test('through two files that swap their names', async () => {
    await using publication = Publication.make()
    publication.write('a.md', article)
    publication.write('b.md', '# Other\n\nSomething else entirely is told here.\n')
    await publication.run()
    const before = publication.items()
    renameSync(publication.path('a.md'), publication.path('c.md'))
    renameSync(publication.path('b.md'), publication.path('a.md'))
    renameSync(publication.path('c.md'), publication.path('b.md'))
    await publication.run()
    expect(publication.items()).toEqual(before)
  })

  test('when a rotation moves every file to the next name', async () => {
    await using publication = Publication.make()
    publication.write('1.md', '# One\n\nFirst of all came the morning papers.\n')
    publication.write('2.md', '# Two\n\nThen there was tea, with lemon in it.\n')
    await publication.run()
    const before = publication.items()
    renameSync(publication.path('2.md'), publication.path('3.md'))
    renameSync(publication.path('1.md'), publication.path('2.md'))
    await publication.run()
    expect(publication.items()).toEqual(before)
  })

  test('that its author gave, and two articles cannot have one id', async () => {
    await using publication = Publication.make()
    const own = article.replace('title:', 'id: tag:example.org,2025:1\ntitle:')
    publication.write('a.md', own)
    await publication.run()
    expect(publication.item('The harbour').id).toBe('tag:example.org,2025:1')
    publication.write('b.md', own.replace('The harbour', 'The bay'))
    const report = await publication.run()
    expect(report.problems).toEqual([{ code: 'id-taken', path: 'b.md', found: 'a.md' }])
    expect(publication.items()).toHaveLength(1)
  })

  test('when the store is lost', async () => {
    await using publication = Publication.make()
    publication.write('a.md', article)
    publication.write('b.txt', 'No date here, only a few words about the sea.\n')
    await publication.run()
    publication.write('a.md', article.replace('cold current', 'warm current'))
    await publication.run()
    const before = publication.items()
    const atom = publication.read('atom.xml')
    rmSync(join(publication.root, '.dropfeed'), { recursive: true })
    await publication.run()
    expect(publication.items()).toEqual(before)
    expect(publication.read('atom.xml')).toBe(atom)
  })
})

describe('the same content', () => {
  test('under another name is not published twice, and steps in for a deleted original', async () => {
    await using publication = Publication.make()
    publication.write('a.md', article)
    publication.write('b.md', article)
    const report = await publication.run()
    expect(publication.items()).toHaveLength(1)
    expect(report.problems).toEqual([{ code: 'file-copy', path: 'b.md', found: 'a.md' }])
    const before = publication.items()
    publication.remove('a.md')
    const later = await publication.run()
    expect(publication.items()).toEqual(before)
    expect(later.problems).toEqual([])
  })

  test('becomes an entry of its own when the original is edited', async () => {
    await using publication = Publication.make()
    publication.write('a.md', article)
    publication.write('b.md', article)
    await publication.run()
    const [before] = publication.items()
    publication.write('a.md', article.replace('The harbour', 'The bay'))
    const report = await publication.run()
    expect(publication.item('The bay').id).toBe(before?.id)
    expect(publication.item('The harbour').id).not.toBe(before?.id)
    expect(report.problems).toEqual([])
  })

  test('in another encoding and with other line ends is the same', async () => {
    await using publication = Publication.make()
    publication.write('a.txt', 'Un café à midi\n\nC’est la vie, à peu près.\n')
    publication.write(
      'b.txt',
      Buffer.from('Un caf\xe9 \xe0 midi\r\n\r\nC\x92est la vie, \xe0 peu pr\xe8s.\r\n', 'latin1'),
    )
    const report = await publication.run()
    expect(report.problems.map(({ code }) => code).toSorted()).toEqual([
      'encoding-guessed',
      'file-copy',
    ])
    expect(publication.items()).toHaveLength(1)
  })
})

describe('the update time', () => {
  test('stays when nothing that a reader sees has changed', async () => {
    await using publication = Publication.make()
    publication.write('a.md', article)
    await publication.run()
    const atom = publication.read('atom.xml')
    utimesSync(publication.path('a.md'), 1, 1)
    expect((await publication.run()).written).toBe(0)
    publication.write('a.md', article.replaceAll('\n', '\r\n'))
    expect((await publication.run()).written).toBe(0)
    publication.configure('title: Test\ntimezone: Asia/Tokyo\n')
    await publication.run()
    expect(publication.read('atom.xml')).toBe(atom)
  })

  test('is distinct for each entry of a batch', async () => {
    await using publication = Publication.make()
    for (let number = 0; number < 40; number += 1) {
      publication.write(
        `dated-${number}.md`,
        `---\ndate: 2025-05-01\n---\n\nDated number ${number}.\n`,
      )
      publication.write(`undated-${number}.md`, `Undated number ${number} of its kind.\n`)
    }
    await publication.run()
    const atom = publication.read('atom.xml')
    const times = [...atom.matchAll(/<updated>(.*?)<\/updated>/g)].map((match) => match[1])
    expect(times).toHaveLength(51)
    expect(new Set(times.slice(1)).size).toBe(50)
  })
})

describe('many articles that vanish at once', () => {
  const fill = (publication: Publication, count: number) => {
    for (let number = 0; number < count; number += 1) {
      publication.write(`${number}.txt`, `Article number ${number} has its own words.\n`)
    }
  }

  test('stay published until a person confirms', async () => {
    await using publication = Publication.make()
    fill(publication, 30)
    await publication.run()
    for (let number = 0; number < 16; number += 1) publication.remove(`${number}.txt`)
    publication.write('new.txt', 'Something new is published meanwhile.\n')
    const report = await publication.run()
    expect(report.entries).toBe(31)
    expect(report.problems.map(({ code }) => code)).toEqual(['retractions-held'])
    const again = await publication.run()
    expect(again.entries).toBe(31)
    expect(again.problems.map(({ code }) => code)).toEqual(['retractions-held'])
    expect(await confirmRetractions(publication.settings)).toBe(16)
    const confirmed = await publication.run()
    expect(confirmed.entries).toBe(15)
    expect(confirmed.problems).toEqual([])
  })

  test('are held as well when they vanish in parts, within a minute', async () => {
    await using publication = Publication.make()
    fill(publication, 30)
    await publication.run()
    for (let number = 0; number < 10; number += 1) publication.remove(`${number}.txt`)
    expect((await publication.run()).entries).toBe(20)
    for (let number = 10; number < 18; number += 1) publication.remove(`${number}.txt`)
    publication.nowMs -= 30_000
    const report = await publication.run()
    expect(report.entries).toBe(20)
    expect(report.problems.map(({ code }) => code)).toEqual(['retractions-held'])
  })

  test('are no more than those that vanish when it was minutes ago that others did', async () => {
    await using publication = Publication.make()
    fill(publication, 30)
    await publication.run()
    for (let number = 0; number < 10; number += 1) publication.remove(`${number}.txt`)
    expect((await publication.run()).entries).toBe(20)
    for (let number = 10; number < 18; number += 1) publication.remove(`${number}.txt`)
    publication.nowMs += 60_000
    expect(await publication.run()).toMatchObject({ entries: 12, problems: [] })
  })

  test('are held anew when it happens again after a person confirmed', async () => {
    await using publication = Publication.make()
    fill(publication, 60)
    await publication.run()
    for (let number = 0; number < 35; number += 1) publication.remove(`${number}.txt`)
    await publication.run()
    await confirmRetractions(publication.settings)
    expect((await publication.run()).entries).toBe(25)
    for (let number = 35; number < 50; number += 1) publication.remove(`${number}.txt`)
    publication.nowMs += 60_000
    const report = await publication.run()
    expect(report.entries).toBe(25)
    expect(report.problems.map(({ code }) => code)).toEqual(['retractions-held'])
  })

  test('are as they were when they come back, also in another folder', async () => {
    await using publication = Publication.make()
    fill(publication, 30)
    await publication.run()
    const before = publication.items()
    for (let number = 0; number < 30; number += 1) publication.remove(`${number}.txt`)
    await publication.run()
    for (let number = 0; number < 30; number += 1) {
      publication.write(`back/${number}.txt`, `Article number ${number} has its own words.\n`)
    }
    const report = await publication.run()
    expect(report.problems).toEqual([])
    expect(publication.items()).toEqual(before)
  })

  test('because the inbox is gone are not retracted', async () => {
    await using publication = Publication.make()
    fill(publication, 3)
    await publication.run()
    renameSync(join(publication.root, 'inbox'), join(publication.root, 'away'))
    const report = await publication.run()
    expect(report.entries).toBe(3)
    expect(report.problems.map(({ code }) => code)).toEqual(['inbox-missing'])
    renameSync(join(publication.root, 'away'), join(publication.root, 'inbox'))
    expect((await publication.run()).problems).toEqual([])
  })

  test('because another, empty folder took the place of the inbox are not retracted', async () => {
    await using publication = Publication.make()
    fill(publication, 3)
    await publication.run()
    renameSync(join(publication.root, 'inbox'), join(publication.root, 'away'))
    publication.write('.keep', '')
    const report = await publication.run()
    expect(report.entries).toBe(3)
    expect(report.problems.map(({ code }) => code)).toEqual(['retractions-held'])
  })
})

test('a series of like articles is no rename', async () => {
  await using publication = Publication.make()
  const report = (day: number, sky: string) =>
    `Weather report of day ${day}.\n\n${paragraphs} The sky was ${sky} all day long over the coast.\n`
  publication.write('weather-22.txt', report(22, 'grey'))
  await publication.run()
  const [before] = publication.items()
  publication.remove('weather-22.txt')
  publication.write('weather-23.txt', report(23, 'blue'))
  await publication.run()
  expect(publication.items()).toHaveLength(1)
  expect(publication.items()[0]?.id).not.toBe(before?.id)
})

test('a scheduled article is published at its moment, an expiring one goes', async () => {
  await using publication = Publication.make()
  publication.write(
    'a.md',
    '---\ndate: 2026-01-31T13:02:30+01:00\n---\n\nComing soon, as was said.\n',
  )
  publication.write(
    'b.md',
    '---\nexpires: 2026-01-31T13:02:30+01:00\n---\n\nGoing soon, as was said.\n',
  )
  await publication.run()
  expect(publication.items().map(({ title }) => title)).toEqual(['Going soon, as was said'])
  await publication.run()
  await publication.run()
  expect(publication.items().map(({ title }) => title)).toEqual(['Coming soon, as was said'])
})

describe('a lost store', () => {
  const tide =
    '---\ntitle: The tide\ndate: 2025-05-01 10:00\n---\n\nIt comes twice a day.\n\n#sea\n'

  test('keeps the id of what was edited, also in another time zone', async () => {
    await using publication = Publication.make()
    publication.write('tide.md', tide)
    await publication.run()
    const before = publication.items()
    publication.write('tide.md', tide.replace('twice', 'two times'))
    publication.configure('title: Test\ntimezone: Europe/Lisbon\n')
    await publication.run()
    rmSync(join(publication.root, '.dropfeed'), { recursive: true })
    await publication.run()
    expect(publication.items().map(({ id }) => id)).toEqual(before.map(({ id }) => id))
  })

  test('keeps the id of what was dated anew', async () => {
    await using publication = Publication.make()
    publication.write('tide.md', tide)
    await publication.run()
    const before = publication.items()
    publication.write('tide.md', tide.replace('05-01', '05-02'))
    await publication.run()
    rmSync(join(publication.root, '.dropfeed'), { recursive: true })
    await publication.run()
    expect(publication.items().map(({ id }) => id)).toEqual(before.map(({ id }) => id))
  })

  test('keeps the id of what was edited and dated anew meanwhile', async () => {
    await using publication = Publication.make()
    publication.write('a.md', article)
    await publication.run()
    const before = publication.items()
    rmSync(join(publication.root, '.dropfeed'), { recursive: true })
    publication.write('a.md', article.replace('05-01', '05-02').replace('until noon', 'until dusk'))
    await publication.run()
    expect(publication.items().map(({ id }) => id)).toEqual(before.map(({ id }) => id))
  })

  test('and so is the inbox: the feed stays as it is', async () => {
    await using publication = Publication.make()
    for (let n = 0; n < 30; n += 1)
      publication.write(`${n}.txt`, `Article number ${n} has its own words.\n`)
    await publication.run()
    const before = publication.items()
    rmSync(join(publication.root, '.dropfeed'), { recursive: true })
    publication.remove('')
    publication.write('.keep', '')
    const report = await publication.run()
    expect(report.problems.map(({ code }) => code)).toEqual([
      'retractions-held',
      'publication-withheld',
    ])
    expect(publication.items()).toEqual(before)
  })

  test('and the inbox is missing: the feed stays as it is', async () => {
    await using publication = Publication.make()
    for (let n = 0; n < 3; n += 1)
      publication.write(`${n}.txt`, `Article number ${n} has its own words.\n`)
    await publication.run()
    const before = publication.items()
    rmSync(join(publication.root, '.dropfeed'), { recursive: true })
    publication.remove('')
    await publication.run()
    expect(publication.items()).toEqual(before)
  })

  test('keeps the ids of more articles alike than are taken in at once', async () => {
    await using publication = Publication.make()
    const text = (n: number) =>
      `# Weather report of day ${n}\n\nThe harbour was quiet when the first boats came back that morning with empty nets, the sky was grey all day long over the coast, and day ${n} ended with rain.\n`
    for (let n = 1; n <= 550; n += 1)
      publication.write(`weather-${String(n).padStart(4, '0')}.md`, text(n))
    await publication.run()
    publication.write('weather-0551.md', text(551))
    await publication.run()
    const before = new Map(publication.items().map(({ id, title }) => [title, id]))
    rmSync(join(publication.root, '.dropfeed'), { recursive: true })
    await publication.run()
    const changed = publication
      .items()
      .filter(({ id, title }) => before.has(title) && before.get(title) !== id)
    expect(changed.map(({ title }) => title)).toEqual([])
  })
})
