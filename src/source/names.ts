import type { RecordedName } from './candidates.ts';
import type { IndexedMention, WorkspaceIndex } from './workspaceIndex.ts';

/** A symbol as the editor knows it. */
export interface FoundSymbol {
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

/** Functions and classes of a very name, where the index finds none. */
export interface SymbolFinder {
  /** In the workspace. */
  named(name: string): Promise<readonly FoundSymbol[]>;
  /** In one file. */
  namedIn(path: string, name: string): Promise<readonly FoundSymbol[]>;
}

/** Files that are looked into for one name. */
const mostFilesAsked = 5;

export interface FoundName extends FoundSymbol {
  readonly origin: string;
  /** sure: it names the span, tool or agent itself; likely: it bears the name; loose: a name made at run time begins like it. */
  readonly certainty: 'sure' | 'likely' | 'loose';
}

/** Where a name of a span stands in the workspace; several when they are equally likely. */
export async function findNames(name: RecordedName, index: WorkspaceIndex, symbols: SymbolFinder | undefined): Promise<FoundName[]> {
  switch (name.kind) {
    case 'spanName': return findSpanName(name, index);
    case 'tool': return findDefinition(name, index.find('tool', name.name), await functionsNamed(name, index, symbols), index.find('named', name.name));
    case 'agent': return findDefinition(name, index.find('named', name.name), await functionsNamed(name, index, symbols), []);
    case 'function': return (await functionsNamed(name, index, symbols)).map((found) => ({ ...found, origin: name.origin, certainty: name.qualifiers.length > 0 || found.isOnly ? 'sure' : 'likely' }));
  }
}

function findSpanName({ name, origin }: RecordedName, index: WorkspaceIndex): FoundName[] {
  const exact = index.find('spanName', name);
  if (exact.length > 0) return exact.map((mention) => ({ ...mention, origin, certainty: 'sure' }));
  return index.find('pattern', name).map((mention) => ({ ...mention, origin: `${origin}, which begins like it`, certainty: 'loose' }));
}

/** The first of these lists that has something; only the first list is sure. */
function findDefinition({ origin }: RecordedName, ...lists: readonly (readonly FoundSymbol[])[]): FoundName[] {
  const at = lists.findIndex((list) => list.length > 0);
  return (lists[at] ?? []).map((found) => ({ path: found.path, line: found.line, column: found.column, origin, certainty: at === 0 ? 'sure' : 'likely' }));
}

async function functionsNamed({ name, qualifiers }: RecordedName, index: WorkspaceIndex, symbols: SymbolFinder | undefined): Promise<(FoundSymbol & { readonly isOnly: boolean })[]> {
  const own = bestQualified(index.find('function', name), qualifiers, index);
  const found = own.length > 0 || symbols === undefined ? own : await functionsKnown(name, qualifiers, index, symbols);
  return found.map((one) => ({ path: one.path, line: one.line, column: one.column, isOnly: found.length === 1 }));
}

/** What the editor knows: of the whole workspace, or else of the files that are named before the function. */
async function functionsKnown(name: string, qualifiers: readonly string[], index: WorkspaceIndex, symbols: SymbolFinder): Promise<readonly FoundSymbol[]> {
  const known = await symbols.named(name);
  if (known.length > 0) return known;
  const files = qualifiers.flatMap((qualifier) => index.filesCalled(qualifier)).slice(0, mostFilesAsked);
  return (await Promise.all(files.map((file) => symbols.namedIn(file, name)))).flat();
}

/** Of several functions of a name, those in whose path or file most of the names before it occur. */
function bestQualified(mentions: readonly IndexedMention[], qualifiers: readonly string[], index: WorkspaceIndex): IndexedMention[] {
  let best: IndexedMention[] = [], most = -1;
  for (const mention of mentions) {
    const count = qualifiersAt(mention, qualifiers, index);
    if (count > most) [best, most] = [[mention], count];
    else if (count === most) best.push(mention);
  }
  return best;
}

/** How many of the names before a function occur in the path of a mention or among the functions and classes of its file. */
export function qualifiersAt({ path }: IndexedMention, qualifiers: readonly string[], index: WorkspaceIndex): number {
  if (qualifiers.length === 0) return 0;
  const words = new Set(path.split(/[\\/]/).map((segment) => segment.replace(/\.[^.]*$/, '')));
  for (const { kind, name } of index.mentionsIn(path)) if (kind === 'function') words.add(name);
  return qualifiers.filter((qualifier) => words.has(qualifier)).length;
}
