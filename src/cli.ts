#!/usr/bin/env -S node --max-semi-space-size=8 --expose-gc
// Young objects get 3 x 8 MB, not 3 x 32: a third less memory in all, in the same time.
import { keepCompiled } from './cli/compiled.ts'

// Only what is loaded after this is kept.
keepCompiled()
await import('./cli/main.ts')
