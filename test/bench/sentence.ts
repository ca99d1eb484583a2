import type { Report } from './report.ts'
import type { Who, WorkName } from './samples.ts'
import { formatCount, formatValue } from './table.ts'

/** What the README says of a run: of the largest inbox in it. */
export function toSentence({ machine, options, rows }: Report): string {
  const articles = Math.max(...options.sizes)
  const of = (work: WorkName, who: Who = 'dropfeed') => {
    const row = rows.find((each) => each.work === work && each.articles === articles)
    const figure = row?.figures.find((each) => each.who === who)
    return row === undefined || figure === undefined
      ? undefined
      : formatValue(figure.median, row.unit)
  }
  const beside = (work: WorkName) => {
    const hugo = of(work, 'hugo')
    return hugo === undefined ? '' : ` (Hugo: ${hugo})`
  }
  return (
    `With ${formatCount(articles)} articles of 4 KB and 12 hashtags, on ${machine.cores} cores: a file moved in is in ` +
    `\`atom.xml\` ${of('drop-feed')} later${beside('drop-feed')}, and ${of('drop-all')} later in its page and ` +
    `all feeds of its categories; that takes ${of('drop-cpu')} of processor time. A first build of pages and main ` +
    `feeds takes ${of('build-main')}${beside('build-main')}, with all category feeds and archive ` +
    `${of('build-all')}${beside('build-all')}, and at most ${of('build-all-peak')} of memory${beside('build-all-peak')}; ` +
    `one with nothing to do ${of('rebuild-same')}${beside('rebuild-same')}. Medians of \`npm run bench\`; ` +
    '[what is measured](docs/performance.md), [and how far it goes](docs/scale.md).'
  )
}
