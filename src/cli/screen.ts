import cliProgress from 'cli-progress'
import type { Log } from '../log.ts'

/** Below so many articles a first load is over before a bar could be read. */
const progressMin = 1000

/** A terminal or file that takes log lines and, on a terminal, one bar below them. */
export type Screen = {
  /** @param line ends with a newline */
  write(line: string): void
  /** Shows how far a first load has come; over when `done` reaches `total`. */
  progress(done: number, total: number): void
  /** Takes the bar away. */
  clear(): void
}

export type ScreenStream = NodeJS.WritableStream & { readonly isTTY?: boolean | undefined }

/** Makes the screen for a stream; a bar is drawn only where `showBar` and on a terminal. */
export function createScreen(stream: ScreenStream, showBar: boolean): Screen {
  let bar: cliProgress.SingleBar | undefined
  const clear = () => {
    bar?.stop()
    bar = undefined
  }
  return {
    write(line) {
      // The bar draws itself anew with its next step.
      stream.write(bar === undefined ? line : `\r\u001B[K${line}`)
    },
    progress(done, total) {
      if (!showBar || stream.isTTY !== true || total < progressMin) return
      if (bar === undefined && done < total) bar = startBar(stream, total)
      bar?.setTotal(total)
      bar?.update(done)
      if (done >= total) clear()
    },
    clear,
  }
}

function startBar(stream: NodeJS.WritableStream, total: number): cliProgress.SingleBar {
  const bar = new cliProgress.SingleBar({
    format: 'reading articles {bar} {value}/{total} {eta_formatted}',
    stream,
    barsize: 30,
    barCompleteChar: '#',
    barIncompleteChar: '.',
    clearOnComplete: true,
    forceRedraw: true,
    synchronousUpdate: true,
    gracefulExit: false,
    hideCursor: null,
    linewrap: null,
  })
  bar.start(total, 0)
  return bar
}

/** Logs a first load in steps of a tenth, for those who have no terminal. */
export function createProgressLog(log: Log): (done: number, total: number) => void {
  let tenthsSaid = 0
  return (done, total) => {
    if (total < progressMin) return
    const tenths = Math.floor((done / total) * 10)
    if (tenths === tenthsSaid) return
    tenthsSaid = tenths >= 10 ? 0 : tenths
    log.event('reading articles', { done, total })
  }
}
