import { setTimeout as pause } from 'node:timers/promises'

/** Long enough that only what never happens reaches it, whatever else the machine is doing. */
const waitMsMax = process.env['TEST_LONG'] === undefined ? 20_000 : 300_000

/**
 * Waits until a condition holds and gives its value; looks again and again, so that a test takes
 * no longer than what it waits for.
 * @param periodMs longer for what is hard to find out
 * @throws Error, with `explain`'s words, when it never holds
 */
export async function waitFor<T>(
  condition: () => T | undefined | false,
  explain: () => string = () => '',
  periodMs = 3,
): Promise<T> {
  const endMs = performance.now() + waitMsMax
  for (;;) {
    const value = condition()
    if (value !== undefined && value !== false) return value
    if (performance.now() > endMs)
      throw new Error(`waited in vain: ${String(condition)} ${explain()}`)
    await pause(periodMs)
  }
}
