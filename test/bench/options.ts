import { parseArgs } from 'node:util'
import { tmpdir } from 'node:os'

export type Options = {
  readonly sizes: readonly number[]
  readonly rounds: number
  /** In each round, at each size. */
  readonly drops: number
  readonly burst: number
  readonly seed: number
  /** Where builds write: a RAM disk. */
  readonly ram: string
  /** Where drops and rebuilds write: a real disk. */
  readonly disk: string
  readonly writesDocs: boolean
  readonly json: string | undefined
  readonly svg: string | undefined
  readonly only: readonly string[]
  /** One large inbox instead of the table. */
  readonly million: boolean
  readonly articles: number
}

const help = `Usage: npm run bench -- [options]
Measures drops, builds, restarts and bursts, beside Hugo (where installed) and bare Node.
  --sizes 1000,5000    numbers of articles; 0 for drops into an empty inbox
  --rounds 2           times that each is measured
  --drops 5            drops of a round, at each size; each takes a second
  --burst 1000         files moved in at once
  --seed 1             of the articles
  --only drops,builds  parts to run: builds, drops, burst
  --ram /dev/shm       a RAM disk, for cold builds
  --disk ${tmpdir()}          a real disk, for all else
  --json <file>        write all figures there
  --svg <file>         write the plot there
  --write-docs         write both to docs/, and the tables of docs/ and README
One large inbox, built on --disk, then drops:
  --million --articles 1000000 --drops 1000
Long form: --sizes 0,1000,10000,100000 --rounds 3 --drops 34 --burst 10000
`

const partsAll = 'builds,drops,burst'

/** @returns `undefined` when only help was asked for, which is then printed */
export function readOptions(words: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...words],
    options: {
      sizes: { type: 'string', default: '1000,5000' },
      rounds: { type: 'string', default: '2' },
      drops: { type: 'string' },
      burst: { type: 'string', default: '1000' },
      seed: { type: 'string', default: '1' },
      only: { type: 'string', default: partsAll },
      ram: { type: 'string', default: '/dev/shm' },
      disk: { type: 'string', default: tmpdir() },
      json: { type: 'string' },
      svg: { type: 'string' },
      articles: { type: 'string', default: '1000000' },
      million: { type: 'boolean', default: false },
      'write-docs': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(help)
    return undefined
  }
  const { ram, disk, json, svg, million } = values
  const sizes = values.sizes.split(',').map((word) => toCount('sizes', word, 0))
  const isWhole = values.only === partsAll && Math.max(...sizes) > 0
  if (values['write-docs'] && !million && !isWhole) {
    throw new Error('--write-docs: leave out --only, and measure more than an empty inbox')
  }
  return {
    sizes,
    rounds: toCount('rounds', values.rounds, 1),
    drops: toCount('drops', values.drops ?? (million ? '1000' : '5'), 1),
    burst: toCount('burst', values.burst, 1),
    seed: toCount('seed', values.seed, 0),
    only: values.only.split(','),
    ram,
    disk,
    json,
    svg,
    million,
    articles: toCount('articles', values.articles, 1),
    writesDocs: values['write-docs'],
  }
}

const countMax = 10_000_000

function toCount(name: string, word: string, min: number): number {
  const count = Number(word)
  if (Number.isInteger(count) && count >= min && count <= countMax) return count
  throw new Error(`--${name}: write a whole number from ${min} to ${countMax}, not "${word}"`)
}
