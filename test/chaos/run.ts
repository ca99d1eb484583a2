// Treats publications badly in full size, and prints what became of them: `npm run test:chaos`.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ChaosRow } from '../support/chaos-table.ts'

const suites = [
  'chaos',
  'disk',
  'one-writer',
  'continuity',
  'bursts',
  'inbox-stress',
  'vanishing',
  'interrupted',
  'xss',
  'hostile',
  'bad-input',
]

const folder = mkdtempSync(join(tmpdir(), 'dropfeed-chaos-'))
const table = join(folder, 'rows')
try {
  const { status } = spawnSync(
    process.execPath,
    [
      fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url)),
      'run',
      '--config',
      'test/vitest.config.ts',
      ...suites.map((suite) => `test/${suite}`),
    ],
    {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      env: { TEST_LONG: '1', ...process.env, CHAOS_TABLE: table },
      stdio: 'inherit',
    },
  )
  const rows = readRows()
  process.stdout.write(`${toTable(rows)}\n`)
  const isHarmed = rows.some(({ lost, doubled, half, changedIds }) => {
    return lost + doubled + half + changedIds > 0
  })
  process.exitCode = status === 0 && !isHarmed ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function readRows(): readonly ChaosRow[] {
  if (!existsSync(table)) return []
  const lines = readFileSync(table, 'utf8').trim().split('\n')
  // Written by `report` from the same type.
  return lines.map((line) => JSON.parse(line) as ChaosRow)
}

function toTable(rows: readonly ChaosRow[]): string {
  const heads = ['what', 'times', 'lost', 'doubled', 'half', 'changed ids']
  const cells = rows.map(({ what, times, lost, doubled, half, changedIds }) =>
    [what, times, lost, doubled, half, changedIds].map(String),
  )
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...cells.map((row) => row[column]?.length ?? 0)),
  )
  const toLine = (row: readonly string[]) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0
        return column === 0 ? cell.padEnd(width) : cell.padStart(width)
      })
      .join('  ')
  return [heads, ...cells].map(toLine).join('\n')
}
