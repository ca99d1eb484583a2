import type { Settings } from '../config.ts'
import type { Problem } from '../core/problem.ts'
import { inboxState, statPath } from '../inbox/scan.ts'
import { findUnsettled } from '../inbox/settle.ts'
import type { Marks } from '../inbox/watch.ts'
import type { FindDelta } from '../out/delta-responses.ts'
import { OutputFolder } from '../out/folder.ts'
import { ScratchFile } from '../store/scratch-file.ts'
import { SqliteStore } from '../store/sqlite.ts'
import type { CommitSummary, FileMark, Store } from '../store/store.ts'
import { noteClosed, toCatalogueFault } from '../store/damage.ts'
import { BlindSpots } from './blind-spots.ts'
import { Crew } from './crew.ts'
import { Documents } from './documents.ts'
import { applyDue } from './due.ts'
import { Generations } from './generations.ts'
import { letEventsIn } from './pace.ts'
import { openPrecompression } from './precompression.ts'
import type { Precompression } from './precompression.ts'
import { FeedNotes } from './feed-notes.ts'
import { toAudience, toNamedHubs } from './named-hubs.ts'
import type { HubSource } from './named-hubs.ts'
import { recoverOrigin } from './recovery.ts'
import type { Origin } from './recovery.ts'
import { Refresher } from './refresher.ts'
import { Register } from './register.ts'
import { renewReadingRules } from './reading-rules.ts'
import type { Edges, RunReport } from './run.ts'
import { readTheme, toReadingRules, toSite } from './site.ts'
import { keepStandingProblems } from './standing.ts'
import { fileProblems, tellStatus } from './status.ts'
import type { Status } from './status.ts'
import { takeAll } from './take-all.ts'
import { surveyInbox, withoutUnsettled } from './survey.ts'
import { Vanishing } from './vanishing.ts'
import { setAsideDamage, WriterLocks } from './writer.ts'
import type { Locks } from './writer.ts'

/** What the rendered entries that are not in memory may take on disk. */
const scratchBytesMax = 2 ** 31

/** How far the taking in of files is. */
type Reached = { readonly done: number; readonly total: number; readonly beganMs: number }

type Add = (sum: Partial<Record<keyof CommitSummary | 'written' | 'unchanged', number>>) => void

/** Joins the stages: takes marked paths through reading, identity and catalogue into the documents. */
export class Publisher implements AsyncDisposable {
  readonly #settings: Settings
  readonly #edges: Edges
  readonly #store: Store
  readonly #precompression: Precompression
  readonly #origin: Origin
  readonly #documents: Documents
  readonly #notes: FeedNotes
  readonly #generations: Generations
  readonly #refresher: Refresher
  readonly #locks: Locks
  readonly #crew: Crew
  #isFirstRun = true
  #areRulesNew: boolean
  readonly #blindSpots = new BlindSpots()
  readonly #vanishing = new Vanishing()
  /** Known until a run touches one of them. */
  #fileProblems: readonly Problem[] | undefined

  private constructor(parts: {
    settings: Settings
    edges: Edges
    store: Store
    precompression: Precompression
    origin: Origin
    documents: Documents
    notes: FeedNotes
    locks: Locks
    crew: Crew
    areRulesNew: boolean
  }) {
    this.#settings = parts.settings
    this.#edges = parts.edges
    this.#store = parts.store
    this.#precompression = parts.precompression
    this.#origin = parts.origin
    this.#documents = parts.documents
    this.#notes = parts.notes
    this.#generations = new Generations(parts.store.generations)
    this.#refresher = new Refresher({ ...parts, generations: this.#generations })
    this.#locks = parts.locks
    this.#crew = parts.crew
    this.#areRulesNew = parts.areRulesNew
  }

  /**
   * Opens the store and the output folder, as their only writer.
   * @param locks are released with the publisher
   * @throws Error when another dropfeed has them open, or they cannot be written
   */
  static async open(
    settings: Settings,
    edges: Edges,
    locks: Locks = WriterLocks.hold(settings, edges),
  ): Promise<Publisher> {
    let store: Store | undefined
    let scratch: ScratchFile | undefined
    try {
      setAsideDamage(settings.state, edges)
      store = SqliteStore.open(settings.state)
      const folder = OutputFolder.open(settings.out, edges.fileCalls)
      folder.sweep()
      const { feedLength } = settings.limits
      const origin = await recoverOrigin(store, folder, { ...edges, feedLength })
      const site = toSite(settings, origin.siteId, origin.createdAtMs)
      const { timezone, categories, limits } = settings
      const precompression = await openPrecompression(store, folder, {
        isWanted: settings.precompress,
        isStoreNew: origin.isNew,
      })
      const { output } = precompression
      const theme = readTheme(settings.theme)
      const notes = new FeedNotes(store, toAudience(settings))
      notes.hubs = await toNamedHubs(settings, store.hubs.announcements)
      scratch = ScratchFile.open(settings.state, scratchBytesMax)
      const crew = new Crew(edges.crew)
      const documents = await Documents.open(
        { store, output, scratch, notes, crew, acceptsChanges: edges.acceptsChanges === true },
        { ...limits, site, timezone, categories, theme },
      )
      const areRulesNew = await renewReadingRules(store, settings)
      return new Publisher({
        settings,
        edges,
        store,
        precompression,
        origin,
        documents,
        notes,
        locks,
        crew,
        areRulesNew,
      })
    } catch (error) {
      scratch?.[Symbol.dispose]()
      await store?.[Symbol.asyncDispose]()
      locks[Symbol.dispose]()
      throw toCatalogueFault(settings.state, error)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#crew[Symbol.asyncDispose]()
    this.#documents[Symbol.dispose]()
    const isInPlace = await this.#isInPlace()
    await this.#store[Symbol.asyncDispose]()
    if (isInPlace) noteClosed(this.#settings.state)
    await this.#precompression.output[Symbol.asyncDispose]()
    this.#locks[Symbol.dispose]()
  }

  /** A store that cannot even be looked at is not known to be. */
  async #isInPlace(): Promise<boolean> {
    try {
      return await this.#store.isInPlace()
    } catch {
      return false
    }
  }

  /**
   * Takes in what is marked, then brings `out/` up to date. One run at a time.
   * @param isWaiting says of a path that its mark comes later; what a scan finds or misses there is left alone
   * @param isInTurns true: another run follows where this one leaves something to it: much to write
   *   (`isUnfinished`), or files that vanish one after the other (`judgeInMs`)
   * @throws Error when the machine fails it, or the store or the lock were taken away; then another
   *   publisher is to be opened, which completes what this one began
   */
  async run(
    marks: Marks,
    isWaiting: (path: string) => boolean = () => false,
    isInTurns = false,
  ): Promise<RunReport> {
    try {
      if (await this.#locks.renew(this.#store)) this.#refresher.noteOtherOutput()
      return await this.#run(marks, isWaiting, isInTurns)
    } catch (error) {
      throw toCatalogueFault(this.#settings.state, error)
    } finally {
      if (!this.#refresher.isUnfinished) await this.#crew.end()
    }
  }

  async #run(
    marks: Marks,
    isWaiting: (path: string) => boolean,
    isInTurns: boolean,
  ): Promise<RunReport> {
    const startedAtMs = performance.now()
    const totals = { added: 0, updated: 0, removed: 0, written: 0, unchanged: 0 }
    const add: Add = (summary) => {
      for (const key of ['added', 'updated', 'removed', 'written', 'unchanged'] as const) {
        totals[key] += summary[key] ?? 0
      }
    }
    const problems: Problem[] = []
    const deferred: string[] = []
    const isLook = this.#isFirstRun || marks.kind === 'all'
    if (isLook) await this.#documents.lookForMissing()
    const inbox = inboxState(this.#settings.inbox)
    if (inbox.kind === 'missing') {
      problems.push({ code: 'inbox-missing', path: this.#settings.inbox, found: inbox.reason })
      this.#vanishing.forget()
    } else {
      const isGone = (path: string) =>
        !isWaiting(path) && statPath(this.#settings.inbox, path) === 'missing'
      const all = this.#vanishing.addTo(marks, isGone)
      const { identity } = inbox
      const intake = await this.#takeIn(all, isWaiting, { identity, isInTurns }, add)
      problems.push(...intake.problems)
      deferred.push(...intake.deferred)
    }
    // What was postponed, prolonged or deleted meanwhile is not due.
    add(await applyDue(this.#store, this.#settings, this.#edges))
    const isNews = isLook || totals.added + totals.updated + totals.removed > 0
    if (isNews || this.#refresher.isLeft || (await this.areHubsOthers())) {
      const change = await (isInTurns
        ? this.#refresher.publishInTurns(isNews)
        : this.#refresher.publish('all'))
      add({ written: change.written.length, unchanged: change.unchanged.length })
    }
    problems.push(...this.#refresher.refused)
    this.#isFirstRun = false
    for (const problem of await keepStandingProblems(this.#store, problems)) {
      this.#edges.log.problem(problem)
    }
    return {
      ...totals,
      entries: (await this.#store.entryCounts()).live,
      problems: [...problems, ...(this.#fileProblems ??= await fileProblems(this.#store))],
      deferred,
      isUnfinished: this.#refresher.isUnfinished,
      judgeInMs: this.#vanishing.waitMs(performance.now()),
      ms: Math.round(performance.now() - startedAtMs),
    }
  }

  /** Whether the store was made when this was opened; it may have entries that a lost one published. */
  get isNew(): boolean {
    return this.#origin.isNew
  }

  async nextDueAtMs(): Promise<number | undefined> {
    return this.#store.nextDueAtMs()
  }

  /** Says whether a person has released held retractions since the last run. */
  async isConfirmed(): Promise<boolean> {
    return (await this.#store.readValue('retractions-confirmed')) !== undefined
  }

  /** What hubs need to know; whatever tells them lives on this store, and ends before it. */
  get hubs(): HubSource {
    return this.#notes.toHubSource(this.#documents.parts)
  }

  /** Says whether the feeds are to name other hubs than they do. */
  async areHubsOthers(): Promise<boolean> {
    const hubs = await toNamedHubs(this.#settings, this.#store.hubs.announcements)
    return hubs.join(' ') !== this.#notes.hubs.join(' ')
  }

  /** Says whether an entry had its page at this path below `out/` that was taken back. */
  async isGone(path: string): Promise<boolean> {
    return this.#store.publication.isGone(path)
  }

  /** Finds what of a feed document is new since an earlier version of it. */
  get findDelta(): FindDelta {
    return this.#generations.find
  }

  /** What stands now; at most `limit` problems and articles that wait for their moment. */
  async status(limit: number): Promise<Status> {
    return tellStatus(this.#settings, this.#store, { limit, nowMs: this.#edges.now() })
  }

  async #takeIn(
    marks: Marks,
    isWaiting: (path: string) => boolean,
    { identity, isInTurns }: { readonly identity: string; readonly isInTurns: boolean },
    add: Add,
  ): Promise<{ readonly problems: readonly Problem[]; readonly deferred: readonly string[] }> {
    const { inbox, settleMs } = this.#settings
    const isDue = ({ state, hasProblems }: FileMark) =>
      state === 'missing' || (hasProblems && this.#areRulesNew && marks.kind === 'all')
    const surveyed = await surveyInbox(inbox, marks, this.#store, isDue)
    // What moved while this looked, and so is missing in one place or there in two, is heard of before it is judged.
    if (surveyed.vanished.length > 0 || marks.kind === 'all') await letEventsIn()
    const survey = withoutUnsettled(surveyed, marks, isWaiting, (files) =>
      findUnsettled(inbox, files, this.#edges.now(), settleMs),
    )
    const register = await Register.open({
      store: this.#store,
      now: this.#edges.now,
      settings: this.#settings,
      siteId: this.#origin.siteId,
      reading: toReadingRules(this.#settings),
      crew: this.#crew,
      isForced: this.#areRulesNew,
      inboxIdentity: identity,
      isMoreToCome: isInTurns
        ? (paths) => this.#vanishing.isMoreToCome(paths, performance.now())
        : undefined,
      onTaken: this.#edges.onTaken,
    })
    await register.release(survey.changed, survey.vanished)
    const queue = [...survey.changed, ...survey.arrived]
    this.#crew.begin(queue.length)
    const beganMs = performance.now()
    await takeAll(queue, register, this.#crew.ahead, async (done, summary) => {
      add(summary)
      await this.#pause({ done, total: queue.length, beganMs }, add)
    })
    const unseen = [...survey.unsettled, ...survey.waiting, ...register.deferred]
    if (marks.kind === 'all' && unseen.length === 0) this.#areRulesNew = false
    this.#blindSpots.noteUnseen(marks, [...unseen, ...survey.unreadable.map(({ path }) => path)])
    const { isWholeInbox } = this.#blindSpots
    add(await register.finish({ isScan: marks.kind === 'all', isWholeInbox }))
    if (register.hasTouchedProblems) this.#fileProblems = undefined
    for (const problem of register.newProblems) this.#edges.log.problem(problem)
    return {
      problems: [
        ...this.#blindSpots.noteUnreadable(marks, survey.unreadable),
        ...register.problems,
      ],
      deferred: [...survey.unsettled, ...register.deferred],
    }
  }

  /** Between chunks: says how far it is, lets events in, and refreshes the feeds every second. */
  async #pause({ done, total, beganMs }: Reached, add: Add): Promise<void> {
    this.#edges.onProgress?.(done, total)
    await letEventsIn()
    if (done === total || !this.#refresher.isDue(beganMs)) return
    const { written, unchanged } = await this.#refresher.publish('feeds so far')
    add({ written: written.length, unchanged: unchanged.length })
  }
}
