// Each folder `test/golden/<case>` holds an inbox, optionally a `feed.yaml`, and the exact bytes that
// must be published from them at one fixed moment. `npm run test:update` writes `out` and `problems.txt`
// anew; what it changed is to be read before it is committed. A case without them fails.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { describe as describeProblem } from '../src/core/problem.ts'
import { silentLog } from '../src/log.ts'
import { Publisher } from '../src/publisher/publisher.ts'
import { loadSettingsOf, siteId } from './support/publication.ts'

const golden = join(import.meta.dirname, 'golden')
const isUpdate = process.env['UPDATE_GOLDEN'] === '1'
const nowMs = Date.UTC(2026, 0, 31, 12, 30, 15)
const work = mkdtempSync(join(tmpdir(), 'dropfeed-golden-'))

afterAll(() => rmSync(work, { recursive: true, force: true }))

const cases = readdirSync(golden).toSorted()

test('there are cases', () => {
  expect(cases.length).toBeGreaterThan(5)
})

test.for(cases)('%s is published as it always was', async (name) => {
  const folder = join(golden, name)
  const { files, problems } = await publish(name)
  const expected = join(folder, 'out')
  if (isUpdate) {
    rmSync(expected, { recursive: true, force: true })
    mkdirSync(expected)
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(expected, path)), { recursive: true })
      writeFileSync(join(expected, path), text)
    }
    writeFileSync(join(folder, 'problems.txt'), problems)
  }
  expect(Object.keys(files)).toEqual(existsSync(expected) ? listFiles(expected) : [])
  for (const [path, text] of Object.entries(files)) {
    expect(text, path).toBe(readFileSync(join(expected, path), 'utf8'))
  }
  expect(problems).toBe(readFileSync(join(folder, 'problems.txt'), 'utf8'))
})

function listFiles(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((item) => item.isFile() && !item.name.startsWith('.'))
    .map((item) => relative(folder, join(item.parentPath, item.name)))
    .toSorted()
}

async function publish(name: string) {
  const root = join(work, name)
  cpSync(join(golden, name), root, { recursive: true })
  rmSync(join(root, 'out'), { recursive: true, force: true })
  // A repository keeps no empty folder.
  mkdirSync(join(root, 'inbox'), { recursive: true })
  const settings = loadSettingsOf(root)
  const open = () =>
    Publisher.open(settings, { log: silentLog, now: () => nowMs, mintSiteId: () => siteId })
  await using publisher = await open()
  const report = await publisher.run({ kind: 'all' })
  const files: Record<string, string> = {}
  for (const path of listFiles(settings.out)) {
    files[path] = readFileSync(join(settings.out, path), 'utf8')
  }
  return {
    files,
    problems: report.problems.map((problem) => `${describeProblem(problem)}\n`).join(''),
  }
}
