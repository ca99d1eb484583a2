import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    root: fileURLToPath(new URL('..', import.meta.url)),
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    // Most of a test's time is spent waiting for other programs.
    maxWorkers: 3,
    testTimeout: process.env['TEST_LONG'] === undefined ? 60_000 : 600_000,
    hookTimeout: 60_000,
    // The suite must give the same bytes wherever it runs: the machine's own zone is never asked.
    env: { TZ: 'America/St_Johns' },
  },
})
