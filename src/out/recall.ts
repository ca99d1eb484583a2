/** Texts longer than this are rare, and not worth the memory. */
const lengthMax = 256

/**
 * Makes a pure function of a text remember what it gave for the texts it was asked last; clients say the
 * same few things again and again. When it knows `max` texts it forgets all of them.
 */
export function recall<T>(compute: (text: string) => T, max: number): (text: string) => T {
  const known = new Map<string, { readonly value: T }>()
  return (text) => {
    const found = known.get(text)
    if (found !== undefined) return found.value
    const value = compute(text)
    if (text.length > lengthMax) return value
    if (known.size >= max) known.clear()
    known.set(text, { value })
    return value
  }
}
