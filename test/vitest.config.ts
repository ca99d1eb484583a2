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
    env: {
      // The suite must give the same bytes wherever it runs: the machine's own zone is never asked.
      TZ: 'America/St_Johns',
      // Threads find their modules without types, as those of the program do: Node takes types out by WebAssembly, and
      // as many threads come and go with it, V8 now and then ends the process ("jit_page.has_value()").
      NODE_COMPILE_CACHE: fileURLToPath(
        new URL('../node_modules/.cache/dropfeed', import.meta.url),
      ),
    },
  },
})
