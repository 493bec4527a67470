import { statSync } from 'node:fs';
import path from 'node:path';
import { root, vsixFile } from './paths.ts';
import { main, mustRun } from './processes.ts';

const limitBytes = 1.5 * 1024 * 1024;

await main(async () => {
  await mustRun(process.execPath, ['esbuild.mjs', '--production'], { cwd: root });
  const vsce = path.join(root, 'node_modules/@vscode/vsce/vsce');
  await mustRun(process.execPath, [vsce, 'package', '--no-dependencies', '--allow-missing-repository', '--out', vsixFile], { cwd: root });
  const { size } = statSync(vsixFile);
  process.stdout.write(`${path.relative(root, vsixFile)}: ${(size / 1024).toFixed(0)} KB of at most ${limitBytes / 1024} KB\n`);
  return size > limitBytes ? 1 : 0;
});
