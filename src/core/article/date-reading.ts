import { parseDate } from '../dates.ts'
import { words } from './escape.ts'
import { detectLanguage } from './language.ts'

/** Reads dates with what is known of an article's language; asks for more only when a date needs it. */
export type DateReader = (text: string, givenLanguage?: string) => number | undefined

type ZoneAndLanguage = { readonly timezone: string; readonly language?: string | undefined }

/** Languages whose month names are tried when nobody knows the language of a text. */
const widespread = words(`
  fr es de it pt nl sv da nb fi pl cs sk hu ro hr sl et lv lt el tr ru uk bg sr ar he fa hi bn ta th id vi ko ja zh
  ca gl eu
`)

/**
 * @param sample the text of the article, from which its language is told if a month name needs it
 */
export function dateReader(sample: string, rules: ZoneAndLanguage): DateReader {
  let detected: string | undefined
  let isDetected = false
  return (text, givenLanguage) => {
    const { timezone } = rules
    const known = [givenLanguage, rules.language].filter((tag) => tag !== undefined)
    const epochMs = parseDate(text, { timezone, languages: known })
    if (epochMs !== undefined || !mayHoldMonthName(text)) return epochMs
    if (givenLanguage === undefined) {
      if (!isDetected) detected = detectLanguage(sample)
      isDetected = true
      if (detected !== undefined) return parseDate(text, { timezone, languages: [detected] })
    }
    return parseUnambiguously(text, timezone)
  }
}

/** Numeric dates need no language; a line without day and year, or with more words than a date has, is none. */
function mayHoldMonthName(text: string): boolean {
  if (text.length > 60 || !/\p{L}/u.test(text)) return false
  return (text.match(/\p{Nd}+/gu) ?? []).length >= 2 && text.split(/\s+/).length <= 9
}

/** A month name that means the same in every language that knows it needs no language. */
function parseUnambiguously(text: string, timezone: string): number | undefined {
  let found: number | undefined
  for (const language of widespread) {
    const epochMs = parseDate(text, { timezone, languages: [language] })
    if (epochMs === undefined) continue
    if (found !== undefined && found !== epochMs) return undefined
    found = epochMs
  }
  return found
}
