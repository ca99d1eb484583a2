/**
 * The look of RSS and Atom that a browser shows as they are: the headline for people first (the one XHTML
 * element of the document), then the entries with title, date and summary. What is for programs is hidden; so is
 * the full text, of which a browser would show the tags.
 */
export const feedStyle = `@namespace html 'http://www.w3.org/1999/xhtml';

:root {
  color-scheme: light dark;
  --text: #1d1d1f;
  --quiet: #57575c;
  --paper: #fff;
  --shade: #eef4fc;
  --line: #d0d0d6;
  --link: #0b57b0;
  background: var(--paper);
  color: var(--text);
  font: 1.0625rem/1.65 system-ui, sans-serif;
}

@media (prefers-color-scheme: dark) {
  :root {
    --text: #e8e8ea;
    --quiet: #adadb5;
    --paper: #17171a;
    --shade: #1f2a3a;
    --line: #45454c;
    --link: #8ab8ff;
  }
}

rss,
feed {
  display: block;
  overflow-wrap: break-word;
}

channel,
feed {
  box-sizing: border-box;
  display: flex;
  flex-direction: column;
  margin: 0 auto;
  max-width: 42rem;
  padding: 1.5rem 1rem 3rem;
}

channel > *,
feed > *,
item > *,
entry > * {
  display: none;
}

channel > html|div,
feed > html|div {
  background: var(--shade);
  border-radius: 0.4em;
  display: block;
  margin-bottom: 2rem;
  order: -1;
  padding: 1em 1.2em;
}

html|div > * {
  margin-block: 0 0.5em;
}

html|div > html|h1 {
  font-size: 1.35rem;
  line-height: 1.25;
}

html|div > :last-child {
  margin-block-end: 0;
}

html|a {
  color: var(--link);
  text-underline-offset: 0.15em;
}

html|a:focus-visible {
  outline: 3px solid var(--link);
  outline-offset: 2px;
}

channel > title,
feed > title {
  display: block;
  font-size: clamp(1.5rem, 1.15rem + 2vw, 1.9rem);
  font-weight: 700;
  line-height: 1.25;
  unicode-bidi: plaintext;
}

channel:has(> html|div.subtitled) > description,
feed > subtitle {
  color: var(--quiet);
  display: block;
  unicode-bidi: plaintext;
}

item,
entry {
  border-top: 1px solid var(--line);
  display: flex;
  flex-direction: column;
  margin-top: 1.5rem;
  min-width: 0;
  padding-top: 1.5rem;
}

item > title,
entry > title {
  display: block;
  font-size: 1.35rem;
  font-weight: 700;
  line-height: 1.25;
  order: 1;
  unicode-bidi: plaintext;
}

item > pubDate,
entry > published {
  color: var(--quiet);
  display: block;
  font-size: 0.9rem;
  margin: 0.2rem 0 0.4rem;
  order: 2;
}

item > description,
entry > summary {
  display: block;
  order: 3;
  unicode-bidi: plaintext;
}

item > link,
entry > link[rel='alternate'] {
  color: var(--quiet);
  display: block;
  font-size: 0.9rem;
  margin-top: 0.4rem;
  order: 4;
  overflow-wrap: anywhere;
}

entry > link[rel='alternate']::before {
  content: attr(href);
}

channel > html|div,
channel > title,
channel > description,
item > *,
feed > html|div,
feed > title,
feed > subtitle,
entry > * {
  min-width: 0;
}

@media print {
  channel > html|div,
  feed > html|div {
    display: none;
  }
}
`
