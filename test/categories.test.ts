import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Publication } from './support/publication.ts'

const settings = 'title: Test\ntimezone: UTC\nbaseUrl: https://example.org/\n'

function note(title: string, day: number, tags = ''): string {
  return `---\ntitle: ${title}\ndate: 2026-01-0${day}\ntags: [${tags}]\n---\n\nThis is ${title}, and it says so.\n`
}

function linksTo(publication: Publication, slug: string): readonly string[] {
  const pages = publication.list('articles').filter((name) => name.endsWith('.html'))
  const link = `categories/${slug}/`
  return pages.filter((name) => publication.read(`articles/${name}`).includes(link))
}

describe('a category', () => {
  test('that gets its feeds later is linked from the pages of all its articles', async () => {
    await using publication = Publication.make(settings)
    for (let day = 1; day < 9; day += 1)
      publication.write(`${day}.md`, note(`N${day}`, day, day === 1 || day === 5 ? 'x' : ''))
    await publication.run()
    expect(linksTo(publication, 'x')).toEqual([])
    publication.write('9.md', note('N9', 9, 'x'))
    await publication.run()
    expect(linksTo(publication, 'x')).toEqual([
      '2026/01/n1.html',
      '2026/01/n5.html',
      '2026/01/n9.html',
    ])
  })

  test('has a folder of its own, with a name in ASCII, and keeps it', async () => {
    await using publication = Publication.make(settings)
    const folders = () => {
      const feeds = publication.list('categories').filter((name) => name.endsWith('/feed.json'))
      const read = (name: string) =>
        JSON.parse(publication.read(`categories/${name}`)) as { readonly title: string }
      return new Map(feeds.map((name) => [read(name).title.slice(7), name.slice(0, -10)]))
    }
    const write = (tag: string, count = 3) => {
      for (let day = 1; day <= count; day += 1)
        publication.write(`${tag}-${day}.md`, note(`${tag} ${day}`, day, tag))
    }
    for (const tag of ['général', 'Straße', '新聞']) write(tag)
    write('general', 2)
    await publication.run()
    const named = folders()
    expect(named.get('général')).toBe('general')
    expect(named.get('Straße')).toBe('strasse')
    expect(named.get('新聞')).toMatch(/^[a-z0-9-]+$/)
    expect([...named.keys()]).not.toContain('general')
    write('general', 4)
    await publication.run()
    expect(folders()).toEqual(new Map([...named, ['general', 'general-2']]))
    for (const day of [1, 2, 3]) publication.remove(`général-${day}.md`)
    await publication.run()
    expect(folders().get('general')).toBe('general-2')
    write('général')
    await publication.run()
    expect(folders().get('général')).toBe('general')
  })

  test('is called as an alias says, also one that changes only the case', async () => {
    await using publication = Publication.make(settings)
    for (let day = 1; day < 4; day += 1)
      publication.write(`${day}.md`, note(`N${day}`, day, 'otan'))
    await publication.run()
    publication.configure(`${settings}categories: { alias: { otan: OTAN } }\n`)
    await publication.run()
    expect(publication.items()[0]?.tags).toEqual(['OTAN'])
    expect(publication.read('categories/otan/atom.xml')).toContain(
      '<title type="text">Test – OTAN<',
    )
    expect(publication.read('categories/otan/index.html')).toContain('OTAN</h1>')
    expect(publication.read('index.html')).not.toContain('otan</')
    expect(publication.read('feeds.opml')).toContain('"Test – OTAN"')
  })
})

test('a category that an alias hid is called by its first spelling once that is gone', async () => {
  await using publication = Publication.make(`${settings}categories: { alias: { sea: Ocean } }\n`)
  publication.write('1.md', note('N1', 1, 'sea'))
  await publication.run()
  publication.write('2.md', note('N2', 2, 'Sea'))
  await publication.run()
  publication.configure(settings)
  await publication.run()
  expect(publication.items().map(({ tags }) => tags)).toEqual([['sea'], ['sea']])
})

test('a category that is ignored has no alias either', async () => {
  await using publication = Publication.make(
    `${settings}categories: { ignore: [misc], alias: { Misc: Other, sundry: Misc } }\n`,
  )
  publication.write('1.md', note('N1', 1, 'MISC, sundry, sea'))
  await publication.run()
  expect(publication.items()[0]?.tags).toEqual(['sea'])
})

test('a feed of a category shows the same whether or not articles of others came since', async () => {
  await using publication = Publication.make(
    `${settings}limits: { feedLength: 2, feedLengthMin: 1, arrivalHours: 24 }\n`,
  )
  for (let day = 1; day < 5; day += 1) publication.write(`${day}.md`, note(`N${day}`, day + 4, 'x'))
  await publication.run()
  publication.write('late.md', note('Late', 1, 'x'))
  await publication.run()
  publication.nowMs += 30 * 3_600_000
  publication.write('other.md', note('Other', 9, 'y'))
  await publication.run()
  const before = publication.read('categories/x/atom.xml')
  expect(before).toContain('Late')
  rmSync(join(publication.settings.out, 'atom.xml'))
  await publication.run()
  expect(publication.read('categories/x/atom.xml')).toBe(before)
})

test('the list of feeds has the present address and title of the site', async () => {
  await using publication = Publication.make(settings)
  publication.write('a.md', note('A', 1))
  await publication.run()
  publication.configure(settings.replace('example.org', 'example.net').replace('Test', 'Other'))
  await publication.run()
  expect(publication.read('feeds.opml')).not.toContain('example.org')
  expect(publication.read('feeds.opml')).toContain('"Other"')
})

test('pages speak the language of most articles, also those that were published before', async () => {
  await using publication = Publication.make(settings)
  const write = (title: string, day: number, lang: string) =>
    publication.write(`${title}.md`, note(title, day).replace('---\n', `---\nlang: ${lang}\n`))
  const spoken = () => /<nav aria-label="(.*?)"/.exec(publication.read('articles/2026/01/one.html'))
  // A neighbour stands between the first and all that comes.
  write('one', 1, 'en')
  write('two', 2, 'en')
  await publication.run()
  expect(spoken()?.[1]).toBe('More articles')
  for (const [index, name] of ['trois', 'quatre', 'cinq'].entries()) write(name, index + 3, 'fr')
  await publication.run()
  expect(spoken()?.[1]).toMatch(/^(?!More)/)
  for (const name of ['trois', 'quatre', 'cinq']) publication.remove(`${name}.md`)
  await publication.run()
  expect(spoken()?.[1]).toBe('More articles')
})
