/** What this thread alone has worked, whatever else the machine does; milliseconds. */
function workedMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

/** Below this the clock of the processor tells too little. */
const tellingMs = 40

/**
 * How many times as much work four times the input makes, at its best of three: 4 where work follows the
 * length, 16 where it follows the square. 0 where it is too little to tell.
 */
export function growthOf(small: () => unknown, fourTimes: () => unknown): number {
  const least = (task: () => unknown) => {
    const beganMs = workedMs()
    task()
    return workedMs() - beganMs
  }
  let growth = Infinity
  for (let round = 0; round < 3; round += 1) {
    const [one, four] = [least(small), least(fourTimes)]
    if (four < tellingMs) return 0
    growth = Math.min(growth, four / Math.max(one, 1))
    if (growth < growthMax) return growth
  }
  return growth
}

/** Between what is linear and what is not, with room for a machine that is busy. */
export const growthMax = 11
