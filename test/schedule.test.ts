import { describe, expect, test } from 'vitest'
import { Publication } from './support/publication.ts'

const settings = 'title: Test\ntimezone: UTC\nbaseUrl: https://example.org/\n'
const words =
  'The boats came back to the harbour at noon with more fish than anybody had seen in years and everyone went out.'

/** The clock of a publication stands at 31 January 2026. */
function dated(title: string, date: string, expires?: string): string {
  const end = expires === undefined ? '' : `expires: ${expires}\n`
  return `---\ntitle: ${title}\ndate: ${date}\n${end}---\n\nThis is ${title}. ${words}\n`
}

function titlesOf(publication: Publication): readonly string[] {
  return publication.items().map(({ title }) => title)
}

function updatedOf(publication: Publication): number {
  return Date.parse(/<updated>(.*?)<\/updated>/.exec(publication.read('atom.xml'))?.[1] ?? '')
}

describe('a scheduled article', () => {
  test('that was postponed while dropfeed did not run waits for its new moment', async () => {
    await using publication = Publication.make(settings)
    publication.write('a.md', dated('A', '2026-02-10'))
    publication.write('b.md', dated('B', '2026-01-01'))
    await publication.run()
    publication.write('a.md', dated('A', '2026-06-01'))
    publication.nowMs = Date.UTC(2026, 1, 12)
    expect((await publication.run()).problems).toEqual([])
    expect(titlesOf(publication)).toEqual(['B'])
  })

  test('that was deleted before its moment was never published, and leaves no tombstone', async () => {
    await using publication = Publication.make(settings)
    publication.write('a.md', dated('A', '2026-02-10'))
    publication.write('b.md', dated('B', '2026-01-01'))
    await publication.run()
    publication.remove('a.md')
    publication.nowMs = Date.UTC(2026, 1, 12)
    await publication.run()
    expect(titlesOf(publication)).toEqual(['B'])
    expect(publication.read('atom.xml')).not.toContain('deleted-entry')
  })

  test('that was deleted for its wrong date and dropped again has the right one', async () => {
    await using publication = Publication.make(settings)
    publication.write('a.md', dated('A', '2036-01-10'))
    publication.write('b.md', dated('B', '2026-01-01'))
    await publication.run()
    publication.remove('a.md')
    await publication.run()
    publication.write('a.md', dated('A', '2026-01-10'))
    expect((await publication.run()).problems).toEqual([])
    expect(publication.item('A').date_published).toBe('2026-01-10T00:00:00Z')
    expect(publication.item('A').url).toBe('https://example.org/articles/2026/01/a.html')
  })

  test('whose moment passed while dropfeed did not run is in the feed, whatever came with it', async () => {
    await using publication = Publication.make(settings)
    publication.write('a.md', dated('A', '2026-02-10'))
    await publication.run()
    for (let minute = 10; minute < 60; minute += 1) {
      publication.write(`${minute}.md`, dated(`M${minute}`, `2026-02-20T10:${minute}:00`))
    }
    publication.nowMs = Date.UTC(2026, 2, 12)
    await publication.run()
    expect(titlesOf(publication)).toContain('A')
  })
})

describe('an expiring article', () => {
  test('that an edit ends leaves a tombstone, and the time of the feed goes on', async () => {
    await using publication = Publication.make(settings)
    publication.write('a.md', dated('A', '2026-01-10'))
    publication.write('b.md', dated('B', '2026-01-01'))
    await publication.run()
    const { id } = publication.item('A')
    const before = updatedOf(publication)
    publication.write('a.md', dated('A', '2026-01-10', '2026-01-20'))
    const report = await publication.run()
    expect(report.removed).toBe(1)
    expect(titlesOf(publication)).toEqual(['B'])
    expect(publication.read('atom.xml')).toContain(`<at:deleted-entry ref="${id}"`)
    expect(updatedOf(publication)).toBeGreaterThan(before)
  })

  test('that was over when it was first seen has the date of its mended version', async () => {
    await using publication = Publication.make(settings)
    publication.write('a.md', dated('A', '2025-01-10', '2025-02-01'))
    await publication.run()
    publication.write('a.md', dated('A', '2026-01-10', '2027-02-01'))
    expect((await publication.run()).problems).toEqual([])
    expect(publication.item('A').date_published).toBe('2026-01-10T00:00:00Z')
  })

  test('is back with its id and date when its time is prolonged', async () => {
    await using publication = Publication.make(settings)
    publication.write('a.md', dated('A', '2026-01-10', '2026-02-10'))
    await publication.run()
    const before = publication.item('A')
    publication.nowMs = Date.UTC(2026, 1, 11)
    await publication.run()
    expect(titlesOf(publication)).toEqual([])
    publication.write('a.md', dated('A', '2026-01-10', '2026-03-10'))
    await publication.run()
    expect(publication.item('A')).toEqual(before)
    expect(publication.read('atom.xml')).not.toContain('deleted-entry')
  })

  test('is none of those that vanish at once', async () => {
    await using publication = Publication.make(settings)
    for (let minute = 10; minute < 34; minute += 1) {
      const end = minute < 24 ? '2026-02-10' : undefined
      publication.write(`${minute}.md`, dated(`M${minute}`, `2026-01-03T10:${minute}:00`, end))
    }
    await publication.run()
    publication.remove('30.md')
    publication.nowMs = Date.UTC(2026, 1, 10) - 30_000
    expect((await publication.run()).problems).toEqual([])
    expect(titlesOf(publication)).toHaveLength(9)
  })
})

test('an edit while the clock is behind takes nothing back', async () => {
  await using publication = Publication.make(settings)
  publication.write('a.txt', `Of no date.\n\n${words}\n`)
  await publication.run()
  const [before] = publication.items()
  publication.nowMs -= 3_600_000
  publication.write('a.txt', `Of no date.\n\n${words} And again.\n`)
  await publication.run()
  const [after] = publication.items()
  expect(after?.id).toBe(before?.id)
  expect(after?.date_published).toBe(before?.date_published)
  expect(after?.content_html).toContain('And again')
})
