import path from 'node:path';
import { defineConfig } from 'vitest/config';

// Unit tests: plain Node, no display, seconds. End-to-end specs have their own configuration in test/e2e.
// oxlint-disable-next-line import/no-default-export -- vitest reads the default export of this file.
export default defineConfig({
  // What imports the editor's API gets a stand-in: there is no editor in plain Node.
  resolve: { alias: { vscode: path.resolve(import.meta.dirname, 'test/support/vscode.ts') } },
  test: {
    include: ['test/unit/**/*.test.{ts,tsx}'],
    testTimeout: 20_000,
    reporters: process.env['CI'] === undefined ? ['default'] : ['dot'],
  },
});
