import type { DatabaseSync } from 'node:sqlite'

/**
 * The steps from an empty database to the present schema. A step that was released is never edited:
 * what changes later is a further step.
 */
const steps: readonly string[] = [
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
]

/**
 * Brings a database to the present schema.
 * @throws Error when a newer dropfeed has written it
 */
export function migrate(database: DatabaseSync, file: string): void {
  const found = Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0)
  if (found > steps.length) {
    throw new Error(`${file} was written by a newer dropfeed; use that one, or remove the file`)
  }
  for (const [index, step] of steps.entries()) {
    if (index < found) continue
    database.exec(`BEGIN; ${step}; PRAGMA user_version = ${index + 1}; COMMIT`)
  }
}
