import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Settings } from '../config.ts'
import type { ReadingRules } from '../core/article/article.ts'
import type { Site } from '../core/site.ts'
import { codeOf, toFault } from '../out/fault.ts'

/** What the settings say of the publication as a whole. */
export function toSite(settings: Settings, id: string, createdAtMs: number): Site {
  const { title, subtitle, baseUrl, language, author, copyright, image, icon } = settings
  return { id, title, subtitle, baseUrl, language, author, copyright, image, icon, createdAtMs }
}

/** What the settings say of reading one article. */
export function toReadingRules({ timezone, language, limits }: Settings): ReadingRules {
  return { timezone, language, categoriesMax: limits.categoriesMax }
}

/**
 * The stylesheet that a theme folder adds to all pages; none if it has no `style.css`.
 * @param folder absolute path
 * @throws Error with a plain sentence and the `cause` when it is there and cannot be read
 */
export function readTheme(folder: string): string | undefined {
  const path = join(folder, 'style.css')
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw toFault(error, { verb: 'read', path })
  }
}
