import { ftruncateSync, closeSync, openSync, mkdirSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { runProgram } from './support/program.ts'
import { Publication } from './support/publication.ts'
import { makeTemporaryFolder } from './support/temporary-folder.ts'

// What a terminal obeys: escape sequences in seven and eight bits, carriage returns, bells, directions, and characters
// that are not seen.
const orders = [
  '\u001b[31m',
  '\u001b]0;owned\u0007',
  '\u001b[2J',
  '\u009b31m',
  '\u0090q\u009c',
  '\r',
  '\b',
  '\u0007',
  '\u202e',
  '\u2066',
  '\u200b',
  '\u2028',
  '\ufeff',
]
const obeyed = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u

test('nothing that a terminal obeys comes through, from a name, a folder, a value or a text', async () => {
  using folder = makeTemporaryFolder()
  writeFileSync(folder.at('feed.yaml'), 'title: Test\ntimezone: UTC\n')
  for (const [number, order] of orders.entries()) {
    const below = folder.at(`inbox/folder${order}${number}`)
    mkdirSync(below, { recursive: true })
    writeFileSync(
      `${below}/text${order}.txt`,
      `A title ${order} of ${number}\n\nText ${order} of ${number}.\n`,
    )
    writeFileSync(
      `${below}/copy${order}.txt`,
      `A title ${order} of ${number}\n\nText ${order} of ${number}.\n`,
    )
    writeFileSync(`${below}/pdf${order}.p${order}df`, 'x')
    for (const key of ['title', 'date', 'lang', 'link', 'id', 'draft', 'tags', 'author', 'slug']) {
      const value = JSON.stringify(`${number} ${order} value`)
      const text = `---\n${key}: ${value}\n---\n\n# Heading ${order} of ${key} ${number}\n\nText.\n`
      writeFileSync(`${below}/${key}${order}.md`, text)
      const later = `---\n${key}: x${order}\ndate: 2999-01-01\n---\n\nScheduled ${order} ${key} ${number}.\n`
      writeFileSync(`${below}/later-${key}${order}.md`, later)
    }
  }
  for (const words of [
    ['build'],
    ['check'],
    ['status'],
    ['confirm'],
    ['build', '--json'],
    ['check', '--json'],
    ['status', '--json'],
  ]) {
    const { code, stdout, stderr } = await runProgram(folder.path, words)
    expect([0, 3]).toContain(code)
    for (const line of `${stdout}\n${stderr}`.split('\n')) expect(line).not.toMatch(obeyed)
  }
})

test('100 MB of one character are refused by their size, without being read', async () => {
  await using publication = Publication.make()
  publication.write('good.md', '# Good\n\nThis one is published.\n')
  publication.write('large.txt', '')
  const file = openSync(publication.path('large.txt'), 'r+')
  ftruncateSync(file, 100_000_000)
  closeSync(file)
  const before = process.memoryUsage().arrayBuffers
  const report = await publication.run()
  expect(report.problems).toMatchObject([{ code: 'file-too-large', found: '100000000 bytes' }])
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50_000_000)
  expect(publication.items().map(({ title }) => title)).toEqual(['Good'])
})
