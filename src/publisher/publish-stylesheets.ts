import { stylesheets } from '../core/page/page.ts'
import { toOutputFile } from '../out/folder.ts'
import type { Store } from '../store/store.ts'
import type { PublicationWriter } from './publication.ts'

/**
 * Publishes dropfeed's own stylesheets and that of a theme.
 * @param theme its text; none: one that was published goes
 */
export async function publishStylesheets(
  store: Store,
  writer: PublicationWriter,
  theme: string | undefined,
): Promise<void> {
  const texts = { ...stylesheets, ...(theme === undefined ? {} : { 'theme.css': theme }) }
  const files = Object.entries(texts).map(([path, text]) => toOutputFile(path, text))
  // A file of that name that dropfeed never wrote is not its to remove.
  const wasPublished = (await store.readValue('theme-published')) !== undefined
  await writer.add(files, async () => {
    if (wasPublished === (theme !== undefined)) return
    if (theme === undefined) writer.remove(['theme.css'])
    await store.writeValue('theme-published', theme === undefined ? undefined : 'yes')
  })
}
