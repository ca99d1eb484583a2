import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { Publication } from './support/publication.ts'

const settings = `title: Test
timezone: UTC
limits: { feedLength: 2, feedLengthMin: 1, arrivalHours: 0 }
`

/** Names beside, and like, those of dropfeed. */
const foreign = [
  'robots.txt',
  'robots.txt.gz',
  'theme.css',
  'sitemap.xml',
  'articles/2025/05/mine.html',
  'articles/2025/05/note-1.html.bak',
  'articles/mine.html',
  'categories/x/photo.jpg',
  'categories/mine/index.html',
  'archive/mine.xml',
  'archive/77.xml',
]

test('what others put into out/ stays, whatever dropfeed takes away', async () => {
  await using publication = Publication.make(settings)
  const { out, state } = publication.settings
  const write = (day: number) =>
    publication.write(
      `${day}.md`,
      `---\ntitle: Note ${day}\ndate: 2025-05-0${day}\n---\n\nText ${day}.\n\n#x\n`,
    )
  for (let day = 1; day < 8; day += 1) write(day)
  await publication.run()
  for (const path of foreign) {
    mkdirSync(dirname(join(out, path)), { recursive: true })
    writeFileSync(join(out, path), `This is ${path}.`)
  }
  const expectAll = () => {
    for (const path of foreign)
      expect(readFileSync(join(out, path), 'utf8')).toBe(`This is ${path}.`)
  }
  publication.configure(`${settings}precompress: true\n`)
  await publication.run()
  expectAll()
  publication.configure(settings)
  await publication.run()
  expectAll()
  publication.remove('7.md')
  publication.remove('1.md')
  await publication.run()
  expectAll()
  rmSync(state, { recursive: true })
  await publication.run()
  expectAll()
  for (let day = 2; day < 7; day += 1) publication.remove(`${day}.md`)
  await publication.run()
  expect(publication.items()).toEqual([])
  expect(publication.list('articles').filter((path) => path.endsWith('.html'))).toEqual([
    '2025/05/mine.html',
    'mine.html',
  ])
  expectAll()
})
