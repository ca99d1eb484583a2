import { readdirSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { constants, getPriority, setPriority } from 'node:os'

/** Linux lists the threads of a process here (proc_pid_task(5)), and each may have a priority of its own (setpriority(2)). */
const threadsFolder = '/proc/self/task'

/**
 * Lets the thread that answers requests go before those that compress, sync and tidy up the heap: where there is one
 * core for all of them, they take it for some milliseconds each in turn. For all threads there are now but this one;
 * where the system knows no such thing all stay equal.
 */
export async function putThreadsBehind(): Promise<void> {
  // The threads of the pool begin with the first work that they are given.
  await stat('.')
  const main = String(process.pid)
  const threads = listThreads()
  if (!threads.includes(main)) return
  const behind = getPriority() + constants.priority.PRIORITY_BELOW_NORMAL
  for (const thread of threads) {
    if (thread === main) continue
    try {
      setPriority(Number(thread), Math.min(behind, constants.priority.PRIORITY_LOW))
    } catch {
      // It has ended meanwhile, or may not be told.
    }
  }
}

function listThreads(): readonly string[] {
  try {
    return readdirSync(threadsFolder)
  } catch {
    return []
  }
}
