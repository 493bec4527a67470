import * as vscode from 'vscode';
import type { SpanBreakpoint } from '../../protocol/live.ts';
import { breakpointLabel } from '../breakpoints/breakpointWords.ts';
import type { CodeName } from '../breakpoints/codeNames.ts';
import { asLabel, asNotice } from '../safeText.ts';
import type { Services } from '../services.ts';
import type { Command } from './command.ts';
import { spanOf } from './targets.ts';

const messageMs = 5000;

/** Stops at the next span with the name of this one. */
const onSpan = (id: Command['id'], on: SpanBreakpoint['on']): Command => ({
  id,
  async run(services, target) {
    const span = await spanOf(services, target);
    if (span === undefined) throw new Error('No span is selected. Select one in the Spans view or in a chart.');
    const record = await services.collector.call('spanById', span.traceId, span.spanId);
    if (record === undefined) throw new Error('This span is no longer stored.');
    if (record.name === '') throw new Error('This span has no name to stop at. Add a span breakpoint by its tool, model or an attribute instead.');
    return tell(services, services.breakpoints.add({ on, name: record.name }));
  },
});

/** Stops at spans that a line of code makes. */
const breakAtLine: Command = {
  id: 'spanscope.breakAtSpansOfLine',
  async run(services, target) {
    const place = await placeOf(target);
    if (place === undefined) throw new Error('No line of code is open.');
    const { namesAt } = await import('../breakpoints/codeNames.ts');
    const names = await namesAt(services.collector, place.document.uri.fsPath, place.document.getText(), place.line);
    if (names.length > 0) {
      const name = await choose(names);
      return name === undefined ? undefined : tell(services, services.breakpoints.add({ on: 'start', ...name.draft }));
    }
    const text = `No span is known to be made on line ${place.line}. Choose the line that makes it, or run the program once with tracing.`;
    if (await vscode.window.showInformationMessage(asNotice(text), 'Add by Name') !== undefined) await vscode.commands.executeCommand('spanscope.addSpanBreakpoint');
    return undefined;
  },
};

export const breakAtSpans: readonly Command[] = [
  onSpan('spanscope.breakWhenStarts', 'start'), onSpan('spanscope.breakWhenEnds', 'end'), onSpan('spanscope.breakWhenFails', 'error'), breakAtLine,
];

function tell({ display }: Services, breakpoint: SpanBreakpoint): SpanBreakpoint {
  vscode.window.setStatusBarMessage(`$(debug-breakpoint) ${asLabel(`Programs stop when ${breakpointLabel(breakpoint, display)}`)}`, messageMs);
  return breakpoint;
}

async function choose(names: readonly CodeName[]): Promise<CodeName | undefined> {
  if (names.length === 1) return names[0];
  const items = names.map((name) => ({ label: asLabel(name.draft.tool ?? name.draft.name ?? ''), description: name.origin, name }));
  return (await vscode.window.showQuickPick(items, { title: 'Break at Spans Made Here', placeHolder: 'Several spans are made on this line' }))?.name;
}

/** The line under the cursor, or the one whose number was clicked. */
async function placeOf(target: unknown): Promise<{ readonly document: vscode.TextDocument; readonly line: number } | undefined> {
  const { uri, lineNumber } = typeof target === 'object' && target !== null ? target as { uri?: unknown; lineNumber?: unknown } : {};
  if (uri instanceof vscode.Uri && typeof lineNumber === 'number') return { document: await vscode.workspace.openTextDocument(uri), line: lineNumber };
  const editor = vscode.window.activeTextEditor;
  return editor === undefined ? undefined : { document: editor.document, line: editor.selection.active.line + 1 };
}
