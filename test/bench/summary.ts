import { fitExponent, median as toMedian, quantile } from './statistics.ts'
import { workNames, works } from './samples.ts'
import type { Sample, Unit, Who, WorkName } from './samples.ts'

/** What was measured of one work by one program with so many articles. */
export type Figure = {
  readonly who: Who
  readonly samples: number
  readonly median: number
  readonly min: number
  readonly max: number
  readonly p99: number
  readonly cpuMs?: number
}

export type Row = {
  readonly work: WorkName
  readonly title: string
  readonly unit: Unit
  readonly articles: number
  readonly figures: readonly Figure[]
  /** dropfeed's median by another's within a round; the median of the rounds. */
  readonly ratios: Readonly<Partial<Record<Who, number>>>
  /** The same for processor time. */
  readonly cpuRatios: Readonly<Partial<Record<Who, number>>>
}

export type Growth = {
  readonly work: WorkName
  readonly who: Who
  readonly exponent: number
  /** Least and most articles it was fitted over. */
  readonly from: number
  readonly to: number
}

const everyone: readonly Who[] = ['dropfeed', 'hugo', 'floor']

/** Brings samples into the rows of a table. */
export function toRows(samples: readonly Sample[]): readonly Row[] {
  return workNames.flatMap((work) => {
    const of = samples.filter((sample) => sample.work === work)
    const sizes = [...new Set(of.map(({ articles }) => articles))].toSorted((a, b) => a - b)
    return sizes.map((articles): Row => {
      const some = of.filter((sample) => sample.articles === articles)
      const figures = everyone.flatMap((who) => toFigure(who, some) ?? [])
      const { title, unit } = works[work]
      const ratios = toRatios(some, ({ value }) => value)
      return { work, title, unit, articles, figures, ratios, cpuRatios: toRatios(some, cpuOf) }
    })
  })
}

/** How each work grows with the number of articles. */
export function toGrowth(rows: readonly Row[]): readonly Growth[] {
  return workNames.flatMap((work) =>
    everyone.flatMap((who): readonly Growth[] => {
      const points = rows
        .filter((row) => row.work === work && row.articles > 0)
        .flatMap(({ articles, figures }) =>
          figures
            .filter((figure) => figure.who === who)
            .map(({ median }) => ({ count: articles, value: median })),
        )
      const exponent = fitExponent(points)
      if (exponent === undefined) return []
      const counts = points.map(({ count }) => count)
      return [{ work, who, exponent, from: Math.min(...counts), to: Math.max(...counts) }]
    }),
  )
}

function toFigure(who: Who, samples: readonly Sample[]): Figure | undefined {
  const own = samples.filter((sample) => sample.who === who)
  if (own.length === 0) return undefined
  const values = own.map(({ value }) => value)
  const cpus = own.flatMap(({ cpuMs }) => cpuMs ?? [])
  return {
    who,
    samples: values.length,
    median: toMedian(values),
    min: Math.min(...values),
    max: Math.max(...values),
    p99: quantile(values, 0.99),
    ...(cpus.length === 0 ? {} : { cpuMs: toMedian(cpus) }),
  }
}

function cpuOf({ cpuMs }: Sample): number {
  return cpuMs ?? Number.NaN
}

/** What else the machine does slows both down: only what ran side by side is compared. */
function toRatios(
  samples: readonly Sample[],
  pick: (sample: Sample) => number,
): Partial<Record<Who, number>> {
  const rounds = [...new Set(samples.map(({ round }) => round))]
  const medianOf = (who: Who, round: number) => {
    const own = samples.filter((sample) => sample.who === who && sample.round === round)
    return toMedian(own.map(pick))
  }
  const ratios: Partial<Record<Who, number>> = {}
  for (const who of ['hugo', 'floor'] as const) {
    const each = rounds
      .map((round) => medianOf('dropfeed', round) / medianOf(who, round))
      .filter((ratio) => Number.isFinite(ratio))
    if (each.length > 0) ratios[who] = toMedian(each)
  }
  return ratios
}
