/**
 * How long to wait before the next attempt: twice as long each time, up to a cap.
 * @param attempts that have failed so far, 1 after the first
 */
export function toDelayMs(
  attempts: number,
  { firstMs, capMs }: { readonly firstMs: number; readonly capMs: number },
): number {
  return Math.min(firstMs * 2 ** Math.min(Math.max(attempts - 1, 0), 40), capMs)
}

/** The rest of a wait that was set at another time, by a clock that may have been set back since. */
export function toRestMs(untilMs: number, nowMs: number, capMs: number): number {
  return Math.min(Math.max(untilMs - nowMs, 0), capMs)
}
