import { deepEqual, ok } from 'node:assert/strict'
import type { RunReport } from '../../src/publisher/run.ts'
import { walk } from './archive-reader.ts'
import type { MetEntry } from './archive-reader.ts'
import { tokenOf } from './history.ts'
import type { History, Note } from './history.ts'
import { brokenLinks } from './link-checker.ts'
import { readStrictly } from './strict-reading.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** What a subscriber has learned of an article; it must stay true. */
type Seen = {
  readonly id: string
  readonly published: string
  readonly page: string
  readonly updated: string
  readonly version: number
  /** When it could first be seen; undefined where the loss of the store left that open. */
  readonly arrivedAtMs: number | undefined
  readonly isLive: boolean
  /** The earliest and the latest instant at which it can have gone. */
  readonly goneMs: readonly [number, number]
}

/**
 * Says after each run what must hold, from what was done to the inbox alone: it knows nothing of
 * catalogues, stale documents or chunks, and counts everything anew.
 */
export class HistoryModel {
  readonly #seen = new Map<number, Seen>()
  /** What was published, but nobody need remember it. */
  readonly #forgotten = new Set<number>()
  readonly #hadFeed = new Set<string>()
  #isFirstRun = true
  #updatedMs = 0
  /** The latest instant that a clock which may be set back has shown. */
  #latestMs = 0
  #closed = new Map<string, string>()

  /** To be called after each run. */
  check(history: History, report: RunReport): void {
    const { publication, files, last } = history
    const codes = report.problems.map(({ code }) => code)
    deepEqual(
      codes.filter((code) => code !== 'file-copy' && code !== 'date-kept'),
      [],
    )
    if (history.lost === 'store') this.#forget()
    for (const note of files.values()) last.set(note.number, note)
    const live = new Map<number, Note>()
    for (const note of files.values()) {
      if (this.#isLive(note, publication.nowMs)) live.set(note.number, note)
    }
    const met = walk((path) => publication.read(path))
    deepEqual(
      met.map(({ title }) => title).toSorted(),
      [...live.keys()].map((number) => `Note ${number}`).toSorted(),
    )
    const pages = this.#checkPages(history, live)
    for (const entry of met) this.#learn(history, entry, live, pages)
    for (const [number, seen] of this.#seen) {
      if (!seen.isLive || live.has(number)) continue
      // What went together with the store is known by its content alone.
      if (history.lost === 'store') this.#forgetOne(number)
      if (history.lost === 'store') continue
      const end = last.get(number)?.expires ?? publication.nowMs
      const now = publication.nowMs
      this.#seen.set(number, { ...seen, isLive: false, goneMs: [Math.min(end, now), now] })
    }
    this.#checkFeeds(history, met, live)
    this.#checkTombstones(history)
    this.#checkCategories(history, live)
    this.#checkArchive(history)
    deepEqual(brokenLinks(publication.settings.out, publication.settings.baseUrl), [])
    this.#isFirstRun = false
    history.lost = undefined
    history.isClockBack = false
    history.isOnlyGrowing = true
  }

  /** Without the store nothing is known of what the feed does not show. */
  #forget(): void {
    for (const [number, seen] of this.#seen) {
      if (seen.isLive) this.#seen.set(number, { ...seen, arrivedAtMs: undefined })
      else this.#forgetOne(number)
    }
  }

  #forgetOne(number: number): void {
    this.#seen.delete(number)
    this.#forgotten.add(number)
  }

  #isLive({ number, date, expires }: Note, nowMs: number): boolean {
    if (expires !== undefined && expires <= nowMs) return false
    return this.#seen.has(number) || date === undefined || date <= nowMs
  }

  /** Pages are there for live entries, and for nothing else; nothing tells of what was. */
  #checkPages(history: History, live: ReadonlyMap<number, Note>): ReadonlyMap<number, string> {
    const pages = new Map<number, string>()
    const tokens = new Set([...live.values()].map((note) => tokenOf(note)))
    for (const [name, text] of history.snapshot()) {
      const found = new Set(text.match(/zq\d+v\d+x/g) ?? [])
      deepEqual([name, [...found].filter((token) => !tokens.has(token))], [name, []])
      if (!name.startsWith('articles/')) continue
      const number = Number(/<h1[^>]*>Note (\d+)<\/h1>/.exec(text)?.[1])
      deepEqual([name, live.has(number), pages.has(number)], [name, true, false])
      pages.set(number, name)
    }
    deepEqual(pages.size, live.size)
    return pages
  }

  #learn(
    { publication, isClockBack, lost }: History,
    entry: MetEntry,
    live: ReadonlyMap<number, Note>,
    pages: ReadonlyMap<number, string>,
  ): void {
    const number = Number(entry.title.slice(5))
    const note = live.get(number)
    if (note === undefined) throw new Error(`Nobody wrote ${entry.title}`)
    const page = pages.get(number) ?? ''
    const known = this.#seen.get(number)
    const { nowMs } = publication
    const updated = entry.updated ?? ''
    deepEqual(entry.link, note.link ?? publication.settings.baseUrl + page)
    ok(Date.parse(updated) >= Date.parse(entry.published))
    if (known === undefined) {
      const published = Date.parse(entry.published)
      if (note.date !== undefined) deepEqual(published, note.date)
      else if (lost === undefined && !isClockBack && !this.#forgotten.has(number)) {
        ok(published >= nowMs - 60_000)
        ok(published < nowMs + 60_000)
      }
    } else {
      const { id, published } = known
      deepEqual([number, entry.id, entry.published, page], [number, id, published, known.page])
      const since = Date.parse(updated) - Date.parse(known.updated)
      if (known.version === note.version) deepEqual([number, since], [number, 0])
      else if (lost !== 'store') deepEqual([number, since > 0], [number, true])
    }
    const isOldStock = this.#isFirstRun && note.date !== undefined
    const arrivedAtMs = known?.isLive === true ? known.arrivedAtMs : isOldStock ? note.date : nowMs
    this.#seen.set(number, {
      id: entry.id,
      published: entry.published,
      page,
      updated,
      version: note.version,
      arrivedAtMs,
      isLive: true,
      goneMs: [0, 0],
    })
  }

  #seenOf(number: number): Seen {
    const seen = this.#seen.get(number)
    if (seen === undefined) throw new Error(`Note ${number} was never met`)
    return seen
  }

  /** What a feed shows of these articles, newest first; undefined where that cannot be said. */
  #window(history: History, numbers: readonly number[]): readonly string[] | undefined {
    const { feedLength, feedLengthMax, arrivalHours } = history.publication.settings.limits
    const all = [...this.#seen.values()].filter(({ isLive }) => isLive)
    if (all.some(({ arrivedAtMs }) => arrivedAtMs === undefined)) return undefined
    const candidates = numbers.map((number) => this.#seenOf(number)).toSorted(byPublication)
    const latest = Math.max(0, ...candidates.map(({ arrivedAtMs = 0 }) => arrivedAtMs))
    const shown = new Set(candidates.slice(0, feedLength))
    const late = candidates
      .filter(({ arrivedAtMs = 0 }) => arrivedAtMs > latest - arrivalHours * hourMs)
      .toSorted((left, right) => (right.arrivedAtMs ?? 0) - (left.arrivedAtMs ?? 0))
    // Of those that arrived together it is open which are shown when not all fit.
    if (new Set([...shown, ...late]).size > feedLengthMax) return undefined
    for (const seen of late) shown.add(seen)
    return [...shown].toSorted(byPublication).map(({ id }) => id)
  }

  #checkFeeds(history: History, met: readonly MetEntry[], live: ReadonlyMap<number, Note>): void {
    const { publication, lost } = history
    const ids = met.filter(({ path }) => path === 'atom.xml').map(({ id }) => id)
    this.#checkAlike(history, '', ids)
    const window = this.#window(history, [...live.keys()])
    if (window === undefined) {
      const newest = [...live.keys()].map((number) => this.#seenOf(number)).toSorted(byPublication)
      const { feedLength } = publication.settings.limits
      for (const { id } of newest.slice(0, feedLength)) ok(ids.includes(id), id)
    } else deepEqual(ids, window)
    const updatedMs = Date.parse(
      /<updated>(.*?)<\/updated>/.exec(publication.read('atom.xml'))?.[1] ?? '',
    )
    if (publication.nowMs >= this.#latestMs && lost === undefined && history.choice !== 7) {
      ok(updatedMs >= this.#updatedMs)
    }
    this.#updatedMs = updatedMs
    this.#latestMs = Math.max(publication.nowMs, this.#latestMs)
  }

  #checkAlike({ publication }: History, folder: string, ids: readonly string[]): void {
    for (const [format, name] of [
      ['rss', 'rss.xml'],
      ['json', 'feed.json'],
      ['atom', 'atom.xml'],
    ] as const) {
      const found = readStrictly(format, publication.read(folder + name)).map(({ id }) => id)
      deepEqual([folder + name, found], [folder + name, ids])
    }
  }

  #checkTombstones({ publication, lost }: History): void {
    const atom = publication.read('atom.xml')
    const refs = new Set([...atom.matchAll(/<at:deleted-entry ref="([^"]*)"/g)].map(([, id]) => id))
    const sinceMs = this.#updatedMs - publication.settings.limits.tombstoneDays * dayMs
    for (const [number, { id, isLive, goneMs }] of this.#seen) {
      const [earliestMs, latestMs] = goneMs
      if (isLive || latestMs <= sinceMs) deepEqual([number, refs.has(id)], [number, false])
      else if (earliestMs > sinceMs && lost === undefined) {
        deepEqual([number, refs.has(id)], [number, true])
      }
    }
  }

  #checkCategories(history: History, live: ReadonlyMap<number, Note>): void {
    const { publication } = history
    const members = new Map<string, number[]>()
    for (const [number, { tags }] of live) {
      for (const term of new Set(tags.flatMap((tag) => toTerm(tag, history.choice)))) {
        members.set(term, [...(members.get(term) ?? []), number])
      }
    }
    const folders = new Map(
      [
        ...publication
          .read('feeds.opml')
          .matchAll(/text="[^"]* – ([^"]*)".*?(categories\/[^"]*\/)atom/g),
      ].map(([, label = '', folder = '']) => [label.toLowerCase(), folder]),
    )
    const names = [...history.snapshot().keys()].filter((name) => name.startsWith('categories/'))
    deepEqual(new Set(names.map((name) => name.replace(/[^/]*$/, ''))), new Set(folders.values()))
    for (const term of this.#hadFeed) if (!members.has(term)) ok(!folders.has(term), term)
    for (const [term, numbers] of members) {
      const folder = folders.get(term)
      const isEnough = numbers.length >= publication.settings.categories.feedMin
      if (isEnough) deepEqual([term, folder !== undefined], [term, true])
      if (folder === undefined) continue
      // Once it had feeds, it has them as long as there are articles.
      deepEqual([term, isEnough || this.#hadFeed.has(term)], [term, true])
      this.#hadFeed.add(term)
      const ids = readStrictly('json', publication.read(`${folder}feed.json`)).map(({ id }) => id)
      const window = this.#window(history, numbers)
      if (window === undefined) {
        const own = new Set(numbers.map((number) => this.#seenOf(number).id))
        deepEqual(
          ids.filter((id) => !own.has(id)),
          [],
        )
      } else deepEqual([term, ids], [term, window])
      this.#checkAlike(history, folder, ids)
    }
    for (const term of folders.keys()) ok(members.has(term), term)
  }

  /** Where nothing was edited or taken back, closed pages stay byte for byte. */
  #checkArchive(history: History): void {
    const pages = [...history.snapshot()].filter(([name]) => /^archive\/\d+\.xml$/.test(name))
    // The page that takes what comes next is open.
    const closed = new Map(pages.filter(([, text]) => text.includes('rel="next-archive"')))
    if (history.isOnlyGrowing) {
      for (const [name, text] of this.#closed) deepEqual([name, closed.get(name)], [name, text])
    }
    this.#closed = closed
  }
}

function byPublication(left: Seen, right: Seen): number {
  return Date.parse(right.published) - Date.parse(left.published) || (left.id < right.id ? -1 : 1)
}

/** What the settings make of a tag, in lower case; nothing if it is ignored. */
function toTerm(tag: string, choice: number): readonly string[] {
  const term = tag.toLowerCase()
  if (choice === 2 && term === 'sea') return ['ocean']
  if (choice === 3 && (term === 'sea' || term === '東京')) return []
  if (choice === 9 && term === 'été') return ['land']
  return [term]
}
