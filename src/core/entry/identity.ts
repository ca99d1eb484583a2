import type { Article, ParsedArticle } from '../article/article.ts'
import type { Problem } from '../problem.ts'
import type { EntryRecord, FileRecord } from './catalogue.ts'
import { compareNames } from './names.ts'
import { similarity } from './sketch.ts'
import type { Sketch } from './sketch.ts'

/** What is made of an article when it is read: the digests by which it is known again, and what is kept of it. */
export type ArticleKeys = {
  readonly articleKey: string
  readonly visibleKey: string
  readonly sketch: Sketch
  /** The article as the catalogue keeps it. */
  readonly kept: Uint8Array
  /** Ids to give it if it is new; the first that is free is taken. */
  readonly mintedIds: readonly string[]
}

/** A file that is new, or whose bytes have changed. */
export type Arrival = Pick<FileRecord, 'path' | 'stamp' | 'identity' | 'bytesKey'> & {
  readonly parsed: ParsedArticle
  /** Present if and only if `parsed` is an article. */
  readonly keys?: ArticleKeys | undefined
}

/** An entry whose file changed or vanished in this run, and that no file has claimed yet. */
export type Released = {
  readonly record: EntryRecord
  readonly identity: string
  /** False while a file still lies at its path. */
  readonly gone: boolean
  /** It vanished in an earlier run and is held: whoever brings it back brings it as it was, or to its place. */
  readonly isHeld: boolean
}

/** What the catalogue knows about the arrivals in question. */
export type Facts = {
  readonly fileAt: (path: string) => FileRecord | undefined
  readonly entryById: (id: string) => EntryRecord | undefined
  readonly entriesByKey: (articleKey: string) => readonly EntryRecord[]
  /** The retracted entry whose file last lay at this path. */
  readonly retractedAt: (path: string) => EntryRecord | undefined
}

export type Decision =
  | {
      readonly kind: 'entry'
      readonly arrival: Arrival
      readonly article: Article
      readonly keys: ArticleKeys
      readonly id: string
      /** Undefined: the entry is new. */
      readonly earlier: EntryRecord | undefined
      readonly problems: readonly Problem[]
    }
  | {
      readonly kind: 'copy'
      readonly arrival: Arrival
      readonly articleKey: string
      readonly problems: readonly Problem[]
    }
  | { readonly kind: 'draft'; readonly arrival: Arrival }
  /** Like an entry that another arrival, not seen yet, may be exactly: to be asked again at the end. */
  | { readonly kind: 'postponed'; readonly arrival: Arrival }
  | {
      readonly kind: 'held'
      readonly arrival: Arrival
      readonly entryId: string | undefined
      readonly problems: readonly Problem[]
    }

type Candidate = {
  readonly arrival: Arrival
  readonly article: Article
  readonly keys: ArticleKeys
  readonly problems: readonly Problem[]
}

/**
 * Decides which entry each arrival is, so that an id survives an edit, a rename, a move and a return:
 * first the author's own id, then the same content, then the same path, then the same inode, then
 * likeness. What no entry claims is new. Claimed entries are taken out of `released`.
 * Arrivals come in the order of their paths: of two new files alike, the first is published.
 * @param isLast false while more arrivals follow: what is merely like an entry is postponed
 */
export function identify(
  arrivals: readonly Arrival[],
  facts: Facts,
  released: Map<string, Released>,
  isLast = true,
): readonly Decision[] {
  const batch = new Batch(facts, released, isLast)
  const waiting: Candidate[] = []
  for (const arrival of arrivals) {
    const { parsed, keys } = arrival
    if (parsed.kind === 'draft') batch.decide({ kind: 'draft', arrival })
    else if (parsed.kind === 'held') batch.hold(arrival, parsed.problems)
    else if (keys !== undefined) {
      waiting.push({ arrival, article: parsed.article, keys, problems: parsed.problems })
    }
  }
  let rest: readonly Candidate[] = waiting
  for (const rule of rulesOfKnown) rest = rest.filter((candidate) => !rule(batch, candidate))
  for (const candidate of rest) rulesOfUnknown.some((rule) => rule(batch, candidate))
  return batch.decisions
}

type Rule = (batch: Batch, candidate: Candidate) => boolean

/** Rules that know an entry again. Each goes through the whole batch, before the next, weaker one does. */
const rulesOfKnown: readonly Rule[] = [
  byAuthorsId,
  bySameContentInPlace,
  bySameContentElsewhere,
  byPublishedContent,
  byPath,
  byInode,
]

/** What is left goes through these one by one: of two new files alike, the second sees the first. */
const rulesOfUnknown: readonly Rule[] = [asCopy, byReturn, byLikeness, asNew]

/** The decisions of one batch, and what they have claimed so far. */
class Batch {
  readonly decisions: Decision[] = []
  readonly facts: Facts
  readonly released: Map<string, Released>
  readonly isLast: boolean
  readonly #claimed = new Set<string>()
  readonly #pathByKey = new Map<string, string>()

  readonly #idByInode = new Map<string, string>()
  readonly #recoveredByTitle = new Map<string, EntryRecord[]>()

  constructor(facts: Facts, released: Map<string, Released>, isLast: boolean) {
    this.facts = facts
    this.released = released
    this.isLast = isLast
    for (const [id, { identity, gone, record }] of released) {
      if (gone) this.#idByInode.set(identity, id)
      if (record.state !== 'recovered') continue
      const alike = this.#recoveredByTitle.get(record.title)
      if (alike === undefined) this.#recoveredByTitle.set(record.title, [record])
      else alike.push(record)
    }
  }

  recoveredCalled(title: string): readonly EntryRecord[] {
    return this.#recoveredByTitle.get(title) ?? []
  }

  decide(decision: Decision): void {
    this.decisions.push(decision)
  }

  hold(arrival: Arrival, problems: readonly Problem[]): void {
    const own = this.facts.fileAt(arrival.path)?.entryId
    const entryId = own ?? this.releasedByInode(arrival)?.record.id
    if (entryId !== undefined) this.claim(entryId)
    this.decide({ kind: 'held', arrival, entryId, problems })
  }

  take(candidate: Candidate, earlier: EntryRecord, notices: readonly Problem[] = []): true {
    const { arrival, article, keys, problems } = candidate
    this.claim(earlier.id)
    this.#pathByKey.set(keys.articleKey, arrival.path)
    this.decide({
      kind: 'entry',
      arrival,
      article,
      keys,
      id: earlier.id,
      earlier,
      problems: [...problems, ...notices],
    })
    return true
  }

  create(candidate: Candidate, id: string): true {
    const { arrival, article, keys, problems } = candidate
    this.#claimed.add(id)
    this.#pathByKey.set(keys.articleKey, arrival.path)
    this.decide({ kind: 'entry', arrival, article, keys, id, earlier: undefined, problems })
    return true
  }

  claim(id: string): void {
    this.#claimed.add(id)
    this.released.delete(id)
  }

  isFree(id: string): boolean {
    return !this.#claimed.has(id)
  }

  /** The file of this batch that has this content. */
  pathOf(articleKey: string): string | undefined {
    return this.#pathByKey.get(articleKey)
  }

  releasedByInode(arrival: Arrival): Released | undefined {
    const id = arrival.identity === '' ? undefined : this.#idByInode.get(arrival.identity)
    return id === undefined ? undefined : this.released.get(id)
  }

  ownRecord(arrival: Arrival): EntryRecord | undefined {
    const id = this.facts.fileAt(arrival.path)?.entryId
    return id !== undefined && this.isFree(id) ? this.facts.entryById(id) : undefined
  }
}

function byAuthorsId(batch: Batch, candidate: Candidate): boolean {
  const id = candidate.article.id
  if (id === undefined) return false
  const { path } = candidate.arrival
  const own = batch.facts.fileAt(path)?.entryId
  const known = batch.facts.entryById(id)
  if (own !== undefined && own !== id && known === undefined) return false
  const mayTake =
    known === undefined ||
    own === id ||
    batch.released.has(id) ||
    known.state === 'retracted' ||
    known.state === 'recovered'
  if (mayTake && batch.isFree(id)) {
    return known === undefined ? batch.create(candidate, id) : batch.take(candidate, known)
  }
  if (known?.articleKey === candidate.keys.articleKey) return false
  const found = known?.path ?? 'another file'
  batch.hold(candidate.arrival, [...candidate.problems, { code: 'id-taken', path, found }])
  return true
}

function bySameContentInPlace(batch: Batch, candidate: Candidate): boolean {
  const own = batch.ownRecord(candidate.arrival)
  if (own?.articleKey !== candidate.keys.articleKey) return false
  return batch.take(candidate, own)
}

function bySameContentElsewhere(batch: Batch, candidate: Candidate): boolean {
  const { articleKey, mintedIds } = candidate.keys
  const moved = batch.facts
    .entriesByKey(articleKey)
    .find((record) => batch.isFree(record.id) && batch.released.has(record.id))
  if (moved !== undefined) return batch.take(candidate, moved)
  // An entry read back from a feed has no digest of its file; its id is made of that digest.
  const recovered = mintedIds.find((id) => batch.released.get(id)?.record.state === 'recovered')
  const record = recovered === undefined ? undefined : batch.released.get(recovered)?.record
  return record !== undefined && batch.take(candidate, record)
}

/**
 * An entry read back from a feed is known again by what the feed said of it, although its file was
 * edited, or its date changed, since its id was made. Of several alike that of the same date is taken.
 */
function byPublishedContent(batch: Batch, candidate: Candidate): boolean {
  const { article, keys } = candidate
  const same: EntryRecord[] = []
  for (const record of batch.recoveredCalled(article.title)) {
    if (similarity(record.sketch, keys.sketch) === 1 && batch.released.has(record.id))
      same.push(record)
  }
  const record = same.find((one) => one.publishedAtMs === article.publishedAtMs) ?? same[0]
  return record !== undefined && batch.take(candidate, record)
}

function byPath(batch: Batch, candidate: Candidate): boolean {
  const own = batch.ownRecord(candidate.arrival)
  if (own === undefined) return false
  const { article, arrival } = candidate
  const notices: readonly Problem[] =
    article.id !== undefined && article.id !== own.id
      ? [{ code: 'id-kept', path: arrival.path, found: article.id }]
      : []
  return batch.take(candidate, own, notices)
}

function asCopy(batch: Batch, candidate: Candidate): boolean {
  const { articleKey } = candidate.keys
  const published = batch.facts
    .entriesByKey(articleKey)
    .find((record) => record.state !== 'retracted' && !batch.released.has(record.id))
  const isStillSo = published !== undefined && batch.isFree(published.id)
  const original = batch.pathOf(articleKey) ?? (isStillSo ? published.path : undefined)
  if (original === undefined) return false
  const { arrival, problems } = candidate
  const notice: Problem = { code: 'file-copy', path: arrival.path, found: original }
  batch.decide({ kind: 'copy', arrival, articleKey, problems: [...problems, notice] })
  return true
}

function byReturn(batch: Batch, candidate: Candidate): boolean {
  const { arrival, keys } = candidate
  const same = batch.facts
    .entriesByKey(keys.articleKey)
    .find((record) => record.state === 'retracted' && batch.isFree(record.id))
  if (same !== undefined) return batch.take(candidate, same)
  // Of a tombstone read back from a feed nothing but the id is known.
  for (const id of keys.mintedIds) {
    const bare = batch.facts.entryById(id)
    if (bare?.state === 'retracted' && bare.articleKey === '') return batch.take(candidate, bare)
  }
  const before = batch.facts.retractedAt(arrival.path)
  return (
    before !== undefined &&
    batch.isFree(before.id) &&
    similarity(before.sketch, keys.sketch) >= likenessMin &&
    batch.take(candidate, before)
  )
}

function byInode(batch: Batch, candidate: Candidate): boolean {
  const renamed = batch.releasedByInode(candidate.arrival)
  return renamed !== undefined && batch.take(candidate, renamed.record)
}

/** Half of the wording in common, or nearly all of it where the names are not alike. */
const likenessMin = 0.5
const likenessOfUnlikeNamesMin = 0.8
/** More files than this do not vanish and come back changed in one batch. */
const comparedMax = 2_000

function byLikeness(batch: Batch, candidate: Candidate): boolean {
  let best: EntryRecord | undefined
  let bestScore = 0
  let compared = 0
  for (const { record, gone, isHeld } of batch.released.values()) {
    if (!gone || isHeld) continue
    compared += 1
    if (compared > comparedMax) break
    const score = likeness(candidate, record)
    if (score > bestScore) [best, bestScore] = [record, score]
  }
  if (best === undefined) return false
  if (batch.isLast) return batch.take(candidate, best)
  batch.decide({ kind: 'postponed', arrival: candidate.arrival })
  return true
}

function likeness(candidate: Candidate, record: EntryRecord): number {
  const { article, arrival, keys } = candidate
  const wording = similarity(keys.sketch, record.sketch)
  if (article.publishedAtMs !== undefined && article.publishedAtMs !== record.publishedAtMs) {
    // Of an entry read back from a feed no path is known, so its title must do.
    const isRedated = record.path === undefined && article.title === record.title
    return isRedated && wording >= likenessOfUnlikeNamesMin ? wording : 0
  }
  if (record.path === undefined) {
    return article.title === record.title || wording >= likenessMin ? 1 + wording : 0
  }
  const names = compareNames(arrival.path, record.path)
  if (names === 'series') return 0
  if (names === 'alike') return wording >= likenessMin ? 1 + wording : 0
  return wording >= likenessOfUnlikeNamesMin ? wording : 0
}

function asNew(batch: Batch, candidate: Candidate): boolean {
  const id = candidate.keys.mintedIds.find(
    (minted) => batch.isFree(minted) && batch.facts.entryById(minted) === undefined,
  )
  if (id === undefined) throw new Error('No free id is left for an article')
  return batch.create(candidate, id)
}
