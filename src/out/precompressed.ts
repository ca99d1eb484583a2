import { compress } from './compression.ts'
import type { Compression } from './compression.ts'
import type { Output, OutputChange, OutputFile } from './folder.ts'
import { toMedia } from './media.ts'

/** What the file beside a document is called, in each coding. */
const endings = [
  ['.gz', 'gzip'],
  ['.br', 'br'],
  ['.zst', 'zstd'],
] as const satisfies readonly (readonly [string, Compression])[]

/** A shorter document goes into one packet as it is. */
const documentBytesMin = 1024

/**
 * An output that keeps each document of some length in compressed forms beside it, for servers that send
 * such files: `atom.xml.gz`, `atom.xml.br`, `atom.xml.zst`.
 *
 * They are of one generation with the document: written and synced with it, and each renamed into place
 * just before it, so that whoever finds the new document finds no older form of it. They go before the
 * document goes. What is told of changes tells of documents alone.
 */
export class PrecompressedOutput implements Output {
  readonly #inner: Output
  readonly #isWanted: boolean

  /** @param isWanted false to take away the compressed forms of all that is replaced or removed */
  constructor(inner: Output, isWanted: boolean) {
    this.#inner = inner
    this.#isWanted = isWanted
  }

  async replace(...groups: readonly (readonly OutputFile[])[]): Promise<OutputChange> {
    const files = groups.flat()
    const forms = new Map<OutputFile, readonly OutputFile[]>()
    await Promise.all(files.map(async (file) => forms.set(file, await this.#toForms(file))))
    const made = new Set([...forms.values()].flat().map(({ path }) => path))
    const unwanted = files.flatMap(({ path }) => toForms(path)).filter((path) => !made.has(path))
    if (unwanted.length > 0) this.#inner.remove(unwanted)
    const { written, unchanged } = await this.#inner.replace(
      ...groups.map((group) => group.flatMap((file) => [...(forms.get(file) ?? []), file])),
    )
    const isDocument = (path: string) => !made.has(path)
    return { written: written.filter(isDocument), unchanged: unchanged.filter(isDocument) }
  }

  remove(paths: readonly string[]): void {
    this.#inner.remove(paths.flatMap((path) => [...toForms(path), path]))
  }

  read(path: string): Uint8Array | undefined {
    return this.#inner.read(path)
  }

  async readAside(...asked: Parameters<Output['readAside']>): ReturnType<Output['readAside']> {
    return this.#inner.readAside(...asked)
  }

  stamp(path: string): string | undefined {
    return this.#inner.stamp(path)
  }

  has(path: string): boolean {
    return this.#inner.has(path)
  }

  list(folder: string): ReadonlySet<string> {
    return this.#inner.list(folder)
  }

  sweep(): void {
    this.#inner.sweep()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inner[Symbol.asyncDispose]()
  }

  /** One that is not shorter than the document is none. */
  async #toForms({ path, bytes }: OutputFile): Promise<readonly OutputFile[]> {
    if (!this.#isWanted || bytes.length < documentBytesMin || !toMedia(path).isCompressible) {
      return []
    }
    const forms = await Promise.all(
      endings.map(async ([ending, coding]) => {
        return { path: path + ending, bytes: await compress(bytes, coding, 'prompt') }
      }),
    )
    return forms.filter((form) => form.bytes.length < bytes.length)
  }
}

function toForms(path: string): readonly string[] {
  return toMedia(path).isCompressible ? endings.map(([ending]) => path + ending) : []
}

/** Says whether a path, by its name, is that of a document's compressed form. */
export function isCompressedForm(path: string): boolean {
  const ending = endings.find(([end]) => path.endsWith(end))?.[0]
  return ending !== undefined && toMedia(path.slice(0, -ending.length)).isCompressible
}
