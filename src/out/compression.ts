import { availableParallelism } from 'node:os'
import { promisify } from 'node:util'
import * as zlib from 'node:zlib'
import type { Coding } from './content-coding.ts'

/** A coding that makes a body shorter. */
export type Compression = Exclude<Coding, 'identity'>

/**
 * `prompt` is for bytes that somebody waits for: what more work would save there is a twentieth. `thorough`
 * is for bytes that are made while others are already sent: beyond it, a hundredth less costs five times
 * the work.
 */
export type Effort = 'prompt' | 'thorough'

const { constants } = zlib
const gzip = promisify(zlib.gzip)
const brotli = promisify(zlib.brotliCompress)
const zstd = promisify(zlib.zstdCompress)

const levels: Readonly<Record<Effort, Readonly<Record<Compression, number>>>> = {
  prompt: { gzip: 4, br: 5, zstd: 6 },
  thorough: { gzip: 6, br: 7, zstd: 9 },
}

/**
 * Compresses in zlib's pool of threads. The same bytes and effort give the same bytes. So many texts at a time
 * that the thread that answers requests is not one of many on a core, and that of the pool one is left for files.
 */
export async function compress(
  bytes: Uint8Array,
  coding: Compression,
  effort: Effort,
): Promise<Uint8Array> {
  if (running < atOnceMax) running += 1
  else await new Promise<void>((resolve) => waiting[effort].push(resolve))
  try {
    return await compressNow(bytes, coding, effort)
  } finally {
    const next = waiting.prompt.shift() ?? waiting.thorough.shift()
    if (next === undefined) running -= 1
    else next()
  }
}

const atOnceMax = Math.min(availableParallelism(), 3)
let running = 0
/** Who waits for their turn: all that are `prompt` go first. */
const waiting: Readonly<Record<Effort, (() => void)[]>> = { prompt: [], thorough: [] }

function compressNow(bytes: Uint8Array, coding: Compression, effort: Effort): Promise<Uint8Array> {
  const level = levels[effort][coding]
  if (coding === 'gzip') return gzip(bytes, { level, chunkSize })
  // Told how long the text is, they take no more memory than that asks for.
  if (coding === 'zstd') {
    const params = { [constants.ZSTD_c_compressionLevel]: level }
    return zstd(bytes, { params, pledgedSrcSize: bytes.length, chunkSize })
  }
  return brotli(bytes, {
    chunkSize,
    params: {
      [constants.BROTLI_PARAM_LGWIN]: toWindowBits(bytes.length),
      [constants.BROTLI_PARAM_QUALITY]: level,
      [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  })
}

/** Most feeds fit into one piece; each piece costs the main thread a turn. */
const chunkSize = 64 * 1024

/** The logarithm of the smallest window that the whole text fits into, within what is allowed (RFC 7932 §9.1). */
function toWindowBits(lengthBytes: number): number {
  const bits = Math.ceil(Math.log2(lengthBytes + 16))
  return Math.min(Math.max(bits, constants.BROTLI_MIN_WINDOW_BITS), windowBitsMax)
}

/** What decoders are used to; a larger one needs much memory on the other side too. */
const windowBitsMax = 22
