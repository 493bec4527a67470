import { copyExport, exportFlow, exportMatching as exportMatchingSpans } from '../export/exportFlow.ts';
import type { Wanted } from '../export/exportFlow.ts';
import type { Services } from '../services.ts';
import { traceLabel } from '../traces/traceRow.ts';
import type { Command } from './command.ts';
import { namedSpanOf, pickTrace, spanOf, traceIdsOf } from './targets.ts';

/** Writes a trace, or all that are selected in the view, to a file or the clipboard. */
export const exportTrace: Command = {
  id: 'spanscope.exportTrace',
  async run(services, target, selected) {
    const title = 'Export Trace';
    const wanted = await tracesOf(services, target, selected, title);
    if (wanted !== undefined) await exportFlow(services, wanted, title);
  },
};

/** The same for the spans of a trace that match a query. */
export const exportMatching: Command = {
  id: 'spanscope.exportMatching',
  async run(services, target, selected) {
    const title = 'Export Matching Spans';
    const wanted = await tracesOf(services, target, selected, title);
    if (wanted !== undefined) await exportMatchingSpans(services, wanted, title);
  },
};

/** The same for a span and what is below it. */
export const exportSubtree: Command = {
  id: 'spanscope.exportSubtree',
  async run(services, target) {
    const wanted = await subtreeOf(services, target);
    if (wanted !== undefined) await exportFlow(services, wanted, 'Export Subtree');
  },
};

/** Puts an account of a trace, or of a span and what is below it, on the clipboard; secrets are masked. */
export const copyAsMarkdown: Command = {
  id: 'spanscope.copyAsMarkdown',
  async run(services, target, selected) {
    const span = await namedSpanOf(services, target);
    const wanted: Omit<Wanted, 'label'> | undefined = span === undefined ? await tracesOf(services, target, selected, 'Copy as Markdown') : { traceIds: [span.traceId], spanId: span.spanId };
    if (wanted === undefined) return;
    const { traceIds, spanId } = wanted;
    await copyExport(services, { traceIds, format: 'markdown', ...(spanId === undefined ? {} : { spanId }) }, 'Markdown');
  },
};

async function tracesOf(services: Services, target: unknown, selected: unknown, title: string): Promise<Wanted | undefined> {
  const traceIds = traceIdsOf(services, target, selected), [named] = traceIds;
  if (traceIds.length > 1) return { traceIds, label: `${traceIds.length} traces` };
  const summary = named === undefined ? await pickTrace(services, title) : await services.collector.call('summaryOf', named);
  return summary === undefined ? undefined : { traceIds: [summary.traceId], label: traceLabel(summary) };
}

async function subtreeOf(services: Services, target: unknown): Promise<Wanted | undefined> {
  const span = await spanOf(services, target);
  const record = span === undefined ? undefined : await services.collector.call('spanById', span.traceId, span.spanId);
  return span === undefined || record === undefined ? undefined : { traceIds: [span.traceId], spanId: span.spanId, label: record.name };
}
