import * as nodeModule from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { refuseNode } from './node-version.ts'

/**
 * Has Node keep what it compiles, its types taken out, for the next start, which then takes half the processor time. Not
 * in the folder for temporary files, where another user could put a program in its place. `NODE_COMPILE_CACHE` names
 * another folder, and with `NODE_DISABLE_COMPILE_CACHE=1`, or where the folder cannot be written, nothing is kept.
 * Source: XDG Base Directory Specification.
 */
export function keepCompiled(): void {
  // It would not know how.
  if (refuseNode(process.versions.node) !== undefined) return
  const { env } = process
  try {
    // Threads are told by it, too.
    env['NODE_COMPILE_CACHE'] ??= join(toCacheFolder(env), 'dropfeed')
  } catch {
    // A user without a home.
    return
  }
  nodeModule.enableCompileCache()
}

function toCacheFolder(env: NodeJS.ProcessEnv): string {
  const named = env['XDG_CACHE_HOME'] ?? ''
  return named.startsWith('/') ? named : join(homedir(), '.cache')
}
