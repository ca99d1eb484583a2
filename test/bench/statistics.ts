/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  const [low, high] = [Math.floor, Math.ceil].map(
    (toWhole) => sorted[toWhole((sorted.length - 1) / 2)],
  )
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2
}

/** The value that this part of all do not exceed (nearest rank). */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.max(Math.ceil(sorted.length * part) - 1, 0)] ?? Number.NaN
}

/**
 * Fits `value = a × count ^ exponent` by least squares over logarithms: 0 does not grow, 1 grows in
 * proportion. Counts of nothing say nothing about growth and are left out.
 * @returns `undefined` for fewer than two different counts
 */
export function fitExponent(
  points: readonly { readonly count: number; readonly value: number }[],
): number | undefined {
  const logs = points
    .filter(({ count, value }) => count > 0 && value > 0)
    .map(({ count, value }) => ({ x: Math.log(count), y: Math.log(value) }))
  const mean = (pick: (log: { x: number; y: number }) => number) =>
    logs.reduce((sum, log) => sum + pick(log), 0) / logs.length
  const x = mean((log) => log.x)
  const y = mean((log) => log.y)
  const spread = logs.reduce((sum, log) => sum + (log.x - x) ** 2, 0)
  if (!(spread > 0)) return undefined
  return logs.reduce((sum, log) => sum + (log.x - x) * (log.y - y), 0) / spread
}
