/** What the person who runs dropfeed can do about a failed file operation, by its error code. */
const advice: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; free some space, the next run completes it',
  EDQUOT: 'the quota is used up; free some space, the next run completes it',
  EACCES: 'permission denied; let the user that runs dropfeed write there',
  EPERM: 'not permitted; let the user that runs dropfeed write there',
  EROFS: 'the file system is read-only; mount it for writing or choose another folder',
  EISDIR: 'a folder of that name is in the way; move it elsewhere',
  ENOTDIR: 'a file stands where a folder is needed; move it elsewhere',
  EEXIST: 'something of that name is in the way; move it elsewhere',
  ENOTEMPTY: 'a folder of that name is in the way; move it elsewhere',
  ELOOP: 'a symbolic link is in the way; remove it',
  ENOENT: 'the folder is gone; bring it back, the next run completes it',
  ENAMETOOLONG: 'the name is too long for this file system; choose a folder nearer to its root',
  EMFILE: 'too many files are open; raise the limit (ulimit -n)',
  ENFILE: 'too many files are open on this machine; close some programs',
  EIO: 'the disk reports an error; check it',
  EFBIG: 'the file is larger than this file system allows; lower limits.feedBytesMax',
  EBUSY: 'another program holds it; close that program, the next run completes it',
}

/**
 * Makes a fault that says which file could not be written (removed, read) and what to do.
 * @param error what the file operation threw; becomes the `cause`
 */
export function toFault(error: unknown, attempt: { readonly verb: string; readonly path: string }) {
  const code = codeOf(error)
  const reason = (code === undefined ? undefined : advice[code]) ?? 'the operation failed'
  return new Error(`cannot ${attempt.verb} ${attempt.path}: ${reason}`, { cause: error })
}

/** The code of a failed system call (`ENOENT`), if it is one. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined
}
