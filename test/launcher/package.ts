import { readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root, vsixFile } from './paths.ts';
import { main, mustRun } from './processes.ts';

const packagedReadme = path.join('dist', 'README.md');

/** The page of the installed extension can show neither pictures nor files of the project, so it goes without. */
function writePackagedReadme(): void {
  const page = readFileSync(path.join(root, 'README.md'), 'utf8')
    .replaceAll(/^!\[[^\]]*\]\([^)]*\)\n\n?/gm, '')
    .replaceAll(/\[([^\]]+)\]\((?!https?:)[^)]+\)/g, '$1');
  writeFileSync(path.join(root, packagedReadme), page);
}

const limitBytes = 1.5 * 1024 * 1024;

await main(async () => {
  await mustRun(process.execPath, ['esbuild.mjs', '--production'], { cwd: root });
  writePackagedReadme();
  const vsce = path.join(root, 'node_modules/@vscode/vsce/vsce');
  await mustRun(process.execPath, [vsce, 'package', '--no-dependencies', '--allow-missing-repository', '--readme-path', packagedReadme, '--out', vsixFile], { cwd: root });
  const { size } = statSync(vsixFile);
  process.stdout.write(`${path.relative(root, vsixFile)}: ${(size / 1024).toFixed(0)} KB of at most ${limitBytes / 1024} KB\n`);
  return size > limitBytes ? 1 : 0;
});
