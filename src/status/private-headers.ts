import { createHash } from 'node:crypto'
import { inline } from './page.ts'

function toSource(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}

/** Only what stands in the page itself, to the letter, and only this server. */
const policy = [
  "default-src 'none'",
  `style-src ${toSource(inline.style)}`,
  `script-src ${toSource(inline.script)}`,
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** What each answer says: nobody keeps it, frames it, reads it from elsewhere, or learns its address. */
export const privateHeaders = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': policy,
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
} as const
