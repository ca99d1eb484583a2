import { closeSync, fstatSync, lstatSync, openSync } from 'node:fs'
import type { Stats } from 'node:fs'
import { join } from 'node:path'
import { codeOf } from './fault.ts'
import { openToRead } from './file-calls.ts'

/** What an address leads to. */
export type ServedPath = {
  /** Below `out/`, without a slash at either end; '' is `out/` itself. */
  readonly path: string
  /** It ended with a slash. */
  readonly isFolder: boolean
}

/**
 * Reads the target of a request as a path below `out/`; its query changes nothing.
 * @returns `undefined` for what can be no published file: a name that begins with a dot, an empty one,
 *   an encoded slash, a backslash, a control character, bytes that are not UTF-8
 */
export function toServedPath(target: string): ServedPath | undefined {
  // RFC 9112 §3.2.2: a server takes the absolute form too; whose address it says is nobody's business.
  const origin = /^https?:\/\/[^/?#]*/iu.exec(target)?.[0] ?? ''
  const raw = target.slice(origin.length).split(/[?#]/u, 1)[0] ?? ''
  if (!raw.startsWith('/')) return origin !== '' && raw === '' ? rootPath : undefined
  const isFolder = raw.endsWith('/')
  const inner = raw.slice(1, isFolder ? -1 : undefined)
  if (raw === '/') return rootPath
  const names: string[] = []
  for (const encoded of inner.split('/')) {
    const name = decode(encoded)
    if (name === undefined || name === '' || name.startsWith('.') || forbidden.test(name)) {
      return undefined
    }
    names.push(name)
  }
  return { path: names.join('/'), isFolder }
}

const rootPath: ServedPath = { path: '', isFolder: true }

// oxlint-disable-next-line no-control-regex -- Control characters are what it is about.
const forbidden = /[/\\\u0000-\u001f\u007f]/u

function decode(name: string): string | undefined {
  if (!name.includes('%')) return name
  try {
    return decodeURIComponent(name)
  } catch {
    return undefined
  }
}

/** Tells one version of a file from the next, as far as a file system can. */
export function toStamp({ ino, size, mtimeMs, ctimeMs }: Stats): string {
  return `${ino}-${size}-${mtimeMs}-${ctimeMs}`
}

/**
 * Looks what stands at a path below `root`, through no symbolic link.
 * @returns the stats of a regular file, `folder`, or `undefined` for everything else
 * @throws the file operation's own error, but for a path that cannot be
 */
export function lookAt(root: string, path: string): Stats | 'folder' | undefined {
  let place = root
  let found: Stats | undefined
  try {
    for (const name of path.split('/')) {
      if (found !== undefined && !found.isDirectory()) return undefined
      place = join(place, name)
      found = lstatSync(place, { throwIfNoEntry: false })
      if (found === undefined) return undefined
    }
  } catch (error) {
    if (unreachable.has(codeOf(error) ?? '')) return undefined
    throw error
  }
  if (found?.isDirectory() === true) return 'folder'
  return found?.isFile() === true ? found : undefined
}

const unreachable = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP', 'EACCES', 'EINVAL'])

export type OpenFile = { readonly handle: number; readonly stats: Stats }

/**
 * Opens a file that `lookAt` found; the caller closes it. Whatever takes its place later, what is read
 * from the handle is one whole version.
 */
export function openServed(root: string, path: string): OpenFile | undefined {
  if (!isFile(lookAt(root, path))) return undefined
  let handle: number
  try {
    handle = openSync(join(root, path), openToRead)
  } catch (error) {
    if (unreachable.has(codeOf(error) ?? '')) return undefined
    throw error
  }
  const stats = fstatSync(handle)
  if (stats.isFile()) return { handle, stats }
  closeSync(handle)
  return undefined
}

function isFile(found: Stats | 'folder' | undefined): found is Stats {
  return found !== undefined && found !== 'folder'
}
