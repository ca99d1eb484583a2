import { closeSync, ftruncateSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** Where a piece lies in a scratch file. */
export type Place = { readonly offset: number; readonly lengthBytes: number }

/**
 * A file for what can be made again at some cost, and is too much for memory. It has no name, so nothing
 * of it is left when its owner ends, however that is.
 */
export class ScratchFile implements Disposable {
  readonly #handle: number
  readonly #bytesMax: number
  #end = 0

  private constructor(handle: number, bytesMax: number) {
    this.#handle = handle
    this.#bytesMax = bytesMax
  }

  /** @throws the file operation's own error */
  static open(folder: string, bytesMax: number): ScratchFile {
    const path = join(folder, `scratch-${process.pid}`)
    const handle = openSync(path, 'w+', 0o600)
    unlinkSync(path)
    return new ScratchFile(handle, bytesMax)
  }

  /** @returns nothing where there is no room: the limit is reached, or the disk is full */
  write(bytes: Uint8Array): Place | undefined {
    const offset = this.#end
    if (offset + bytes.length > this.#bytesMax) return undefined
    try {
      let done = 0
      while (done < bytes.length) {
        done += writeSync(this.#handle, bytes, done, bytes.length - done, offset + done)
      }
    } catch {
      return undefined
    }
    this.#end += bytes.length
    return { offset, lengthBytes: bytes.length }
  }

  /** @throws the file operation's own error */
  read({ offset, lengthBytes }: Place): Uint8Array {
    const bytes = Buffer.allocUnsafeSlow(lengthBytes)
    let done = 0
    while (done < lengthBytes) {
      const count = readSync(this.#handle, bytes, done, lengthBytes - done, offset + done)
      if (count === 0) throw new Error('a scratch file has lost what was written')
      done += count
    }
    return bytes
  }

  /** Forgets all pieces. */
  clear(): void {
    ftruncateSync(this.#handle, 0)
    this.#end = 0
  }

  [Symbol.dispose](): void {
    closeSync(this.#handle)
  }
}
