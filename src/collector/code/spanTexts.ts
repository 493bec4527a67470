import type { SpanRecord } from '../../model/records.ts';
import { roles } from '../../model/role.ts';
import { markBit, statusCodes } from '../../model/span.ts';
import { metaRole, metaStatus } from '../../model/traceRows.ts';
import type { CodeSpan, CodeSpanContent } from '../../protocol/codeUse.ts';
import { spanRecordOf } from '../store/spanRecords.ts';
import type { TraceColumns } from '../store/traceColumns.ts';
import type { PlacedSpans } from './placedSpans.ts';

const openMark = markBit('open'), lostMark = markBit('lost');
const longestText = 400, longestName = 200;
const deepestChain = 12;

/** A span for a list; with its content as short texts when somebody looks at it. */
export function codeSpanOf(trace: TraceColumns, spans: PlacedSpans, i: number, withContent: boolean): CodeSpan {
  const row = spans.row[i] as number, duration = spans.duration[i] as number, start = spans.start[i] as number, place = spans.place[i] as number;
  const meta = trace.meta[row] as number, marks = trace.marks[row] as number;
  const { texts } = trace.texts;
  return {
    traceId: spans.key, spanId: trace.spanIdOf(row), place, ...(spans.file === undefined ? {} : { file: spans.file }),
    name: cut(texts[trace.name[row] as number] ?? '', longestName), label: labelOf(trace, row),
    role: roles[metaRole(meta)] ?? 'other', isFailed: statusCodes[metaStatus(meta)] === 'error', isRunning: (marks & (openMark | lostMark)) === openMark,
    start, ...(Number.isNaN(duration) ? {} : { durationNs: duration }),
    ...(withContent ? { content: contentOf(spanRecordOf(trace, row)) } : {}),
  };
}

/** Labels from the root down to a row; of a very deep one the nearest. */
export function chainOf(trace: TraceColumns, row: number): string[] {
  const chain: string[] = [];
  for (let at = row; at >= 0 && chain.length < deepestChain; at = trace.parent[at] as number) chain.push(labelOf(trace, at));
  return chain.reverse();
}

/** Type and message of what a span failed with; '' when it does not say. */
export function problemOf({ events, status, failure }: SpanRecord): string {
  const exception = events.findLast(({ name }) => name === 'exception')?.attributes ?? {};
  const [type, message] = ['exception.type', 'exception.message'].map((key) => {
    const value = Object.hasOwn(exception, key) ? exception[key] : undefined;
    return typeof value === 'string' ? value : '';
  });
  return cut([type, message || status.message || failure?.message].filter(Boolean).join(': '), longestText);
}

function labelOf(trace: TraceColumns, row: number): string {
  const { texts } = trace.texts;
  return cut(texts[trace.subject[row] as number] || texts[trace.name[row] as number] || '', longestName);
}

function contentOf(record: SpanRecord): CodeSpanContent {
  const { agent } = record, problem = record.status.code === 'error' || record.failure !== undefined ? problemOf(record) : '';
  const input = agent === undefined ? '' : shortText(agent.toolArguments ?? lastMessage(agent.inputMessages) ?? agent.input);
  const output = agent === undefined ? '' : shortText(agent.toolResult ?? lastMessage(agent.outputMessages) ?? agent.output ?? agent.chosen);
  return { ...(input === '' ? {} : { input }), ...(output === '' ? {} : { output }), ...(problem === '' ? {} : { problem }) };
}

/** What is said in the last message of a conversation, in the form that conventions give to all of them. */
function lastMessage(messages: unknown): unknown {
  const last: unknown = Array.isArray(messages) ? messages.at(-1) : undefined;
  const parts = typeof last === 'object' && last !== null && 'parts' in last && Array.isArray(last.parts) ? last.parts as readonly Readonly<Record<string, unknown>>[] : undefined;
  const texts = parts?.flatMap((part) => (typeof part['text'] === 'string' && part['type'] === 'text' ? [part['text']] : []));
  return texts === undefined || texts.length === 0 ? parts : texts.join('\n');
}

function shortText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return cut(typeof value === 'string' ? value : JSON.stringify(value), longestText);
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most).replace(/[\uD800-\uDBFF]$/, '')}…` : text;
}
