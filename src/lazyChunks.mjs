import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import esbuild from 'esbuild';

/**
 * A plugin for a bundle that esbuild splits at `import()`: what the entry needs at once comes to stand in one file, and
 * every other chunk in a file of its own, which is read when it is asked for. esbuild splits ES modules only and the editor
 * loads CommonJS, so each chunk becomes a function of CommonJS, and the entry finds them. One file for the start because
 * every further file costs the editor more to find than to read.
 */
export const lazyChunks = {
  name: 'lazy-chunks',
  setup(build) {
    const { outdir, chunkNames, minify } = build.initialOptions;
    const folder = path.join(outdir, path.dirname(chunkNames));
    build.onStart(() => rmSync(folder, { recursive: true, force: true }));
    build.onEnd(async ({ outputFiles = [], metafile }) => {
      if (outputFiles.length === 0) return;
      const entry = Object.keys(metafile.outputs).find((file) => metafile.outputs[file].entryPoint === build.initialOptions.entryPoints[0]);
      const eager = eagerChunks(metafile.outputs, entry);
      // In parentheses it is compiled at once, and not parsed twice.
      const codes = new Map(await Promise.all(outputFiles.map(async ({ path: file, text }) => {
        const { code } = await esbuild.transform(text, { format: 'cjs', platform: 'node', target: build.initialOptions.target, minify, supported: { 'dynamic-import': false } });
        return [path.relative('.', file).split(path.sep).join('/'), `((module, exports, require) => {${code}})`];
      })));
      mkdirSync(folder, { recursive: true });
      for (const [file, code] of codes) if (!eager.has(file)) writeFileSync(file, `module.exports = ${code};\n`);
      writeFileSync(entry, entryText(entry, [...eager].map((file) => [path.posix.basename(file), codes.get(file)])));
      mergeOutputs(metafile.outputs, entry, eager);
    });
  },
};

/** The entry and the chunks that it cannot do without. */
function eagerChunks(outputs, entry) {
  const eager = new Set([entry]);
  for (const file of eager) {
    for (const { path: imported, kind, external } of outputs[file].imports) if (kind === 'import-statement' && external !== true) eager.add(imported);
  }
  return eager;
}

/** No name of a chunk is that of a package, which the `require` of the editor finds. */
function entryText(entry, chunks) {
  return `"use strict";
const chunks = {
${chunks.map(([name, code]) => `${JSON.stringify(name)}: ${code}`).join(',\n')}
};
const loaded = new Map();
function load(name) {
  let chunk = loaded.get(name);
  if (chunk === undefined) {
    loaded.set(name, chunk = { exports: {} });
    (chunks[name] ?? require("./chunks/" + name))(chunk, chunk.exports, find);
  }
  return chunk.exports;
}
function find(name) {
  return name.startsWith(".") ? load(name.slice(name.lastIndexOf("/") + 1)) : require(name);
}
module.exports = load(${JSON.stringify(path.posix.basename(entry))});
`;
}

/** The account of sizes knows files that are there. */
function mergeOutputs(outputs, entry, eager) {
  for (const file of eager) {
    if (file === entry) continue;
    Object.assign(outputs[entry].inputs, outputs[file].inputs);
    delete outputs[file];
  }
}
