import { relative, resolve, isAbsolute } from 'node:path'
import { toPrintable } from '../core/problem.ts'
import { parseSettingsFile } from './yaml.ts'

/** The settings that the command line and the environment can give too; as they were written. */
export type SettingsFlags = {
  readonly config?: string | undefined
  readonly inbox?: string | undefined
  readonly out?: string | undefined
  readonly state?: string | undefined
  readonly baseUrl?: string | undefined
  readonly timezone?: string | undefined
  readonly port?: string | undefined
  readonly host?: string | undefined
  /** `true` or `false`. */
  readonly serve?: string | undefined
}

export type SettingsSources = {
  readonly flags: SettingsFlags
  /** `DROPFEED_INBOX`, `DROPFEED_BASE_URL` and so on; an empty one counts as not set. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Absolute; relative paths of flags and environment start here. */
  readonly workingFolder: string
  /** IANA name. */
  readonly systemTimezone: string
  /** The text of a file, `undefined` when there is none; throws when it cannot be read. */
  readonly read: (path: string) => string | undefined
  /** Where a path leads when symbolic links are followed; must take paths that do not exist. */
  readonly realPath?: ((path: string) => string) | undefined
}

export type NamedKey = keyof SettingsFlags

/** The names of the settings that have a flag and an environment variable. */
export const settingNames = {
  config: { flag: '--config', variable: 'DROPFEED_CONFIG' },
  inbox: { flag: '--inbox', variable: 'DROPFEED_INBOX' },
  out: { flag: '--out', variable: 'DROPFEED_OUT' },
  state: { flag: '--state', variable: 'DROPFEED_STATE' },
  baseUrl: { flag: '--base-url', variable: 'DROPFEED_BASE_URL' },
  timezone: { flag: '--timezone', variable: 'DROPFEED_TIMEZONE' },
  port: { flag: '--port', variable: 'DROPFEED_PORT' },
  host: { flag: '--host', variable: 'DROPFEED_HOST' },
  serve: { flag: '--no-serve', variable: 'DROPFEED_SERVE' },
} as const satisfies Record<NamedKey, { flag: string; variable: string }>

/** A value with the flag or environment variable that gave it. */
export type Named = { readonly name: string; readonly value: string }

/** Looks for a setting outside the settings file: the flag, else the environment variable. */
export function readNamed(key: NamedKey, { flags, environment }: SettingsSources) {
  const { flag, variable } = settingNames[key]
  const given = flags[key]
  if (given !== undefined) return { name: flag, value: given }
  const value = environment[variable]
  return value === undefined || value === '' ? undefined : { name: variable, value }
}

export type ReadFile =
  | {
      readonly kind: 'file'
      /** Absolute; `undefined` when there is no settings file. */
      readonly path: string | undefined
      /** As the person knows it. */
      readonly shownPath: string | undefined
      readonly value: unknown
      readonly lineOf: (path: readonly PropertyKey[]) => number
    }
  | { readonly kind: 'wrong'; readonly messages: readonly string[] }

const fileNames = ['feed.yaml', 'feed.yml'] as const

/** Reads the settings file that was named, else the one in the working folder, which may be missing. */
export function readSettingsFile(sources: SettingsSources): ReadFile {
  const named = readNamed('config', sources)
  for (const name of named === undefined ? fileNames : [named.value]) {
    const path = resolve(sources.workingFolder, name)
    const shownPath = shorten(path, sources.workingFolder)
    let text: string | undefined
    try {
      text = sources.read(path)
    } catch (error) {
      const reason = toPrintable(error instanceof Error ? error.message : String(error))
      return { kind: 'wrong', messages: [`${shownPath}: cannot be read (${reason})`] }
    }
    if (text === undefined) continue
    const file = parseSettingsFile(text)
    if (file.kind === 'file') return { ...file, path, shownPath }
    return {
      kind: 'wrong',
      messages: file.faults.map(({ line, sentence }) => `${shownPath}:${line}: ${sentence}`),
    }
  }
  if (named !== undefined) {
    const message = `${named.name}: found ${JSON.stringify(toPrintable(named.value))}, which does not exist; name a settings file`
    return { kind: 'wrong', messages: [message] }
  }
  return { kind: 'file', path: undefined, shownPath: undefined, value: {}, lineOf: () => 1 }
}

function shorten(path: string, workingFolder: string): string {
  const short = relative(workingFolder, path)
  return toPrintable(short.startsWith('..') || isAbsolute(short) ? path : short)
}
