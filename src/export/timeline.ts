import { TextBytes } from '../formats/textBytes.ts';
import { markBit } from '../model/span.ts';
import type { ExportOptions, ExportSpan, Exporter } from './exporter.ts';
import { parentsOf, treeOrder } from './spanForest.ts';

interface Strokes { readonly ok: string; readonly error: string; readonly unset: string; readonly edge: string; readonly bar: string }

const ascii: Strokes = { ok: '+', error: 'x', unset: '?', edge: '|', bar: '=' };
const drawn: Strokes = { ok: '\u2713', error: '\u2717', unset: '\u00b7', edge: '\u2502', bar: '\u2588' };
const lost = markBit('lost');
const longestName = 200;
const deepestIndent = 40;
const mostColumns = 1000;

/**
 * The text timeline of the tutorial tracer: two lines a span, its name with duration and a bar on the axis of the trace. A
 * running span reaches to the last moment that the trace knows of. In ASCII it has the same bytes as what the agent kit's
 * `toTimeline` gives for the same trace. It holds ids of traces, names, statuses and durations to a tenth of a millisecond.
 */
export const timeline: Exporter = {
  id: 'text-timeline',
  label: 'Text timeline',
  description: 'Names, durations and bars, for terminals and chats',
  extension: '.txt',
  losses: ['nanoseconds', 'attributes', 'events', 'links', 'logs', 'scope', 'resource', 'traceState', 'dropped', 'marks'],
  isBinary: false,
  isForPeople: true,
  open: (options, write) => {
    const traces = new Map<string, Drawn[]>();
    return {
      add: ({ traceId, spanId, parentSpanId, name, startUnixNano, endUnixNano, status, marks }) => {
        const drawn = { spanId, parentSpanId, name, startUnixNano, endUnixNano, status, marks }, known = traces.get(traceId);
        if (known === undefined) traces.set(traceId, [drawn]); else known.push(drawn);
      },
      finish: () => {
        const out = new TextBytes(write);
        let separator = '';
        for (const [traceId, members] of traces) {
          out.add(separator);
          for (const line of linesOf(traceId, members, options)) out.add(`${line}\n`);
          separator = '\n';
        }
        out.flush();
        return {};
      },
    };
  },
};

/** What of a span is drawn. */
type Drawn = Pick<ExportSpan, 'spanId' | 'parentSpanId' | 'name' | 'startUnixNano' | 'endUnixNano' | 'status' | 'marks'>;

function* linesOf(traceId: string, spans: readonly Drawn[], options: ExportOptions): Generator<string> {
  const strokes = options.unicode ? drawn : ascii;
  const width = BigInt(Math.min(mostColumns, Math.max(1, Math.floor(options.width))));
  const { first, last } = extentOf(spans);
  const total = max(last - first, 1n);
  yield `Trace ${visible(traceId)}, ${spans.length} spans, ${milliseconds(last - first)}`;
  for (const { place, depth } of treeOrder(parentsOf(spans))) {
    const span = spans[place] as Drawn;
    const isOpen = span.endUnixNano === 0n;
    const length = max((isOpen ? last : span.endUnixNano) - span.startUnixNano, 0n);
    const from = min(max((span.startUnixNano - first) * width / total, 0n), width - 1n);
    const columns = min(max(length * width / total, 1n), width - from);
    const indent = '  '.repeat(Math.min(depth, deepestIndent));
    const bar = ' '.repeat(Number(from)) + strokes.bar.repeat(Number(columns)) + ' '.repeat(Number(width - from - columns));
    const duration = isOpen ? ((span.marks & lost) === 0 ? 'running' : 'no end') : span.startUnixNano === 0n ? 'no start' : milliseconds(length);
    yield `${indent}${strokes[span.status]} ${visible(span.name)} [${duration}]`;
    yield `${indent}${strokes.edge}${bar}${strokes.edge}`;
  }
}

/** Spans without a start say nothing about when the trace was. */
function extentOf(spans: readonly Drawn[]): { readonly first: bigint; readonly last: bigint } {
  const placed = spans.filter(({ startUnixNano }) => startUnixNano > 0n);
  const begin = placed[0]?.startUnixNano ?? 0n;
  let first = begin, last = begin;
  for (const { startUnixNano, endUnixNano } of placed) {
    first = min(first, startUnixNano);
    last = max(last, max(startUnixNano, endUnixNano));
  }
  return { first, last };
}

const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** One decimal, rounded half up, without a detour through floating point. */
function milliseconds(ns: bigint): string {
  const tenths = (ns + 50_000n) / 100_000n;
  return `${tenths / 10n}.${tenths % 10n}ms`;
}

/** Control characters, which a terminal would obey, and those that turn the reading direction, as JSON writes them. */
function visible(name: string): string {
  const cut = name.length <= longestName ? name : `${name.slice(0, longestName)}\u2026 [${name.length - longestName} more characters]`;
  return cut.replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
