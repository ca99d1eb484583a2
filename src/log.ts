import { inspect } from 'node:util'
import { formatRfc3339 } from './core/dates.ts'
import { describe, severityOf, toPrintable } from './core/problem.ts'
import type { Problem } from './core/problem.ts'

type LogValues = Readonly<Record<string, string | number | boolean>>

/** What happened, told to the person who runs dropfeed; never what a command was asked to print. */
export type Log = {
  /** One line: a constant sentence, then `key=value` for each value. */
  event(sentence: string, values?: LogValues): void
  /** Something that the author of an article has to mend. */
  problem(problem: Problem): void
  /** Something of ours or the machine's that went wrong; the sentence says what to do. */
  fault(sentence: string): void
  /** Something wrong in how dropfeed was called or set up; the sentence says where and what to do. */
  usage(sentence: string): void
}

export type LogStyle = {
  /** JSON, one value a line, instead of sentences. */
  readonly json: boolean
  /** Only problems and faults. */
  readonly quiet: boolean
  /** Problems and faults in colour; the caller asks the terminal and `NO_COLOR`. */
  readonly colour: boolean
}

type Colour = 'red' | 'yellow'

const colourCodes = { red: 31, yellow: 33 } as const satisfies Record<Colour, number>

/**
 * Makes a log that hands each finished line, its newline included, to `write`.
 *
 * Whatever the values hold, a line stays one line and carries no control or direction character. A
 * JSON line is `{ "time", "event", … }`: `event` is the sentence, `problem`, `fault` or `usage`; a problem has
 * `code`, `severity`, `path`, `line`, `found` and `message`, `fault` and `usage` have `message`. Keys may be added
 * in later versions, none is changed. `time` is RFC 3339; sentences carry none, for journals add it.
 */
export function createLog(write: (line: string) => void, now: () => number, style: LogStyle): Log {
  const writeJson = (value: Readonly<Record<string, unknown>>) =>
    write(`${toJsonLine({ time: formatRfc3339(now()), ...value })}\n`)
  const writeText = (text: string, colour: Colour) =>
    write(style.colour ? `\u001B[${colourCodes[colour]}m${text}\u001B[39m\n` : `${text}\n`)
  return {
    event(sentence, values = {}) {
      if (style.quiet) return
      if (style.json) writeJson({ ...values, event: sentence })
      else write(`${[sentence, ...Object.entries(values).map(toPair)].join(' ')}\n`)
    },
    problem(problem) {
      const severity = severityOf(problem.code)
      const message = describe(problem)
      if (style.json) writeJson({ event: 'problem', severity, ...problem, message })
      else writeText(message, severity === 'held' ? 'red' : 'yellow')
    },
    fault(sentence) {
      if (style.json) writeJson({ event: 'fault', message: sentence })
      else writeText(`fault: ${toOneLine(sentence)}`, 'red')
    },
    usage(sentence) {
      if (style.json) writeJson({ event: 'usage', message: sentence })
      else writeText(toOneLine(sentence), 'red')
    },
  }
}

/** A log that says nothing. */
export const silentLog: Log = { event() {}, problem() {}, fault() {}, usage() {} }

/**
 * Says a fault as one sentence: its message, then those of its causes, without a stack trace.
 * @param error whatever was thrown
 */
export function describeFault(error: unknown): string {
  const sentences: string[] = []
  let cause = error
  // A cause may lead back to itself.
  for (let depth = 0; depth < causesMax && cause !== undefined && cause !== null; depth += 1) {
    const sentence = toSentence(cause)
    // Many causes repeat what the fault already quotes.
    if (!sentences.some((earlier) => earlier.includes(sentence))) sentences.push(sentence)
    cause = cause instanceof Error ? cause.cause : undefined
  }
  return toOneLine(sentences.join(': '))
}

const causesMax = 5

function toSentence(cause: unknown): string {
  if (cause instanceof Error) return cause.message || cause.name
  return typeof cause === 'string' ? cause : inspect(cause)
}

function toPair([key, value]: readonly [string, string | number | boolean]): string {
  if (typeof value !== 'string') return `${key}=${value}`
  const printable = toPrintable(value)
  return `${key}=${/^[^\s"=]+$/u.test(printable) ? printable : JSON.stringify(printable)}`
}

/** Makes a text safe to print on one line of a terminal, whole. */
export function toOneLine(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/\s*\n\s*/gu, ' ')
    .replaceAll(invisible, '\u{FFFD}')
}

const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/**
 * Writes a value as JSON that may go to a terminal. JSON allows direction, format and C1 control characters in its
 * strings as they are, and a terminal obeys them; here they are escaped, which means the same.
 */
export function toJsonLine(value: unknown): string {
  return JSON.stringify(value).replaceAll(invisible, (character) =>
    Array.from(
      { length: character.length },
      (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
    ).join(''),
  )
}
