// Every bundle of the project is listed here.
//   node esbuild.mjs [--production] [--watch] [--tests]
// --production minifies and leaves out source maps; --tests adds the suite that runs inside a VS Code.
import { copyFileSync, globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import esbuild from 'esbuild';
import { hookBundle } from './src/instrument/hookBundle.mjs';
import { kitTypes } from './src/instrument/kitTypes.mjs';
import { lazyChunks } from './src/lazyChunks.mjs';
import { glyphs } from './webview/components/glyphs.ts';
import { fontOf } from './webview/components/iconFont.ts';

const root = path.dirname(fileURLToPath(import.meta.url));
process.chdir(root);
const production = process.argv.includes('--production');
const watch = process.argv.includes('--watch');
const withTests = process.argv.includes('--tests');
const metafilePath = 'dist/meta.json';

const common = {
  bundle: true,
  minify: production,
  sourcemap: production ? false : 'linked',
  // Names of functions and classes show up in logs and in span attributes.
  keepNames: production,
  legalComments: 'none',
  logLevel: 'silent',
  metafile: true,
  write: true,
};
const node = { ...common, platform: 'node', target: 'node22', format: 'cjs', external: ['vscode'] };
const browser = {
  ...common,
  platform: 'browser',
  // The oldest supported editor is Electron 37.
  target: 'chrome138',
  format: 'iife',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  keepNames: false,
  define: { 'process.env.NODE_ENV': production ? '"production"' : '"development"' },
};

/**
 * Every module that imports all of the editor's API gets a copy of it, name by name: that was a third of the time in
 * which the extension starts. An object that inherits the API has no names of its own to copy.
 */
const editorApi = {
  name: 'editor-api',
  setup(build) {
    build.onResolve({ filter: /^vscode$/ }, ({ namespace }) => (namespace === 'editor-api' ? { path: 'vscode', external: true } : { path: 'vscode', namespace: 'editor-api' }));
    build.onLoad({ filter: /^vscode$/, namespace: 'editor-api' }, () => ({ contents: "module.exports = Object.create(require('vscode'));" }));
  },
};

/** What is packaged is split for a quick start; in one file with a source map it is easier to debug. */
const extension = production
  ? { format: 'esm', splitting: true, write: false, outdir: 'dist', outExtension: { '.js': '.cjs' }, chunkNames: 'chunks/[name]-[hash]', plugins: [editorApi, lazyChunks] }
  : { outfile: 'dist/extension.cjs', plugins: [editorApi] };

const bundles = [
  { ...node, entryPoints: ['src/extension.ts'], ...extension },
  { ...node, entryPoints: ['src/collector/worker.ts'], outfile: 'dist/collector.cjs', alias: { bufferutil: './src/collector/receivers/bufferUtil.ts' }, external: ['./otlpGrpc.cjs'] },
  { ...node, entryPoints: ['src/collector/receivers/otlpGrpc.ts'], outfile: 'dist/otlpGrpc.cjs' },
  { ...node, entryPoints: ['src/collector/files/fileWorker.ts'], outfile: 'dist/fileWorker.cjs' },
  { ...browser, entryPoints: ['webview/main.tsx'], outfile: 'dist/webview/main.js' },
  { ...common, entryPoints: ['webview/styles/main.css'], outfile: 'dist/webview/main.css', external: ['*.ttf'] },
  // What HTML documents have besides.
  { ...browser, entryPoints: ['webview/offline/main.ts'], outfile: 'dist/webview/offline.js' },
  { ...common, entryPoints: ['webview/offline/offline.css'], outfile: 'dist/webview/offline.css' },
  // People read and edit the kit in their own project, so it is never minified.
  {
    ...node,
    entryPoints: ['src/instrument/node/spanscope.ts'],
    outfile: 'dist/kit/spanscope.mjs',
    // Agents run on older Nodes than the editor does.
    target: 'node18',
    banner: { js: '// The Spanscope agent kit for Node 18 and later. Types and documentation: spanscope.d.mts beside it.' },
    format: 'esm',
    minify: false,
    sourcemap: false,
    keepNames: false,
  },
  { ...node, ...hookBundle, outfile: 'dist/hook/node/hook.cjs' },
];

const testBundles = [
  {
    ...node,
    entryPoints: ['test/integration/index.ts', ...globSync('test/integration/**/*.test.ts').toSorted()],
    outbase: 'test/integration',
    outdir: 'dist/test/integration',
    outExtension: { '.js': '.cjs' },
    external: ['vscode', 'mocha'],
    minify: false,
    sourcemap: 'linked',
  },
];

/** Files that travel as they are: source (a glob) to folder. */
const copies = [
  ['src/instrument/python/*.py', 'dist/kit'],
  ['src/instrument/python/hook/*.py', 'dist/hook/python'],
  ['src/instrument/python/hook/_spanscope_hook/*.py', 'dist/hook/python/_spanscope_hook'],
  ['src/instrument/demo/*.{mjs,py}', 'dist/demo'],
];

/** Bundles that are being built now, and what went wrong in the last build of each. */
const running = new Set();
const problems = new Map();

/**
 * Prints all problems between one begin and one end, in the form that the problem matcher of .vscode/tasks.json
 * waits for: a begin makes it forget what it has seen, so every end tells the state of all bundles.
 */
const reporterOf = (bundle) => ({
  name: 'reporter',
  setup(build) {
    build.onStart(() => {
      if (watch && running.size === 0) print('[watch] build started');
      running.add(bundle);
    });
    build.onEnd(({ errors, warnings }) => {
      problems.set(bundle, [...errors, ...warnings]);
      running.delete(bundle);
      if (running.size > 0) return;
      for (const { text, location } of [...problems.values()].flat()) {
        print(`✘ [ERROR] ${text}`);
        if (location) print(`    ${location.file}:${location.line}:${location.column + 1}:`);
      }
      if (watch) print('[watch] build finished');
    });
  },
});

function print(line) {
  process.stdout.write(`${line}\n`);
}

function copyAssets() {
  for (const [glob, folder] of copies) {
    mkdirSync(folder, { recursive: true });
    for (const file of globSync(glob)) copyFileSync(file, path.join(folder, path.basename(file)));
  }
  // The hook has a kit of its own: the program may use another version of it.
  copyFileSync('src/instrument/python/spanscope.py', 'dist/hook/python/_spanscope_hook/kit.py');
  writeFileSync('dist/kit/spanscope.d.mts', kitTypes());
  mkdirSync('dist/webview', { recursive: true });
  // Of the font, the icons that the page uses: it stands in every HTML document too.
  writeFileSync('dist/webview/codicon.ttf', fontOf(readFileSync('node_modules/@vscode/codicons/dist/codicon.ttf'), new Set(Object.values(glyphs))));
}

/** The licences of the packages whose code is in the bundles; they ask to travel with it. */
function writeNotices(metafiles) {
  const folders = metafiles.flatMap(({ outputs }) => Object.entries(outputs))
    .filter(([file]) => !file.startsWith('dist/test/'))
    .flatMap(([, { inputs }]) => Object.keys(inputs))
    .flatMap((file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []);
  const notices = [...new Set([...folders, 'node_modules/@vscode/codicons'])].toSorted((a, b) => a.localeCompare(b)).map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
    const texts = globSync(`${folder}/{LICENSE,LICENCE,license,NOTICE}*`).map((file) => readFileSync(file, 'utf8').trim());
    return [`${name} ${version} (${license})`, ...texts].join('\n\n');
  });
  writeFileSync('dist/THIRD_PARTY_NOTICES.txt', `${notices.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`);
}

function sizeReport(metafiles) {
  const outputs = Object.assign({}, ...metafiles.map((metafile) => metafile.outputs));
  writeFileSync(metafilePath, JSON.stringify({ inputs: Object.assign({}, ...metafiles.map((m) => m.inputs)), outputs }));
  for (const file of Object.keys(outputs).filter((name) => !name.endsWith('.map') && !name.startsWith('dist/test/'))) {
    print(`${(statSync(file).size / 1024).toFixed(1).padStart(8)} KB  ${file}`);
  }
}

const selected = [...bundles, ...(withTests ? testBundles : [])];
if (production) for (const entry of globSync('dist/**/*.map')) rmSync(entry);
copyAssets();
if (watch) {
  const contexts = await Promise.all(selected.map((bundle) => esbuild.context({ ...bundle, plugins: [...(bundle.plugins ?? []), reporterOf(bundle)] })));
  await Promise.all(contexts.map((context) => context.watch()));
} else {
  const results = await Promise.allSettled(selected.map((bundle) => esbuild.build({ ...bundle, plugins: [...(bundle.plugins ?? []), reporterOf(bundle)] })));
  if (results.some((result) => result.status === 'rejected')) process.exit(1);
  const metafiles = results.map((result) => result.value.metafile);
  if (production) writeNotices(metafiles);
  sizeReport(metafiles);
}
