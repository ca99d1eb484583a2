import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { ask } from './support/ask.ts'
import { launchBrowser, missingBrowser } from './support/browser.ts'
import { LivePublication, toArticle } from './support/live-publication.ts'
import { hasTool } from './support/program.ts'
import {
  feedparserPython,
  pollFeedparser,
  type Validators,
} from './support/readers/feedparser-python.ts'
import { newsboat, reloadNewsboat } from './support/readers/newsboat.ts'
import { reportMissing } from './support/readers/read-with-all.ts'
import { runAlongside } from './support/readers/reader.ts'
import { pollSfeed, sfeed } from './support/readers/sfeed.ts'
import { startRecorder } from './support/recorder.ts'

// What `dropfeed watch` serves while articles come, change and go, as those see it who ask.

reportMissing('a browser', missingBrowser)

async function untilServed(publication: LivePublication, text: string): Promise<void> {
  while (!(await ask(publication.address, '/atom.xml')).text.includes(text)) await pause(2)
}

test('a new article is served, an edit shows, and what is deleted is gone', async () => {
  await using publication = await LivePublication.start()
  publication.write('trip.md', toArticle('Trip'))
  await untilServed(publication, 'Thus ends Trip.')
  const item = await publication.entry('Trip')
  const path = new URL(item.url).pathname
  const page = await ask(publication.address, path)
  expect(page.text).toContain('Thus ends Trip.')
  expect((await ask(publication.address, '/')).text).toContain('Trip')
  publication.write('trip.md', toArticle('Trip', 'It was cut short.'))
  await untilServed(publication, 'It was cut short.')
  const etag = page.headers.etag ?? ''
  const again = await ask(publication.address, path, { headers: { 'if-none-match': etag } })
  expect([again.status, again.text.includes('cut short')]).toEqual([200, true])
  rmSync(publication.in('trip.md'))
  await untilServed(publication, 'at:deleted-entry')
  expect((await ask(publication.address, path)).status).toBe(410)
  expect((await ask(publication.address, '/articles/never.html')).status).toBe(404)
})

test('what is served at the start is what was published before', async () => {
  await using publication = await LivePublication.start((inbox) =>
    writeFileSync(inbox('a.md'), toArticle('Before')),
  )
  await untilServed(publication, 'Thus ends Before.')
  const { headers, text } = await ask(publication.address, '/rss.xml')
  await publication.stop()
  publication.address = ''
  publication.restart()
  await publication.until(() => publication.address !== '')
  const again = await ask(publication.address, '/rss.xml')
  expect(again.text).toBe(text)
  expect(again.headers.etag).toBe(headers.etag)
  expect(again.headers['last-modified']).toBe(headers['last-modified'])
})

const isMissing = [newsboat, feedparserPython, sfeed].some(({ missing }) => missing !== undefined)
const hasCurl = hasTool('curl')

const changes = 30

test.skipIf(isMissing || !hasCurl)(
  'newsboat, feedparser, sfeed and curl see each of 30 changes once, and keep every entry',
  { timeout: 300_000 },
  async () => {
    const titles = ['Note 0']
    await using publication = await LivePublication.start((inbox) =>
      writeFileSync(inbox('Note 0.md'), toArticle('Note 0')),
    )
    await using recorder = await startRecorder(publication.address)
    const body = publication.at('elsewhere/rss.xml')
    let validators: Validators = [null, null]
    /** What feedparser's user keeps: it hands on what each poll brings. */
    const kept = new Map<string, string>()
    const poll = async () => {
      // By date alone, as tt-rss asks: curl gives the file the server's time and asks whether there is a newer one.
      const words = ['-sS', '--compressed', '-R', '-z', body, '-o', body]
      const [boat, parsed, lines] = await Promise.all([
        reloadNewsboat(`${recorder.address}atom.xml`, publication.at('newsboat')),
        pollFeedparser(`${recorder.address}rss.xml`, validators),
        pollSfeed(`${recorder.address}atom.xml`, publication.at('sfeed')),
        runAlongside('curl', [...words, `${recorder.address}atom.xml`]),
      ])
      validators = parsed.validators
      for (const { id, title } of parsed.entries) kept.set(id, title)
      const statuses = Object.fromEntries(
        recorder.take().map(({ agent, status }) => [/^[a-z]+/iu.exec(agent)?.[0] ?? '', status]),
      )
      return { boat, parsed, lines, statuses }
    }
    // newsboat keeps validators from the second time on.
    await poll()
    await poll()
    for (let change = 1; change <= changes; change += 1) {
      // Every fifth is an edit.
      const isEdit = change % 5 === 0
      if (!isEdit) titles.push(`Note ${change}`)
      const title = titles.at(-1) ?? ''
      const news = `This is change ${change} of many.`
      publication.write(`${title}.md`, toArticle(title, news))
      await untilServed(publication, news)
      const { id } = await publication.entry(title)
      const { boat, parsed, lines, statuses } = await poll()
      expect(statuses).toEqual({ newsboat: 226, feedparser: 226, sfeed: 200, curl: 200 })
      expect(boat.fresh).toEqual(isEdit ? [] : [id])
      expect(boat.entries.find((entry) => entry.id === id)?.content).toContain(news)
      expect(parsed.entries.map((entry) => entry.id)).toEqual([id])
      for (const seen of [boat.entries, lines]) {
        expect(seen.map((entry) => entry.title).toSorted()).toEqual(titles.toSorted())
      }
      expect([...kept.values()]).toEqual(titles)
      expect(readFileSync(body, 'utf8')).toContain(news)
      if (!isEdit) continue
      const idle = await poll()
      expect(idle.statuses).toEqual({ newsboat: 304, feedparser: 304, sfeed: 304, curl: 304 })
      expect(idle.boat.fresh).toEqual([])
      expect(idle.boat.entries).toHaveLength(titles.length)
      expect(idle.lines).toHaveLength(titles.length)
    }
  },
)

test.skipIf(missingBrowser !== undefined)(
  'a browser shows feeds and pages in their style, and the policy stands in nobody’s way',
  async () => {
    await using publication = await LivePublication.start()
    publication.write('trip.md', toArticle('Trip'))
    await untilServed(publication, 'Thus ends Trip.')
    const browser = await launchBrowser()
    try {
      const page = await browser.newPage()
      const messages: string[] = []
      page.on('console', (message) => messages.push(message.text()))
      const item = await publication.entry('Trip')
      for (const path of ['/rss.xml', '/atom.xml', '/', new URL(item.url).pathname]) {
        await page.goto(new URL(path, publication.address).href)
        const look = await page.evaluate<{ readonly rules: number; readonly heading: number }>(`({
          rules: [...document.styleSheets].reduce((sum, { cssRules }) => sum + cssRules.length, 0),
          heading: document.querySelector('h1').getClientRects().length,
        })`)
        expect(look.rules, path).toBeGreaterThan(5)
        expect(look.heading, path).toBeGreaterThan(0)
      }
      expect(messages.filter((text) => /policy|refused|blocked/i.test(text))).toEqual([])
    } finally {
      await browser.close()
    }
  },
)
