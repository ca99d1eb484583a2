import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The version of the Hugo that is installed; `undefined` when there is none. */
export function findHugo(): string | undefined {
  const { status, stdout } = spawnSync('hugo', ['version'], { encoding: 'utf8' })
  return status === 0 ? /v[\d.]+/.exec(stdout)?.[0] : undefined
}

export type HugoKind = 'main' | 'all'

/**
 * Writes a site that gives what dropfeed gives, and no more: a page for each article, an index of the
 * newest 50 and one feed of them with full content; `all` adds index and feed of each tag. Where the two
 * differ Hugo has less to do: one feed format of three, no archive, no links to neighbours.
 */
export function writeHugoSite(site: string): void {
  const files = {
    'main.toml': toConfig('["taxonomy", "term", "section", "sitemap", "robotsTXT", "404"]'),
    'all.toml': toConfig('["section", "sitemap", "robotsTXT", "404"]'),
    'layouts/_default/single.html': page,
    'layouts/_default/list.html': list,
    'layouts/_default/rss.xml': feed,
  }
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(site, name)), { recursive: true })
    writeFileSync(join(site, name), text)
  }
}

/** The words of Hugo's command line. */
export function toHugoWords(site: string, destination: string, kind: HugoKind): readonly string[] {
  const words = ['--quiet', '--config', `${kind}.toml`, '--source', site]
  return [...words, '--destination', destination, '--cacheDir', join(site, 'cache')]
}

function toConfig(disabled: string): string {
  return `baseURL = "http://localhost/"
title = "Bench"
languageCode = "en"
timeZone = "UTC"
disableKinds = ${disabled}
[taxonomies]
tag = "tags"
[outputs]
home = ["HTML", "RSS"]
taxonomy = ["HTML"]
term = ["HTML", "RSS"]
`
}

const page = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{{ .Title }}</title>
<link rel="alternate" type="application/rss+xml" href="/index.xml"></head>
<body><article><h1>{{ .Title }}</h1>
<time datetime="{{ .Date.Format "2006-01-02T15:04:05Z07:00" }}">{{ .Date.Format "2 January 2006" }}</time>
{{ .Content }}
<ul>{{ range .Params.tags }}<li><a href="/tags/{{ urlize . }}/">{{ . }}</a></li>{{ end }}</ul>
</article></body>
</html>
`

const list = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{{ .Title }}</title>
<link rel="alternate" type="application/rss+xml" href="index.xml"></head>
<body><h1>{{ .Title }}</h1><ul>
{{ range first 50 (cond .IsHome .Site.RegularPages .Pages) }}<li><a href="{{ .RelPermalink }}">{{ .Title }}</a></li>
{{ end }}</ul></body>
</html>
`

const feed = `{{ printf "<?xml version=\\"1.0\\" encoding=\\"utf-8\\"?>" | safeHTML }}
<rss version="2.0"><channel><title>{{ .Title }}</title><link>{{ .Permalink }}</link><description>Bench</description>
{{ range first 50 (cond .IsHome .Site.RegularPages .Pages) }}<item><title>{{ .Title }}</title><link>{{ .Permalink }}</link><guid>{{ .Permalink }}</guid>
<pubDate>{{ .Date.Format "Mon, 02 Jan 2006 15:04:05 -0700" | safeHTML }}</pubDate><description>{{ .Content | html }}</description></item>
{{ end }}</channel></rss>
`
