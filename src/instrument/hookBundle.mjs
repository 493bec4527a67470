import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** How esbuild makes the one file of the Node hook, for the extension and for tests. */
export const hookBundle = {
  entryPoints: [path.join(path.dirname(fileURLToPath(import.meta.url)), 'node/hook/hook.ts')],
  bundle: true,
  platform: 'node',
  format: 'cjs',
  // Programs run on older Nodes than the editor does.
  target: 'node18',
  minify: true,
  sourcemap: false,
  keepNames: false,
  // Tests replace the global clock and timers. Ours go on, and are no timers of theirs.
  banner: { js: '"use strict";const{setTimeout,clearTimeout,setImmediate,Date,performance}=globalThis;' },
};
