import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as fc from 'fast-check'
import { format } from 'prettier'
import { describe, expect, test } from 'vitest'
import { parseDocument, visit } from 'yaml'
import { loadSettings } from '../src/config.ts'
import type { Settings, SettingsSources } from '../src/config.ts'
import { settingPaths, toJsonSchema } from '../src/config/schema.ts'

const schemaFile = fileURLToPath(new URL('../docs/feed.schema.json', import.meta.url))
const settingsFile = fileURLToPath(new URL('../feed.yaml', import.meta.url))

type Given = Partial<Omit<SettingsSources, 'read'>> & {
  /** Text of files by absolute path. */
  readonly files?: Readonly<Record<string, string>>
}

function load({ files = {}, ...sources }: Given = {}) {
  return loadSettings({
    flags: {},
    environment: {},
    workingFolder: '/srv/news',
    systemTimezone: 'America/St_Johns',
    read: (path) => files[path],
    ...sources,
  })
}

function settingsOf(given: Given = {}): Settings {
  const loaded = load(given)
  if (loaded.kind === 'wrong') throw new Error(loaded.messages.join('\n'))
  return loaded.settings
}

const withFile = (text: string): Given => ({ files: { '/srv/news/feed.yaml': text } })

function messagesOf(given: Given | string): readonly string[] {
  const loaded = load(typeof given === 'string' ? withFile(given) : given)
  return loaded.kind === 'wrong' ? loaded.messages : []
}

describe('defaults', () => {
  test('everything has a default, beside the working folder', () => {
    expect(settingsOf()).toEqual({
      configPath: undefined,
      inbox: '/srv/news/inbox',
      out: '/srv/news/out',
      state: '/srv/news/.dropfeed',
      theme: '/srv/news/theme',
      title: 'news',
      subtitle: undefined,
      author: undefined,
      baseUrl: 'http://localhost:8080/',
      language: undefined,
      copyright: undefined,
      image: undefined,
      icon: undefined,
      timezone: 'America/St_Johns',
      serve: true,
      host: '127.0.0.1',
      port: 8080,
      precompress: false,
      hubs: { isBuiltin: false, others: [], allowsPrivate: false, subscriptionsMax: 1000 },
      settleMs: 250,
      rescanMs: 300_000,
      limits: {
        articleBytesMax: 5_242_880,
        categoriesMax: 100,
        feedLength: 50,
        feedLengthMin: 10,
        feedLengthMax: 500,
        feedBytesMax: 1_048_576,
        arrivalHours: 48,
        tombstoneDays: 30,
        vanishedMin: 20,
      },
      categories: { ignore: [], alias: {}, feedMin: 3 },
      unsetForSubscribers: ['baseUrl', 'title'],
    })
  })

  test('an empty file, one of comments, and keys without a value change nothing', () => {
    const plain = { ...settingsOf(), configPath: '/srv/news/feed.yaml' }
    for (const text of [
      '',
      '\n',
      '# nothing\n',
      '---\n',
      'title:\nlimits:\n  feedLength:\nauthor: ~',
    ]) {
      expect(settingsOf(withFile(text))).toEqual(plain)
    }
  })

  test('the title is the name of the folder that holds the inbox', () => {
    expect(settingsOf({ flags: { inbox: '/home/ana/trips/drop' } }).title).toBe('trips')
    expect(settingsOf({ flags: { inbox: '/inbox' } }).title).toBe('dropfeed')
  })

  test('what is set for subscribers is not asked for again', () => {
    const file = 'title: News\nbaseUrl: http://localhost:8080/\n'
    expect(settingsOf(withFile(file)).unsetForSubscribers).toEqual([])
  })
})

describe('precedence', () => {
  const file =
    'inbox: from-file\nout: from-file-too\ntimezone: UTC\nbaseUrl: https://file.example/\n'
  const environment = {
    DROPFEED_INBOX: 'from-environment',
    DROPFEED_TIMEZONE: 'Asia/Tokyo',
    DROPFEED_STATE: '',
    DROPFEED_CONFIG: '/etc/dropfeed/feed.yaml',
  }

  test('feed.yaml, over it the environment, over it the flags', () => {
    const settings = settingsOf({
      files: { '/etc/dropfeed/feed.yaml': file },
      environment,
      flags: { timezone: 'Europe/Paris' },
    })
    expect(settings.configPath).toBe('/etc/dropfeed/feed.yaml')
    expect(settings.timezone).toBe('Europe/Paris')
    expect(settings.baseUrl).toBe('https://file.example/')
  })

  test('paths of feed.yaml and defaults start at its folder, others at the working folder', () => {
    const settings = settingsOf({ files: { '/etc/dropfeed/feed.yaml': file }, environment })
    expect(settings.inbox).toBe('/srv/news/from-environment')
    expect(settings.out).toBe('/etc/dropfeed/from-file-too')
    expect(settings.state).toBe('/etc/dropfeed/.dropfeed')
  })

  test('a value that is overridden is not judged', () => {
    const wrong = withFile('timezone: Mars/Olympus\n')
    expect(messagesOf(wrong)).toHaveLength(1)
    expect(settingsOf({ ...wrong, flags: { timezone: 'UTC' } }).timezone).toBe('UTC')
  })

  test('a number or a truth value may come as text, and is judged all the same', () => {
    const given = { DROPFEED_PORT: '9000', DROPFEED_SERVE: 'false' }
    expect(settingsOf({ environment: given })).toMatchObject({ port: 9000, serve: false })
    expect(settingsOf({ environment: given, flags: { port: '9001' } }).port).toBe(9001)
    const wrong = { DROPFEED_PORT: '99999', DROPFEED_SERVE: 'no', DROPFEED_HOST: 'http://x/' }
    expect(messagesOf({ environment: wrong }).toSorted()).toEqual([
      'DROPFEED_HOST: found "http://x/", write an address of this machine as 127.0.0.1 or ::1',
      'DROPFEED_PORT: found 99999, write a port from 1 to 65535, or 0 for any that is free',
      'DROPFEED_SERVE: found "no", write true or false',
    ])
    expect(messagesOf({ flags: { port: 'http' } })).toHaveLength(1)
  })

  test('the base address follows the port until it is set', () => {
    expect(settingsOf(withFile('port: 9000')).baseUrl).toBe('http://localhost:9000/')
    expect(settingsOf(withFile('port: 0')).baseUrl).toBe('http://localhost:8080/')
    const set = 'port: 9000\nbaseUrl: https://example.org/'
    expect(settingsOf(withFile(set)).baseUrl).toBe('https://example.org/')
  })

  test('feed.yml does as well; a file that was named has to exist', () => {
    const files = { '/srv/news/feed.yml': 'title: Yes' }
    expect(settingsOf({ files }).title).toBe('Yes')
    expect(messagesOf({ files, flags: { config: 'other.yaml' } })).toEqual([
      '--config: found "other.yaml", which does not exist; name a settings file',
    ])
    expect(messagesOf({ files, environment: { DROPFEED_CONFIG: '/x' } })).toEqual([
      'DROPFEED_CONFIG: found "/x", which does not exist; name a settings file',
    ])
  })

  test('a file that cannot be read is named', () => {
    const loaded = loadSettings({
      flags: {},
      environment: {},
      workingFolder: '/srv/news',
      systemTimezone: 'UTC',
      read: () => {
        throw new Error('EACCES: permission denied')
      },
    })
    expect(loaded).toEqual({
      kind: 'wrong',
      messages: ['feed.yaml: cannot be read (EACCES: permission denied)'],
    })
  })
})

const baseUrlOf = (baseUrl: string) => settingsOf({ flags: { baseUrl } }).baseUrl

describe('values', () => {
  test('a base address ends with a slash and is in its usual spelling', () => {
    expect(baseUrlOf('https://example.org')).toBe('https://example.org/')
    expect(baseUrlOf('HTTPS://Example.ORG:443/a%20b')).toBe('https://example.org/a%20b/')
    expect(baseUrlOf('http://bücher.example/x/')).toBe('http://xn--bcher-kva.example/x/')
  })

  test('an author is a name, or name, email and url', () => {
    expect(settingsOf(withFile('author: Ana')).author).toEqual({ name: 'Ana' })
    const file = 'author:\n  name: Ana\n  email: ana@example.org\n  url: https://example.org/ana\n'
    expect(settingsOf(withFile(file)).author).toEqual({
      name: 'Ana',
      email: 'ana@example.org',
      url: 'https://example.org/ana',
    })
  })

  test('a text is one line that every format can carry', () => {
    const { title, subtitle } = settingsOf(
      withFile('title: |\n  Two\n  lines\nsubtitle: "a\\u0000\\u0007 b"'),
    )
    expect([title, subtitle]).toEqual(['Two lines', 'a b'])
  })

  test('a language tag is in its usual spelling', () => {
    expect(settingsOf(withFile('language: PT-br')).language).toBe('pt-BR')
  })

  test('categories lose the number sign', () => {
    const file =
      'categories: { ignore: ["#draft", misc], alias: { "#USA": "#États-Unis", __proto__: x } }'
    const { categories } = settingsOf(withFile(file))
    expect(categories.ignore).toEqual(['draft', 'misc'])
    expect(categories.alias['USA']).toBe('États-Unis')
    expect(Object.getPrototypeOf(categories.alias)).toBe(Object.prototype)
  })
})

describe('what is wrong is said', () => {
  const address = 'write a full address as https://example.org/'
  test.each([
    ['title: 7', 'feed.yaml:1: title: found 7, write a title'],
    ['title: "  "', 'feed.yaml:1: title: found "  ", write a title'],
    ['\n\nbaseUrl: example.org', `feed.yaml:3: baseUrl: found "example.org", ${address}`],
    ['baseUrl: ftp://example.org/', `feed.yaml:1: baseUrl: found "ftp://example.org/", ${address}`],
    ['baseUrl: "http:///x"', `feed.yaml:1: baseUrl: found "http:///x", ${address}`],
    [
      'baseUrl: https://example.org/?a',
      'feed.yaml:1: baseUrl: found "https://example.org/?a", leave out "?" and "#" and what follows',
    ],
    [
      'baseUrl: https://me:secret@example.org/',
      'feed.yaml:1: baseUrl: found "https://me:secret@example.org/", leave out the user name and password',
    ],
    [
      'limits:\n  # many\n  feedLength: 1e9',
      'feed.yaml:3: limits.feedLength: found 1000000000, write a whole number from 1 to 500 (entries)',
    ],
    [
      'settleMs: 0.5',
      'feed.yaml:1: settleMs: found 0.5, write a whole number from 20 to 600000 (milliseconds)',
    ],
    [
      'settleMs: 2 s',
      'feed.yaml:1: settleMs: found "2 s", write a whole number from 20 to 600000 (milliseconds)',
    ],
    ['limits: 7', 'feed.yaml:1: limits: found 7, write the limits below it, as feedLength: 50'],
    [
      'limits: { feedLength: 5 }',
      'feed.yaml:1: limits.feedLength: found 5, write no less than feedLengthMin, or lower that too',
    ],
    ['inbox: ~/drop', 'feed.yaml:1: inbox: found "~/drop", write the path in full, without "~"'],
    [
      'timezone: CEST+2',
      'feed.yaml:1: timezone: found "CEST+2", write an IANA name as Europe/Paris or UTC',
    ],
    [
      'language: fr_FR!',
      'feed.yaml:1: language: found "fr_FR!", write a language tag as en, fr or pt-BR',
    ],
    [
      'author: [a]',
      'feed.yaml:1: author: found a list, write a name, or name, email and url below it',
    ],
    ['author:\n  email: a@example.org', 'feed.yaml:1: author.name: found nothing, write a name'],
    [
      'icon: i.png',
      'feed.yaml:1: icon: found "i.png", write a full address as https://example.org/icon.png',
    ],
    [
      'author: {name: a, emial: b}',
      'feed.yaml:1: author.emial: no such setting; did you mean author.email?',
    ],
    [
      'categories:\n  ignore:\n    - a\n    - 7',
      'feed.yaml:4: categories.ignore.1: found 7, write a category, in quotes if it begins with "#"',
    ],
    ['- a', 'feed.yaml:1: found a list, write settings as title: My news'],
    ['News', 'feed.yaml:1: found "News", write settings as title: My news'],
    ['titel: News', 'feed.yaml:1: titel: no such setting; did you mean title?'],
    ['base_url: x', 'feed.yaml:1: base_url: no such setting; did you mean baseUrl?'],
    ['feedLength: 7', 'feed.yaml:1: feedLength: no such setting; did you mean limits.feedLength?'],
    [
      'colour: red',
      'feed.yaml:1: colour: no such setting; leave it out; feed.yaml lists the settings',
    ],
    [
      'toString: 1',
      'feed.yaml:1: toString: no such setting; leave it out; feed.yaml lists the settings',
    ],
    ['a: 1\na: 2', 'feed.yaml:2: Map keys must be unique'],
    ['title: "News', 'feed.yaml:1: Missing closing "quote'],
    ['title: !!js/function x', 'feed.yaml:1: Unresolved tag: tag:yaml.org,2002:js/function'],
    ['title: *x', 'feed.yaml:1: Unresolved alias (the anchor must be set before the alias): x'],
    [
      '"a\u202Eb\\e": 1',
      'feed.yaml:1: a\\u{202e}b\\u{1b}: no such setting; leave it out; feed.yaml lists the settings',
    ],
  ])('%j', (text, message) => {
    expect(messagesOf(text)).toEqual([message])
  })

  test('several at once, each with its line', () => {
    const text = 'title: 7\nrescanMs: 1\n\nlimits:\n  feedlength: 3\n  categoriesMax: many\n'
    const lines = messagesOf(text).map((message) => message.replace(/: .*/u, ''))
    expect(new Set(lines)).toEqual(new Set([1, 2, 5, 6].map((line) => `feed.yaml:${line}`)))
  })

  test('flags and environment variables name themselves', () => {
    const messages = messagesOf({
      flags: { baseUrl: 'example.org' },
      environment: { DROPFEED_TIMEZONE: 'Mars' },
    })
    expect(messages).toEqual([
      `--base-url: found "example.org", ${address}`,
      'DROPFEED_TIMEZONE: found "Mars", write an IANA name as Europe/Paris or UTC',
    ])
  })

  test('a file elsewhere is named in full', () => {
    const files = { '/etc/feed.yaml': 'title: 7' }
    expect(messagesOf({ files, flags: { config: '../../etc/feed.yaml' } })).toEqual([
      '/etc/feed.yaml:1: title: found 7, write a title',
    ])
  })

  test('aliases that would grow without bounds are refused', () => {
    const rows = Array.from(
      { length: 9 },
      (_, index) => `k${index + 1}: &k${index + 1} [${`*k${index}, `.repeat(9)}]`,
    )
    expect(messagesOf(`k0: &k0 [x]\n${rows.join('\n')}\n`)).toEqual([
      'feed.yaml:1: Excessive alias count indicates a resource exhaustion attack',
    ])
  })

  test('any text is either settings or messages, one line each', () => {
    const key = fc.constantFrom(...settingPaths().map((path) => path.split('.').at(-1) ?? ''))
    const line = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc
        .tuple(key, fc.constantFrom('', ' ', '- '), fc.string({ maxLength: 8 }))
        .map(([name, indent, value]) => `${indent}${name}: ${value}`),
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
        for (const message of messagesOf(lines.join('\n'))) {
          expect(message).toMatch(/^feed\.yaml:\d+: [^\p{Cc}\p{Zl}\p{Zp}]+$/u)
        }
      }),
      { numRuns: 200 },
    )
  })
})

describe('folders that would harm each other are refused', () => {
  test.each([
    [{ inbox: 'x', out: 'x' }, '--out'],
    [{ inbox: 'x', out: 'x/out' }, '--out'],
    [{ inbox: 'x/in', out: 'x' }, '--inbox'],
    [{ state: 'out/state' }, '--state'],
    [{ state: 'inbox/.dropfeed' }, '--state'],
    [{ inbox: '.' }, 'out'],
    [{ out: '/' }, 'inbox'],
  ])('%j', (flags, name) => {
    const messages = messagesOf({ flags })
    expect(messages[0]).toMatch(new RegExp(`^${name}: .* so choose a folder outside it$`, 'u'))
  })

  test('folders side by side with like names are fine', () => {
    const flags = { inbox: 'out-in', out: 'out', state: 'out..' }
    expect(settingsOf({ flags }).inbox).toBe('/srv/news/out-in')
    expect(settingsOf({ flags: { out: '..out', inbox: 'in' } }).out).toBe('/srv/news/..out')
  })

  test('a symbolic link does not hide it', () => {
    expect(messagesOf({ realPath: (path) => path.replace('/out', '/inbox/x') })).toHaveLength(1)
  })
})

describe('hubs', () => {
  const hubsOf = (text: string) => settingsOf(withFile(text)).hubs

  test('builtin, an address, and a list of these', () => {
    expect(hubsOf('hub: builtin\n')).toMatchObject({ isBuiltin: true, others: [] })
    expect(hubsOf('hub: https://hub.example\n')).toMatchObject({
      isBuiltin: false,
      others: ['https://hub.example/'],
    })
    const list = 'hub: [builtin, https://hub.example/#a, https://hub.example/]\nhubPrivate: true\n'
    expect(hubsOf(list)).toMatchObject({
      isBuiltin: true,
      others: ['https://hub.example/'],
      allowsPrivate: true,
    })
  })

  test('what is no hub is named, with its line', () => {
    for (const value of ['built-in', 'hub.example', 'https://me:secret@hub.example/', '7']) {
      const [message] = messagesOf(`title: A\nhub: ${value}\n`)
      expect(message).toMatch(/^feed\.yaml:2: hub: found .*write builtin, the address of a hub/)
    }
    expect(messagesOf('hub:\n  - builtin\n  - nonsense\n')[0]).toMatch(
      /^feed\.yaml:3: hub\.1: found/,
    )
  })

  test('the built-in hub needs the server', () => {
    expect(messagesOf('serve: false\nhub: builtin\n')).toEqual([
      'feed.yaml:2: hub: the built-in hub answers only while dropfeed serves; set serve: true, or name another hub',
    ])
  })
})

describe('documents', () => {
  test('docs/feed.schema.json says what the program accepts', async () => {
    const expected = await format(JSON.stringify(toJsonSchema()), {
      parser: 'json',
      printWidth: 100,
    })
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(schemaFile, expected)
    expect(readFileSync(schemaFile, 'utf8')).toBe(expected)
  })

  test('every setting says what it means', () => {
    const described = JSON.stringify(toJsonSchema()).match(/"description":/gu) ?? []
    expect(described.length).toBeGreaterThanOrEqual(settingPaths().length)
  })

  const text = readFileSync(settingsFile, 'utf8')

  test('feed.yaml as it comes is the defaults', () => {
    expect(settingsOf(withFile(text))).toEqual({
      ...settingsOf(),
      configPath: '/srv/news/feed.yaml',
    })
  })

  test('feed.yaml shows every setting, and names its schema', () => {
    expect(text).toMatch(/^# yaml-language-server: \$schema=docs\/feed\.schema\.json\n/u)
    // An example that is commented out for another form of the same key.
    const shown = text.replace('#author: Jane Doe ', '#').replaceAll(/^#(?=[a-z]+:| {2})/gimu, '')
    expect(messagesOf(shown)).toEqual([])
    const keys = new Set<string>()
    visit(parseDocument(shown), {
      Pair: (_, pair, ancestors) => {
        const above = ancestors.flatMap((node) => ('key' in node ? [String(node.key)] : []))
        keys.add([...above, String(pair.key)].join('.'))
      },
    })
    expect([...keys].toSorted()).toEqual([...settingPaths()].toSorted())
  })
})
