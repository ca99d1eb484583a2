import { noChanges } from '../core/entry/catalogue.ts'
import type { EntryChange, FileRecord } from '../core/entry/catalogue.ts'
import { categoryTidier } from '../core/entry/entry.ts'
import { identify } from '../core/entry/identity.ts'
import { toPermalink } from '../core/entry/permalink.ts'
import type { Arrival, Decision, Facts, Released } from '../core/entry/identity.ts'
import { revise } from '../core/entry/revise.ts'
import type { Moment } from '../core/entry/revise.ts'
import type { Problem } from '../core/problem.ts'
import { statPath } from '../inbox/scan.ts'
import type { Found } from '../inbox/scan.ts'
import type { CommitSummary } from '../store/store.ts'
import { toQuery } from './intake.ts'
import { readFiles } from './look.ts'
import type { Looked, LookEdges } from './look.ts'
import { pickHeld, pickPostponed, toHeldProblems } from './retractions.ts'
import { isAmong } from './standing.ts'
import { tellGone, tellTaken } from './telling.ts'
import type { OnTaken } from './telling.ts'

export type RegisterEdges = LookEdges & {
  readonly now: () => number
  readonly inboxIdentity: string
  /** Whether more files are likely to vanish, so that these, which entries had, are judged in a later run. */
  readonly isMoreToCome?: ((paths: readonly string[]) => boolean) | undefined
  readonly onTaken?: OnTaken | undefined
}

/** Files read, identified and committed as one step. */
export const chunkLength = 500

/**
 * One run's work on the catalogue: takes files in, chunk by chunk, and settles at its end what became
 * of the entries whose files changed or vanished.
 */
export class Register {
  readonly problems: Problem[] = []
  readonly newProblems: Problem[] = []
  readonly deferred: string[] = []
  /** A file that was touched has problems, or had some. */
  hasTouchedProblems = false
  readonly #edges: RegisterEdges
  readonly #isFirstLoad: boolean
  readonly #released = new Map<string, Released>()
  /** Known files of entries, by the entry; present while the entry is released. */
  readonly #releasedFiles = new Map<string, FileRecord>()
  readonly #vanished = new Map<string, FileRecord | undefined>()
  readonly #freedKeys = new Set<string>()
  /** Files that are like an entry which a later chunk may hold exactly. */
  readonly #postponed: Found[] = []
  /** What was committed so far is not all that has to be. */
  #isRunOpen = false
  #isConfirmationUsed = false

  private constructor(edges: RegisterEdges, isFirstLoad: boolean) {
    this.#edges = edges
    this.#isFirstLoad = isFirstLoad
  }

  static async open(edges: RegisterEdges): Promise<Register> {
    const isFirstLoad = (await edges.store.readValue('first-load-done')) === undefined
    return new Register(edges, isFirstLoad)
  }

  /** Frees the entries whose files changed or vanished: any file of this run may turn out to be theirs. */
  async release(changed: readonly Found[], vanished: readonly string[]): Promise<void> {
    const { store } = this.#edges
    const changedPaths = new Set(changed.map(({ path }) => path))
    const paths = [...changedPaths, ...vanished]
    const facts = await store.facts({ paths, articleKeys: [], ids: [] })
    for (const path of vanished) this.#vanished.set(path, facts.fileAt(path))
    for (const file of await store.files('missing')) {
      if (!changedPaths.has(file.path)) this.#vanished.set(file.path, file)
    }
    const files = [
      ...[...this.#vanished.values()].map((file) => ({ file, gone: true })),
      ...[...changedPaths].map((path) => ({ file: facts.fileAt(path), gone: false })),
    ]
    const ids = files.flatMap(({ file }) => file?.entryId ?? [])
    const records = new Map((await store.entries(ids)).map((record) => [record.id, record]))
    for (const { file, gone } of files) {
      const record = file?.entryId === undefined ? undefined : records.get(file.entryId)
      if (file === undefined || record === undefined) continue
      // A run that was cut off has given the entry to another file already.
      if (record.path !== undefined && record.path !== file.path) continue
      const { identity, state } = file
      this.#released.set(record.id, { record, identity, gone, isHeld: state === 'missing' })
      this.#releasedFiles.set(record.id, file)
    }
    for (const record of await store.recovered()) {
      this.#released.set(record.id, { record, identity: '', gone: true, isHeld: false })
    }
    this.#isRunOpen = (await store.readValue('run-open')) !== undefined
    if (this.#isRunOpen) await this.#releaseLeftovers()
  }

  async #releaseLeftovers(): Promise<void> {
    const { entries, copies } = await this.#edges.store.leftovers()
    for (const record of entries) {
      if (!this.#released.has(record.id)) {
        this.#released.set(record.id, { record, identity: '', gone: false, isHeld: false })
      }
    }
    for (const { articleKey = '' } of copies) this.#freedKeys.add(articleKey)
  }

  /** Reads files that are to be taken. */
  async read(found: readonly Found[]): Promise<Looked> {
    return readFiles(this.#edges, found)
  }

  /** Decides of files that were read which entry each is, and commits that. */
  async take({ found, known, intakes }: Looked, isLast = false): Promise<CommitSummary> {
    const { store } = this.#edges
    const arrivals: Arrival[] = []
    const files: FileRecord[] = []
    for (const [index, intake] of intakes.entries()) {
      const earlier = known[index]
      if (intake.kind === 'deferred') {
        this.deferred.push(intake.path)
        if (earlier?.entryId !== undefined) this.#released.delete(earlier.entryId)
      } else if (intake.kind === 'same') {
        files.push(intake.file)
        if (intake.file.entryId !== undefined) this.#released.delete(intake.file.entryId)
      } else arrivals.push(intake.arrival)
    }
    const facts = await store.facts(toQuery(arrivals))
    const decisions = identify(arrivals, facts, this.#released, isLast)
    const postponed = new Set<string>()
    for (const { kind, arrival } of decisions) if (kind === 'postponed') postponed.add(arrival.path)
    this.#postponed.push(...found.filter(({ path }) => postponed.has(path)))
    return this.#commit(decisions, files, facts)
  }

  async #commit(
    decisions: readonly Decision[],
    same: readonly FileRecord[],
    facts: Facts,
  ): Promise<CommitSummary> {
    const { store, now, settings, onTaken } = this.#edges
    const moment: Moment = {
      nowMs: now(),
      isFirstLoad: this.#isFirstLoad,
      toCategories: categoryTidier(settings.categories, () => undefined),
      toPermalink: (title, publishedAtMs) => toPermalink(title, publishedAtMs, settings.timezone),
    }
    const entries: EntryChange[] = []
    const files: FileRecord[] = [...same]
    for (const decision of decisions) {
      if (decision.kind === 'postponed') continue
      const file = this.#apply(decision, moment, entries)
      files.push(file)
      const before = facts.fileAt(file.path)?.problems ?? []
      this.newProblems.push(...file.problems.filter((problem) => !isAmong(problem, before)))
    }
    this.#noteTouched([...files, ...files.map(({ path }) => facts.fileAt(path))])
    this.#isRunOpen ||= await this.#hasMoreToDo()
    const summary = await store.commit({
      ...noChanges,
      entries,
      files,
      isRunOpen: this.#isRunOpen,
    })
    if (onTaken !== undefined) {
      await tellTaken(store, onTaken, { decisions, same, changes: entries, files })
    }
    return summary
  }

  #noteTouched(files: Iterable<FileRecord | undefined>): void {
    for (const file of files) this.hasTouchedProblems ||= (file?.problems.length ?? 0) > 0
  }

  /** Whether an entry is left without a file, or a copy without its original, until the run ends. */
  async #hasMoreToDo(): Promise<boolean> {
    if (this.#released.size > 0) return true
    return (await this.#edges.store.copies([...this.#freedKeys])).length > 0
  }

  #apply(
    decision: Exclude<Decision, { kind: 'postponed' }>,
    moment: Moment,
    entries: EntryChange[],
  ): FileRecord {
    const { path, stamp, identity, bytesKey } = decision.arrival
    const facts = { path, stamp, identity, bytesKey }
    switch (decision.kind) {
      case 'draft':
        return { ...facts, state: 'draft', problems: [] }
      case 'held':
        return { ...facts, state: 'held', entryId: decision.entryId, problems: decision.problems }
      case 'copy': {
        const { articleKey, problems } = decision
        return { ...facts, state: 'copy', articleKey, problems }
      }
      case 'entry': {
        const { change, file } = revise(decision, moment)
        if (change !== undefined) entries.push(change)
        const before = decision.earlier?.articleKey ?? ''
        if (before !== '' && before !== decision.keys.articleKey) this.#freedKeys.add(before)
        return file
      }
    }
  }

  /**
   * Settles what is left: copies step in for vanished originals, the rest is retracted or held. A scan of
   * the inbox has seen the whole of it only if nothing in it was still being written.
   */
  async finish({
    isScan,
    isWholeInbox,
  }: {
    readonly isScan: boolean
    readonly isWholeInbox: boolean
  }): Promise<CommitSummary> {
    const { store } = this.#edges
    const total = { added: 0, updated: 0, removed: 0 }
    const add = (summary: CommitSummary) => {
      total.added += summary.added
      total.updated += summary.updated
      total.removed += summary.removed
    }
    const postponed = this.#postponed.splice(0)
    for (let done = 0; done < postponed.length; done += chunkLength) {
      const some = postponed.slice(done, done + chunkLength)
      add(await this.take(await this.read(some), true))
    }
    await this.#askCopies(add)
    add(await this.#end(isWholeInbox))
    // Not before: a run that is cut off carries the confirmation out again.
    if (this.#isConfirmationUsed) await store.writeValue('retractions-confirmed', undefined)
    if (isScan && this.#isFirstLoad) await store.writeValue('first-load-done', 'yes')
    return total
  }

  /** A file that was the copy of an article is looked at again when that article changed or vanished. */
  async #askCopies(add: (summary: CommitSummary) => void): Promise<void> {
    const { store, settings } = this.#edges
    const asked = new Set<string>()
    for (;;) {
      const keys = [...this.#released.values()].map(({ record }) => record.articleKey)
      const copies = await store.copies([...this.#freedKeys, ...keys].filter((key) => key !== ''))
      const paths = copies.map(({ path }) => path).filter((path) => !asked.has(path))
      if (paths.length === 0) return
      const found: Found[] = []
      for (const path of paths) {
        asked.add(path)
        const item = statPath(settings.inbox, path)
        if (item !== 'missing' && item.kind !== 'folder' && item.kind !== 'unreadable')
          found.push(item)
      }
      const inOrder = found.toSorted((left, right) => (left.path < right.path ? -1 : 1))
      add(await this.take(await readFiles(this.#edges, inOrder, true), true))
    }
  }

  async #end(isWholeInbox: boolean): Promise<CommitSummary> {
    const { store, now, onTaken, isMoreToCome } = this.#edges
    const nowMs = now()
    const gone: Released[] = []
    const ended: Released[] = []
    for (const released of this.#released.values()) {
      // What was read back from a feed waits until the whole inbox was seen once.
      if (released.record.state === 'recovered' && !isWholeInbox) continue
      if (released.gone) gone.push(released)
      else ended.push(released)
    }
    const held = await this.#hold(gone)
    const isJudged = held.size > 0 || this.#isConfirmationUsed
    const postponed = pickPostponed(isJudged ? new Map() : this.#byPath(gone), isMoreToCome)
    const isLeft = new Set([...held, ...postponed.values()])
    ended.push(...gone.filter((released) => !isLeft.has(released)))
    const endedIds = new Set(ended.map(({ record }) => record.id))
    const files: FileRecord[] = []
    const forgottenPaths: string[] = []
    for (const [path, file] of this.#vanished) {
      if (postponed.has(path)) continue
      const isEntryHeld =
        file?.entryId !== undefined &&
        this.#released.has(file.entryId) &&
        !endedIds.has(file.entryId)
      if (isEntryHeld) {
        if (file.state !== 'missing') files.push({ ...file, state: 'missing' })
      } else forgottenPaths.push(path)
    }
    this.#noteTouched(this.#vanished.values())
    const isNothing = ended.length + files.length + forgottenPaths.length === 0
    if (isNothing && !this.#isRunOpen) return { added: 0, updated: 0, removed: 0 }
    const summary = await store.commit({
      ...noChanges,
      ended: ended.map(({ record }) => ({ id: record.id, state: 'retracted', atMs: nowMs })),
      files,
      forgottenPaths,
      isRunOpen: false,
    })
    if (onTaken !== undefined) tellGone(onTaken, ended, files)
    return summary
  }

  /** Picks the entries that stay although their files are gone, and says so. */
  async #hold(gone: readonly Released[]): Promise<ReadonlySet<Released>> {
    const wasHeld = (released: Released) => this.#wasHeld(released)
    const { held, isConfirmed } = await pickHeld(gone, wasHeld, this.#edges)
    if (held.size === 0) this.#isConfirmationUsed = isConfirmed
    else this.problems.push(...toHeldProblems(held, this.#edges.settings.inbox))
    return held
  }

  #wasHeld({ record }: Released): boolean {
    return this.#releasedFiles.get(record.id)?.state === 'missing'
  }

  /** By the path where its file lay; without those that were read back from a feed. */
  #byPath(gone: readonly Released[]): ReadonlyMap<string, Released> {
    const found = gone.map((each) => [this.#releasedFiles.get(each.record.id)?.path, each] as const)
    return new Map(found.flatMap(([path, each]) => (path === undefined ? [] : [[path, each]])))
  }
}
