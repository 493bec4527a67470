import { defineConfig } from 'vitest/config';

// Every file starts a workbench of its own; one at a time, because each of them can use the whole machine.
// oxlint-disable-next-line import/no-default-export -- vitest reads the default export of this file.
export default defineConfig({
  test: {
    include: ['test/e2e/specs/**/*.e2e.ts'],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 20_000,
    // An editor takes its time on a busy machine; vitest's own patience of a second is for functions.
    expect: { poll: { timeout: 15_000 } },
  },
});
