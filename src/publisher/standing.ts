import type { Problem } from '../core/problem.ts'
import type { Store } from '../store/store.ts'

/** The problems of the publication as a whole that stood at the end of the last run. */
export async function readStandingProblems(store: Store): Promise<readonly Problem[]> {
  const json = await store.readValue('standing-problems')
  // Written below from the same type.
  return json === undefined ? [] : (JSON.parse(json) as readonly Problem[])
}

/**
 * Remembers the problems that stand now.
 * @returns those that did not stand before
 */
export async function keepStandingProblems(
  store: Store,
  problems: readonly Problem[],
): Promise<readonly Problem[]> {
  const before = await readStandingProblems(store)
  const known = new Set(before.map((problem) => JSON.stringify(problem)))
  const json = JSON.stringify(problems)
  if (json !== JSON.stringify(before)) {
    await store.writeValue('standing-problems', problems.length === 0 ? undefined : json)
  }
  return problems.filter((problem) => !known.has(JSON.stringify(problem)))
}

export function isAmong(problem: Problem, known: readonly Problem[]): boolean {
  const text = JSON.stringify(problem)
  return known.some((other) => JSON.stringify(other) === text)
}
