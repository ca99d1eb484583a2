import * as fc from 'fast-check'

/** One thing that is done to an inbox, to the settings, to the clock or to what dropfeed remembers. */
export type Step =
  | {
      readonly kind: 'drop'
      readonly folder: number
      readonly hours: number
      readonly shape: number
    }
  | {
      readonly kind: FileStep
      readonly file: number
      readonly folder: number
      readonly hours: number
    }
  | { readonly kind: 'settings'; readonly choice: number }
  | { readonly kind: 'lose'; readonly what: 'store' | 'out' }
  | { readonly kind: 'wait'; readonly hours: number }
  | { readonly kind: 'restart' }

export type FileStep =
  'edit' | 'retag' | 'redate' | 'expire' | 'move' | 'carry' | 'copy' | 'delete' | 'return'

/** What happens between two runs; `isScan` says whether the run looks at all or only where it happened. */
type Batch = { readonly steps: readonly Step[]; readonly isScan: boolean }

export type HistoryPlan = { readonly stock: number; readonly batches: readonly Batch[] }

const folder = fc.nat(2)
const file = fc.nat(400)
const hours = fc.integer({ min: -9_000, max: 60 })

const drop = fc.record({ kind: fc.constant('drop' as const), folder, hours, shape: fc.nat(7) })
const fileKinds: readonly FileStep[] = [
  ...(['edit', 'edit', 'retag', 'redate', 'expire', 'move', 'carry'] as const),
  ...(['copy', 'delete', 'delete', 'return', 'return'] as const),
]
const fileStep = fc.record({
  kind: fc.constantFrom<FileStep>(...fileKinds),
  file,
  folder,
  hours,
})
const turn = fc.oneof(
  fc.record({ kind: fc.constant('settings' as const), choice: fc.nat(9) }),
  fc.record({ kind: fc.constant('lose' as const), what: fc.constantFrom('store', 'out') }),
  // The clock may also be set back.
  fc.record({ kind: fc.constant('wait' as const), hours: fc.integer({ min: -3, max: 40 }) }),
  fc.record({ kind: fc.constant('wait' as const), hours: fc.integer({ min: 40, max: 900 }) }),
  fc.constant({ kind: 'restart' as const }),
)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: drop },
  { weight: 10, arbitrary: fileStep },
  { weight: 3, arbitrary: turn },
)
const batch: fc.Arbitrary<Batch> = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 5 }),
  isScan: fc.boolean(),
})

/** @param stocks how many articles the inbox may have at first */
export function histories(stocks: readonly number[], length: number): fc.Arbitrary<HistoryPlan> {
  return fc.record({
    stock: fc.constantFrom(...stocks),
    batches: fc.array(batch, { minLength: 1, maxLength: length }),
  })
}
