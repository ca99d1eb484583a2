import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Settings } from '../config.ts'
import type { ReadingRules } from '../core/article/article.ts'
import type { Site } from '../core/site.ts'

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
 */
export function readTheme(folder: string): string | undefined {
  try {
    return readFileSync(join(folder, 'style.css'), 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
