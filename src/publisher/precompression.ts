import { PrecompressedOutput } from '../out/precompressed.ts'
import type { Output } from '../out/folder.ts'
import type { Store } from '../store/store.ts'

export type Precompression = {
  /** Where documents go, with their compressed forms when they are wanted. */
  readonly output: Output
  /** To be called when a publication is complete. */
  readonly settle: () => Promise<void>
}

/**
 * Brings the compressed forms of all documents in or out as the setting changes. That there may be some is
 * kept in the store from before the first is written until the last is removed, whatever happens between.
 */
export async function openPrecompression(
  store: Store,
  inner: Output,
  { isWanted, isStoreNew }: { readonly isWanted: boolean; readonly isStoreNew: boolean },
): Promise<Precompression> {
  const mayBeThere =
    (await store.readValue('precompressed')) !== undefined ||
    // A store that was lost knows of nothing; this stylesheet is always there and always long enough.
    (isStoreNew && inner.read('style.css.gz') !== undefined)
  if (isWanted !== mayBeThere) await store.publication.markAllStale()
  if (isWanted !== mayBeThere || isStoreNew) {
    await store.writeValue('precompressed', isWanted || mayBeThere ? 'yes' : undefined)
  }
  if (!isWanted && !mayBeThere) return { output: inner, settle: async () => {} }
  return {
    output: new PrecompressedOutput(inner, isWanted),
    settle: async () => {
      if (isWanted) return
      if (await store.publication.isStale()) return
      await store.writeValue('precompressed', undefined)
    },
  }
}
