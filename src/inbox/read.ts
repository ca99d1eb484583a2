import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readlinkSync,
  readSync,
  realpathSync,
} from 'node:fs'
import { toFilePath } from './path.ts'
import { isBelowLink, isGone, isSameStamp, reasonOf, specialTypeOf, toStamp } from './scan.ts'
import type { FileStamp, SpecialType } from './scan.ts'

export type ReadArticle =
  /** The whole file, as it was at one moment; `bytes` are the caller's own. */
  | { readonly kind: 'read'; readonly bytes: Uint8Array; readonly stamp: FileStamp }
  /** It moved while it was read: look at it again when it has settled. */
  | { readonly kind: 'changed' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'special'; readonly type: SpecialType }
  | { readonly kind: 'too-large'; readonly sizeBytes: number }
  /** `reason` is the system's own word, as `EACCES`. */
  | { readonly kind: 'unreadable'; readonly reason: string }

/** Neither follows a link at the end nor waits for the other end of a FIFO that took the file's place. */
const readFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/** Most articles fit; each is copied out of it, so that no large buffer is kept for a small one. */
const sharedBuffer = Buffer.allocUnsafeSlow(64 * 1024)

/**
 * Reads one file whole, or says why not. Only a regular file inside the inbox is ever opened, and
 * it is taken only if nothing moved from the first look to the last byte.
 * @param bytesMax the largest size that is read
 * @throws when the machine is short of file handles or memory
 */
export function readArticle(root: string, path: string, bytesMax: number): ReadArticle {
  const file = toFilePath(root, path)
  try {
    if (isBelowLink(root, path)) return { kind: 'missing' }
    const before = lstatSync(file, { bigint: true })
    const type = specialTypeOf(before)
    if (type !== undefined) return { kind: 'special', type }
    if (before.isDirectory()) return { kind: 'missing' }
    const handle = openSync(file, readFlags)
    try {
      const isNested = path.includes('/')
      return isNested && leadsOutside(root, handle)
        ? { kind: 'changed' }
        : readHandle(handle, toStamp(before), bytesMax)
    } finally {
      closeSync(handle)
    }
  } catch (error) {
    const reason = reasonOf(error)
    if (isGone(reason)) return { kind: 'missing' }
    if (reason === 'ELOOP') return { kind: 'special', type: 'symbolic link' }
    // A file server forgot the handle: the file was replaced.
    return reason === 'ESTALE' ? { kind: 'changed' } : { kind: 'unreadable', reason }
  }
}

function readHandle(handle: number, before: FileStamp, bytesMax: number): ReadArticle {
  const opened = fstatSync(handle, { bigint: true })
  const stamp = toStamp(opened)
  if (!opened.isFile() || !isSameStamp(before, stamp)) return { kind: 'changed' }
  if (stamp.sizeBytes > bytesMax) return { kind: 'too-large', sizeBytes: stamp.sizeBytes }
  const isSmall = stamp.sizeBytes < sharedBuffer.length
  const buffer = isSmall ? sharedBuffer : Buffer.allocUnsafeSlow(stamp.sizeBytes + 1)
  let length = 0
  while (length < stamp.sizeBytes) {
    // One byte more than there should be shows that it grew.
    const count = readSync(handle, buffer, length, stamp.sizeBytes + 1 - length, null)
    if (count === 0) break
    length += count
  }
  if (length !== stamp.sizeBytes) return { kind: 'changed' }
  if (!isSameStamp(stamp, toStamp(fstatSync(handle, { bigint: true })))) return { kind: 'changed' }
  const bytes = isSmall ? new Uint8Array(buffer.subarray(0, length)) : buffer.subarray(0, length)
  return { kind: 'read', bytes, stamp }
}

/**
 * A folder on the way may have become a link after it was looked at. Linux knows where the opened
 * file really lies; elsewhere the look before has to do.
 */
function leadsOutside(root: string, handle: number): boolean {
  if (process.platform !== 'linux') return false
  let opened: string
  try {
    opened = readlinkSync(`/proc/self/fd/${handle}`, 'latin1')
  } catch {
    return false
  }
  const inbox = Buffer.from(realpathSync.native(root), 'utf8').toString('latin1')
  return !opened.startsWith(inbox === '/' ? inbox : `${inbox}/`)
}
