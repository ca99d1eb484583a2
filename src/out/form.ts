import type { IncomingMessage, ServerResponse } from 'node:http'
import { answers, plainAnswer } from './responses.ts'
import type { Answer } from './responses.ts'

/** Where forms are taken, and by whom. */
export type FormTaker = {
  /** Below `out/`; no file has it. */
  readonly path: string
  /** @returns what to answer, in one plain sentence */
  readonly take: (form: string) => Promise<{ readonly status: number; readonly sentence: string }>
}

const formBytesMax = 8192

/** Source: RFC 9112 §6.3. */
export function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length']
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0')
}

export function isFormPath(url: string, { path }: FormTaker): boolean {
  return (
    url.startsWith(`/${path}`) && (url.length === path.length + 1 || url[path.length + 1] === '?')
  )
}

/**
 * Reads a small form and gives it to who takes it. The time that a whole request may take is the server's.
 * @returns nothing for a client that went away
 */
export function takeForm(
  request: IncomingMessage,
  response: ServerResponse,
  { take }: FormTaker,
): Answer | Promise<Answer | undefined> {
  const { method, headers } = request
  if (method !== 'POST') return hasBody(request) ? answers.bodyRefused : answers.formOnly
  const type = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase()
  if (type !== 'application/x-www-form-urlencoded') return answers.formUnknown
  if (Number(headers['content-length'] ?? 0) > formBytesMax) return answers.formTooLarge
  if (headers.expect !== undefined) response.writeContinue()
  return readForm(request).then(async (form) => {
    if (typeof form !== 'string') return form
    const { status, sentence } = await take(form)
    return plainAnswer(status, sentence, ['Cache-Control', 'no-store'])
  })
}

async function readForm(request: IncomingMessage): Promise<string | Answer | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | Answer | undefined>()
  const parts: Uint8Array[] = []
  let length = 0
  request.on('data', (part: Uint8Array) => {
    length += part.length
    // What is too much is read past and not kept, until the answer closes the connection.
    if (length > formBytesMax) resolve(answers.formTooLarge)
    else parts.push(part)
  })
  request.on('end', () => resolve(Buffer.concat(parts).toString()))
  request.on('error', () => resolve(undefined))
  request.on('close', () => resolve(undefined))
  return await promise
}
