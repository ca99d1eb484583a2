import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { sampleArticle, toPlainText, toSamplePath } from './corpus.ts'
import type { SampleArticle } from './corpus.ts'
import type { Lookout } from './lookout.ts'
import { cpuMsOf } from './processes.ts'

/** Later than all of the corpus, and past: a drop is always the newest entry. */
const droppedFromMs = Date.UTC(2025, 5, 1)
const minuteMs = 60_000
/** Publications are a second apart; a drop sooner after the last would wait for that. */
const isolationMs = 1_100
/** A program that has used no processor time for so long is idle. */
const idleMs = 300

/** An article that is newer than any other; its title is found in no other. */
export function toDropped(seed: number, number: number): SampleArticle {
  const article = sampleArticle(seed + 1, number)
  const publishedAtMs = droppedFromMs + number * minuteMs
  const title = `Dropped number${String(number).padStart(7, '0')}`
  return { ...article, title, publishedAtMs, updatedAtMs: publishedAtMs }
}

export type DropTimes = {
  /** From the rename to the notice of a feed that holds the article. */
  readonly feedMs: number
  /** The same for the index, which comes after its page and the feeds of its categories. */
  readonly allMs: number
}

/**
 * Moves an article into the inbox of a publication, as a program does that means well, and waits for all
 * documents that hold it.
 * @param folder with `inbox/` and `out/`
 */
export async function drop(
  folder: string,
  article: SampleArticle,
  lookout: Lookout,
): Promise<DropTimes> {
  const { title } = article
  const holds = (name: string) => readIfThere(join(folder, 'out', name)).includes(title)
  const name = `${title.replaceAll(' ', '-').toLowerCase()}.txt`
  writeFileSync(join(folder, name), toPlainText(article))
  const feed = lookout.until('atom.xml', () => holds('atom.xml'))
  const index = lookout.until('index.html', () => holds('index.html'))
  const startedAtMs = performance.now()
  renameSync(join(folder, name), join(folder, 'inbox', name))
  const feedMs = (await feed) - startedAtMs
  let allMs = (await index) - startedAtMs
  // Were the index to come first some day, what it names is waited for.
  while (!isEverywhere(join(folder, 'out'), title)) {
    await pause(1)
    allMs = performance.now() - startedAtMs
  }
  return { feedMs, allMs }
}

/** Lets the next drop be one for itself. */
export async function pauseAfterDrop(): Promise<void> {
  await pause(isolationMs)
}

/** Whether the page of the entry is there, and the feeds of all categories that it links to hold it. */
function isEverywhere(out: string, title: string): boolean {
  // It is dropfeed's own document, and whole.
  const feed = JSON.parse(readIfThere(join(out, 'feed.json'))) as {
    readonly items: readonly { readonly title: string; readonly url: string }[]
  }
  const item = feed.items.find((each) => each.title === title)
  if (item === undefined) return false
  const page = readIfThere(join(out, new URL(item.url).pathname))
  const categories = new Set([...page.matchAll(/categories\/([^/"]+)\//g)].map(([, slug]) => slug))
  return (
    page.includes(title) &&
    [...categories].every((slug) =>
      readIfThere(join(out, 'categories', slug ?? '', 'atom.xml')).includes(title),
    )
  )
}

/** Gives an article of the corpus another last paragraph, by replacing its file. */
export function editArticle(
  root: string,
  edit: { readonly seed: number; readonly index: number; readonly words: string },
  shape: { readonly ending: string; readonly render: (article: SampleArticle) => string },
): void {
  const article = sampleArticle(edit.seed, edit.index)
  const paragraphs = [...article.paragraphs, edit.words]
  const draft = join(root, '..', 'edited')
  writeFileSync(draft, shape.render({ ...article, paragraphs }))
  renameSync(draft, join(root, toSamplePath(edit.index, shape.ending)))
}

/** Waits until a process has nothing to do. */
export async function untilIdle(pid: number): Promise<void> {
  let before = -1
  for (;;) {
    const now = cpuMsOf(pid)
    if (now === before) return
    before = now
    await pause(idleMs)
  }
}

export function makePublicationFolder(folder: string): void {
  mkdirSync(join(folder, 'inbox'), { recursive: true })
}

function readIfThere(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}
