import type { Site } from '../site.ts'
import { type Tongue, toTongue, toVoice, type Voice } from './tongue.ts'

/** What all pages have in common. */
export type PageSite = {
  readonly site: Site
  /** IANA name; dates are shown in it. */
  readonly timezone: string
  /** There is a `theme.css` beside `index.html`, to be loaded after the stylesheet. */
  readonly hasTheme: boolean
}

/** What other pages say of an article. */
export type Teaser = {
  readonly title: string
  /** Path below the base address, `articles/2026/01/title.html`, or an absolute address. */
  readonly path: string
  readonly publishedAtMs: number
  /** Plain text; may be empty. */
  readonly summary: string
  /** BCP 47 tag. */
  readonly language?: string | undefined
}

/** A category as pages name it. */
export type CategoryLink = {
  readonly label: string
  /** Folder below the base address, `categories/general/`, when the category has feeds. */
  readonly path?: string | undefined
  /** How many entries it has. */
  readonly count?: number | undefined
}

/** The languages of a page. */
export type Tongues = {
  /** That of `<html>`: whatever does not say another one is in it. */
  readonly page: Tongue
  /** That of the title and the subtitle of the site. */
  readonly site: Tongue
  /** The page's own words, outside of articles. */
  readonly voice: Voice
}

/** @param language that of the page, when it is not that of the site */
export function toTongues(site: Site, language?: string): Tongues {
  const voice = toVoice(site.language)
  const ofSite = site.language === undefined ? voice.tongue : toTongue(site.language)
  return { page: language === undefined ? ofSite : toTongue(language), site: ofSite, voice }
}

/** From a page to the folder of `index.html`: `../` for each folder that it is in. */
export function toRoot(path: string): string {
  return '../'.repeat(path.split('/').length - 1)
}

/**
 * Writes a path below the base address as a link from a page. A folder is named by its page, so that links also
 * work without a server; an absolute address stays as it is.
 */
export function toHref(root: string, path: string): string {
  if (/^https?:\/\//i.test(path)) return path
  return `${root}${toUrlPath(path)}${path === '' || path.endsWith('/') ? 'index.html' : ''}`
}

/** The absolute address of a path below the base address. */
export function toAddress(site: Site, path: string): string {
  return new URL(toUrlPath(path), site.baseUrl).href
}

/** Of characters that stay as they are. */
const urlPath = /^[\w./~-]*$/

function toUrlPath(path: string): string {
  if (urlPath.test(path)) return path
  const names = path.split('/').map((name) => encodeURIComponent(name))
  return names.join('/')
}

/** An address that may become a link; `undefined` for one that could be a program. */
export function toWebAddress(address: string | undefined): string | undefined {
  return address !== undefined && /^https?:\/\//i.test(address) ? address : undefined
}
