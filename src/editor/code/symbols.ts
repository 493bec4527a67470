import * as vscode from 'vscode';
import type { FoundSymbol } from '../../source/names.ts';

const patienceMs = 2000;
const kinds = new Set([vscode.SymbolKind.Function, vscode.SymbolKind.Method, vscode.SymbolKind.Class, vscode.SymbolKind.Constructor]);

/** Functions and classes of this very name, as the editor's language extensions know them; none when they take long. */
export async function symbolsNamed(name: string): Promise<readonly FoundSymbol[]> {
  const patience = new Promise<undefined>((resolve) => { setTimeout(() => resolve(undefined), patienceMs); });
  const asked = vscode.commands.executeCommand<readonly vscode.SymbolInformation[] | undefined>('vscode.executeWorkspaceSymbolProvider', name);
  const symbols = await Promise.race([asked, patience]) ?? [];
  return symbols.filter((symbol) => kinds.has(symbol.kind) && symbol.location.uri.scheme === 'file' && plainName(symbol.name) === name).map(({ location: { uri, range } }) => ({
    path: uri.fsPath, line: range.start.line + 1, column: range.start.character + 1,
  }));
}

/** Some providers write `name()` or `name(argument)`. */
function plainName(name: string): string {
  const bracket = name.indexOf('(');
  return bracket < 0 ? name : name.slice(0, bracket);
}
