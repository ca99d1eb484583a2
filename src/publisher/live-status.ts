import type { Settings } from '../config.ts'
import { listDrafts } from '../inbox/drafts.ts'
import type { Log } from '../log.ts'
import { Board } from '../status/board.ts'
import { StatusPages } from '../status/pages.ts'
import type { Edges } from './run.ts'
import type { Status } from './status.ts'

/** So many problems, and so much else of a kind, the running watcher tells of. */
const listMax = 200
/** The part of the time that may be spent on looking for drafts, while somebody looks at the page. */
const draftsDutyMax = 0.01

/** What the running watcher tells of itself: it overhears everybody, and shows that to who sits at this machine. */
export class LiveStatus {
  /** Answers requests. */
  readonly pages: StatusPages
  /** The log, overheard. */
  readonly log: Log
  /** For the watcher of the inbox. */
  readonly sights = {
    onSeen: (path: string, isDraft: boolean) => {
      if (!isDraft) this.#board.seen(path)
      else {
        this.#board.draft(path)
        this.#drafts = undefined
      }
    },
    onSettling: (path: string) => this.#board.settling(path),
    onSettled: (path: string) => this.#board.settled(path),
  }
  /** Files that are not whole yet. */
  waiting: () => readonly string[] = nobody
  readonly #inbox: string
  readonly #board: Board
  readonly #readCatalogue: (limit: number) => Promise<Status>
  #drafts: Promise<number> | undefined
  #draftsUntilMs = Number.NEGATIVE_INFINITY

  /** @param readCatalogue tells what the catalogue knows; at most `limit` of a kind */
  constructor(
    { title, timezone, baseUrl, inbox }: Settings,
    { log, now }: Pick<Edges, 'log' | 'now'>,
    readCatalogue: (limit: number) => Promise<Status>,
  ) {
    this.#inbox = inbox
    this.#board = new Board(now)
    this.#readCatalogue = readCatalogue
    const board = this.#board
    this.log = {
      ...log,
      problem(problem) {
        log.problem(problem)
        board.problem(problem)
      },
      fault(sentence) {
        log.fault(sentence)
        board.fault(sentence)
      },
    }
    const readStatus = () => this.#readStatus()
    this.pages = new StatusPages({ board, title, timezone, baseUrl, readStatus })
  }

  /** The same edges, overheard. */
  overhear<Some extends Edges>(edges: Some): Some {
    return {
      ...edges,
      log: this.log,
      onTaken: (files) => this.#board.taken(files),
      onPublication: (publication) => {
        edges.onPublication?.(publication)
        this.#board.published(publication.problems.map(({ path }) => path))
      },
    }
  }

  async #readStatus(): Promise<Status> {
    const status = await this.#readCatalogue(listMax)
    const waiting = this.waiting()
    const draft = status.outcomes.draft + (await this.#countDrafts())
    return {
      ...status,
      outcomes: { ...status.outcomes, waiting: waiting.length, draft },
      waiting: waiting.slice(0, listMax),
    }
  }

  /** Nobody keeps what is a draft by its name, so it is looked for, the rarer the longer that takes. */
  async #countDrafts(): Promise<number> {
    if (this.#drafts === undefined || performance.now() > this.#draftsUntilMs) {
      this.#draftsUntilMs = Number.POSITIVE_INFINITY
      this.#drafts = this.#lookForDrafts()
    }
    return await this.#drafts
  }

  async #lookForDrafts(): Promise<number> {
    const beganMs = performance.now()
    let count = 0
    for await (const _ of listDrafts(this.#inbox)) count += 1
    const endedMs = performance.now()
    this.#draftsUntilMs = endedMs + (endedMs - beganMs) / draftsDutyMax
    return count
  }
}

function nobody(): readonly string[] {
  return []
}
