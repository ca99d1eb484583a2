/**
 * Runs a step when it is rung, and when the time has come that the step has asked for; one at a time. A
 * ring during a step is followed by another step.
 */
export class Loop implements AsyncDisposable {
  readonly #step: () => Promise<number | undefined>
  readonly #onFault: (error: unknown) => void
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #isRung = false
  #isEnded = false

  /**
   * @param step gives the milliseconds after which it wants to be run again; none until rung
   * @param onFault is told what a step has thrown; it is run again after a while
   */
  constructor(step: () => Promise<number | undefined>, onFault: (error: unknown) => void) {
    this.#step = step
    this.#onFault = onFault
  }

  ring(): void {
    this.#isRung = true
    this.#running ??= this.#run()
  }

  /** Waits for the step in hand. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnded = true
    clearTimeout(this.#timer)
    await this.#running
  }

  async #run(): Promise<void> {
    clearTimeout(this.#timer)
    let waitMs: number | undefined
    do {
      this.#isRung = false
      // Who rings goes on first.
      await new Promise((resolve) => void setImmediate(resolve))
      if (this.#isEnded) break
      try {
        waitMs = await this.#step()
      } catch (error) {
        this.#onFault(error)
        waitMs = afterFaultMs
      }
    } while (this.#isRung)
    this.#running = undefined
    if (this.#isEnded || waitMs === undefined) return
    this.#timer = setTimeout(() => this.ring(), Math.min(waitMs, timerMsMax))
  }
}

const afterFaultMs = 60_000
/** The longest time that a timer of Node can be set to. */
const timerMsMax = 2 ** 31 - 1
