import type { Dirent } from 'node:fs'
import { opendir } from 'node:fs/promises'
import { classify, joinPath, toFilePath, toInboxPath } from './path.ts'
import { reasonOf } from './scan.ts'

/**
 * Yields the paths of the files that are drafts by their name, or by that of a folder above them; no file
 * is looked at. Others can work meanwhile. What cannot be read yields nothing.
 */
export async function* listDrafts(root: string): AsyncGenerator<string> {
  const stack = ['']
  for (let folder = stack.pop(); folder !== undefined; folder = stack.pop()) {
    for await (const { path, isFolder } of listNames(root, folder)) {
      const kind = classify(path)
      if (isFolder && kind !== 'ignored') stack.push(path)
      else if (kind === 'draft') yield path
    }
  }
}

/** Names asked for at a time: few calls, none long. */
const bufferSize = 256

async function* listNames(root: string, folder: string) {
  try {
    // Names that are not UTF-8 come whole as `latin1`, a byte a character.
    const options = { encoding: 'latin1', bufferSize } as const
    for await (const item of await opendir(toFilePath(root, folder), options)) {
      const path = joinPath(folder, toInboxPath(Buffer.from(item.name, 'latin1')))
      if (isFileOrFolder(item)) yield { path, isFolder: item.isDirectory() }
    }
  } catch (error) {
    reasonOf(error)
  }
}

function isFileOrFolder(item: Dirent): boolean {
  return item.isFile() || item.isDirectory()
}
