import { DatabaseSync, StatementSync } from 'node:sqlite'
import { vi } from 'vitest'
import { nodeFileCalls } from '../../src/out/file-calls.ts'
import type { FileCalls } from '../../src/out/file-calls.ts'

/**
 * - `throws`: one operation fails, all others work.
 * - `full`: from then on nothing can be written any more, all else works.
 * - `dies`: the process ends; nothing that comes after it happens.
 */
export type FaultKind = 'throws' | 'full' | 'dies'

type Operation = { readonly name: string; readonly writes: boolean }

/** Makes the operations on files and on the store fail, as told, and counts them. */
export class Faults implements Disposable {
  readonly operations: Operation[] = []
  readonly #kind: FaultKind
  readonly #isAt: (operation: Operation, number: number) => boolean
  #struckAt = Number.POSITIVE_INFINITY
  readonly #databases = new Set<DatabaseSync>()

  /** @param isAt which operation is the first to fail, counted from 0; none by default */
  constructor(
    kind: FaultKind = 'throws',
    isAt: (operation: Operation, number: number) => boolean = () => false,
  ) {
    this.#kind = kind
    this.#isAt = isAt
    this.#watchStore()
  }

  /** Whether an operation failed. */
  get hasStruck(): boolean {
    return this.#struckAt < Number.POSITIVE_INFINITY
  }

  /** Takes away what a dead process cannot hold any more, and lets all work again. */
  [Symbol.dispose](): void {
    vi.restoreAllMocks()
    for (const database of this.#databases) if (database.isOpen) database.close()
  }

  readonly fileCalls: FileCalls = {
    open: (path, flags) => this.#file('open', flags !== 0, () => nodeFileCalls.open(path, flags)),
    write: (handle, bytes, offset) => {
      const wasAlive = !this.hasStruck
      try {
        return this.#file('write', true, () => nodeFileCalls.write(handle, bytes, offset))
      } catch (error) {
        // A process that dies while it writes leaves a part.
        const half = offset + Math.floor((bytes.length - offset) / 2)
        if (wasAlive) nodeFileCalls.write(handle, bytes.subarray(0, half), offset)
        throw error
      }
    },
    read: (handle, bytes, offset) =>
      this.#file('read', false, () => nodeFileCalls.read(handle, bytes, offset)),
    readAside: async (handle, bytes, offset) =>
      this.#file('read', false, () => nodeFileCalls.read(handle, bytes, offset)),
    stat: (handle) => this.#file('stat', false, () => nodeFileCalls.stat(handle)),
    sync: (handle) => this.#file('sync', true, () => nodeFileCalls.sync(handle)),
    syncAside: async (handle) => this.#file('sync', true, () => nodeFileCalls.sync(handle)),
    closeAside: (handle) => nodeFileCalls.close(handle),
    close: (handle) => {
      // A close that fails has closed the file all the same, and so has a process that died.
      nodeFileCalls.close(handle)
      this.#file('close', false, () => {})
    },
    rename: (from, to) => this.#file('rename', true, () => nodeFileCalls.rename(from, to)),
    unlink: (path) => this.#file('unlink', false, () => nodeFileCalls.unlink(path)),
    setModified: (path, modifiedMs) =>
      this.#file('setModified', true, () => nodeFileCalls.setModified(path, modifiedMs)),
    lstat: (path) => this.#file('lstat', false, () => nodeFileCalls.lstat(path)),
    makeFolder: (path) => this.#file('makeFolder', true, () => nodeFileCalls.makeFolder(path)),
    removeFolder: (path) =>
      this.#file('removeFolder', false, () => nodeFileCalls.removeFolder(path)),
    list: (path) => this.#file('list', false, () => nodeFileCalls.list(path)),
  }

  #watchStore(): void {
    const databases = this.#databases
    const step = (sql: string) => this.#store(sql)
    const exec = originalOf(DatabaseSync.prototype, 'exec')
    vi.spyOn(DatabaseSync.prototype, 'exec').mockImplementation(function (this: DatabaseSync, sql) {
      databases.add(this)
      step(sql)
      exec(this, [sql])
    })
    for (const name of ['all', 'get', 'run'] as const) {
      const original = originalOf(StatementSync.prototype, name)
      vi.spyOn(StatementSync.prototype, name).mockImplementation(function (
        this: StatementSync,
        ...values: readonly unknown[]
      ) {
        step(this.sourceSQL)
        // Whatever the real one gives.
        return original(this, values) as never
      })
    }
  }

  #file<Result>(name: string, writes: boolean, operation: () => Result): Result {
    const number = this.#count({ name, writes })
    if (this.#fails(number, writes)) {
      const code = this.#kind === 'full' || number % 2 === 0 ? 'ENOSPC' : 'EIO'
      throw Object.assign(new Error(`${code}: simulated, ${name}`), { code })
    }
    return operation()
  }

  #store(sql: string): void {
    const name = sql.trim().split(/\s+/, 3).join(' ')
    const writes = !/^(?:SELECT|ROLLBACK|PRAGMA)/i.test(name)
    const number = this.#count({ name, writes })
    if (!this.#fails(number, writes)) return
    const errcode = this.#kind === 'full' || number % 2 === 0 ? 13 : 10
    throw Object.assign(new Error(`simulated, ${name}`), { code: 'ERR_SQLITE_ERROR', errcode })
  }

  #count(operation: Operation): number {
    const number = this.operations.length
    this.operations.push(operation)
    if (!this.hasStruck && this.#isAt(operation, number)) this.#struckAt = number
    return number
  }

  #fails(number: number, writes: boolean): boolean {
    if (this.#kind === 'throws') return number === this.#struckAt
    if (this.#kind === 'full') return number >= this.#struckAt && writes
    return number >= this.#struckAt
  }
}

function originalOf(prototype: object, name: string) {
  const original: unknown = Reflect.get(prototype, name)
  if (typeof original !== 'function') throw new Error(`Node has no ${name}`)
  return (owner: object, values: readonly unknown[]): unknown =>
    Reflect.apply(original, owner, values)
}
