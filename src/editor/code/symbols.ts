import * as vscode from 'vscode';
import type { FoundSymbol, SymbolFinder } from '../../source/names.ts';

const patienceMs = 2000;
const { Function: ofFunction, Method, Class, Constructor, Variable, Constant, Property, Field } = vscode.SymbolKind;
const definitions = new Set([ofFunction, Method, Class, Constructor]);
/** In a file that was recorded, a function may also be the value of something. */
const holders = new Set([...definitions, Variable, Constant, Property, Field]);

/** A symbol of a file; the editor gives the older form for providers that have no tree. */
type FileSymbol = vscode.DocumentSymbol | vscode.SymbolInformation;

/** What the editor's language extensions know of the workspace; nothing when they take long. */
export const editorSymbols: SymbolFinder = {
  async named(name) {
    const symbols = await asked<readonly vscode.SymbolInformation[]>('vscode.executeWorkspaceSymbolProvider', name);
    return symbols.filter((symbol) => definitions.has(symbol.kind) && symbol.location.uri.scheme === 'file' && plainName(symbol.name) === name)
      .map(({ location: { uri, range } }) => symbolAt(uri.fsPath, range.start));
  },

  async namedIn(path, name) {
    const symbols = await asked<readonly FileSymbol[]>('vscode.executeDocumentSymbolProvider', vscode.Uri.file(path));
    return [...withChildren(symbols)].filter((symbol) => holders.has(symbol.kind) && plainName(symbol.name) === name)
      .map((symbol) => symbolAt(path, 'location' in symbol ? symbol.location.range.start : symbol.selectionRange.start));
  },
};

async function asked<T extends readonly unknown[]>(command: string, argument: unknown): Promise<T | readonly []> {
  const patience = new Promise<undefined>((resolve) => { setTimeout(() => resolve(undefined), patienceMs); });
  return await Promise.race([vscode.commands.executeCommand<T | undefined>(command, argument), patience]) ?? [];
}

function* withChildren(symbols: readonly FileSymbol[]): Generator<FileSymbol> {
  for (const symbol of symbols) {
    yield symbol;
    if ('children' in symbol) yield* withChildren(symbol.children);
  }
}

const symbolAt = (path: string, { line, character }: vscode.Position): FoundSymbol => ({ path, line: line + 1, column: character + 1 });

/** Some providers write `name()` or `name(argument)`. */
function plainName(name: string): string {
  const bracket = name.indexOf('(');
  return bracket < 0 ? name : name.slice(0, bracket);
}
