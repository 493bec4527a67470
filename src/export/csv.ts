import { jsonText } from '../formats/jsonText.ts';
import { TextBytes } from '../formats/textBytes.ts';
import { stepOf } from '../model/conventions/registry.ts';
import type { AgentView } from '../model/agent.ts';
import { marks as markNames } from '../model/span.ts';
import { isoOfNanos } from '../model/time.ts';
import type { ExportSpan, Exporter } from './exporter.ts';

type Cell = string | number | bigint | undefined;
type Column = readonly [title: string, read: (span: ExportSpan, step: AgentView | undefined) => Cell];

const columns: readonly Column[] = [
  ['trace_id', ({ traceId }) => traceId],
  ['span_id', ({ spanId }) => spanId],
  ['parent_span_id', ({ parentSpanId }) => parentSpanId],
  ['name', ({ name }) => name],
  ['service', ({ service }) => service],
  ['kind', ({ kind }) => kind],
  ['role', (_, step) => step?.role],
  ['status', ({ status }) => status],
  ['status_message', ({ statusMessage }) => statusMessage],
  ['start_time', ({ startUnixNano }) => timeText(startUnixNano)],
  ['end_time', ({ endUnixNano }) => timeText(endUnixNano)],
  ['start_unix_nano', ({ startUnixNano }) => startUnixNano],
  ['end_unix_nano', ({ endUnixNano }) => (endUnixNano === 0n ? undefined : endUnixNano)],
  ['duration_ns', ({ startUnixNano, endUnixNano }) => (endUnixNano === 0n ? undefined : endUnixNano - startUnixNano)],
  ['agent', (_, step) => step?.agentName],
  ['provider', (_, step) => step?.provider],
  ['model', (_, step) => step?.model],
  ['tool', (_, step) => step?.toolName],
  ['input_tokens', (_, step) => step?.inputTokens],
  ['output_tokens', (_, step) => step?.outputTokens],
  ['cache_read_tokens', (_, step) => step?.cacheReadTokens],
  ['cost_usd', (_, step) => step?.costUsd],
  ['scope', ({ scope }) => scope.name],
  ['events', ({ content }) => content.events.length],
  ['links', ({ content }) => content.links.length],
  ['logs', ({ logs }) => logs.length],
  ['marks', ({ marks }) => markNames.filter((_, bit) => (marks & (1 << bit)) !== 0).join(' ')],
  ['attributes', ({ content }) => jsonText(content.attributes)],
];

/**
 * A table with a row a span (RFC 4180: CRLF, quotes doubled), UTF-8 without a mark. Times are exact to the nanosecond, once as
 * ISO 8601 text and once as a number; attributes are JSON text in one cell. A text that a spreadsheet would take for a formula
 * has an apostrophe before it. Events, links and logs are counted only; resources are left out but for the service.
 */
export const csv: Exporter = {
  id: 'csv',
  label: 'CSV of spans',
  description: 'A row a span, for spreadsheets and data frames',
  extension: '.csv',
  losses: ['events', 'links', 'logs', 'resource', 'traceState', 'dropped'],
  isBinary: false,
  isForPeople: true,
  open: (_, write) => {
    const out = new TextBytes(write), add = (cells: readonly Cell[]): void => { out.add(`${cells.map(cellText).join(',')}\r\n`); };
    add(columns.map(([title]) => title));
    return {
      add: (span) => {
        const { name, kind, scope, content, logs } = span;
        const step = stepOf({ name, kind, scopeName: scope.name, attributes: content.attributes, events: content.events, logs });
        add(columns.map(([, read]) => read(span, step)));
      },
      finish: () => {
        out.flush();
        return {};
      },
    };
  },
};

const timeText = (nanos: bigint): string | undefined => (nanos === 0n ? undefined : isoOfNanos(nanos));

function cellText(cell: Cell): string {
  if (cell === undefined || typeof cell !== 'string') return cell === undefined ? '' : String(cell);
  // What spreadsheets take for a formula, after blanks too.
  const safe = /^[\s\uFEFF\0]*[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n\u2028\u2029]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
