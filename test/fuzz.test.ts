import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { fuzz } from './fuzz/article.ts'
import { Mutator } from './fuzz/mutator.ts'
import { xssVectors } from './support/xss-vectors.ts'

// `npm run fuzz` is led by coverage and takes minutes; here is what it once found, and a little of what it tries.

const folder = fileURLToPath(new URL('fuzz/seeds/', import.meta.url))
const found = globSync('*', { cwd: folder }).toSorted()
const vectors = xssVectors.flatMap((text) =>
  [0, 1, 2].map((format) => Buffer.concat([Buffer.of(format), Buffer.from(text)])),
)

test('what once broke the reader of articles does so no more', () => {
  for (const name of found) fuzz(readFileSync(`${folder}${name}`))
  expect(found).not.toEqual([])
})

test('whatever a file holds, its article is clean, balanced, and stays as it is when cleaned again', () => {
  for (const vector of vectors) expect(() => fuzz(vector)).not.toThrow()
  const mutator = new Mutator(20_240_101, 1_000)
  for (let count = 0; count < 2_000; count += 1) {
    const data = mutator.next(vectors)
    expect(() => fuzz(data), Buffer.from(data).toString('base64')).not.toThrow()
  }
})
