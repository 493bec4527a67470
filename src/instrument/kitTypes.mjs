import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const folder = path.dirname(fileURLToPath(import.meta.url));
const compiler = path.resolve(folder, '../../node_modules/typescript/bin/tsc');
const options = [
  '--ignoreConfig', '--declaration', '--emitDeclarationOnly', '--stripInternal', '--strict', '--skipLibCheck', '--types', 'node',
  '--target', 'es2024', '--module', 'esnext', '--moduleResolution', 'bundler', '--allowImportingTsExtensions',
];
const importLine = /^(?:import|export)(?: type)? \{[^}]*\} from '(.+)\.ts';\n/gm;
const functionLine = /^(?:\/\*\*(?:(?!\*\/)[^])*\*\/\n)?declare function (\w+).*\n/gm;
const exportLine = /^export (type )?\{([^}]*)\} from '.+';$/gm;

/**
 * The types of the agent kit as one file, so that it travels beside the one file of code: the compiler's declarations
 * of all modules that the entry reaches, one after another, of which only what the entry exports is exported.
 */
export function kitTypes() {
  const out = mkdtempSync(path.join(tmpdir(), 'kit-types-'));
  try {
    execFileSync(process.execPath, [compiler, ...options, '--outDir', out, path.join(folder, 'node/spanscope.ts')], { stdio: 'pipe' });
    const entry = readFileSync(path.join(out, 'spanscope.d.ts'), 'utf8');
    const exported = [...entry.matchAll(exportLine)].map(([, type = '', names]) => `export ${type}{${names}};`);
    const names = new Set(exported.join().match(/\w+/g));
    const modules = reachable(out, 'spanscope').slice(1).map((name) => body(path.join(out, `${name}.d.ts`)));
    // Only functions are left out by name: other declarations may be needed by what is exported.
    const all = `${modules.join('\n')}\n`.replace(functionLine, (whole, name) => (names.has(name) ? whole : ''));
    return `${all}${exported.join('\n')}\n`;
  } finally {
    rmSync(out, { recursive: true });
  }
}

/** Names of the modules, the entry first, each after the one that first mentions it. */
function reachable(out, entry) {
  const found = [entry];
  for (const name of found) {
    for (const [, target] of readFileSync(path.join(out, `${name}.d.ts`), 'utf8').matchAll(importLine)) {
      const next = path.posix.join(path.posix.dirname(name), target);
      if (!found.includes(next)) found.push(next);
    }
  }
  return found;
}

function body(file) {
  return readFileSync(file, 'utf8').replace(importLine, '').replace(/^export (?=declare|interface|type)/gm, '').trim();
}
