import { basename, dirname, relative, resolve, isAbsolute, sep } from 'node:path'
import { explain, locate } from './config/explain.ts'
import type { Place } from './config/explain.ts'
import { portDefault, settingsSchema, toLanguageTag } from './config/schema.ts'
import type { SettingsValues } from './config/schema.ts'
import { builtinHub } from './config/hubs.ts'
import { readNamed, readSettingsFile } from './config/sources.ts'
import type { Named, SettingsSources } from './config/sources.ts'
import type { Author } from './core/article/article.ts'
import { normalizeText } from './core/text.ts'

export type { SettingsFlags, SettingsSources } from './config/sources.ts'

/** Everything dropfeed can be told; meaning, limits and defaults are in `docs/feed.schema.json`. */
export type Settings = {
  /** The settings file that was read, absolute. */
  readonly configPath: string | undefined
  /** Absolute folders, none inside another where that could do harm. */
  readonly inbox: string
  readonly out: string
  readonly state: string
  /** Absolute folder of a stylesheet of one's own; it need not exist. */
  readonly theme: string
  readonly title: string
  readonly subtitle: string | undefined
  readonly author: Author | undefined
  /** Absolute http(s) address of `out`, ends with `/`. */
  readonly baseUrl: string
  /** BCP 47 tag. */
  readonly language: string | undefined
  readonly copyright: string | undefined
  /** Absolute addresses. */
  readonly image: string | undefined
  readonly icon: string | undefined
  /** IANA name; for dates without a zone. */
  readonly timezone: string
  /** Whether `watch` serves `out`. */
  readonly serve: boolean
  /** An address of this machine, or a name of one. */
  readonly host: string
  /** 0 for any that is free. */
  readonly port: number
  /** Whether documents have compressed forms beside them, for other servers. */
  readonly precompress: boolean
  readonly hubs: SettingsHubs
  readonly settleMs: number
  readonly rescanMs: number
  readonly limits: SettingsLimits
  readonly categories: SettingsCategories
  /** Keys whose default does for a try, but which are to be set before others subscribe. */
  readonly unsetForSubscribers: readonly string[]
}

type SettingsLimits = {
  readonly articleBytesMax: number
  readonly categoriesMax: number
  /** `feedLengthMin` ≤ `feedLength` ≤ `feedLengthMax`. */
  readonly feedLength: number
  readonly feedLengthMin: number
  readonly feedLengthMax: number
  readonly feedBytesMax: number
  /** A feed shows all that arrived within so many hours. */
  readonly arrivalHours: number
  readonly tombstoneDays: number
  /** With at least so many articles, the loss of more than half at once is held. */
  readonly vanishedMin: number
}

type SettingsHubs = {
  /** Whether `watch` runs one. */
  readonly isBuiltin: boolean
  /** Absolute addresses of the others, each once. */
  readonly others: readonly string[]
  /** Whether the built-in one delivers within this machine and private networks. */
  readonly allowsPrivate: boolean
  /** Subscriptions that the built-in one takes. */
  readonly subscriptionsMax: number
}

type SettingsCategories = {
  /** Labels as written, without `#`. */
  readonly ignore: readonly string[]
  /** Found label to published label, as written, without `#`. */
  readonly alias: Readonly<Record<string, string>>
  readonly feedMin: number
}

export type LoadedSettings =
  | { readonly kind: 'settings'; readonly settings: Settings }
  /** Each says where, what was found and what to do. */
  | { readonly kind: 'wrong'; readonly messages: readonly string[] }

const folderDefaults = { inbox: 'inbox', out: 'out', state: '.dropfeed' } as const
type FolderKey = keyof typeof folderDefaults
type Folders = Readonly<Record<FolderKey, string>>

/**
 * Joins the settings: `feed.yaml`, over it the environment, over it the flags. Paths in `feed.yaml`
 * are relative to its folder, others to the working folder. A value that is overridden is not judged.
 */
export function loadSettings(sources: SettingsSources): LoadedSettings {
  const file = readSettingsFile(sources)
  if (file.kind === 'wrong') return file
  const named: Readonly<Record<string, Named | undefined>> = {
    inbox: readNamed('inbox', sources),
    out: readNamed('out', sources),
    state: readNamed('state', sources),
    baseUrl: readNamed('baseUrl', sources),
    timezone: readNamed('timezone', sources),
    port: readNamed('port', sources),
    host: readNamed('host', sources),
    serve: readNamed('serve', sources),
  }
  const place: Place = {
    file: file.shownPath,
    lineOf: file.lineOf,
    nameOf: (key) =>
      key !== undefined && Object.hasOwn(named, key) ? named[String(key)]?.name : undefined,
  }
  const value = override(file.value, named)
  const parsed = settingsSchema.safeParse(value)
  if (!parsed.success) {
    return { kind: 'wrong', messages: explain(parsed.error.issues, value, place) }
  }
  const fileFolder = file.path === undefined ? sources.workingFolder : dirname(file.path)
  const toFolder = (key: FolderKey) =>
    resolve(
      named[key] === undefined ? fileFolder : sources.workingFolder,
      parsed.data[key] ?? folderDefaults[key],
    )
  const folders = { inbox: toFolder('inbox'), out: toFolder('out'), state: toFolder('state') }
  const messages = checkFolders(folders, sources.realPath ?? ((path) => path), place)
  if (messages.length > 0) return { kind: 'wrong', messages }
  if (!parsed.data.serve && toHubs(parsed.data).isBuiltin) {
    const where = locate(['hub'], place)
    const message = `${where}: the built-in hub answers only while dropfeed serves; set serve: true, or name another hub`
    return { kind: 'wrong', messages: [message] }
  }
  const theme = resolve(fileFolder, parsed.data.theme ?? 'theme')
  const settings = toSettings(parsed.data, { ...folders, theme }, sources.systemTimezone)
  return { kind: 'settings', settings: { ...settings, configPath: file.path } }
}

/** Keys without a value count as left out; a file that is no mapping is left to the schema to refuse. */
function override(value: unknown, named: Readonly<Record<string, Named | undefined>>): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const filled = withoutEmpty(value)
  for (const [key, given] of Object.entries(named)) {
    if (given !== undefined) filled[key] = toTyped(key, given.value)
  }
  return filled
}

/** What is no number or truth value is left to the schema to refuse. */
function toTyped(key: string, value: string): string | number | boolean {
  if (key === 'port' && /^\d{1,9}$/u.test(value)) return Number(value)
  if (key === 'serve' && (value === 'true' || value === 'false')) return value === 'true'
  return value
}

function withoutEmpty(value: object): Record<string, unknown> {
  const filled: Record<string, unknown> = {}
  for (const [key, inner] of Object.entries(value)) {
    if (inner === null) continue
    const isGroup = typeof inner === 'object' && !Array.isArray(inner)
    Object.defineProperty(filled, key, {
      value: isGroup ? withoutEmpty(inner) : inner,
      enumerable: true,
      writable: true,
      configurable: true,
    })
  }
  return filled
}

type FolderRule = {
  readonly inner: FolderKey
  readonly outer: FolderKey
  readonly why: string
}

/** The outer folder may not be the inner one, nor hold it. */
const folderRules: readonly FolderRule[] = [
  { inner: 'out', outer: 'inbox', why: 'the feeds would be read as articles' },
  { inner: 'inbox', outer: 'out', why: 'the article files would be published as they are' },
  { inner: 'state', outer: 'out', why: 'what dropfeed remembers would be published' },
  { inner: 'state', outer: 'inbox', why: 'what dropfeed remembers would be read as articles' },
]

function checkFolders(
  folders: Folders,
  realPath: (path: string) => string,
  place: Place,
): readonly string[] {
  const messages = new Map<string, string>()
  for (const { inner, outer, why } of folderRules) {
    if (!isWithin(realPath(folders[inner]), realPath(folders[outer]))) continue
    const where = locate([inner], place)
    const message = `${where}: ${folders[inner]} is in the folder ${outer}, ${folders[outer]}; ${why}, so choose a folder outside it`
    // Two that are the same folder break two rules; one message says it.
    const pair = [inner, outer].toSorted().join(' ')
    if (!messages.has(pair)) messages.set(pair, message)
  }
  return [...messages.values()]
}

function isWithin(inner: string, outer: string): boolean {
  const path = relative(outer, inner)
  return path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path)
}

function toSettings(
  values: SettingsValues,
  folders: Folders & { readonly theme: string },
  systemTimezone: string,
) {
  const { author, baseUrl, title, language, categories, serve, host, port } = values
  // Documents depend on the others, and are made anew when one changes.
  const { subscriptionsMax: _, ...limits } = values.limits
  return {
    ...folders,
    title: toLine(title ?? basename(dirname(folders.inbox))) ?? 'dropfeed',
    subtitle: toLine(values.subtitle),
    author: toAuthor(author),
    baseUrl: toFolderAddress(baseUrl ?? `http://localhost:${port === 0 ? portDefault : port}/`),
    language: language === undefined ? undefined : toLanguageTag(language),
    copyright: toLine(values.copyright),
    image: values.image,
    icon: values.icon,
    timezone: values.timezone ?? systemTimezone,
    serve,
    host,
    port,
    precompress: values.precompress,
    hubs: toHubs(values),
    settleMs: values.settleMs,
    rescanMs: values.rescanMs,
    limits,
    categories: {
      ignore: categories.ignore.map((label) => withoutHash(label)),
      alias: Object.fromEntries(
        Object.entries(categories.alias).map(([found, published]) => [
          withoutHash(found),
          withoutHash(published),
        ]),
      ),
      feedMin: categories.feedMin,
    },
    unsetForSubscribers: [
      ...(baseUrl === undefined ? ['baseUrl'] : []),
      ...(title === undefined ? ['title'] : []),
    ],
  } satisfies Omit<Settings, 'configPath'>
}

function toHubs({ hub = [], hubPrivate, limits }: SettingsValues): SettingsHubs {
  const named = typeof hub === 'string' ? [hub] : hub
  const others = named.filter((name) => name !== builtinHub).map((name) => toWithoutHash(name))
  return {
    isBuiltin: named.includes(builtinHub),
    others: [...new Set(others)],
    allowsPrivate: hubPrivate,
    subscriptionsMax: limits.subscriptionsMax,
  }
}

function toWithoutHash(address: string): string {
  const url = new URL(address)
  url.hash = ''
  return url.href
}

function toAuthor(author: SettingsValues['author']): Author | undefined {
  if (author === undefined) return undefined
  const { name, ...rest } = typeof author === 'string' ? { name: author } : author
  return { ...rest, name: toLine(name) ?? name }
}

/** One line of text that every format can carry; `undefined` when nothing is left. */
function toLine(text: string | undefined): string | undefined {
  return (
    normalizeText(text ?? '')
      .replaceAll(/\s+/gu, ' ')
      .trim() || undefined
  )
}

function toFolderAddress(address: string): string {
  const { href } = new URL(address)
  return href.endsWith('/') ? href : `${href}/`
}

function withoutHash(label: string): string {
  return label.trim().replace(/^[#＃]/u, '')
}
