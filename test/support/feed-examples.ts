import type { Entry } from '../../src/core/entry/entry.ts'
import {
  archivePath,
  type FeedFormat,
  feedFiles,
  type FeedHead,
  type Fragment,
  renderDocument,
  renderFragments,
} from '../../src/core/feed/feed.ts'

export const formats = ['rss', 'atom', 'json'] as const satisfies readonly FeedFormat[]

/** A plain entry, but for what a test is about. */
export function toExampleEntry(different: Partial<Entry> = {}): Entry {
  return {
    id: 'urn:uuid:1225c695-cfb8-4ebb-aaaa-80da344efa6a',
    title: 'A title',
    link: 'https://example.org/articles/a-title',
    publishedAtMs: Date.UTC(2024, 10, 23, 19, 52),
    updatedAtMs: Date.UTC(2024, 10, 23, 22, 14, 37),
    authors: [],
    categories: [],
    summary: 'A summary.',
    contentHtml: '<p>A paragraph.</p>',
    ...different,
  }
}

/** A plain head, but for what a test is about. */
export function toExampleHead(different: Partial<FeedHead['site']> = {}): FeedHead {
  return {
    site: {
      id: 'urn:uuid:60a76c80-d399-11d9-b93c-0003939e0af6',
      title: 'An example',
      baseUrl: 'https://example.org/',
      createdAtMs: Date.UTC(2024, 0, 1),
      ...different,
    },
    folder: '',
    updatedAtMs: Date.UTC(2024, 10, 23, 22, 14, 37),
  }
}

/** A head that has everything a head can have. */
export const fullHead: FeedHead = {
  ...toExampleHead({
    subtitle: 'News & <views>',
    language: 'pt-BR',
    author: { name: 'Ana & Co', email: 'ana@example.org', url: 'https://example.org/ana' },
    copyright: '© 2024 Ana & Co',
    image: 'https://example.org/image.png?a=1&b=2',
    icon: 'https://example.org/icon.png',
  }),
  ttlMinutes: 15,
  archive: { current: true, previous: 3 },
  tombstones: [
    { id: 'urn:x:gone', deletedAtMs: Date.UTC(2024, 10, 22, 8, 30, 0, 250) },
    { id: 'urn:x:gone?<&">', deletedAtMs: Date.UTC(2024, 10, 23, 8, 30) },
  ],
}

/** The ids of the deleted entries that a document for this head tells of. */
export function tombstonesOf({ tombstones = [] }: FeedHead): readonly string[] {
  return tombstones.map(({ id }) => id)
}

/** An entry that has everything an entry can have. */
export const fullEntry = toExampleEntry({
  language: 'fr',
  authors: [
    { name: 'Ana', email: 'ana@example.org', url: 'https://example.org/ana' },
    { name: 'Bo' },
  ],
  categories: [
    { term: 'otan', label: 'OTAN' },
    { term: 'secrétaire', label: 'secrétaire' },
  ],
  image: 'https://example.org/picture.jpg?a=1&b=2',
})

/** The whole document of one format. */
export function renderFeed(
  format: FeedFormat,
  entries: readonly Entry[],
  head = toExampleHead(),
): string {
  return renderText(
    format,
    head,
    entries.map((entry) => renderFragments(entry)[format]),
  )
}

/** The text of a document that the gate lets pass. */
export function renderText(
  format: FeedFormat,
  head: FeedHead,
  fragments: readonly Fragment[],
): string {
  const document = renderDocument(format, head, fragments)
  if (document.kind === 'refused') throw new Error(document.reason)
  return new TextDecoder().decode(document.bytes)
}

const nastyTitles = [
  'AT&T <b>',
  '1 < 2',
  '2 > 1 && 0',
  'R&amp;D &nbsp; &copy;',
  '<script>alert(1)</script>',
  '</title></item></entry> end',
  'a <a href="x">link</a>',
  'a ]]> b ]]> c',
  '<![CDATA[x]]>',
  '<!-- a comment -->',
  'It’s "quoted" and \'quoted\'',
  'שלום עולם, English, שלום',
  'مرحبا بالعالم',
  '日本語の題名です',
  'Ελληνικά και русский и हिन्दी',
  'emoji 👩‍👩‍👧‍👦 🇫🇷 👍🏽',
  '𝒜 𠮷 outside the first plane',
  'l’Été à l’Œuvre: ça & là',
  '00123',
  '2024',
  '0x1F',
  'true',
  'C# & F#',
  '%20 %3Cb%3E',
  'a\u00A0no-break space and a soft\u00ADhyphen',
]

const nastyBodies = [
  '',
  '<p>a ]]> b ]]> c</p>',
  `<p>${'&amp;&lt;&gt;&quot;'.repeat(300)}</p>`,
  '<pre><code>if (a &lt; b &amp;&amp; c &gt; d) {\n\treturn 1\n}\n</code></pre>',
  '<p>AT&amp;T &amp;amp; &amp;lt;b&amp;gt;</p>',
  '<p><a href="https://example.org/?a=1&amp;b=2">a link</a> <img alt="&quot;" src="https://example.org/i.png" /></p>',
]

/** What has broken feeds: markup and entities as text, other scripts, CDATA ends, 1,000 entities, milliseconds. */
export const nastyEntries: readonly Entry[] = nastyTitles.map((title, index) => {
  const publishedAtMs = Date.UTC(2024, 10, 23, 19, 52, index, index % 2 === 0 ? 0 : index)
  return toExampleEntry({
    id: `urn:uuid:1225c695-cfb8-4ebb-aaaa-${String(index).padStart(12, '0')}`,
    title,
    link: `https://example.org/articles/${index}?a=1&b=2#part`,
    publishedAtMs,
    updatedAtMs: publishedAtMs + index * 1_001,
    language: [undefined, 'fr', 'ar', 'zh-Hant-TW'][index % 4],
    authors: Array.from({ length: index % 5 }, (_, number) => ({ name: `${number} <& Sons>` })),
    categories: [
      { term: 'at&t', label: 'AT&T' },
      { term: `<${index}"`, label: `<${index}"` },
      { term: 'secrétaire', label: 'Secrétaire' },
    ].slice(0, index % 4),
    summary: `${title} in short.`,
    image: index % 3 === 0 ? `https://example.org/${index}.png?a=1&b=2` : undefined,
    contentHtml: nastyBodies[index % nastyBodies.length] ?? '',
  })
})

/**
 * An archived feed: the newest `window` entries stand in the feed, the others in archive pages.
 * @param entries newest first
 * @returns every document of it by its path below the base address
 */
export function renderArchivedFeed(
  entries: readonly Entry[],
  { window, pageLength }: { readonly window: number; readonly pageLength: number },
): ReadonlyMap<string, string> {
  const oldestFirst = entries.slice(window).toReversed()
  const count = Math.ceil(oldestFirst.length / pageLength)
  const newest = count === 0 ? undefined : count
  const current = { ...toExampleHead(), archive: { current: true, previous: newest } as const }
  const documents = (['atom', 'rss'] as const).map(
    (format) =>
      [feedFiles[format].name, renderFeed(format, entries.slice(0, window), current)] as const,
  )
  const pages = Array.from({ length: count }, (_, index) => {
    const page = index + 1
    const listed = oldestFirst.slice(index * pageLength, page * pageLength).toReversed()
    const archive = {
      page,
      previous: page === 1 ? undefined : page - 1,
      next: page === newest ? undefined : page + 1,
    }
    const head = {
      ...toExampleHead(),
      updatedAtMs: Math.max(...listed.map(({ updatedAtMs }) => updatedAtMs)),
      archive,
    }
    return [archivePath(page), renderFeed('atom', listed, head)] as const
  })
  return new Map([...documents, ...pages])
}

/** Entries a minute apart, newest first. */
export function toExampleEntries(count: number): readonly Entry[] {
  return Array.from({ length: count }, (_, index) => {
    const publishedAtMs = Date.UTC(2024, 10, 23) - index * 60_000
    return toExampleEntry({
      id: `urn:x:entry:${index}`,
      title: `Number ${index}`,
      link: `https://example.org/articles/${index}`,
      publishedAtMs,
      updatedAtMs: publishedAtMs,
    })
  })
}
