import { promisify } from 'node:util'
import * as zlib from 'node:zlib'
import type { Coding } from './content-coding.ts'

/** A coding that makes a body shorter. */
export type Compression = Exclude<Coding, 'identity'>

/**
 * `prompt` is for bytes that somebody waits for: beyond these levels a twentieth less to send costs twice
 * the work. `thorough` is for bytes that are made while others are already sent.
 */
export type Effort = 'prompt' | 'thorough'

const { constants } = zlib
const gzip = promisify(zlib.gzip)
const brotli = promisify(zlib.brotliCompress)
const zstd = promisify(zlib.zstdCompress)

const levels: Readonly<Record<Effort, Readonly<Record<Compression, number>>>> = {
  prompt: { gzip: 6, br: 6, zstd: 9 },
  thorough: { gzip: 9, br: 9, zstd: 12 },
}

/** Compresses in zlib's pool of threads. The same bytes and effort give the same bytes. */
export function compress(
  bytes: Uint8Array,
  coding: Compression,
  effort: Effort,
): Promise<Uint8Array> {
  const level = levels[effort][coding]
  if (coding === 'gzip') return gzip(bytes, { level })
  if (coding === 'zstd') {
    return zstd(bytes, { params: { [constants.ZSTD_c_compressionLevel]: level } })
  }
  return brotli(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: level,
      [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  })
}
