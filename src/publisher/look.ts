import type { Settings } from '../config.ts'
import type { ReadingRules } from '../core/article/article.ts'
import type { FileRecord } from '../core/entry/catalogue.ts'
import type { Found } from '../inbox/scan.ts'
import type { Store } from '../store/store.ts'
import type { Crew } from './crew.ts'
import type { Intake, Unread } from './intake.ts'

export type LookEdges = {
  readonly store: Store
  readonly settings: Settings
  readonly siteId: string
  readonly reading: ReadingRules
  readonly crew: Crew
  /** True: files with a problem are read as if their bytes had changed. */
  readonly isForced: boolean
}

/** Files that were read, and what the catalogue knew of each. */
export type Looked = {
  readonly found: readonly Found[]
  readonly known: readonly (FileRecord | undefined)[]
  readonly intakes: readonly Intake[]
}

/**
 * Reads files. What the catalogue knows of each is asked for when this is called, and changes with
 * nothing but that file; so other files may be committed meanwhile.
 * @param isAgain true: they are read as if their bytes had changed
 */
export async function readFiles(
  { store, settings, siteId, reading, crew, isForced }: LookEdges,
  found: readonly Found[],
  isAgain = false,
): Promise<Looked> {
  const paths = found.map(({ path }) => path)
  const facts = await store.facts({ paths, articleKeys: [], ids: [] })
  const items = found.map((item): Unread => {
    const known = facts.fileAt(item.path)
    const hadProblems = (known?.problems.length ?? 0) > 0
    return { found: item, known, isForced: isAgain || (isForced && hadProblems) }
  })
  const { articleBytesMax } = settings.limits
  const rules = { root: settings.inbox, siteId, articleBytesMax, reading }
  const intakes = await crew.read({ items, rules })
  return { found, known: items.map(({ known }) => known), intakes }
}
