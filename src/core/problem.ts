/**
 * What an author (or the person who runs dropfeed) has to mend. A problem is a value: it never stops
 * the other articles. `describe` is the only place that words it.
 */
export type Problem = {
  readonly code: ProblemCode
  /** Path inside the inbox with `/` between folders, printable on one line (see `src/inbox/path.ts`). */
  readonly path: string
  /** 1-based line in the file, where one can be named. */
  readonly line?: number | undefined
  /** What was found, in the author's own characters; shortened and made printable by `describe`. */
  readonly found?: string | undefined
}

/**
 * What a problem does to its article.
 *
 * - `notice`: the article is published as it was meant; its author may want to know.
 * - `partial`: the article is published, but not all that was written could be used.
 * - `held`: the article is not published; an earlier version of it stays.
 */
export type Severity = 'notice' | 'partial' | 'held'

type Wording = {
  readonly severity: Severity
  /** A clause that follows `path:line: `; `found` is printable. */
  readonly sentence: (found: string) => string
}

const wordings = {
  'encoding-guessed': {
    severity: 'notice',
    sentence: () => 'not valid UTF-8, so it was read as windows-1252; save it as UTF-8 to be sure',
  },
  'encoding-broken': {
    severity: 'notice',
    sentence: () =>
      'has bytes that are not UTF-8 though it says it is; they show as \ufffd; save it anew',
  },
  'text-empty': {
    severity: 'held',
    sentence: () => 'nothing to publish in it; write some text, or delete the file',
  },
  'text-binary': {
    severity: 'held',
    sentence: (found) => `not a text file (${found}); drop plain text, Markdown or HTML`,
  },
  'file-too-large': {
    severity: 'held',
    sentence: (found) =>
      `${found} is more than an article may have; shorten it or raise limits.articleBytesMax`,
  },
  'file-missing': {
    severity: 'held',
    sentence: () => 'there is no file of this name; check how it is spelled, and where it lies',
  },
  'file-unreadable': {
    severity: 'held',
    sentence: (found) => `cannot be read (${found}); check its permissions`,
  },
  'file-special': {
    severity: 'held',
    sentence: (found) =>
      `is a ${found}, which is never followed or opened; put a copy of the file here`,
  },
  'file-unsupported': {
    severity: 'held',
    sentence: (found) =>
      `${found} files are not articles; use .txt, .md or .html, or move it out of the inbox`,
  },
  'file-copy': {
    severity: 'notice',
    sentence: (found) =>
      `has the same content as ${found}, so it is not published twice; delete one`,
  },
  'file-unsettled': {
    severity: 'notice',
    sentence: () => 'is still being written; it is published as soon as it is whole',
  },
  'front-matter-unclosed': {
    severity: 'held',
    sentence: (found) =>
      `the front matter that begins here is never closed; end it with a line ${found}`,
  },
  'front-matter-invalid': {
    severity: 'held',
    sentence: (found) =>
      `cannot read the front matter: ${found}; mend it, or put the value in quotes`,
  },
  'front-matter-type': {
    severity: 'held',
    sentence: (found) => `wrong kind of value in the front matter: ${found}`,
  },
  'date-unreadable': {
    severity: 'held',
    sentence: (found) =>
      `cannot read the date "${found}"; write it as 2026-01-31 or 2026-01-31T12:00:00Z`,
  },
  'date-future-update': {
    severity: 'notice',
    sentence: (found) => `the update time ${found} is in the future and was not used; correct it`,
  },
  'date-kept': {
    severity: 'notice',
    sentence: (found) =>
      `the date was changed after publication; readers keep the first one, ${found}; ` +
      'to publish it anew, drop it as a new file with another text',
  },
  'link-invalid': {
    severity: 'held',
    sentence: (found) =>
      `"${found}" is not an address; write it in full, as https://example.org/page`,
  },
  'id-invalid': {
    severity: 'held',
    sentence: (found) =>
      `"${found}" cannot be an id; use an address or a URN without spaces, as urn:uuid:… or tag:…`,
  },
  'id-taken': {
    severity: 'held',
    sentence: (found) => `its id is already that of ${found}; give each article its own`,
  },
  'id-kept': {
    severity: 'notice',
    sentence: (found) =>
      `the id ${found} came after publication; the entry keeps the id that readers know`,
  },
  'language-invalid': {
    severity: 'held',
    sentence: (found) => `"${found}" is not a language tag; write it as en, fr or pt-BR`,
  },
  'categories-too-many': {
    severity: 'partial',
    sentence: (found) => `${found}; the others are left out; keep those that matter`,
  },
  'inbox-missing': {
    severity: 'held',
    sentence: (found) =>
      `the inbox cannot be read (${found}); what is published stays; bring the folder back`,
  },
  'retractions-held': {
    severity: 'held',
    sentence: (found) =>
      `${found} vanished at once, so they stay published; ` +
      'put the files back, or run "dropfeed confirm" if they were meant to go',
  },
  'publication-withheld': {
    severity: 'held',
    sentence: (found) =>
      `the catalogue was lost, and only the feeds know of ${found} whose files are not there, ` +
      'so nothing new is published either until they are back or "dropfeed confirm" is run',
  },
  'changes-refused': {
    severity: 'held',
    sentence: (found) =>
      `not replaced, the last good one stays: ${found}; ` +
      'if that is meant, run "dropfeed build --accept-changes"',
  },
  'document-refused': {
    severity: 'held',
    sentence: (found) => `not replaced, the last good one stays: ${found}`,
  },
} as const satisfies Record<string, Wording>

export type ProblemCode = keyof typeof wordings

/** Says what a problem of this code does to its article. */
export function severityOf(code: ProblemCode): Severity {
  return wordings[code].severity
}

/** Whether something has to be mended; a notice needs nothing. */
export function isToMend({ code }: Problem): boolean {
  return severityOf(code) !== 'notice'
}

const foundLengthMax = 160

/**
 * Words a problem for the log and the terminal: `path:line: what was found; what to do`.
 * The text is one line and holds no control, format or direction character, whatever the file did.
 */
export function describe(problem: Problem): string {
  const where = problem.line === undefined ? problem.path : `${problem.path}:${problem.line}`
  return `${where}: ${wordings[problem.code].sentence(toPrintable(problem.found ?? ''))}`
}

/** Makes any text safe to print on one line of a terminal, at most 160 characters long. */
export function toPrintable(text: string): string {
  const wellFormed = text.toWellFormed()
  const short =
    wellFormed.length > foundLengthMax ? `${wellFormed.slice(0, foundLengthMax - 1)}…` : wellFormed
  return short.toWellFormed().replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0
    return `\\u{${code.toString(16)}}`
  })
}
