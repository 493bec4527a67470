import * as vscode from 'vscode';
import type { TraceSummary } from '../../model/records.ts';
import { asLabel } from '../safeText.ts';
import type { Selected } from '../selection.ts';
import type { Services } from '../services.ts';
import { SpanTreeNode } from '../traces/spansTree.ts';
import { traceLabel, traceRow } from '../traces/traceRow.ts';
import { TraceNode } from '../traces/tracesTree.ts';

const pickLimit = 200;

/** The trace that a command was called on: a row, an id, else the one that is looked at. */
export function traceIdOf({ selection }: Services, target: unknown): string | undefined {
  if (target instanceof TraceNode || target instanceof SpanTreeNode) return target.traceId;
  return typeof target === 'string' ? target : selection.current?.traceId;
}

/** The span that a command was called on: a row, else the selected one. */
export function spanOf({ selection }: Services, target: unknown): Required<Selected> | undefined {
  if (target instanceof SpanTreeNode) return { traceId: target.traceId, spanId: target.spanId };
  const { traceId, spanId } = selection.current ?? {};
  return traceId === undefined || spanId === undefined ? undefined : { traceId, spanId };
}

/** Lets the user choose among the newest traces. Undefined when there is none, or none was chosen. */
export async function pickTrace({ collector, display }: Services, title: string): Promise<TraceSummary | undefined> {
  const { traces } = await collector.call('listTraces', '', { offset: 0, limit: pickLimit });
  const now = Date.now();
  const items = traces.map((summary) => {
    const { description, icon, colour } = traceRow(summary, now, display);
    return { label: asLabel(traceLabel(summary)), description: asLabel(`${description} · ${summary.services.join(', ')}`), iconPath: new vscode.ThemeIcon(icon, new vscode.ThemeColor(colour)), summary };
  });
  const picked = items.length === 0 ? undefined : await vscode.window.showQuickPick(items, { title, placeHolder: 'Choose a trace', matchOnDescription: true });
  return picked?.summary;
}
