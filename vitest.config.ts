import { defineConfig } from 'vitest/config';

// Unit tests: plain Node, no display, seconds. End-to-end specs have their own configuration in test/e2e.
// oxlint-disable-next-line import/no-default-export -- vitest reads the default export of this file.
export default defineConfig({
  test: {
    include: ['test/unit/**/*.test.{ts,tsx}'],
    testTimeout: 20_000,
    reporters: process.env['CI'] === undefined ? ['default'] : ['dot'],
  },
});
