const encoder = new TextEncoder()
/** Most texts fit; each is copied out of it, which is cheaper than memory for the longest it could be. */
const shared = new Uint8Array(64 * 1024)
const unitBytesMax = 3

/** Encodes text as UTF-8, into memory that nothing else is in. */
export function toUtf8(text: string): Uint8Array {
  if (text.length * unitBytesMax > shared.length) return encoder.encode(text)
  return shared.slice(0, encoder.encodeInto(text, shared).written)
}
