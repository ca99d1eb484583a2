import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** One made-up article, before it takes the shape that a program reads. */
export type SampleArticle = {
  readonly language: string
  readonly title: string
  readonly publishedAtMs: number
  readonly updatedAtMs: number
  readonly paragraphs: readonly string[]
  /** Without `#`. */
  readonly hashtags: readonly string[]
}

const words: Readonly<Record<string, string>> = {
  fr: 'le la les un une des et de du que qui dans pour sur avec est sont cette ce pas plus président secrétaire général alliance rencontre sécurité européenne problème équipe élections organisation militaire monde dépenses objectif partenaires assemblée mandat soutien guerre chiffre travail succès été forêt marché ville école hiver rivière lumière pont',
  en: 'the a an of and to in for on with is are that this from has have was were which not president general secretary alliance meeting security problem team elections organisation military world spending target partners assembly support number work success summer forest market town school winter river light bridge harbour garden',
  de: 'der die das ein eine und von zu in für auf mit ist sind dass diese nicht auch wurde werden nach bei Präsident Sekretär Bündnis Treffen Sicherheit Problem Mannschaft Wahlen Verband Welt Ausgaben Ziel Partner Versammlung Unterstützung Krieg Zahl Arbeit Erfolg Sommer Wald Markt Stadt Schule Winter Fluss Licht Brücke Größe',
  es: 'el la los las un una y de que en para con por es son esta este no más como pero sus presidente secretario general alianza reunión seguridad problema equipo elecciones organización militar mundo gastos objetivo socios asamblea mandato apoyo guerra cifra trabajo éxito verano bosque mercado ciudad escuela invierno río luz puente año',
  it: 'il la i le un una e di che in per con non sono questo questa più come dal della nel alla presidente segretario generale alleanza incontro sicurezza problema squadra elezioni organizzazione militare mondo spese obiettivo partner assemblea mandato sostegno guerra cifra lavoro successo estate foresta mercato città scuola inverno fiume luce ponte',
  pt: 'o a os as um uma e de que em para com por não mais como mas foi são esta este ao pela presidente secretário geral aliança encontro segurança problema equipa eleições organização militar mundo despesas objetivo parceiros assembleia mandato apoio guerra número trabalho sucesso verão floresta mercado cidade escola inverno rio luz ponte',
}
const vocabularies = Object.entries(words).map(([language, text]) => ({
  language,
  words: text.split(' '),
  names: text.split(' ').slice(20),
}))

const firstAtMs = Date.UTC(2015, 0, 1)
const spanMs = 10 * 365 * 86_400_000
const hashtagsLength = 12

/**
 * Makes the same article for the same seed and number, whichever were made before: 3 to 5 KB in one of
 * six languages, with 12 hashtags of which a few are common and most are rare.
 */
export function sampleArticle(seed: number, index: number): SampleArticle {
  const next = randomNumbers(seed, index)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T
  const vocabulary = pick(vocabularies)
  const sentence = (length: number) => {
    const parts = Array.from({ length }, () => pick(vocabulary.words))
    const text = parts.join(' ')
    return text.slice(0, 1).toUpperCase() + text.slice(1)
  }
  const paragraphs = Array.from({ length: 6 + Math.floor(next() * 3) }, () =>
    Array.from({ length: 6 }, () => `${sentence(12 + Math.floor(next() * 4))}.`).join(' '),
  )
  const publishedAtMs = firstAtMs + Math.floor((next() * spanMs) / 1000) * 1000
  const hashtags = new Set<string>()
  while (hashtags.size < hashtagsLength) {
    // The square makes low numbers likelier: some categories are in a tenth of all articles.
    const rank = Math.floor(next() * next() * 6)
    hashtags.add(rank === 0 ? pick(vocabulary.names) : `${pick(vocabulary.names)}${rank}`)
  }
  return {
    language: vocabulary.language,
    title: `${sentence(7)} ${index}`,
    publishedAtMs,
    updatedAtMs: publishedAtMs + 3_600_000,
    paragraphs,
    hashtags: [...hashtags],
  }
}

/** The shape of a newsroom's file: date, title, paragraphs, hashtags, Unix time. */
export function toPlainText(article: SampleArticle): string {
  const published = new Date(article.publishedAtMs).toISOString().slice(0, 19).replace('T', ' ')
  const hashtags = article.hashtags.map((hashtag) => `#${hashtag}`).join(' ')
  return [
    published,
    article.title,
    '',
    ...article.paragraphs,
    hashtags,
    String(article.updatedAtMs / 1000),
    '',
  ].join('\n')
}

/** The same for generators that need front matter. */
export function toFrontMatter(article: SampleArticle): string {
  return [
    '---',
    `title: ${JSON.stringify(article.title)}`,
    `date: ${new Date(article.publishedAtMs).toISOString()}`,
    `lastmod: ${new Date(article.updatedAtMs).toISOString()}`,
    `tags: ${JSON.stringify(article.hashtags)}`,
    '---',
    '',
    article.paragraphs.join('\n\n'),
    '',
  ].join('\n')
}

/** Where an article's file goes: 1,000 in a folder. */
export function toSamplePath(index: number, ending: string): string {
  return `${String(Math.floor(index / 1000)).padStart(4, '0')}/article-${index}${ending}`
}

/** Writes the articles of these numbers below a folder. */
export function writeCorpus(
  folder: string,
  range: { readonly seed: number; readonly first: number; readonly end: number },
  shape: { readonly ending: string; readonly render: (article: SampleArticle) => string },
): void {
  for (let index = range.first; index < range.end; index += 1) {
    const path = join(folder, toSamplePath(index, shape.ending))
    if (index === range.first || index % 1000 === 0) {
      mkdirSync(join(path, '..'), { recursive: true })
    }
    writeFileSync(path, shape.render(sampleArticle(range.seed, index)))
  }
}

/** Numbers from 0 to below 1. Source: mulberry32, a public-domain generator by Tommy Ettinger. */
function randomNumbers(seed: number, index: number): () => number {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(index + 1, 0xc2b2ae35)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
