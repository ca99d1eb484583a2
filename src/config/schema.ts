import { z } from 'zod'
import { isTimezone } from '../core/dates.ts'
import { hasCredentials, isAddress } from './address.ts'
import { hubs } from './hubs.ts'

/**
 * What `feed.yaml` may say. Each key carries its meaning, unit, limits and default, for people (in an
 * editor, through `docs/feed.schema.json`) and for messages: the `error` of a key says what to write.
 */

const languageError = 'write a language tag as en, fr or pt-BR'
const timezoneError = 'write an IANA name as Europe/Paris or UTC'
const hostError = 'write an address of this machine as 127.0.0.1 or ::1'
const portError = 'write a port from 1 to 65535, or 0 for any that is free'
const listLengthMax = 10_000

export const portDefault = 8080

type Limits = { readonly unit: string; readonly min: number; readonly max: number }

function wholeNumber(
  about: string,
  { unit, min, max, value }: Limits & { readonly value: number },
) {
  const error = `write a whole number from ${min} to ${max} (${unit})`
  return z
    .int({ error })
    .min(min, { error })
    .max(max, { error })
    .default(value)
    .meta({ description: `${about} Unit: ${unit}; from ${min} to ${max}. Default: ${value}.` })
}

const charactersMax = 1000

function text(about: string, error: string) {
  return z
    .string({ error })
    .max(charactersMax, { error: `write at most ${charactersMax} characters` })
    .refine((value) => value.trim() !== '', { error, abort: true })
    .meta({ description: about })
}

function folder(about: string, name: string) {
  return text(
    `${about} Relative to feed.yaml's folder. Default: ${name}.`,
    'write the path of a folder',
  )
    .refine((value) => !value.startsWith('~'), { error: 'write the path in full, without "~"' })
    .refine((value) => !value.includes('\0'), { error: 'write the path of a folder' })
    .optional()
}

function address(about: string, example: string) {
  const error = `write a full address as https://example.org/${example}`
  return text(about, error).refine((value) => isAddress(value), { error })
}

const baseUrl = (() => {
  const error = 'write a full address as https://example.org/'
  return text(
    'Address at which others see the folder out/; a missing "/" at its end is added. ' +
      `Default: http://localhost:${portDefault}/, or with the port set; only this machine can read it.`,
    error,
  )
    .refine((value) => isAddress(value), { error, abort: true })
    .refine((value) => !/[?#]/u.test(value), { error: 'leave out "?" and "#" and what follows' })
    .refine((value) => !hasCredentials(value), { error: 'leave out the user name and password' })
    .optional()
})()

const author = z.strictObject(
  {
    name: text('Name that readers show.', 'write a name'),
    email: z
      .email({ error: 'write an e-mail address as name@example.org' })
      .meta({ description: 'E-mail address; it is published.' })
      .optional(),
    url: address('Address of a page about the author.', 'about').optional(),
  },
  { error: 'write a name, or name, email and url below it' },
)

const label = text(
  'A category, with or without "#".',
  'write a category, in quotes if it begins with "#"',
)

const limits = z
  .strictObject(
    {
      articleBytesMax: wholeNumber('Largest article file; a larger one is reported.', {
        unit: 'bytes',
        min: 1024,
        max: 104_857_600,
        value: 5_242_880,
      }),
      categoriesMax: wholeNumber('Categories that one article may have; more are left out.', {
        unit: 'categories',
        min: 0,
        max: 1000,
        value: 100,
      }),
      feedLength: wholeNumber('Newest entries that a feed shows; the rest is in its archive.', {
        unit: 'entries',
        min: 1,
        max: 500,
        value: 50,
      }),
      feedLengthMin: wholeNumber('Entries that a feed shows however large they are.', {
        unit: 'entries',
        min: 1,
        max: 500,
        value: 10,
      }),
      feedLengthMax: wholeNumber('Entries that a feed shows however many arrived.', {
        unit: 'entries',
        min: 1,
        max: 5000,
        value: 500,
      }),
      feedBytesMax: wholeNumber('Size of a feed document beyond which entries go to its archive.', {
        unit: 'bytes',
        min: 65_536,
        max: 16_777_216,
        value: 1_048_576,
      }),
      arrivalHours: wholeNumber('For so long a feed shows all that arrived, beyond feedLength.', {
        unit: 'hours',
        min: 0,
        max: 720,
        value: 48,
      }),
      tombstoneDays: wholeNumber('For so long the Atom feed says that an entry was deleted.', {
        unit: 'days',
        min: 0,
        max: 3650,
        value: 30,
      }),
      vanishedMin: wholeNumber(
        'Published articles from which on the loss of more than half at once is held until confirmed.',
        { unit: 'articles', min: 1, max: 1_000_000, value: 20 },
      ),
      subscriptionsMax: wholeNumber('Subscriptions that the built-in hub takes.', {
        unit: 'subscriptions',
        min: 0,
        max: 100_000,
        value: 1000,
      }),
    },
    { error: 'write the limits below it, as feedLength: 50' },
  )
  .refine((value) => value.feedLength >= value.feedLengthMin, {
    path: ['feedLength'],
    error: 'write no less than feedLengthMin, or lower that too',
  })
  .refine((value) => value.feedLength <= value.feedLengthMax, {
    path: ['feedLength'],
    error: 'write no more than feedLengthMax, or raise that too',
  })
  .prefault({})
  .meta({ description: 'Limits. All may be left out.' })

const categories = z
  .strictObject(
    {
      ignore: z
        .array(label, { error: 'write a list, as [draft, misc]' })
        .max(listLengthMax, { error: `list at most ${listLengthMax} categories` })
        .default([])
        .meta({ description: 'Categories that are not published. Default: none.' }),
      alias: z
        .record(z.string(), label, { error: 'write pairs below it, as USA: United States' })
        .default({})
        .meta({ description: 'Categories that are another one: found: published. Default: none.' }),
      feedMin: wholeNumber('Entries that a category needs to have feeds of its own.', {
        unit: 'entries',
        min: 1,
        max: 1_000_000,
        value: 3,
      }),
    },
    { error: 'write ignore, alias or feedMin below it' },
  )
  .prefault({})
  .meta({ description: 'How categories are tidied.' })

export const settingsSchema = z
  .strictObject(
    {
      inbox: folder('Folder of the article files; they are never changed.', 'inbox'),
      out: folder('Folder of the feeds and pages.', 'out'),
      state: folder('Folder of what dropfeed remembers, outside out/.', '.dropfeed'),
      theme: folder("Folder of a stylesheet of one's own, style.css, for all pages.", 'theme'),
      title: text(
        'Title of the feed. Default: the name of the folder that holds the inbox.',
        'write a title',
      ).optional(),
      subtitle: text(
        'One sentence that says what the feed is about.',
        'write a sentence',
      ).optional(),
      author: z
        .union([text('Name that readers show.', 'write a name'), author])
        .meta({
          description: 'Author of the articles that name none: a name, or name, email and url.',
        })
        .optional(),
      baseUrl,
      language: text(
        'Language of the feed and of articles whose own is not known, as a BCP 47 tag. Default: the most common one.',
        languageError,
      )
        .refine((value) => toLanguageTag(value) !== undefined, { error: languageError })
        .optional(),
      copyright: text('Notice of rights.', 'write a sentence').optional(),
      image: address('Picture of the feed, best twice as wide as high.', 'banner.png').optional(),
      icon: address('Square picture of the feed.', 'icon.png').optional(),
      timezone: text(
        "Zone of dates that name none, as an IANA name. Default: the system's.",
        timezoneError,
      )
        .refine((value) => isTimezone(value), { error: timezoneError })
        .optional(),
      serve: z
        .boolean({ error: 'write true or false' })
        .default(true)
        .meta({ description: 'Whether dropfeed watch serves the folder out/. Default: true.' }),
      host: text(
        'Address of this machine on which it serves: 127.0.0.1 for this machine only, 0.0.0.0 for all that can reach it. Default: 127.0.0.1.',
        hostError,
      )
        .refine((value) => /^[\w.:-]+$/u.test(value), { error: hostError })
        .default('127.0.0.1'),
      port: z
        .int({ error: portError })
        .min(0, { error: portError })
        .max(65_535, { error: portError })
        .default(portDefault)
        .meta({
          description: `Port on which it serves; 0 for any that is free. Default: ${portDefault}.`,
        }),
      precompress: z.boolean({ error: 'write true or false' }).default(false).meta({
        description:
          'Whether documents have compressed forms (.gz, .br, .zst) beside them in the folder out/, for servers that send such files. Default: false.',
      }),
      hub: hubs.optional(),
      hubPrivate: z.boolean({ error: 'write true or false' }).default(false).meta({
        description:
          'Whether the built-in hub delivers to addresses of this machine and of private networks, too. Default: false.',
      }),
      settleMs: wholeNumber(
        'A file that is written in place is read when it was quiet for so long.',
        {
          unit: 'milliseconds',
          min: 20,
          max: 600_000,
          value: 250,
        },
      ),
      rescanMs: wholeNumber('The whole inbox is looked at again after so long.', {
        unit: 'milliseconds',
        min: 1000,
        max: 86_400_000,
        value: 300_000,
      }),
      limits,
      categories,
    },
    { error: 'write settings as title: My news' },
  )
  .meta({ title: 'feed.yaml', description: 'Settings of dropfeed. Every key may be left out.' })

/** Settings as they come out of the schema, defaults filled in. */
export type SettingsValues = z.output<typeof settingsSchema>

/** The JSON Schema of `feed.yaml` (draft 2020-12), for editors. */
export function toJsonSchema(): object {
  return z.toJSONSchema(settingsSchema, { io: 'input', target: 'draft-2020-12' })
}

/** All keys, dotted: `title`, `limits.feedLength`. */
export function settingPaths(): readonly string[] {
  return pathsOf(toJsonSchema(), '')
}

function pathsOf(schema: object, prefix: string): readonly string[] {
  const branches: unknown = Reflect.get(schema, 'anyOf')
  const properties: unknown = Reflect.get(schema, 'properties')
  return [
    ...(isArray(branches) ? branches : []).flatMap((branch) =>
      isObject(branch) ? pathsOf(branch, prefix) : [],
    ),
    ...Object.entries(isObject(properties) ? properties : {}).flatMap(([key, inner]) => [
      `${prefix}${key}`,
      ...(isObject(inner) ? pathsOf(inner, `${prefix}${key}.`) : []),
    ]),
  ]
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function isArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value)
}

/** A BCP 47 tag in its usual spelling (`pt-BR`), or `undefined` for what is none. */
export function toLanguageTag(value: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(value)[0]
  } catch {
    return undefined
  }
}
