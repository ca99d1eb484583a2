import { formatRfc3339 } from '../core/dates.ts'
import { outcomes } from '../core/entry/outcome.ts'
import type { Outcome, OutcomeCounts } from '../core/entry/outcome.ts'
import { markup, toDocument } from '../core/page/html.ts'
import type { Html } from '../core/page/html.ts'
import { toHref } from '../core/page/page-site.ts'
import { describe, isToMend } from '../core/problem.ts'
import type { Problem } from '../core/problem.ts'
import type { StatusEvent } from './event.ts'
import { script, style } from './page-look.ts'

/** What the page tells of, as `dropfeed status` does. */
export type Shown = {
  readonly outcomes: OutcomeCounts
  readonly lastPublicationAtMs?: number | undefined
  readonly heldRetractions?: { readonly articles: number; readonly release: string } | undefined
  readonly scheduled: readonly {
    readonly path: string
    readonly title: string
    readonly publishedAtMs: number
  }[]
  readonly waiting: readonly string[]
  readonly problems: readonly Problem[]
  /** Whatever is known of each hub. */
  readonly hubs?: readonly ({ readonly address: string } & object)[] | undefined
}

export type PageOptions = {
  /** Of the publication. */
  readonly title: string
  /** IANA name; the zone that times are shown in. */
  readonly timezone: string
  /** Where the events are to be had, from this page. */
  readonly eventsHref: string
  /** Where all this is to be had as JSON. */
  readonly jsonHref: string
}

/** So many lines of a kind are shown; the command line shows the rest. */
const linesMax = 20

/** Texts for the `<style>` and the `<script>` of the page, as their hashes are made of them. */
export const inline = { style: toDocument(style), script: toDocument(script) } as const

/** Renders the page whole; `renderParts` and `renderEvents` give what changes in it. */
export function renderStatusPage(
  shown: Shown,
  events: readonly StatusEvent[],
  options: PageOptions,
): string {
  const { title, timezone, eventsHref, jsonHref } = options
  const parts = toParts(shown, timezone)
  return toDocument(markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Status of ${title}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body data-events="${eventsHref}">
<header>
<h1>Status of <bdi>${title}</bdi></h1>
<p class="quiet" id="link" role="status">Load the page again to see what is new.</p>
</header>
<main>
<div id="summary">${parts.summary}</div>
<section aria-labelledby="now">
<h2 id="now">What happens</h2>
<p class="quiet" id="idle"${events.length === 0 ? undefined : markup` hidden`}>Nothing since dropfeed was started. Drop a file into the inbox.</p>
<div role="log" aria-labelledby="now">
<ol id="events" reversed>${renderItems(events, timezone)}</ol>
</div>
</section>
<div id="more">${parts.more}</div>
</main>
<footer>
<p class="quiet"><a href="./">The publication</a> · <a href="${jsonHref}">This as JSON</a> · seen on this machine only</p>
</footer>
<script>${script}</script>
</body>
</html>
`)
}

/** The parts of the page that change as a whole, by the ids of their elements. */
export function renderParts(
  shown: Shown,
  timezone: string,
): { readonly summary: string; readonly more: string } {
  const { summary, more } = toParts(shown, timezone)
  return { summary: toDocument(summary), more: toDocument(more) }
}

/** List items, the newest first. */
export function renderEvents(events: readonly StatusEvent[], timezone: string): string {
  return toDocument(markup`${renderItems(events, timezone)}`)
}

function toParts(shown: Shown, timezone: string): { readonly summary: Html; readonly more: Html } {
  return {
    summary: markup`${renderCounts(shown, timezone)}${renderProblems(shown)}${renderWaiting(shown)}`,
    more: markup`${renderScheduled(shown, timezone)}${renderHubs(shown)}`,
  }
}

const labels: Readonly<Record<Outcome, string>> = {
  held: 'held by a problem',
  missing: 'missing, still published',
  waiting: 'waiting to settle',
  scheduled: 'scheduled',
  copy: 'copies',
  draft: 'drafts',
  expired: 'expired',
  published: 'published',
}

function renderCounts({ outcomes: counts, lastPublicationAtMs }: Shown, timezone: string): Html {
  const shown = outcomes
    .toReversed()
    .filter((outcome) => outcome === 'published' || counts[outcome] > 0)
  const boxes = shown.map((outcome) => {
    const tone = outcome === 'held' || outcome === 'missing' ? markup` class="bad"` : undefined
    return markup`<div><dt>${labels[outcome]}</dt><dd${tone}>${toCount(counts[outcome])}</dd></div>`
  })
  const last =
    lastPublicationAtMs === undefined
      ? markup`Nothing was published yet.`
      : markup`Last publication: ${renderTime(lastPublicationAtMs, dateFormat(timezone))}`
  return markup`<dl>${boxes}</dl>\n<p class="quiet">${last}</p>`
}

function renderProblems({ problems, heldRetractions }: Shown): Html | undefined {
  if (problems.length === 0) {
    return markup`\n<p class="good">Nothing needs attention.</p>`
  }
  const mending = problems.filter(isToMend)
  const sorted = [...mending, ...problems.filter((problem) => !isToMend(problem))]
  const release =
    heldRetractions === undefined
      ? undefined
      : markup`\n<p>${toCount(heldRetractions.articles)} articles whose files vanished all at once stay published. If they were meant to go, run <code>${heldRetractions.release}</code>.</p>`
  const items = sorted.map((problem) => {
    const tone = isToMend(problem) ? 'problem' : 'notice'
    return markup`\n<li class="${tone}"><bdi>${describe(problem)}</bdi></li>`
  })
  const heading = mending.length === 0 ? 'Worth knowing' : 'What needs attention'
  return markup`\n<h2>${heading}</h2>${release}${renderList(items)}`
}

function renderWaiting({ waiting }: Shown): Html | undefined {
  if (waiting.length === 0) return undefined
  const items = waiting.map((path) => markup`\n<li><bdi>${path}</bdi></li>`)
  return markup`\n<h2>Waiting until they are whole</h2>${renderList(items)}`
}

function renderScheduled({ scheduled }: Shown, timezone: string): Html | undefined {
  if (scheduled.length === 0) return undefined
  const format = dateFormat(timezone)
  const items = scheduled.map(
    ({ path, title, publishedAtMs }) =>
      markup`\n<li>${renderTime(publishedAtMs, format)} <bdi>${title}</bdi> <span class="quiet"><bdi>${path}</bdi></span></li>`,
  )
  return markup`<h2>Scheduled</h2>${renderList(items)}`
}

function renderHubs({ hubs = [] }: Shown): Html | undefined {
  if (hubs.length === 0) return undefined
  const items = hubs.map(({ address, ...facts }) => {
    const told = Object.entries(facts)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]: [string, unknown]) => `${toWords(name)} ${toWord(name, value)}`)
    return markup`\n<li><bdi>${address}</bdi> <span class="quiet">${told.join(', ')}</span></li>`
  })
  return markup`<h2>Hubs</h2>${renderList(items)}`
}

/** `answeredAtMs`: `answered`. */
function toWords(name: string): string {
  return name
    .replace(/^is|AtMs$/gu, '')
    .replaceAll(/[A-Z]/gu, (letter) => ` ${letter.toLowerCase()}`)
    .trim()
}

function toWord(name: string, value: unknown): string {
  if (typeof value === 'number' && name.endsWith('AtMs')) return formatRfc3339(value)
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function renderList(items: readonly Html[]): Html {
  const rest = items.length - linesMax
  const more =
    rest > 0
      ? markup`\n<p class="quiet">… and ${toCount(rest)} more: <code>dropfeed status --all</code></p>`
      : undefined
  return markup`<ul>${items.slice(0, linesMax)}</ul>${more}`
}

const words: Readonly<Partial<Record<StatusEvent['kind'], string>>> = {
  copy: 'a copy',
  draft: 'a draft',
}

function renderItems(events: readonly StatusEvent[], timezone: string): readonly Html[] {
  const clock = clockFormat(timezone)
  const dates = dateFormat(timezone)
  return events.toReversed().map((event) => {
    const { kind, path, title, page, ms, message, publishedAtMs } = event
    const name = title === undefined ? undefined : markup`<bdi>${title}</bdi>`
    const link =
      page === undefined ? name : markup`<a href="${toHref('', page)}">${name ?? markup`page`}</a>`
    const about =
      message === undefined
        ? markup`<bdi>${path}</bdi>${link === undefined ? undefined : markup` ${link}`}`
        : markup`<bdi>${message}</bdi>`
    const due =
      publishedAtMs === undefined ? undefined : markup` for ${renderTime(publishedAtMs, dates)}`
    const took =
      ms === undefined ? undefined : markup` <span class="quiet">in ${toCount(ms)} ms</span>`
    return markup`\n<li class="${kind}">${renderTime(event.atMs, clock)} <b>${words[kind] ?? kind}</b> <span>${about}${due}${took}</span></li>`
  })
}

function renderTime(atMs: number, format: Intl.DateTimeFormat): Html {
  return markup`<time datetime="${formatRfc3339(atMs)}">${format.format(atMs)}</time>`
}

function toCount(number: number): string {
  return number.toLocaleString('en')
}

function dateFormat(timezone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    dateStyle: 'medium',
    timeStyle: 'medium',
  })
}

function clockFormat(timezone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
  })
}
