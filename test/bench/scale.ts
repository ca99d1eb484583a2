import type { Report, ServingReport } from './report.ts'
import type { WorkName } from './samples.ts'
import { formatCount, formatValue, toMarkdown } from './table.ts'

const pollMinutes = 15
const daySeconds = 86_400
const edges = 200
/** What a feed that changes all the time may be kept for. */
const edgeSeconds = 60

/** What follows from the figures of runs for `docs/scale.md`, by the name of its place there. */
export function toScaleBlocks(
  report: Report,
  serving: ServingReport,
): Readonly<Record<string, string>> {
  return {
    pollers: toPollers(serving),
    cdn: toCdn(serving),
    articles: toArticles(report),
  }
}

function toPollers({ cpuUs, bodyBytes, machine, ranAt }: ServingReport): string {
  const bytes = bodyBytes['gzip'] ?? Number.NaN
  const lines = (['dropfeed', 'nginx', 'caddy'] as const).map((server) => {
    const unchanged = perSecond(cpuUs[`${server} 304`])
    const full = perSecond(cpuUs[`${server} gzip`])
    return [
      server,
      formatCount(toRound(unchanged)),
      formatCount(toRound(full)),
      formatCount(toRound(unchanged * pollMinutes * 60)),
      formatCount(toRound(full * pollMinutes * 60)),
      `${((full * bytes * 8) / 1e9).toFixed(1)} Gbit/s`,
    ]
  })
  const head = [
    'server, one core',
    '304 a second',
    'gzip a second',
    `pollers every ${pollMinutes} min, unchanged`,
    'each poll a new feed',
    'traffic of that',
  ]
  const feed = `feed of ${formatValue(bodyBytes['identity'] ?? Number.NaN, 'bytes')}, ${formatValue(bytes, 'bytes')} by gzip`
  return `${toMarkdown(head, lines)}\n\nFrom \`npm run bench:serve\`, run of ${ranAt}: ${machine}; ${feed}; by processor time for one answer.`
}

function toCdn({ bodyBytes }: ServingReport): string {
  const bytes = bodyBytes['gzip'] ?? Number.NaN
  const requests = edges / edgeSeconds
  return (
    `With ${edges} edges that ask again after ${edgeSeconds} s, the origin answers ${requests.toFixed(1)} requests a second ` +
    `for each document, and sends at most ${formatValue(requests * bytes, 'bytes')} a second of a feed that changes all the ` +
    `time, however many readers there are. A million pollers every ${pollMinutes} minutes are ` +
    `${formatCount(Math.round(1e6 / (pollMinutes * 60)))} requests a second at the edges, ` +
    `${(((1e6 / (pollMinutes * 60)) * bytes * 8) / 1e9).toFixed(2)} Gbit/s if each gets a new feed.`
  )
}

function toArticles({ rows, options }: Report): string {
  const articles = Math.max(...options.sizes)
  const of = (work: WorkName, count = articles) =>
    rows
      .find((row) => row.work === work && row.articles === count)
      ?.figures.find(({ who }) => who === 'dropfeed')?.median ?? Number.NaN
  const burst = of('burst-rate', options.burst)
  const drops = (daySeconds * 1000) / of('drop-cpu')
  const perArticle = (work: WorkName) => formatValue((of(work) / articles) * 1000, 'bytes')
  const lines = [
    ['publications a day, a second apart', formatCount(daySeconds)],
    [
      'processor time if each is one article',
      `${((100 * daySeconds) / drops).toFixed(1)} % of one core`,
    ],
    ['articles a day, as fast as a burst is taken in', formatCount(toRound(burst * daySeconds))],
    ['text of 1,000 articles', perArticle('text-bytes')],
    ['`out/` for them', perArticle('out-bytes')],
    ['state for them', perArticle('state-bytes')],
  ]
  return toMarkdown([`with ${formatCount(articles)} articles`, ''], lines)
}

function perSecond(cpuUs: number | undefined): number {
  return 1e6 / (cpuUs ?? Number.NaN)
}

/** Two digits: a figure of what can be carried is no more exact than that. */
function toRound(count: number): number {
  return Number.isFinite(count) ? Number(count.toPrecision(2)) : count
}
