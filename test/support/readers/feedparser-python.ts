import { type Reader, missingProgram, run, runAlongside } from './reader.ts'

// Debian's own Python has it; another may come first in the path.
const python = '/usr/bin/python3'

const script = `
import calendar, feedparser, json, sys
feed = feedparser.parse(open(sys.argv[1], 'rb').read(), sanitize_html=False)
if feed.bozo: sys.exit('feedparser says: %r' % feed.bozo_exception)
def seconds(entry, name):
    parsed = entry.get(name + '_parsed')
    return None if parsed is None else calendar.timegm(parsed)
print(json.dumps([{
    'id': entry.id,
    'title': entry.title,
    'link': entry.link,
    'published': seconds(entry, 'published'),
    'updated': seconds(entry, 'updated') if 'updated' in entry.keys() else None,
    'categories': [tag.label or tag.term for tag in entry.get('tags', [])],
    'content': entry.content[0].value if 'content' in entry else '',
} for entry in feed.entries]))
`

type Row = {
  readonly id: string
  readonly title: string
  readonly link: string
  readonly published: number | null
  readonly updated: number | null
  readonly categories: readonly string[]
  readonly content: string
}

/** feedparser (Python): RSS and Atom through expat; a document that is not well-formed throws. */
export const feedparserPython: Reader = {
  name: 'python3-feedparser',
  formats: ['rss', 'atom'],
  missing: missingProgram(python, ['-c', 'import feedparser']),
  tells: (format) => ({ updated: format === 'atom', categories: true }),
  showTitle: (title) => title,
  read: async (path) => {
    const rows: readonly Row[] = JSON.parse(run(python, ['-c', script, path]))
    return rows.map((row) => ({
      ...row,
      published: row.published === null ? undefined : row.published * 1000,
      updated: row.updated === null ? undefined : row.updated * 1000,
    }))
  },
}

const pollScript = `
import feedparser, json, sys
etag, modified = json.loads(sys.argv[2])
feed = feedparser.parse(sys.argv[1], etag=etag, modified=modified)
if feed.bozo and feed.status != 304: sys.exit('feedparser says: %r' % feed.bozo_exception)
print(json.dumps({
    'status': feed.status,
    'entries': [{'id': entry.id, 'title': entry.title} for entry in feed.entries],
    'validators': [feed.get('etag') or etag, feed.get('modified') or modified],
}))
`

export type Validators = readonly [etag: string | null, modified: string | null]

/** Lets feedparser ask a server again, with what it remembers of the last time. */
export async function pollFeedparser(
  address: string,
  validators: Validators,
): Promise<{
  readonly status: number
  readonly entries: readonly { readonly id: string; readonly title: string }[]
  readonly validators: Validators
}> {
  const memory = JSON.stringify(validators)
  return JSON.parse(await runAlongside(python, ['-c', pollScript, address, memory]))
}
