import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

export interface Import {
  /** What the import statement says: a package, a Node module, or a relative path. */
  readonly specifier: string;
  /** The imported file relative to the root with `/`, when the specifier is relative. */
  readonly file?: string;
  readonly typeOnly: boolean;
}

/** File relative to the root (with `/`) → what it imports, in the order of the text. */
export type ImportGraph = ReadonlyMap<string, readonly Import[]>;

const statement = /^[ \t]*(?:import|export)\s+(type\s)?(?:[^'"`;]*?\bfrom\s*)?['"]([^'"\n]+)['"]/gm;
const call = /\b(?:import|require)\(\s*['"]([^'"\n]+)['"]\s*\)/g;

/** The imports of one module's text, static and dynamic ones, types too. */
export function importsOf(file: string, text: string): Import[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');
  const found = [...code.matchAll(statement)].map((match) => resolve(file, match[2] as string, match[1] !== undefined));
  return [...found, ...[...code.matchAll(call)].map((match) => resolve(file, match[1] as string, false))];
}

function resolve(from: string, specifier: string, typeOnly: boolean): Import {
  if (!specifier.startsWith('.')) return { specifier, typeOnly };
  return { specifier, typeOnly, file: path.posix.join(path.posix.dirname(from), specifier) };
}

/** Reads every TypeScript file under the folders. */
export function readGraph(root: string, folders: readonly string[]): ImportGraph {
  const graph = new Map<string, readonly Import[]>();
  for (const file of sourceFiles(root, folders)) graph.set(file, importsOf(file, readFileSync(path.join(root, file), 'utf8')));
  return graph;
}

/** Every TypeScript file under the folders, relative to the root, with `/`. */
export function sourceFiles(root: string, folders: readonly string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name))
      .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
      .toSorted(),
  );
}

/** Every import cycle once, as the path of files that closes it. */
export function cycles(graph: ImportGraph): string[][] {
  const found: string[][] = [];
  const finished = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): void => {
    const start = path.indexOf(file);
    if (start >= 0) {
      found.push([...path.slice(start), file]);
      return;
    }
    if (finished.has(file)) return;
    path.push(file);
    for (const { file: next } of graph.get(file) ?? []) if (next !== undefined && graph.has(next)) visit(next);
    path.pop();
    finished.add(file);
  };
  for (const file of graph.keys()) visit(file);
  return found;
}

/** The shortest chain of imports from a file to the first one that `isWanted` accepts. */
export function chainTo(graph: ImportGraph, from: string, isWanted: (step: Import) => boolean): string[] | undefined {
  const queue: string[][] = [[from]];
  const seen = new Set([from]);
  for (const chain of queue) {
    for (const step of graph.get(chain.at(-1) as string) ?? []) {
      if (isWanted(step)) return [...chain, step.file ?? step.specifier];
      if (step.file === undefined || seen.has(step.file)) continue;
      seen.add(step.file);
      queue.push([...chain, step.file]);
    }
  }
  return undefined;
}
