import { defineConfig } from 'vitest/config';

// One file at a time, because each of them can use the whole machine.
// oxlint-disable-next-line import/no-default-export -- vitest reads the default export of this file.
export default defineConfig({
  test: {
    // page: the built panel in a plain browser; specs: the whole extension in a real editor.
    include: ['test/e2e/{page,specs}/**/*.e2e.ts'],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 20_000,
    // An editor takes its time on a busy machine; vitest's own patience of a second is for functions.
    expect: { poll: { timeout: 15_000 } },
  },
});
