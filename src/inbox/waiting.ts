import { toFilePath } from './path.ts'
import { isSameStamp, statPath } from './scan.ts'
import type { FileStamp, Found } from './scan.ts'
import { judge, WriterLook } from './settle.ts'
import type { Writers } from './settle.ts'

/**
 * A path about which there was a notice and of which it is not known yet whether it is whole. All
 * times but a stamp's are milliseconds of a clock that is never set back.
 */
export type Waited = {
  readonly path: string
  /** `listed` when a folder was read and no notice told of it. */
  readonly hint: 'rename' | 'change' | 'listed'
  /** The last notice: what moved together was noticed together. */
  readonly noticedAtMs: number
  /** The last notice, or the last look that found it moved. */
  readonly quietSinceMs: number
  readonly dueMs: number
  readonly seen: FileStamp | 'gone' | undefined
}

/** By path. */
export type WaitingRoom = Map<string, Waited>

export type LookOptions = {
  readonly root: string
  readonly settleMs: number
  readonly isShared: boolean
  /** Nobody is asked before who has files open: that takes milliseconds. */
  readonly askFromMs: number
}

export type LookResult = {
  /** Files that are whole. */
  readonly whole: readonly string[]
  readonly gone: readonly string[]
  /** Files that were looked at for the first time since their last notice, and are not whole yet. */
  readonly settling: readonly string[]
  readonly folders: readonly Waited[]
  /** When the next one has to be looked at. */
  readonly nextMs: number | undefined
  /** How long it took to ask who has files open. */
  readonly askedMs: number
}

/** What is gone may come back at once (an editor that saves) or be one end of a move. */
const goneHoldMs = 20
/** The other end of a move that is not whole for so long is not waited for. */
const goneHoldMsMax = 500
/** Both ends of a move are noticed within this time. */
const moveMs = 2

/**
 * Remembers a notice. A bare rename stays one only as long as nothing else is noticed, and a listing
 * tells nothing new of what is waited for already.
 */
export function addNotice(
  room: WaitingRoom,
  notice: Pick<Waited, 'path' | 'hint'>,
  nowMs: number,
): void {
  const { path } = notice
  const earlier = room.get(path)
  if (notice.hint === 'listed' && earlier !== undefined) return
  const isBare = earlier === undefined || earlier.hint === 'rename' || earlier.seen === 'gone'
  const hint = notice.hint === 'rename' && !isBare ? 'change' : notice.hint
  room.set(path, {
    path,
    hint,
    noticedAtMs: nowMs,
    quietSinceMs: nowMs,
    dueMs: nowMs,
    seen: undefined,
  })
}

/** Looks at all that are due, takes out of the room those that are ready, and says which. */
export function lookAround(room: WaitingRoom, options: LookOptions, nowMs: number): LookResult {
  const ready: Waited[] = []
  const folders: Waited[] = []
  const asking: Waited[] = []
  const settling: string[] = []
  const settle = (looked: Looked) => {
    const { waited } = looked
    if (looked.kind === 'wait') {
      const isFirst = room.get(waited.path)?.seen === undefined
      if (isFirst && typeof waited.seen === 'object') settling.push(waited.path)
      room.set(waited.path, waited)
    } else if (looked.kind === 'ask') asking.push(waited)
    else {
      room.delete(waited.path)
      if (looked.kind === 'ready') ready.push(waited)
      else folders.push(waited)
    }
  }
  for (const waited of room.values()) {
    if (waited.dueMs <= nowMs && waited.seen !== 'gone') settle(look(waited, options, nowMs))
  }
  let askedMs = 0
  if (asking.length > 0 && nowMs < options.askFromMs) {
    for (const waited of asking) room.set(waited.path, { ...waited, dueMs: options.askFromMs })
  } else if (asking.length > 0) {
    const files = asking.map(({ path }) => toFilePath(options.root, path))
    const beganMs = performance.now()
    const writers = new WriterLook(files)
    askedMs = performance.now() - beganMs
    for (const [index, waited] of asking.splice(0).entries()) {
      const file = files[index]
      // Looked at once more: the answer holds only for a file that has not moved meanwhile.
      if (file !== undefined) settle(look(waited, options, nowMs, writers.writersOf(file)))
    }
  }
  const gone = releaseGone(room, ready, options, nowMs)
  let nextMs: number | undefined
  for (const { dueMs } of room.values()) nextMs = Math.min(dueMs, nextMs ?? dueMs)
  return { whole: ready.map(toPath), gone: gone.map(toPath), folders, settling, nextMs, askedMs }
}

function toPath({ path }: Waited): string {
  return path
}

type Looked = { readonly kind: 'ready' | 'folder' | 'ask' | 'wait'; readonly waited: Waited }

function look(waited: Waited, options: LookOptions, nowMs: number, writers?: Writers): Looked {
  const found = statPath(options.root, waited.path)
  if (found === 'missing') {
    return {
      kind: 'wait',
      waited: { ...waited, seen: 'gone', dueMs: waited.quietSinceMs + goneHoldMs },
    }
  }
  if (found.kind === 'folder') return { kind: 'folder', waited }
  // Nothing will be read of these: there is a problem to report.
  if (found.kind === 'unreadable' || found.kind === 'unsupported' || found.type !== 'file') {
    return { kind: 'ready', waited }
  }
  return lookAtFile(waited, found, options, nowMs, writers)
}

function lookAtFile(
  waited: Waited,
  found: Found,
  options: LookOptions,
  nowMs: number,
  writers: Writers | undefined,
): Looked {
  const { stamp } = found
  const hasMoved = typeof waited.seen === 'object' && !isSameStamp(waited.seen, stamp)
  const next: Waited = {
    ...waited,
    seen: stamp,
    hint: hasMoved ? 'change' : waited.hint,
    quietSinceMs: hasMoved ? nowMs : waited.quietSinceMs,
  }
  const verdict = judge({
    stamp,
    isRenameOnly: next.hint === 'rename' && process.platform === 'linux',
    quietMs: quietOf(next, options, nowMs),
    settleMs: options.settleMs,
    isShared: options.isShared,
    ...(writers !== undefined && !hasMoved ? { writers } : {}),
  })
  if (verdict.kind === 'wait') {
    const isOpen = writers === 'some'
    const dueMs = isOpen ? alignMs(nowMs, verdict.waitMs) : nowMs + verdict.waitMs
    return { kind: 'wait', waited: { ...next, dueMs } }
  }
  return { kind: verdict.kind === 'whole' ? 'ready' : 'ask', waited: next }
}

/** Files that are kept open are looked at together: asking for one or for a hundred costs the same. */
function alignMs(nowMs: number, waitMs: number): number {
  const gridMs = 2 ** Math.floor(Math.log2(waitMs))
  return (Math.floor(nowMs / gridMs) + 1) * gridMs
}

/** A file of which no notice told is as quiet as it is old, where the clock is our own. */
function quietOf(waited: Waited, options: LookOptions, nowMs: number): number {
  const quietMs = nowMs - waited.quietSinceMs
  if (waited.hint !== 'listed' || options.isShared || typeof waited.seen !== 'object')
    return quietMs
  return Math.max(quietMs, Date.now() - Number(waited.seen.ctimeNs) / 1e6)
}

/**
 * Lets go what has been gone long enough, or at once what is one end of a move whose other end is
 * ready; an end that is still awaited holds it back, so that a move is seen whole.
 */
function releaseGone(
  room: WaitingRoom,
  ready: readonly Waited[],
  options: LookOptions,
  nowMs: number,
): readonly Waited[] {
  const gone = [...room.values()].filter((waited) => waited.seen === 'gone')
  if (gone.length === 0) return []
  const readyMoments = toMoments(ready)
  const awaitedMoments = toMoments([...room.values()].filter((waited) => waited.seen !== 'gone'))
  const released: Waited[] = []
  for (const waited of gone) {
    const moment = momentOf(waited)
    const heldMs = nowMs - waited.noticedAtMs
    const isAwaited = awaitedMoments.has(moment) && heldMs < goneHoldMsMax
    if (isAwaited || (heldMs < goneHoldMs && !readyMoments.has(moment))) {
      const dueMs = waited.noticedAtMs + (heldMs < goneHoldMs ? goneHoldMs : goneHoldMsMax)
      room.set(waited.path, { ...waited, dueMs })
    } else if (statPath(options.root, waited.path) === 'missing') {
      room.delete(waited.path)
      released.push(waited)
    } else {
      room.set(waited.path, { ...waited, hint: 'listed', seen: undefined, dueMs: nowMs })
    }
  }
  return released
}

function momentOf(waited: Waited): number {
  return Math.round(waited.noticedAtMs / moveMs)
}

/** A moment and its neighbours: no two ends of a move fall apart because of rounding. */
function toMoments(waiting: readonly Waited[]): ReadonlySet<number> {
  const moments = new Set<number>()
  for (const waited of waiting) {
    const moment = momentOf(waited)
    moments
      .add(moment - 1)
      .add(moment)
      .add(moment + 1)
  }
  return moments
}
