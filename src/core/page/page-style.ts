/** The look of all pages: one column, the reader's own fonts, light or dark as the system is. */
export const pageStyle = `:root {
  color-scheme: light dark;
  --text: #1d1d1f;
  --quiet: #57575c;
  --paper: #fff;
  --shade: #f3f3f5;
  --line: #d0d0d6;
  --link: #0b57b0;
  --visited: #6a3a9e;
}

@media (prefers-color-scheme: dark) {
  :root {
    --text: #e8e8ea;
    --quiet: #adadb5;
    --paper: #17171a;
    --shade: #242428;
    --line: #45454c;
    --link: #8ab8ff;
    --visited: #c9a7f5;
  }
}

* {
  box-sizing: border-box;
}

html {
  background: var(--paper);
  color: var(--text);
  font: 1.0625rem/1.65 system-ui, sans-serif;
  -webkit-text-size-adjust: 100%;
  text-size-adjust: 100%;
}

body {
  margin: 0 auto;
  max-width: 42rem;
  padding: 1.5rem 1rem 3rem;
  overflow-wrap: break-word;
}

a {
  color: var(--link);
  text-underline-offset: 0.15em;
}

a:visited {
  color: var(--visited);
}

a:hover {
  text-decoration-thickness: 2px;
}

:focus-visible {
  outline: 3px solid var(--link);
  outline-offset: 2px;
}

h1,
h2,
h3,
h4,
h5,
h6 {
  line-height: 1.25;
  margin: 2em 0 0.5em;
  text-wrap: balance;
}

h1 {
  font-size: clamp(1.5rem, 1.15rem + 2vw, 1.9rem);
  margin-top: 0;
}

h2 {
  font-size: 1.35rem;
}

h3 {
  font-size: 1.15rem;
}

h4,
h5,
h6 {
  font-size: 1rem;
}

p,
ul,
ol,
dl,
pre,
figure,
blockquote,
details,
.wide {
  margin: 0 0 1em;
}

ul,
ol {
  padding-inline-start: 1.5em;
}

img,
video {
  height: auto;
  max-width: 100%;
}

audio {
  width: 100%;
}

blockquote {
  border-inline-start: 3px solid var(--line);
  color: var(--quiet);
  padding-inline-start: 1em;
}

caption {
  text-align: start;
}

figcaption,
caption,
small,
.about {
  color: var(--quiet);
  font-size: 0.9rem;
}

code,
kbd,
samp,
pre {
  direction: ltr;
  font: 0.9em/1.5 ui-monospace, monospace;
  unicode-bidi: isolate;
}

:not(pre) > code,
kbd,
samp {
  background: var(--shade);
  border-radius: 0.2em;
  padding: 0.1em 0.3em;
}

pre {
  background: var(--shade);
  border-radius: 0.3em;
  overflow-x: auto;
  padding: 0.8em 1em;
  tab-size: 4;
  text-align: left;
}

pre code {
  font-size: 1em;
}

.wide {
  overflow-x: auto;
}

table {
  border-collapse: collapse;
}

th,
td {
  border: 1px solid var(--line);
  padding: 0.35em 0.7em;
  vertical-align: top;
}

th:not([align]) {
  text-align: start;
}

th {
  background: var(--shade);
}

hr {
  border: 0;
  border-top: 1px solid var(--line);
  margin: 2em 0;
}

body > header {
  border-bottom: 1px solid var(--line);
  margin-bottom: 2rem;
}

body > header p {
  color: var(--quiet);
}

.site {
  font-weight: 600;
}

main > h1 {
  margin-bottom: 2rem;
}

main > article + article {
  border-top: 1px solid var(--line);
  margin-top: 1.5rem;
  padding-top: 1.5rem;
}

article > h2 {
  margin: 0 0 0.2em;
}

article > .about {
  margin-bottom: 0.4em;
}

article > header {
  margin-bottom: 2rem;
}

article > footer,
main > nav,
.subscribe {
  border-top: 1px solid var(--line);
  margin-top: 2.5rem;
  padding-top: 1.5rem;
}

.subscribe h2,
main > nav h2 {
  margin-top: 0;
}

.categories {
  display: flex;
  flex-wrap: wrap;
  gap: 0.3rem 1rem;
  list-style: none;
  padding: 0;
}

.categories li {
  max-width: 100%;
}

.categories a {
  display: inline-block;
  max-width: 100%;
  min-height: 1.5rem;
  min-width: 1.5rem;
}

body > footer {
  border-top: 1px solid var(--line);
  color: var(--quiet);
  font-size: 0.9rem;
  margin-top: 3rem;
  padding-top: 1rem;
}

@media print {
  :root {
    --text: #000;
    --quiet: #333;
    --paper: #fff;
    --shade: #fff;
    --line: #999;
    --link: #000;
    --visited: #000;
  }

  body {
    max-width: none;
    padding: 0;
  }

  main > nav,
  .subscribe,
  audio,
  video,
  .way {
    display: none;
  }

  .body a[href^='http']::after {
    content: ' (' attr(href) ')';
    font-size: 0.85em;
    overflow-wrap: anywhere;
  }

  pre {
    border: 1px solid var(--line);
    overflow-wrap: anywhere;
    white-space: pre-wrap;
  }

  .wide {
    overflow: visible;
  }

  th,
  td {
    font-size: 0.85em;
    overflow-wrap: anywhere;
    padding: 0.25em 0.4em;
  }

  h1,
  h2,
  h3,
  h4,
  h5,
  h6 {
    break-after: avoid;
  }

  figure,
  img,
  tr {
    break-inside: avoid;
  }
}
`
