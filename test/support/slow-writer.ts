import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** Another process that writes a file part by part and keeps it open in between. */
export class SlowWriter implements AsyncDisposable {
  readonly #shell = spawn('sh', [], { stdio: ['pipe', 'pipe', 'inherit'] })

  async open(path: string): Promise<void> {
    await this.#tell(`exec 3> ${quote(path)}`)
  }

  /** Opens it to write at its end. */
  async openToAdd(path: string): Promise<void> {
    await this.#tell(`exec 3>> ${quote(path)}`)
  }

  async write(part: string): Promise<void> {
    await this.#tell(`printf %s ${quote(part)} >&3`)
  }

  async close(): Promise<void> {
    await this.#tell('exec 3>&-')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#shell, 'exit')
    this.#shell.stdin.end()
    await ended
  }

  /** The shell answers when it has done what it was told. */
  async #tell(command: string): Promise<void> {
    const answered = once(this.#shell.stdout, 'data')
    this.#shell.stdin.write(`${command}\necho done\n`)
    await answered
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
