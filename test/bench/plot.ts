import type { Who, WorkName } from './samples.ts'
import type { Row } from './summary.ts'
import { formatCount } from './table.ts'

const frame = { width: 860, height: 520, left: 76, right: 250, top: 48, bottom: 56 } as const
const labelHeight = 17

const lines = [
  { work: 'build-all', who: 'hugo', name: 'Hugo: build, feeds of tags' },
  { work: 'build-all', who: 'dropfeed', name: 'dropfeed: build, all feeds' },
  { work: 'build-all', who: 'floor', name: 'bare Node: build, all feeds' },
  { work: 'build-main', who: 'hugo', name: 'Hugo: build, main feed' },
  { work: 'build-main', who: 'dropfeed', name: 'dropfeed: build, main feeds' },
  { work: 'build-main', who: 'floor', name: 'bare Node: build, main feeds' },
  { work: 'drop-feed', who: 'hugo', name: 'Hugo: a drop' },
  { work: 'drop-all', who: 'dropfeed', name: 'dropfeed: a drop, everywhere' },
  { work: 'drop-feed', who: 'dropfeed', name: 'dropfeed: a drop, feed' },
  { work: 'drop-feed', who: 'floor', name: 'bare Node: a feed rewritten' },
] as const satisfies readonly { work: WorkName; who: Who; name: string }[]

type Point = { readonly articles: number; readonly ms: number }
type Series = { readonly who: Who; readonly name: string; readonly points: readonly Point[] }

/**
 * Draws time against number of articles, both by powers of ten: what does not grow lies flat. Colours
 * follow the reader's light or dark setting, and lines differ in their dashes too.
 */
export function toPlot(rows: readonly Row[], caption: string): string {
  const series = lines.flatMap(({ work, who, name }): readonly Series[] => {
    const points = rows
      .filter((row) => row.work === work && row.articles > 0)
      .flatMap(({ articles, figures }) =>
        figures
          .filter((figure) => figure.who === who)
          .map(({ median }) => ({ articles, ms: median })),
      )
    return points.length === 0 ? [] : [{ who, name, points }]
  })
  const scale = toScale(series.flatMap(({ points }) => points))
  const { width, height } = frame
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title">
<title id="title">Time by number of articles</title>
<style>${style}</style>
<rect class="ground" width="${width}" height="${height}"/>
<text class="head" x="${frame.left}" y="26">Time by number of articles</text>
${drawGrid(scale)}
${series.map((each) => drawLine(each, scale)).join('\n')}
${drawNames(series, scale)}
<text class="caption" x="${frame.left}" y="${height - 8}">${escape(caption)}</text>
</svg>
`
}

const style = `
text{font:13px system-ui,sans-serif;fill:#24292f}.head{font-size:15px;font-weight:600}
.caption,.tick{font-size:12px;fill:#57606a}.ground{fill:#fff}.grid{stroke:#d8dee4}
polyline{fill:none;stroke-width:2}.dropfeed{stroke:#0969da;fill:#0969da}.hugo{stroke:#bc4c00;fill:#bc4c00;stroke-dasharray:7 4}
.floor{stroke:#6e7781;fill:#6e7781;stroke-dasharray:2 4}text.name{stroke:none}circle{stroke-dasharray:none}
polyline.dropfeed,polyline.hugo,polyline.floor{fill:none}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.caption,.tick{fill:#9198a1}.ground{fill:#0d1117}.grid{stroke:#30363d}
.dropfeed{stroke:#58a6ff;fill:#58a6ff}.hugo{stroke:#f0883e;fill:#f0883e}.floor{stroke:#9198a1;fill:#9198a1}}
`

type Scale = {
  readonly x: (articles: number) => number
  readonly y: (ms: number) => number
  readonly sizes: readonly number[]
  readonly decades: readonly number[]
}

function toScale(points: readonly Point[]): Scale {
  const sizes = [...new Set(points.map(({ articles }) => articles))].toSorted((a, b) => a - b)
  const first = Math.log10(sizes[0] ?? 1)
  const last = Math.log10(sizes.at(-1) ?? 10)
  const low = Math.floor(Math.log10(Math.min(...points.map(({ ms }) => ms))))
  const high = Math.ceil(Math.log10(Math.max(...points.map(({ ms }) => ms))))
  const across = frame.width - frame.left - frame.right
  const down = frame.height - frame.top - frame.bottom
  const toShare = (value: number, from: number, to: number) =>
    to > from ? (Math.log10(value) - from) / (to - from) : 0.5
  return {
    x: (articles) => frame.left + toShare(articles, first, last) * across,
    y: (ms) => frame.height - frame.bottom - toShare(ms, low, high) * down,
    sizes,
    decades: Array.from({ length: high - low + 1 }, (_, step) => 10 ** (low + step)),
  }
}

function drawGrid({ x, y, sizes, decades }: Scale): string {
  const right = frame.width - frame.right
  const bottom = frame.height - frame.bottom
  const across = decades.map(
    (ms) =>
      `<line class="grid" x1="${frame.left}" x2="${right}" y1="${fix(y(ms))}" y2="${fix(y(ms))}"/>` +
      `<text class="tick" x="${frame.left - 8}" y="${fix(y(ms) + 4)}" text-anchor="end">${toTick(ms)}</text>`,
  )
  const down = sizes.map(
    (size) =>
      `<line class="grid" x1="${fix(x(size))}" x2="${fix(x(size))}" y1="${frame.top}" y2="${bottom}"/>` +
      `<text class="tick" x="${fix(x(size))}" y="${bottom + 18}" text-anchor="middle">${formatCount(size)}</text>`,
  )
  return [...across, ...down].join('\n')
}

function drawLine({ who, points }: Series, { x, y }: Scale): string {
  const places = points.map(({ articles, ms }) => [fix(x(articles)), fix(y(ms))] as const)
  const dots = places.map(([cx, cy]) => `<circle class="${who}" cx="${cx}" cy="${cy}" r="3"/>`)
  return `<polyline class="${who}" points="${places.map((place) => place.join(',')).join(' ')}"/>${dots.join('')}`
}

/** Each line has its name at its end; names that would overlap move down, all of them up from the edge. */
function drawNames(series: readonly Series[], { x, y }: Scale): string {
  const names = series
    .map(({ who, name, points }) => {
      const last = points.at(-1) ?? { articles: 1, ms: 1 }
      return { who, name, left: x(last.articles), at: y(last.ms) }
    })
    .toSorted((one, other) => one.at - other.at)
  let free = frame.top
  const tops = names.map(({ at }) => {
    const top = Math.max(at, free)
    free = top + labelHeight
    return top
  })
  let limit = frame.height - frame.bottom
  for (let index = tops.length - 1; index >= 0; index -= 1) {
    tops[index] = Math.min(tops[index] ?? limit, limit)
    limit = (tops[index] ?? limit) - labelHeight
  }
  return names
    .map(({ who, name, left }, index) => {
      const top = tops[index] ?? 0
      return `<text class="name ${who}" x="${fix(left + 10)}" y="${fix(top + 4)}">${escape(name)}</text>`
    })
    .join('\n')
}

function toTick(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${formatCount(ms / 1000)} s`
}

function fix(value: number): string {
  return value.toFixed(1)
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
