import { defineConfig } from 'vitest/config';

// The built panel in a plain browser, without an editor.
// oxlint-disable-next-line import/no-default-export -- vitest reads the default export of this file.
export default defineConfig({
  test: {
    include: ['test/e2e/page/**/*.e2e.ts'],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
