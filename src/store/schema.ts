import type { DatabaseSync } from 'node:sqlite'

/**
 * The steps from an empty database to the present schema. A step that was released is never edited:
 * what changes later is a further step.
 */
export const schemaSteps: readonly string[] = [
  `
  CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE entry (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL,
    title TEXT NOT NULL,
    language TEXT,
    published_at_ms INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL UNIQUE,
    updated_from_ms INTEGER NOT NULL,
    arrived_at_ms INTEGER NOT NULL,
    deleted_at_ms INTEGER,
    expires_at_ms INTEGER,
    permalink TEXT UNIQUE,
    article_key TEXT NOT NULL,
    visible_key TEXT NOT NULL,
    sketch BLOB NOT NULL,
    path TEXT
  ) STRICT;
  CREATE INDEX entry_newest ON entry (published_at_ms DESC, id) WHERE state = 'live';
  CREATE INDEX entry_scheduled ON entry (published_at_ms) WHERE state = 'scheduled';
  CREATE INDEX entry_expiring ON entry (expires_at_ms) WHERE expires_at_ms IS NOT NULL AND state = 'live';
  CREATE INDEX entry_deleted ON entry (deleted_at_ms) WHERE deleted_at_ms IS NOT NULL;
  CREATE INDEX entry_article ON entry (article_key);
  CREATE INDEX entry_updated_from ON entry (updated_from_ms, updated_at_ms);
  CREATE INDEX entry_path ON entry (path);
  CREATE INDEX entry_recovered ON entry (key) WHERE state = 'recovered';

  -- The article of an entry that is not retracted, as JSON.
  CREATE TABLE content (
    entry INTEGER PRIMARY KEY REFERENCES entry,
    article TEXT NOT NULL
  ) STRICT;

  -- What was rendered for the documents that are published now.
  CREATE TABLE rendering (
    entry INTEGER PRIMARY KEY REFERENCES entry,
    rss TEXT NOT NULL,
    atom TEXT NOT NULL,
    json TEXT NOT NULL
  ) STRICT;

  CREATE TABLE category (
    term TEXT PRIMARY KEY,
    label TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE file (
    path TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    stamp TEXT NOT NULL,
    identity TEXT NOT NULL,
    bytes_key TEXT NOT NULL,
    entry INTEGER REFERENCES entry,
    article_key TEXT,
    problems TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX file_copies ON file (article_key) WHERE state = 'copy';
  CREATE INDEX file_missing ON file (path) WHERE state = 'missing';
  CREATE INDEX file_problems ON file (path) WHERE problems IS NOT NULL;
  `,
  `
  -- Archive pages, and what the window of the main feed holds as published.
  ALTER TABLE entry ADD COLUMN archive_page INTEGER;
  ALTER TABLE entry ADD COLUMN in_window INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX entry_archive_page ON entry (archive_page) WHERE archive_page IS NOT NULL;
  CREATE INDEX entry_unarchived ON entry (published_at_ms, id)
    WHERE state = 'live' AND archive_page IS NULL AND in_window = 0;
  CREATE INDEX entry_in_window ON entry (key) WHERE in_window = 1;
  CREATE INDEX entry_arrived ON entry (arrived_at_ms) WHERE state = 'live';

  -- How many entries an archive page was ever given; it is closed when the next one has some. The
  -- file names that tell of it are kept, the one before for readers who are just walking.
  CREATE TABLE archive_page (
    page INTEGER PRIMARY KEY,
    given INTEGER NOT NULL,
    file TEXT,
    file_before TEXT
  ) STRICT;

  -- The live entries of each category.
  CREATE TABLE membership (
    term TEXT NOT NULL,
    published_at_ms INTEGER NOT NULL,
    entry INTEGER NOT NULL REFERENCES entry,
    PRIMARY KEY (term, published_at_ms DESC, entry)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX membership_entry ON membership (entry);

  ALTER TABLE category ADD COLUMN entries INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE category ADD COLUMN slug TEXT;
  CREATE UNIQUE INDEX category_slug ON category (slug) WHERE slug IS NOT NULL;
  CREATE INDEX category_common ON category (entries DESC, term) WHERE entries > 0;

  -- What the documents in out/ do not tell yet; written with the change, removed when it is published.
  CREATE TABLE stale (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (kind, name)
  ) STRICT, WITHOUT ROWID;

  -- Categories and documents of what is known already are made anew.
  DELETE FROM meta WHERE name = 'rendering-rules';
  `,
  `
  -- The latest arrivals of a category are found without walking those of all.
  ALTER TABLE membership ADD COLUMN arrived_at_ms INTEGER NOT NULL DEFAULT 0;
  UPDATE membership SET arrived_at_ms = (SELECT arrived_at_ms FROM entry WHERE key = membership.entry);
  CREATE INDEX membership_arrived ON membership (term, arrived_at_ms DESC, entry);
  `,
  `
  -- Rendering a window anew at a start costs less than keeping what was rendered.
  DROP TABLE rendering;
  `,
  `
  -- Categories by number, and each entry with the numbers of its own: a tree less to keep for each of them.
  ALTER TABLE category RENAME TO category_by_term;
  CREATE TABLE category (
    key INTEGER PRIMARY KEY,
    term TEXT NOT NULL UNIQUE,
    label TEXT NOT NULL,
    entries INTEGER NOT NULL DEFAULT 0,
    slug TEXT
  ) STRICT;
  INSERT INTO category (term, label, entries, slug)
    SELECT term, label, entries, slug FROM category_by_term;
  ALTER TABLE membership RENAME TO membership_by_term;
  CREATE TABLE membership (
    category INTEGER NOT NULL,
    published_at_ms INTEGER NOT NULL,
    entry INTEGER NOT NULL,
    arrived_at_ms INTEGER NOT NULL,
    PRIMARY KEY (category, published_at_ms DESC, entry)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO membership (category, published_at_ms, entry, arrived_at_ms)
    SELECT category.key, published_at_ms, entry, arrived_at_ms
    FROM membership_by_term JOIN category USING (term);
  ALTER TABLE entry ADD COLUMN categories TEXT NOT NULL DEFAULT '';
  UPDATE entry SET categories = coalesce((SELECT group_concat(category.key, ' ')
    FROM membership_by_term JOIN category USING (term) WHERE entry = entry.key), '');
  DROP TABLE membership_by_term;
  DROP TABLE category_by_term;
  CREATE UNIQUE INDEX category_slug ON category (slug) WHERE slug IS NOT NULL;
  CREATE INDEX category_common ON category (entries DESC, term) WHERE entries > 0;

  -- What arrived when it was published is found by that; only what came later needs more.
  CREATE INDEX membership_late ON membership (category, arrived_at_ms DESC, entry)
    WHERE arrived_at_ms <> published_at_ms;
  DROP INDEX entry_arrived;
  CREATE INDEX entry_late ON entry (arrived_at_ms)
    WHERE state = 'live' AND arrived_at_ms <> published_at_ms;

  -- Both are asked for few entries only.
  DROP INDEX entry_path;
  CREATE INDEX entry_retracted ON entry (path) WHERE state = 'retracted';
  DROP INDEX entry_updated_from;
  CREATE INDEX entry_moved ON entry (updated_from_ms, updated_at_ms)
    WHERE updated_from_ms <> updated_at_ms;
  `,
  `
  -- The digest of each feed as it is, and the digest that each hub was told of.
  CREATE TABLE topic (
    path TEXT PRIMARY KEY,
    digest TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE announcement (
    hub TEXT NOT NULL,
    path TEXT NOT NULL,
    digest TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_at_ms INTEGER NOT NULL DEFAULT 0,
    repeats INTEGER NOT NULL DEFAULT 0,
    repeat_at_ms INTEGER,
    PRIMARY KEY (hub, path)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE hub (
    address TEXT PRIMARY KEY,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_at_ms INTEGER NOT NULL DEFAULT 0,
    failing_since_ms INTEGER,
    is_left_out INTEGER NOT NULL DEFAULT 0,
    answered_at_ms INTEGER,
    answer TEXT
  ) STRICT, WITHOUT ROWID;

  -- For the built-in hub: which version of which entry each feed shows, has shown lately, or showed
  -- until it was deleted, numbered in the order in which that came about.
  CREATE TABLE feed_change (
    folder TEXT NOT NULL,
    id TEXT NOT NULL,
    number INTEGER NOT NULL,
    version INTEGER NOT NULL,
    kind TEXT NOT NULL,
    PRIMARY KEY (folder, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX feed_change_number ON feed_change (folder, number);
  CREATE TABLE feed_newest (
    folder TEXT PRIMARY KEY,
    number INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- Who is told of which feed, and up to which change that was done.
  CREATE TABLE subscription (
    callback TEXT NOT NULL,
    path TEXT NOT NULL,
    folder TEXT NOT NULL,
    host TEXT NOT NULL,
    secret TEXT,
    expires_at_ms INTEGER NOT NULL,
    told INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_at_ms INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (callback, path)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX subscription_folder ON subscription (folder, told);
  CREATE INDEX subscription_host ON subscription (host);
  CREATE INDEX subscription_expiring ON subscription (expires_at_ms);

  -- What was asked for and is still to be verified with the one it is asked for.
  CREATE TABLE verification (
    callback TEXT NOT NULL,
    path TEXT NOT NULL,
    host TEXT NOT NULL,
    mode TEXT NOT NULL,
    secret TEXT,
    lease_s INTEGER NOT NULL,
    reason TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_at_ms INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (callback, path)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX verification_host ON verification (host);
  CREATE INDEX verification_next ON verification (next_at_ms);
  `,
  `
  -- The versions of entries that a feed document holds now, and what each version of it had that the one
  -- before had not: digests, in a list with spaces.
  CREATE TABLE document (
    path TEXT PRIMARY KEY,
    number INTEGER NOT NULL,
    hash TEXT NOT NULL,
    parts TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE generation (
    path TEXT NOT NULL,
    number INTEGER NOT NULL,
    hash TEXT NOT NULL,
    fresh TEXT NOT NULL,
    PRIMARY KEY (path, number)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- What became of files is counted without those that are simply published.
  CREATE INDEX file_other ON file (state) WHERE state <> 'entry';
  `,
  `
  -- Deflated, the article takes a third; where this is missing the text is there, of an earlier version.
  ALTER TABLE content ADD COLUMN deflated BLOB;
  `,
  `
  -- Whether all pages are there is asked folder by folder at each start, without reading an entry.
  CREATE INDEX entry_page ON entry (permalink, id) WHERE state = 'live';
  `,
  `
  -- Which version of which entry stands where in the feeds of a folder, so that it can be taken from there.
  CREATE TABLE pieces (
    folder TEXT PRIMARY KEY,
    list TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- The entries that were deleted out of a category, the latest.
  CREATE TABLE burial (
    category INTEGER NOT NULL,
    deleted_at_ms INTEGER NOT NULL,
    entry INTEGER NOT NULL,
    PRIMARY KEY (category, deleted_at_ms DESC, entry)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX burial_entry ON burial (entry);
  `,
  `
  -- A row of more than a thousand bytes takes a page of its own in a table without row ids.
  DROP TABLE pieces;
  CREATE TABLE pieces (
    folder TEXT PRIMARY KEY,
    list TEXT NOT NULL
  ) STRICT;
  `,
]

/**
 * Brings a database to the present schema.
 * @throws Error when a newer dropfeed has written it
 */
export function migrate(database: DatabaseSync, file: string): void {
  const found = Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0)
  if (found > schemaSteps.length) {
    throw new Error(`${file} was written by a newer dropfeed; use that one, or remove the file`)
  }
  for (const [index, step] of schemaSteps.entries()) {
    if (index < found) continue
    database.exec(`BEGIN; ${step}; PRAGMA user_version = ${index + 1}; COMMIT`)
  }
}
