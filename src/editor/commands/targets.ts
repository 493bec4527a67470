import * as vscode from 'vscode';
import type { TraceOverview } from '../../model/records.ts';
import type { RowRef } from '../../protocol/panel.ts';
import { asLabel } from '../safeText.ts';
import type { Selected } from '../selection.ts';
import type { Services } from '../services.ts';
import { SpanTreeNode } from '../traces/spansTree.ts';
import { traceLabel, traceRow } from '../traces/traceRow.ts';
import { FileNode, RunNode, TraceNode } from '../traces/tracesTree.ts';

const pickLimit = 200;

/** The trace that a command was called on: a row, an id, else the one that is looked at. */
export function traceIdOf({ selection }: Services, target: unknown): string | undefined {
  if (target instanceof TraceNode || target instanceof SpanTreeNode) return target.traceId;
  if (target instanceof RunNode) return target.traceIds[0];
  if (target instanceof FileNode) return target.file.traces[0]?.traceId;
  return typeof target === 'string' ? target : selection.current?.traceId;
}

/** The same where several rows may be selected: then they are what a command was called on. */
export function traceIdsOf(services: Services, target: unknown, selected: unknown): readonly string[] {
  const nodes = Array.isArray(selected) && selected.length > 1 ? selected : [target];
  const traceIds = nodes.flatMap((node) => (node instanceof TraceNode ? [node.traceId] : node instanceof RunNode ? node.traceIds : []));
  if (traceIds.length > 0) return [...new Set(traceIds)];
  const traceId = traceIdOf(services, target);
  return traceId === undefined ? [] : [traceId];
}

/** The span that a command was called on: a row of a tree or of a panel, else the selected one. */
export async function spanOf(services: Services, target: unknown): Promise<Required<Selected> | undefined> {
  const named = await namedSpanOf(services, target);
  if (named !== undefined) return named;
  const { traceId, spanId } = services.selection.current ?? {};
  return traceId === undefined || spanId === undefined ? undefined : { traceId, spanId };
}

/** The span that a command was called on, when it was called on one. */
export async function namedSpanOf({ collector, panels }: Services, target: unknown): Promise<Required<Selected> | undefined> {
  if (target instanceof SpanTreeNode) return { traceId: target.traceId, spanId: target.spanId };
  const ref = rowOfContext(target);
  const traceId = panels.latest?.traceId;
  if (ref === undefined || traceId === undefined) return undefined;
  const record = await collector.call('spanAt', traceId, ref);
  return record === undefined ? undefined : { traceId, spanId: record.spanId };
}

/** What a page says about the row under its context menu. */
function rowOfContext(target: unknown): RowRef | undefined {
  if (typeof target !== 'object' || target === null) return undefined;
  const { webviewSection, epoch, row } = target as Record<string, unknown>;
  if (webviewSection !== 'span' || !Number.isInteger(epoch) || !Number.isInteger(row)) return undefined;
  return { epoch: epoch as number, row: row as number };
}

/** Lets the user choose among the newest traces. Undefined when there is none, or none was chosen. */
export async function pickTrace({ collector, display }: Services, title: string): Promise<TraceOverview | undefined> {
  const { traces } = await collector.call('listTraces', '', { offset: 0, limit: pickLimit });
  const now = Date.now();
  const items = traces.map((summary) => {
    const { description, icon, colour } = traceRow(summary, now, display);
    return { label: asLabel(traceLabel(summary)), description: asLabel(`${description} · ${summary.services.join(', ')}`), iconPath: new vscode.ThemeIcon(icon, new vscode.ThemeColor(colour)), summary };
  });
  const picked = items.length === 0 ? undefined : await vscode.window.showQuickPick(items, { title, placeHolder: 'Choose a trace', matchOnDescription: true });
  return picked?.summary;
}
