import { formatRfc3339 } from '../dates.ts'
import { type Html, markup } from './html.ts'
import { fallbackWords, type Words, wordsByLanguage } from './words.ts'

/** A language as a page has to declare it. */
export type Tongue = {
  /** BCP 47 tag. */
  readonly language: string
  readonly direction: 'ltr' | 'rtl'
}

/** A language that a page can say its own words in. */
export type Voice = { readonly tongue: Tongue; readonly words: Words }

const rightToLeftScripts = new Set(
  'Adlm Arab Aran Armi Hebr Mand Mani Mend Narb Nbat Nkoo Palm Phli Phnx Prti Rohg Samr Sarb Sogd Sogo Syrc Thaa Yezi'.split(
    ' ',
  ),
)

/** Entries bring few languages; a tag that nobody checked must not fill the memory. */
const cacheSizeMax = 1_000

function cached<Value>(make: (key: string) => Value): (key: string) => Value {
  const values = new Map<string, Value>()
  return (key) => {
    const known = values.get(key)
    if (known !== undefined) return known
    const value = make(key)
    if (values.size < cacheSizeMax) values.set(key, value)
    return value
  }
}

/** A language with the direction of the script that it is usually written in; what is no language tag is `en`. */
export const toTongue: (language: string) => Tongue = cached((language) => {
  const locale = toLocale(language)
  const script = locale.maximize().script ?? 'Latn'
  return {
    language: locale.toString(),
    direction: rightToLeftScripts.has(script) ? 'rtl' : 'ltr',
  }
})

function toLocale(language: string): Intl.Locale {
  try {
    return new Intl.Locale(language)
  } catch (error) {
    if (error instanceof RangeError) return new Intl.Locale(fallbackWords.language)
    throw error
  }
}

/** Whether two tags are of one language, whatever its region or script. */
export function isSameLanguage(one: string, other: string): boolean {
  return toPrimary(toTongue(one).language) === toPrimary(toTongue(other).language)
}

function toPrimary(tag: string): string {
  return tag.split('-', 1)[0] ?? ''
}

/** The first of these languages that there are words in, else English. */
export function toVoice(...languages: readonly (string | undefined)[]): Voice {
  for (const language of languages) {
    if (language === undefined) continue
    const tongue = toTongue(language)
    const words = wordsByLanguage.get(toPrimary(tongue.language))
    if (words !== undefined) return { tongue, words }
  }
  return { tongue: toTongue(fallbackWords.language), words: fallbackWords.words }
}

/** The attributes of an element in a language, with a space before each; none when what is around says the same. */
export function tongueAttributes(inner: Tongue, outer: Tongue): Html {
  if (inner.language === outer.language) return markup``
  return markup` lang="${inner.language}" dir="${inner.direction}"`
}

/** The language for `Intl`: its first choice, and one that every machine has, so that the machine's own is never asked. */
function toLocales(language: string): readonly string[] {
  return [toTongue(language).language, fallbackWords.language]
}

const dateFormatOf = cached((key) => {
  const [language = '', timeZone = ''] = key.split(' ')
  const format = new Intl.DateTimeFormat([...toLocales(language)], {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone,
  })
  const { locale } = format.resolvedOptions()
  return { format, tongue: toTongue(isSameLanguage(locale, language) ? language : locale) }
})

/**
 * Writes an instant for people, in a language and a zone, and for programs.
 * Source: HTML Living Standard §4.5.14.
 * @param epochMs milliseconds since 1970-01-01T00:00:00Z
 * @param timezone IANA name
 * @throws RangeError for years outside 0000 to 9999, and for a name that is no zone
 */
export function renderTime(epochMs: number, tongue: Tongue, timezone: string): Html {
  const { format, tongue: inner } = dateFormatOf(`${tongue.language} ${timezone}`)
  const attributes = tongueAttributes(inner, tongue)
  const text = format.format(epochMs)
  return markup`<time datetime="${formatRfc3339(epochMs)}"${attributes}>${text}</time>`
}

const listFormatOf = cached((language) => new Intl.ListFormat([...toLocales(language)]))

/** Joins parts as a language does: `Ana, Bo and Cy`. */
export function renderList(parts: readonly Html[], tongue: Tongue): readonly Html[] {
  if (parts.length < 2) return parts
  const keys = parts.map((_, index) => String(index))
  return listFormatOf(tongue.language)
    .formatToParts(keys)
    .map(({ type, value }) => {
      return type === 'element' ? (parts[Number(value)] ?? markup``) : markup`${value}`
    })
}

const numberFormatOf = cached((language) => new Intl.NumberFormat([...toLocales(language)]))

/** Writes a number as a language does. */
export function formatCount(count: number, tongue: Tongue): string {
  return numberFormatOf(tongue.language).format(count)
}
