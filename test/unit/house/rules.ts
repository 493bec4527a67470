import { chainTo, cycles } from './importGraph.ts';
import type { Import, ImportGraph } from './importGraph.ts';

/** A broken rule: which, and the chain of files that shows it. */
export interface Violation {
  readonly rule: string;
  readonly path: readonly string[];
}

const layers = [['model'], ['formats'], ['query', 'analysis', 'source', 'redaction'], ['export'], ['collector'], ['backends'], ['debug'], ['editor'], ['extension.ts']];
const seesEditor = /^src\/(editor|debug)\/|^src\/extension\.ts$/;
const plain = /^src\/(model|formats|query|analysis|protocol|source|redaction|export)\//;
/** The one place of `source` that reads files. */
const sourceFileAccess = 'src/source/fileAccess.ts';
const webviewMaySee = new Set(['model', 'analysis', 'query', 'protocol']);
const webviewPackages = /^(d3|d3-[a-z-]+|preact)(\/|$)/;
const pluginFolders = [
  'src/model/conventions',
  'src/formats',
  'src/export',
  'src/collector/receivers',
  'src/backends',
  'src/editor/commands',
  'src/editor/lm',
];

const areaOf = (file: string): string => file.split('/')[1] ?? '';
const layerOf = (file: string): number => (file.startsWith('src/') ? layers.findIndex((layer) => layer.includes(areaOf(file))) : -1);
const isNode = (specifier: string): boolean => specifier.startsWith('node:');

/** Every place where the dependency rules of the house are broken. */
export function violations(graph: ImportGraph): Violation[] {
  const found: Violation[] = [];
  for (const [file, imports] of graph) {
    for (const step of imports) {
      const rule = brokenBy(file, step);
      if (rule !== undefined) found.push({ rule, path: [file, step.file ?? step.specifier] });
    }
  }
  return [...found, ...hiddenEditor(graph), ...pluginsThatKnowOneAnother(graph), ...cycles(graph).map((path) => ({ rule: '7: no import cycles', path }))];
}

function brokenBy(file: string, { specifier, file: target }: Import): string | undefined {
  if (specifier === 'vscode' && !seesEditor.test(file)) return "1: 'vscode' only in src/editor, src/debug and src/extension.ts";
  if (isNode(specifier) && (file.startsWith('webview/') || (plain.test(file) && file !== sourceFileAccess))) return '2: plain TypeScript, no Node';
  if (webviewPackages.test(specifier) && !file.startsWith('webview/')) return '4: d3 and preact only in webview';
  if (file.startsWith('src/instrument/') && target === undefined && !isNode(specifier)) return '6: instrument needs no package';
  if (target === undefined) return undefined;
  if (!/\.tsx?$/.test(target)) return target.endsWith('.json') ? undefined : '7: relative imports name the file with its extension';
  return brokenByFolder(file, target);
}

function brokenByFolder(file: string, target: string): string | undefined {
  const [from, to] = [areaOf(file), areaOf(target)];
  if (file.startsWith('webview/')) {
    const allowed = target.startsWith('webview/') || (target.startsWith('src/') && webviewMaySee.has(to));
    return allowed ? undefined : '4: webview sees only model, analysis, query and protocol';
  }
  if (!target.startsWith('src/')) return '4: nothing in src imports what is outside it';
  if (from === to) return undefined;
  if (from === 'instrument' || to === 'instrument') return '6: instrument stands alone';
  if (from === 'protocol') return to === 'model' ? undefined : '3: protocol imports only model';
  const [left, right] = [layerOf(file), layerOf(target)];
  return left >= 0 && right > left ? `3: ${from} may not import ${to}` : undefined;
}

/** A folder that may not see the editor must not reach it through others either. */
function hiddenEditor(graph: ImportGraph): Violation[] {
  return [...graph.keys()]
    .filter((file) => !seesEditor.test(file))
    .flatMap((file) => {
      const path = chainTo(graph, file, (step) => step.specifier === 'vscode');
      return path !== undefined && path.length > 2 ? [{ rule: "1: 'vscode' is reached through another file", path }] : [];
    });
}

/** Members are what a folder's registry imports for use from its folder; they may share helpers, not one another. */
function pluginsThatKnowOneAnother(graph: ImportGraph): Violation[] {
  return pluginFolders.flatMap((folder) => {
    const registry = graph.get(`${folder}/registry.ts`) ?? [];
    const members = new Set(registry.flatMap(({ file, typeOnly }) => (!typeOnly && file?.startsWith(`${folder}/`) === true ? [file] : [])));
    return [...members].flatMap((member) =>
      (graph.get(member) ?? [])
        .filter(({ file }) => file !== undefined && (members.has(file) || file === `${folder}/registry.ts`))
        .map(({ file }) => ({ rule: `5: members of ${folder} do not import one another`, path: [member, file as string] })),
    );
  });
}
