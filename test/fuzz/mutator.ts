import { xssVectors } from '../support/xss-vectors.ts'

/** Pieces that mean something to one of the formats. */
const pieces: readonly string[] = [
  ...'\n \t#*_`~[]()<>!|\\&;:"\'-=+^@{}%,./?$'.split(''),

  '\n\n',
  '---\n',
  '+++\n',
  '```\n',
  '- ',
  '1. ',
  '> ',
  '    ',
  '[^a]',
  '[^a]: ',
  '^[',
  '![',
  '](',
  ']: ',
  '|-|\n',

  'title: ',
  'date: ',
  'tags: [',
  'lang: ',
  'slug: ',
  'draft: true\n',
  'id: ',
  '&a ',
  '*a',
  '<<: ',
  '!!',
  '|\n  ',

  '<p>',
  '</p>',
  '<b>',
  '</b>',
  '<a href="',
  '<a href=#a id=a>',
  '<img src=',
  '<table>',
  '<tr>',
  '<td>',
  '<li>',
  '<ul>',

  '<svg>',
  '<math>',
  '<pre>',
  '<code>',
  '<!--',
  '-->',
  '<![CDATA[',
  ']]>',
  '<?xml ',
  '<title>',
  '<h1>',
  '<base href=',
  '<br/>',

  '<details>',
  '<summary>',
  '<caption>',
  '<col>',
  '<form>',
  '<label>',
  '<select>',
  '<template>',
  '<p hidden>',
  '<bdo>',
  '<q>',

  '<video>',
  '<source>',
  '<ruby>',
  '<rt>',
  '<dl>',
  '<dt>',
  '<figure>',
  '<section>',
  '<article>',
  '<body>',
  '<head>',
  '<time>',

  'https://a.b/',
  'www.a.b',
  'a@b.cc',
  'mailto:',
  'javascript:',
  'data:',
  '//',
  '../',
  '%00',
  '&#x0;',
  '&#55296;',
  '&amp;',

  '2024-11-23',
  '20:52:00',
  '1732400077',
  '23 November 2024',
  '#tag',
  '#été',
  '＃',
  '{% a %}',
  '{{< b >}}',
  '<!--more-->',

  '\ufeff',
  '\0',
  '\u0001',
  '\u0085',
  '\u2028',
  '\u0301',
  '\u0338',
  '\u200d',
  '\u202e',
  '\ud83d',
  '👨\u200d👩',
  'ﷺ',
  '\u00ad',
  'İ',
  'ß',
]

/** Makes new inputs out of old ones; the same from the same seed. */
export class Mutator {
  readonly #lengthMax: number
  #state: number

  constructor(seed: number, lengthMax: number) {
    this.#state = seed | 1
    this.#lengthMax = lengthMax
  }

  next(corpus: readonly Uint8Array[]): Uint8Array {
    // Half of the time one of the latest: they reached what nothing else did.
    const from = this.#below(2) === 0 ? Math.max(0, corpus.length - 50) : 0
    let data = corpus[from + this.#below(corpus.length - from)] ?? Buffer.of(0)
    for (let count = 1 + this.#below(6); count > 0; count -= 1) data = this.#change(data, corpus)
    return data.subarray(0, this.#lengthMax)
  }

  #change(data: Uint8Array, corpus: readonly Uint8Array[]): Uint8Array {
    const at = 1 + this.#below(data.length)
    const length = 1 + this.#below(this.#below(4) === 0 ? 64 : 8)
    const put = (piece: Uint8Array, skipped = 0) =>
      Buffer.concat([data.subarray(0, at), piece, data.subarray(at + skipped)])
    switch (this.#below(9)) {
      case 0:
        return put(Buffer.of(this.#below(256)), 1)
      case 1:
        return put(Buffer.alloc(0), length)
      case 2:
        return put(data.subarray(at, at + length))
      case 3: {
        const other = corpus[this.#below(corpus.length)] ?? data
        const start = this.#below(other.length)
        return put(other.subarray(start, start + length * 8), this.#below(2) * length)
      }
      case 4:
        return Buffer.concat([Buffer.of(this.#below(3)), data.subarray(1)])
      case 5: {
        const piece = data.subarray(at, at + length)
        return put(Buffer.concat(Array.from({ length: 2 + this.#below(12) }, () => piece)))
      }
      case 6:
        return put(Buffer.from(xssVectors[this.#below(xssVectors.length)] ?? ''))
      default:
        return put(Buffer.from(pieces[this.#below(pieces.length)] ?? ''), this.#below(2) * length)
    }
  }

  /** Xorshift, 32 bits. */
  #below(limit: number): number {
    this.#state ^= this.#state << 13
    this.#state ^= this.#state >>> 17
    this.#state ^= this.#state << 5
    return limit <= 0 ? 0 : (this.#state >>> 0) % limit
  }
}
