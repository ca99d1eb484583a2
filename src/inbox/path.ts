import { isUtf8 } from 'node:buffer'
import type { ArticleFormat } from '../core/article/article.ts'

/**
 * What a name alone says about a file: the form of its article, a form that is not an article's
 * (`unsupported`), a leftover that is never looked at (`ignored`), or an author's `draft`.
 */
export type FileKind = ArticleFormat | 'unsupported' | 'ignored' | 'draft'

const escapable = /[\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u
const escapables = /[\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu
const escapes = /\\(?:([\\nrt])|u\{([0-9a-f]{1,6})\}|x([0-9a-f]{2}))/g
const shortEscapes = new Map([
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
])
const shortMeanings = new Map([
  ['\\', '\\'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
])

/**
 * Makes a file's name, or its path with `/` between folders, printable on one line, and so that
 * `toFilePath` finds the very same file again: valid UTF-8 stays as it is on the disk (no
 * normalisation), `\` is doubled, control, format, direction and line-separator characters become
 * `\n`, `\t`, `\r` or `\u{…}`, and bytes that are not UTF-8 become `\xHH`.
 */
export function toInboxPath(bytes: Uint8Array | string): string {
  if (typeof bytes === 'string') return escapeText(bytes)
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return isUtf8(buffer) ? escapeText(buffer.toString('utf8')) : escapeBytes(buffer)
}

/**
 * Turns a path of `toInboxPath` back into one the file system understands: a `Buffer` only where
 * a name is not valid UTF-8. `''` is the inbox itself.
 * @throws RangeError for a path that could lead out of the inbox (`..`, or an escaped `/` or NUL)
 */
export function toFilePath(root: string, path: string): string | Buffer {
  if (path === '') return root
  if (path.includes('..') && path.split('/').includes('..')) throw new RangeError(path)
  if (!path.includes('\\')) return `${root}/${path}`
  return unescapePath(root, path)
}

/** The path of a thing called `name` in a folder of the inbox. */
export function joinPath(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`
}

/** The folder that holds a path; `''` for what lies in the inbox itself. */
export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash === -1 ? '' : path.slice(0, slash)
}

/** Says whether a path is this folder (`''` is the inbox itself) or lies below it. */
export function isWithin(path: string, folder: string): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`)
}

/**
 * Says what a path is by its names alone. A leftover or draft folder makes everything below it one;
 * a leftover wins over a draft.
 */
export function classify(path: string): FileKind {
  if (!path.includes('/')) return classifyName(path)
  let isDraft = false
  let start = 0
  for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', start)) {
    const folder = path.slice(start, slash)
    if (isLeftover(folder)) return 'ignored'
    isDraft ||= folder.startsWith('_')
    start = slash + 1
  }
  const kind = classifyName(path.slice(start))
  return isDraft && kind !== 'ignored' ? 'draft' : kind
}

/** As `classify`, for one name whose folders are known to be neither leftovers nor drafts. */
export function classifyName(name: string): FileKind {
  if (isLeftover(name)) return 'ignored'
  if (name.startsWith('_')) return 'draft'
  const dot = name.lastIndexOf('.')
  if (dot === -1 || dot === name.length - 1) return 'plain'
  return formats.get(name.slice(dot + 1).toLowerCase()) ?? 'unsupported'
}

const formats: ReadonlyMap<string, ArticleFormat> = new Map([
  ['txt', 'plain'],
  ['text', 'plain'],
  ['md', 'markdown'],
  ['markdown', 'markdown'],
  ['html', 'html'],
  ['htm', 'html'],
  ['xhtml', 'html'],
])

/** Endings of files that an editor, a browser or a copying program has not finished or not cleared away. */
const leftoverEndings: ReadonlySet<string> = new Set([
  'swp',
  'swo',
  'swx',
  'tmp',
  'temp',
  'part',
  'partial',
  'crdownload',
  'download',
  'filepart',
  'opdownload',
  'lftp-pget-status',
])

/** Names in lower case: those of file managers and NAS systems, and `4913`, with which vim tries a folder. */
const leftoverNames: ReadonlySet<string> = new Set([
  '4913',
  'thumbs.db',
  'ehthumbs.db',
  'desktop.ini',
  '@eadir',
  '$recycle.bin',
  'system volume information',
  'lost+found',
])

/** A dotfile covers `.#name`, `.~lock.name#`, rsync's `.name.XXXXXX`, `.DS_Store` and `._name` too. */
function isLeftover(name: string): boolean {
  const first = name.charCodeAt(0)
  if (first === 46 /* . */) return true
  const last = name.charCodeAt(name.length - 1)
  if (last === 126 /* ~ */) return true
  if (first === 126 /* ~ */ && name.startsWith('~$')) return true
  if (first === 35 /* # */ && last === 35 && name.length > 1) return true
  const lower = name.toLowerCase()
  const dot = lower.lastIndexOf('.')
  if (dot !== -1 && leftoverEndings.has(lower.slice(dot + 1))) return true
  return leftoverNames.has(lower)
}

function escapeText(text: string): string {
  if (!escapable.test(text)) return text
  return text.replaceAll(escapables, (character) => {
    const code = character.codePointAt(0) ?? 0
    return shortEscapes.get(character) ?? `\\u{${code.toString(16)}}`
  })
}

function escapeBytes(bytes: Buffer): string {
  let path = ''
  for (let at = 0; at < bytes.length;) {
    const lead = bytes[at] ?? 0
    const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4
    const character = bytes.subarray(at, at + length)
    if (isUtf8(character)) {
      path += escapeText(character.toString('utf8'))
      at += character.length
    } else {
      path += `\\x${lead.toString(16).padStart(2, '0')}`
      at += 1
    }
  }
  return path
}

function unescapePath(root: string, path: string): string | Buffer {
  const parts: Buffer[] = []
  let text = ''
  let end = 0
  for (const match of path.matchAll(escapes)) {
    text += path.slice(end, match.index)
    end = match.index + match[0].length
    const [, short, codePoint, byte] = match
    if (short !== undefined) text += shortMeanings.get(short) ?? ''
    else if (codePoint !== undefined) text += toCharacter(path, codePoint)
    else if (byte !== undefined) {
      parts.push(Buffer.from(text, 'utf8'), Buffer.from(byte, 'hex'))
      text = ''
    }
  }
  text += path.slice(end)
  if (parts.length === 0) {
    guard(path, text)
    return `${root}/${text}`
  }
  const bytes = Buffer.concat([...parts, Buffer.from(text, 'utf8')])
  guard(path, bytes.toString('latin1'))
  return Buffer.concat([Buffer.from(`${root}/`, 'utf8'), bytes])
}

function toCharacter(path: string, codePoint: string): string {
  const code = Number.parseInt(codePoint, 16)
  if (code > 0x10ffff) throw new RangeError(path)
  return String.fromCodePoint(code)
}

/** An escape never stands for a separator, a NUL or a dot: `toInboxPath` writes no such thing. */
function guard(path: string, text: string): void {
  const names = text.split('/')
  const isSound = names.length === path.split('/').length && !names.includes('..')
  if (!isSound || text.includes('\0')) throw new RangeError(path)
}
