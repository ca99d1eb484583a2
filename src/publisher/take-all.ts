import type { Found } from '../inbox/scan.ts'
import type { CommitSummary } from '../store/store.ts'
import { inTurn } from './in-turn.ts'
import { toChunkLength } from './pace.ts'
import type { Register } from './register.ts'

/** Until it is known how fast they are read; the first ones take longer. */
const chunkLengthAtFirst = 250

/**
 * Takes files in, chunk by chunk, in their order.
 * @param ahead so many chunks are begun to be read while one is committed
 * @param onCommit is waited for after each chunk, and told how many files are done
 */
export async function takeAll(
  queue: readonly Found[],
  register: Register,
  ahead: 0 | 2,
  onCommit: (done: number, summary: CommitSummary) => Promise<void>,
): Promise<void> {
  let length = chunkLengthAtFirst
  function* toChunks() {
    for (let begun = 0; begun < queue.length;) {
      const chunk = queue.slice(begun, begun + length)
      begun += chunk.length
      yield chunk
    }
  }
  const read = async (chunk: readonly Found[]) => register.read(chunk)
  let done = 0
  let beganMs = performance.now()
  for await (const [chunk, looked] of inTurn(toChunks(), read, ahead)) {
    const summary = await register.take(looked)
    done += chunk.length
    length = toChunkLength(chunk.length, performance.now() - beganMs)
    await onCommit(done, summary)
    beganMs = performance.now()
  }
}
