import { parentPort } from 'node:worker_threads'
import { perform } from './craft.ts'
import type { Outcome, Task } from './craft.ts'

/** What a worker answers to a task. */
export type Answer =
  | { readonly kind: 'done'; readonly outcome: Outcome }
  | { readonly kind: 'failed'; readonly error: unknown }

// A worker does the tasks it is sent, one after another.
parentPort?.on('message', (task: Task) => {
  const answer = answerTo(task)
  parentPort?.postMessage(answer, answer.kind === 'done' ? buffersOf(answer.outcome) : [])
})

function answerTo(task: Task): Answer {
  try {
    return { kind: 'done', outcome: perform(task) }
  } catch (error) {
    return { kind: 'failed', error }
  }
}

/** Each is of one rendering alone, so it may go to the other thread as it is. */
function buffersOf(outcome: Outcome): readonly ArrayBuffer[] {
  if (outcome.kind === 'read') return []
  return outcome.results.flatMap(({ page, fragments }) =>
    [page, ...Object.values(fragments).map(({ bytes }) => bytes)].flatMap((bytes) =>
      bytes?.buffer instanceof ArrayBuffer ? [bytes.buffer] : [],
    ),
  )
}
