import type { TestRef, TraceOverview } from '../../model/records.ts';
import { roles } from '../../model/role.ts';
import { metaRole } from '../../model/traceRows.ts';
import { AttributeLookup } from './attributeLookup.ts';
import { keyScanOf } from './keyScan.ts';
import type { TraceColumns } from './traceColumns.ts';
import { reservedAttributes } from './witness.ts';

/** Costs are added up as doubles; what is below a billionth of a dollar is noise of that. */
const costDigits = 1e9;

/** Characters; all summaries are in memory. */
const longestTestText = 1024;
const hasTest = keyScanOf(['spanscope.test.']);

/** What platforms whose traces have names of their own tell at the root: the workflow of the OpenAI Agents SDK, the trace of Langfuse. */
const titleKeys = ['gen_ai.workflow.name', 'langfuse.trace.name'];
const titleLookups = titleKeys.map((key) => new AttributeLookup(key));
const hasTitle = keyScanOf(titleKeys);
const longestTitle = 1024;
/** How the OpenAI Agents SDK calls a run that nobody named: the agent says more. */
const usualWorkflow = 'Agent workflow';

/** The figures of a trace as they are now. */
export function summaryOf(trace: TraceColumns): TraceOverview {
  trace.settle();
  const { totals, sums, times } = trace;
  const texts = trace.texts.texts;
  const isPlaced = totals.firstRow >= 0;
  const named = totals.rootRow >= 0 ? totals.rootRow : totals.firstRow;
  const test = named < 0 ? undefined : testOf(trace, named);
  const name = named < 0 ? nameOfTimeless(trace) : texts[trace.name[named] as number] as string;
  return {
    traceId: trace.traceId,
    name,
    label: named < 0 ? name : titleOf(trace, named) ?? (texts[trace.subject[named] as number] || name),
    role: roles[named < 0 ? 0 : metaRole(trace.meta[named] as number)] ?? 'other',
    services: totals.services.map((service) => texts[service] as string),
    startUnixNano: String(isPlaced ? times.base + BigInt(totals.firstStart) : 0n),
    ...(isPlaced && totals.openCount === 0 ? { endUnixNano: String(times.base + BigInt(totals.lastEnd)) } : {}),
    spanCount: totals.spanCount,
    errorCount: totals.errorCount,
    openCount: totals.openCount,
    rootCount: totals.rootCount,
    orphanCount: totals.orphanCount,
    llmCalls: sums.llmCalls,
    toolCalls: sums.toolCalls,
    inputTokens: sums.inputTokens,
    outputTokens: sums.outputTokens,
    ...(sums.costCount > 0 ? { costUsd: Math.round(sums.costUsd * costDigits) / costDigits } : {}),
    ...(trace.contents.session === undefined ? {} : { session: trace.contents.session }),
    ...(test === undefined ? {} : { test }),
    ...(trace.leftOut > 0 ? { leftOut: trace.leftOut } : {}),
  };
}

/** The name that a trace has apart from its spans, as its root tells it. */
function titleOf(trace: TraceColumns, root: number): string | undefined {
  const { contents } = trace, { bytes, start, end } = contents.bytesOf(trace, root);
  const told = hasTitle(bytes, start, end) ? titleLookups.map((lookup) => contents.attributeOf(trace, root, lookup)) : [];
  const title = [...told, contents.originOf(trace, root).resource.attributes.get('langfuse.trace.name')].find((value) => typeof value === 'string' && value.trim() !== '' && value !== usualWorkflow);
  return typeof title === 'string' ? title.slice(0, longestTitle) : undefined;
}

/** The test that a row was made in. */
function testOf(trace: TraceColumns, row: number): TestRef | undefined {
  const range = trace.contents.bytesOf(trace, row);
  if (!hasTest(range.bytes, range.start, range.end)) return undefined;
  const attributes = reservedAttributes(range);
  const [name, file, status] = ['name', 'file', 'status'].map((key) => {
    const value = attributes.get(`spanscope.test.${key}`);
    return typeof value === 'string' && value !== '' ? value.slice(0, longestTestText) : undefined;
  });
  if (name === undefined) return undefined;
  return { name, ...(file === undefined ? {} : { file }), ...(status === undefined ? {} : { status }) };
}

/** The first span that is one, when none has a time. */
function nameOfTimeless(trace: TraceColumns): string {
  for (let row = 0; row < trace.count; row++) {
    if (!trace.isPlaceholder(row)) return trace.texts.texts[trace.name[row] as number] as string;
  }
  return '';
}

/** The summary in a compact form for the index of traces; `parseSummary` reads it. */
export function packSummary(summary: TraceOverview): string {
  const { name, services, startUnixNano, endUnixNano, spanCount, errorCount, openCount, rootCount, orphanCount } = summary;
  const { llmCalls, toolCalls, inputTokens, outputTokens, costUsd, label, role, session, leftOut, test } = summary;
  return JSON.stringify([
    name, services, startUnixNano, endUnixNano ?? null, spanCount, errorCount, openCount, rootCount, orphanCount,
    llmCalls, toolCalls, inputTokens, outputTokens, costUsd ?? null, label === name ? null : label, roles.indexOf(role),
    ...(session === undefined && leftOut === undefined && test === undefined ? [] : [session?.id ?? null, session?.name ?? null]),
    ...(leftOut === undefined && test === undefined ? [] : [leftOut ?? null]),
    ...(test === undefined ? [] : [[test.name, test.file ?? null, test.status ?? null]]),
  ]);
}

type Packed = [string, string[], string, string | null, number, number, number, number, number, number, number, number, number, number | null, string | null, number, (string | null)?, (string | null)?, (number | null)?, [string, string | null, string | null]?];

export function parseSummary(traceId: string, text: string): TraceOverview {
  const [name, services, startUnixNano, endUnixNano, spanCount, errorCount, openCount, rootCount, orphanCount,
    llmCalls, toolCalls, inputTokens, outputTokens, costUsd, label, role, sessionId, sessionName, leftOut, test] = JSON.parse(text) as Packed;
  return {
    traceId, name, services, startUnixNano, ...(endUnixNano === null ? {} : { endUnixNano }),
    spanCount, errorCount, openCount, rootCount, orphanCount, llmCalls, toolCalls, inputTokens, outputTokens,
    label: label ?? name, role: roles[role] ?? 'other',
    ...(costUsd === null ? {} : { costUsd }),
    ...(typeof sessionId === 'string' ? { session: { id: sessionId, name: sessionName ?? '' } } : {}),
    ...(typeof leftOut === 'number' ? { leftOut } : {}),
    ...(test === undefined ? {} : { test: { name: test[0], ...(test[1] === null ? {} : { file: test[1] }), ...(test[2] === null ? {} : { status: test[2] }) } }),
  };
}
