const slabBytes = 8 * 1024 * 1024

/**
 * Memory for documents that nobody needs once they are written. Taken anew for each, it would be as much as a
 * hundred feeds for one article with many categories, and all of the heap would be looked through for what
 * of it is free again.
 */
export class Slab {
  #bytes: Uint8Array | undefined
  #used = 0

  /** @returns as many bytes, whatever they hold, which are its own until `clear` */
  take(lengthBytes: number): Uint8Array {
    if (this.#used + lengthBytes > slabBytes) return new Uint8Array(lengthBytes)
    this.#bytes ??= new Uint8Array(slabBytes)
    this.#used += lengthBytes
    return this.#bytes.subarray(this.#used - lengthBytes, this.#used)
  }

  /** What was taken may be given to others from now on. */
  clear(): void {
    this.#used = 0
  }
}
