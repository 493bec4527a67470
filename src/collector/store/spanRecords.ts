import { agentOf } from '../../model/conventions/registry.ts';
import type { AgentRecord, LogEntry, SpanRecord } from '../../model/records.ts';
import { marks as markNames, spanKinds, statusCodes } from '../../model/span.ts';
import type { LogRecord, Scope, SpanContent } from '../../model/span.ts';
import { metaKind, metaStatus } from '../../model/traceRows.ts';
import { plainAttributes, plainValue } from './plainValues.ts';
import type { TraceColumns } from './traceColumns.ts';
import { timeOf } from './traceLogs.ts';

/** A span with everything that is known of it, in the form that the extension exports. */
export function spanRecordOf(trace: TraceColumns, row: number): SpanRecord {
  trace.settle();
  const meta = trace.meta[row] as number;
  const content = trace.contents.contentOf(trace, row);
  const origin = trace.contents.originOf(trace, row);
  const logs = trace.logs.ofRow(row);
  const parentSpanId = trace.parentIdOf(row);
  const message = trace.contents.statusMessageOf(row);
  const end = trace.times.endOf(trace, row);
  const name = trace.texts.texts[trace.name[row] as number] as string;
  const agent = agentRecordOf(name, metaKind(meta), origin.scope, content, logs);
  return {
    traceId: trace.traceId,
    spanId: trace.spanIdOf(row),
    ...(parentSpanId === '' ? {} : { parentSpanId }),
    name,
    kind: spanKinds[metaKind(meta)] ?? 'unspecified',
    startUnixNano: String(trace.times.startOf(trace, row)),
    ...(end === 0n ? {} : { endUnixNano: String(end) }),
    status: { code: statusCodes[metaStatus(meta)] ?? 'unset', ...(message === '' ? {} : { message }) },
    service: origin.service,
    ...scopeRecordOf(origin.scope),
    attributes: plainAttributes(content.attributes),
    resource: plainAttributes(origin.resource.attributes),
    events: content.events.map((event) => ({
      name: event.name, timeUnixNano: String(event.timeUnixNano), attributes: plainAttributes(event.attributes),
    })),
    links: content.links.map((link) => ({
      traceId: link.traceId, spanId: link.spanId, ...(link.traceState === '' ? {} : { traceState: link.traceState }),
      attributes: plainAttributes(link.attributes),
    })),
    logs: logs.map(logEntryOf),
    marks: markNames.filter((_, bit) => ((trace.marks[row] as number) & (1 << bit)) !== 0),
    ...(agent === undefined ? {} : { agent }),
  };
}

function scopeRecordOf(scope: Scope): Pick<SpanRecord, 'scope'> {
  if (scope.name === '' && scope.version === '' && scope.attributes.size === 0) return {};
  return {
    scope: {
      name: scope.name, ...(scope.version === '' ? {} : { version: scope.version }),
      ...(scope.attributes.size === 0 ? {} : { attributes: plainAttributes(scope.attributes) }),
    },
  };
}

function logEntryOf(log: LogRecord): LogEntry {
  return {
    timeUnixNano: String(timeOf(log)),
    ...(log.severityText === '' ? {} : { severity: log.severityText }),
    ...(log.severityNumber === 0 ? {} : { severityNumber: log.severityNumber }),
    ...(log.eventName === '' ? {} : { eventName: log.eventName }),
    body: plainValue(log.body),
    attributes: plainAttributes(log.attributes),
  };
}

function agentRecordOf(name: string, kind: number, scope: Scope, content: SpanContent, logs: readonly LogRecord[]): AgentRecord | undefined {
  const view = agentOf({
    name, kind: spanKinds[kind] ?? 'unspecified', scopeName: scope.name, attributes: content.attributes, events: content.events, logs,
  });
  return view === undefined ? undefined : plainValue(view) as AgentRecord;
}

/** Rows of the spans that were received, by start time; parents before children at equal times, else in order of arrival. */
export function rowsInOrder(trace: TraceColumns): number[] {
  trace.settle();
  const depth = depths(trace);
  const starts = exactStarts(trace);
  const rows: number[] = [];
  for (let row = 0; row < trace.count; row++) if (!trace.isPlaceholder(row)) rows.push(row);
  return rows.sort((a, b) => {
    const difference = (trace.start[a] as number) - (trace.start[b] as number);
    if (starts === undefined) return difference || (depth[a] as number) - (depth[b] as number) || a - b;
    const [left, right] = [starts[a] as bigint, starts[b] as bigint];
    return left < right ? -1 : left > right ? 1 : (depth[a] as number) - (depth[b] as number) || a - b;
  });
}

/** Only traces with times that the columns cannot hold need exact ones for their order. */
function exactStarts(trace: TraceColumns): bigint[] | undefined {
  if (trace.times.areInColumns) return undefined;
  return Array.from({ length: trace.count }, (_, row) => trace.times.startOf(trace, row));
}

/** How many ancestors each row has. Every row is walked once. */
function depths({ count, parent }: TraceColumns): Int32Array {
  const depth = new Int32Array(count).fill(-1);
  const path: number[] = [];
  for (let row = 0; row < count; row++) {
    let at = row;
    for (; at >= 0 && (depth[at] as number) < 0; at = parent[at] as number) path.push(at);
    let next = at < 0 ? 0 : (depth[at] as number) + 1;
    while (path.length > 0) depth[path.pop() as number] = next++;
  }
  return depth;
}
