import { writeFileSync } from 'node:fs'
import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchBrowser, missingBrowser } from './support/browser.ts'
import { LivePublication, toArticle } from './support/live-publication.ts'
import { reportMissing } from './support/readers/read-with-all.ts'

// The page by which a person follows what becomes of the files that they drop, in a real browser.

reportMissing('a browser', missingBrowser)

/** A folder for screenshots, for whoever wants to look at them. */
const pictures = process.env['DROPFEED_PICTURES']

describe.skipIf(missingBrowser !== undefined)('the status page', () => {
  let browser: Browser
  let page: Page
  let publication: LivePublication
  const messages: string[] = []
  const requests: string[] = []

  beforeAll(async () => {
    publication = await LivePublication.start((inbox) => {
      writeFileSync(inbox('harbour.md'), toArticle('The harbour opens again on Monday'))
      writeFileSync(inbox('copy.md'), toArticle('The harbour opens again on Monday'))
      writeFileSync(inbox('broken.md'), '---\ntitle: [\n---\n\nAn article to mend.\n')
      writeFileSync(inbox('slides.pdf'), '%PDF\n')
      writeFileSync(
        inbox('later.md'),
        '---\ntitle: Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamte\ndate: 2990-01-01\n---\n\nOne day.\n',
      )
    })
    browser = await launchBrowser()
    page = await browser.newPage({ viewport: { width: 1000, height: 800 } })
    page.on('request', (request) => requests.push(request.url()))
    page.on('console', (message) => messages.push(message.text()))
    page.on('pageerror', (error) => messages.push(String(error)))
  })

  afterAll(async () => {
    await browser.close()
    await publication[Symbol.asyncDispose]()
  })

  async function open(scheme: 'light' | 'dark' = 'light', width = 1000): Promise<void> {
    await page.emulateMedia({ colorScheme: scheme })
    await page.setViewportSize({ width, height: 800 })
    await page.goto(`${publication.address}_status`)
    await page.getByText('Live: what happens shows at once.').waitFor()
  }

  async function takePicture(name: string): Promise<void> {
    if (pictures === undefined) return
    writeFileSync(`${pictures}/status-${name}.png`, await page.screenshot({ fullPage: true }))
  }

  async function violations(): Promise<readonly string[]> {
    // The page's own policy lets no other program in; the checker does not go through it.
    const session = await page.context().newCDPSession(page)
    await session.send('Runtime.evaluate', { expression: axe.source })
    await session.detach()
    return await page.evaluate<readonly string[]>(`
      axe.run(document, { resultTypes: ['violations'], rules: { 'target-size': { enabled: true } } })
        .then(({ violations }) =>
          violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))
    `)
  }

  test('a dropped file is seen to pass, without loading the page again', async () => {
    await open()
    await page.evaluate('window.isSamePage = true')
    publication.write('trip.md', toArticle('A trip to <b>the sea</b> & back'))
    const published = page.locator('#events li.published', { hasText: 'trip.md' })
    await published.waitFor()
    expect(await published.textContent()).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} published trip\.md A trip to the sea & back in [\d,]+ ms$/,
    )
    const kinds = await page.evaluate<readonly string[]>(`
      [...document.querySelectorAll('#events li')].filter((item) => item.textContent.includes('trip.md'))
        .map((item) => item.className)
    `)
    expect(kinds.toReversed().join(' ')).toMatch(/^seen (?:settling )?read published$/)
    await page.locator('dl div', { hasText: 'published' }).getByText('2', { exact: true }).waitFor()
    publication.write('trip.md', '---\ntitle: [\n---\n\nNow it is broken.\n')
    await page.locator('#events li.problem', { hasText: 'trip.md:2: cannot read' }).waitFor()
    await page.locator('#summary li.problem', { hasText: 'trip.md:2: cannot read' }).waitFor()
    expect(await page.evaluate('window.isSamePage')).toBe(true)
    await published.locator('a').click()
    expect(await page.locator('h1').textContent()).toContain('A trip to')
  })

  test.each(['light', 'dark'] as const)(
    'is accessible, %s, and on a small screen',
    async (scheme) => {
      for (const width of [1000, 320]) {
        await open(scheme, width)
        expect(await violations()).toEqual([])
        const overflow = await page.evaluate<number>(
          'document.documentElement.scrollWidth - document.documentElement.clientWidth',
        )
        expect(overflow).toBe(0)
        const broken = await page.evaluate<readonly string[]>(`
          [...document.querySelectorAll('#events b')].filter((word) => {
            const range = document.createRange()
            range.selectNodeContents(word)
            return range.getClientRects().length > 1
          }).map((word) => word.textContent)
        `)
        expect(broken).toEqual([])
        await takePicture(`${scheme}-${width}`)
      }
    },
  )

  test('is the same without its script', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false })
    try {
      const plain = await context.newPage()
      await plain.goto(`${publication.address}_status`)
      await plain.getByText('Load the page again to see what is new.').waitFor()
      expect(await plain.locator('#events li').count()).toBeGreaterThan(0)
      expect(await plain.locator('#summary li').count()).toBeGreaterThan(2)
    } finally {
      await context.close()
    }
  })

  test('asks nobody else, and its policy stands in nobody’s way', async () => {
    requests.length = 0
    messages.length = 0
    await open()
    expect(requests.map((url) => new URL(url).pathname)).toEqual(['/_status', '/_status/events'])
    expect(messages).toEqual([])
  })

  test('says that dropfeed is gone, and is there again when it is', async () => {
    await open()
    const { port } = new URL(publication.address)
    await publication.stop()
    await page.getByText('Not connected; trying again.').waitFor()
    publication.restart(Number(port))
    await page.getByText('Live: what happens shows at once.').waitFor()
    expect(await page.locator('h1').textContent()).toBe('Status of Test')
  })
})
