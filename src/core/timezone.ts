/**
 * Local time and instants. `Intl` is asked itself: what stands above it in libraries resolves skipped and doubled times
 * by the machine's own zone, and takes offsets between 0 and −1 hour (Africa/Casablanca before 1913) for positive.
 */

const dayMs = 86_400_000
const formats = new Map<string, Intl.DateTimeFormat>()

/** Tells whether a name is that of a time zone, as `Europe/Paris` and `UTC` are; offsets are none. */
export function isTimezone(name: string): boolean {
  return /^[A-Za-z]/.test(name) && offsetMsOf(name, 0) !== undefined
}

/**
 * The offset of a zone from UTC at an instant, in milliseconds, east is positive; to the second before zones had whole
 * minutes.
 * @returns `undefined` for a name that is no time zone
 */
export function offsetMsOf(timezone: string, epochMs: number): number | undefined {
  const format = formats.get(timezone) ?? toFormat(timezone)
  if (format === undefined) return undefined
  formats.set(timezone, format)
  const found = /GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?$/.exec(format.format(epochMs))
  const [, sign, hours, minutes, seconds] = found ?? []
  const size = Number(hours ?? 0) * 3_600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0)
  return (sign === '-' ? -size : size) * 1_000
}

function toFormat(timezone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: timezone, timeZoneName: 'longOffset' })
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/**
 * Turns local time into an instant. A time that a clock change skips is moved forward by the gap, one that it doubles is
 * the first of the two: the same on every machine.
 * @param wallMs the local time, written as if it were UTC
 * @returns `undefined` for a name that is no time zone
 */
export function toEpochMs(wallMs: number, timezone: string): number | undefined {
  // No zone changes its clock twice within two days, and none is a day away from UTC.
  const before = offsetMsOf(timezone, wallMs - dayMs)
  const after = offsetMsOf(timezone, wallMs + dayMs)
  if (before === undefined || after === undefined) return undefined
  if (before === after) return wallMs - before
  const isRight = (offset: number): boolean => offsetMsOf(timezone, wallMs - offset) === offset
  // The larger offset gives the earlier instant.
  const [larger, smaller] = before > after ? [before, after] : [after, before]
  if (isRight(larger)) return wallMs - larger
  return isRight(smaller) ? wallMs - smaller : wallMs - before
}
