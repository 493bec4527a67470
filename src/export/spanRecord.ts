import { failureOf } from '../model/conventions/failure.ts';
import { agentOf } from '../model/conventions/registry.ts';
import type { AgentRecord, LogEntry, SpanRecord } from '../model/records.ts';
import { marks as markNames, repeatedKeyMark } from '../model/span.ts';
import type { LogRecord, Scope } from '../model/span.ts';
import type { ExportSpan } from './exporter.ts';
import { plainAttributes, plainValue } from './plainValues.ts';

/** A span with everything that is known of it, in the form that the extension exports. */
export function spanRecordOf(span: ExportSpan): SpanRecord {
  const { parentSpanId, name, kind, endUnixNano, statusMessage, scope, content, logs, marks } = span;
  const input = { name, kind, scopeName: scope.name, startUnixNano: span.startUnixNano, attributes: content.attributes, events: content.events, logs };
  const agent = agentOf(input), failure = span.status === 'unset' ? failureOf(input, agent) : undefined;
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(parentSpanId === '' ? {} : { parentSpanId }),
    name,
    kind,
    startUnixNano: String(span.startUnixNano),
    ...(endUnixNano === 0n ? {} : { endUnixNano: String(endUnixNano) }),
    status: { code: span.status, ...(statusMessage === '' ? {} : { message: statusMessage }) },
    service: span.service,
    ...scopeRecordOf(scope),
    attributes: plainAttributes(content.attributes),
    resource: plainAttributes(span.resource.attributes),
    events: content.events.map((event) => ({
      name: event.name, timeUnixNano: String(event.timeUnixNano), attributes: plainAttributes(event.attributes),
    })),
    links: content.links.map((link) => ({
      traceId: link.traceId, spanId: link.spanId, ...(link.traceState === '' ? {} : { traceState: link.traceState }),
      attributes: plainAttributes(link.attributes),
    })),
    logs: logs.map(logEntryOf),
    marks: [...markNames.filter((_, bit) => (marks & (1 << bit)) !== 0), ...(content.hasRepeatedKeys === true ? [repeatedKeyMark] : [])],
    ...(agent === undefined ? {} : { agent: plainValue(agent) as AgentRecord }),
    ...(failure === undefined ? {} : { failure: { message: failure.value, source: failure.source } }),
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
    timeUnixNano: String(log.timeUnixNano === 0n ? log.observedTimeUnixNano : log.timeUnixNano),
    ...(log.severityText === '' ? {} : { severity: log.severityText }),
    ...(log.severityNumber === 0 ? {} : { severityNumber: log.severityNumber }),
    ...(log.eventName === '' ? {} : { eventName: log.eventName }),
    body: plainValue(log.body),
    attributes: plainAttributes(log.attributes),
  };
}
