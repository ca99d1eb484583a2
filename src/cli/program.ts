import { Command } from 'commander'
import { settingNames } from '../config/sources.ts'
import type { NamedKey, SettingsFlags } from '../config/sources.ts'

/** What can be given to every command. */
export type Options = SettingsFlags & {
  readonly json?: boolean | undefined
  readonly quiet?: boolean | undefined
  /** Of `status`: each file. */
  readonly all?: boolean | undefined
  /** Of `build`. */
  readonly acceptChanges?: boolean | undefined
}

export type CommandName = 'watch' | 'build' | 'check' | 'status' | 'confirm'

export type RunCommand = (
  command: CommandName,
  options: Options,
  files: readonly string[],
) => Promise<void>

const commandLines = {
  watch: 'publish now and whenever the inbox changes, and serve out/',
  build: 'publish once; --accept-changes: also if ids change',
  check: 'show how articles are read; publish nothing',
  status: 'show what became of files, problems first; --all: each file',
  confirm: 'retract the articles whose files vanished all at once',
} as const satisfies Record<CommandName, string>

const acceptChangesLine = 'publish even if entries vanish that nobody deleted, or their ids change'

const settingLines = {
  config: { value: '<file>', about: 'settings', initial: 'feed.yaml' },
  inbox: { value: '<folder>', about: 'article files; never changed', initial: 'inbox' },
  out: { value: '<folder>', about: 'the feeds', initial: 'out' },
  state: { value: '<folder>', about: 'what dropfeed remembers', initial: '.dropfeed' },
  baseUrl: { value: '<url>', about: 'where others see out/', initial: 'localhost:8080' },
  timezone: { value: '<name>', about: 'IANA zone of bare dates', initial: "the system's" },
  port: { value: '<number>', about: 'where watch serves out/', initial: '8080' },
  host: { value: '<address>', about: 'address to serve it on', initial: '127.0.0.1' },
  serve: { value: '', about: 'false: watch without a server', initial: 'true' },
} as const satisfies Record<NamedKey, { value: string; about: string; initial: string }>

/**
 * Describes the command line. Parsing throws commander's `CommanderError` instead of ending the
 * program; its own messages go to `write`.
 */
export function makeProgram(
  version: string,
  write: { readonly out: (text: string) => void; readonly err: (text: string) => void },
  run: RunCommand,
): Command {
  const program = new Command('dropfeed')
    .description('Publishes the article files in inbox/ as RSS, Atom and JSON Feed in out/.')
    .usage('<command> [options]')
    .version(version, '--version', 'print the version')
    .helpOption('--help', 'print this help')
    .helpCommand('help [command]', 'show the help of a command')
    .configureOutput({ writeOut: write.out, writeErr: write.err })
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('see dropfeed --help')
    .exitOverride()
  addOptions(program, settingKeys)
  program.option('--json', 'check and status as JSON, the log as JSON lines')
  program.option('--quiet', 'log problems and faults only')
  for (const name of commandNames) {
    const command = program.command(name).description(commandLines[name])
    if (name === 'check' || name === 'status') {
      command.argument('[file...]', argumentLines[name])
      if (name === 'status') command.option('--all', 'each file, what needs attention first')
      command.action((files: string[]) => run(name, command.optsWithGlobals<Options>(), files))
    } else {
      if (name === 'watch') addOptions(command, serverKeys)
      if (name === 'build') command.option('--accept-changes', acceptChangesLine)
      command.action(() => run(name, toOptions(command.optsWithGlobals()), []))
    }
  }
  program.helpInformation = () => topHelp
  return program
}

const argumentLines = {
  check: 'article files; default: all of the inbox',
  status: 'files and folders to tell of one by one',
} as const

const commandNames: readonly CommandName[] = ['watch', 'build', 'check', 'status', 'confirm']
const settingKeys: readonly NamedKey[] = ['config', 'inbox', 'out', 'state', 'baseUrl', 'timezone']

const serverKeys: readonly NamedKey[] = ['port', 'host', 'serve']

function addOptions(command: Command, keys: readonly NamedKey[]): void {
  for (const key of keys) {
    const { value, about, initial } = settingLines[key]
    const { flag, variable } = settingNames[key]
    const text =
      key === 'serve'
        ? `watch without a server (${variable}=false)`
        : `${about} (${variable}; default: ${initial})`
    command.option(`${flag} ${value}`.trimEnd(), text)
  }
}

/** Not to have been told `--no-serve` says nothing: a setting may say so all the same. */
function toOptions({ serve, ...options }: Omit<Options, 'serve'> & { readonly serve?: boolean }) {
  return serve === false ? { ...options, serve: 'false' } : options
}

/** Fits a terminal of 80 columns and 24 lines. */
const topHelp = `Usage: dropfeed <command> [options]
Publishes the article files in inbox/ as RSS, Atom and JSON Feed in out/.
Commands:
  watch             ${commandLines.watch}
  build             ${commandLines.build}
  check [file...]   ${commandLines.check}
  status [file...]  ${commandLines.status}
  confirm           ${commandLines.confirm}
Options, their environment variables and defaults (more settings: feed.yaml):
${[...settingKeys, ...serverKeys].map((key) => toHelpLine(key)).join('\n')}
  --json               check and status as JSON, the log as JSON lines
  --quiet              log problems and faults only
  --version, --help    also: dropfeed help <command>
Also in the environment: NO_COLOR, DROPFEED_DEBUG=1 (faults with a stack trace)
Exit codes: 0 done, 1 fault, 2 wrong usage, 3 done but articles have problems
Example: dropfeed watch --base-url https://example.org/news/
`

function toHelpLine(key: NamedKey): string {
  const { value, about, initial } = settingLines[key]
  const { flag, variable } = settingNames[key]
  return `  ${`${flag} ${value}`.padEnd(19)}  ${variable.padEnd(17)}  ${about}; ${initial}`
}
