import { hasDate } from '../model/time.ts';
import { categoryKey } from './chromeEvents.ts';
import type { EncodeSpan } from './format.ts';
import { jsonText } from './jsonText.ts';
import type { Writable } from './jsonText.ts';
import { placeOnLanes } from './spanLanes.ts';
import { bytesOfText } from './textBytes.ts';

/** Where a span is in the file. */
interface Thread { readonly pid: number; readonly tid: number }

/** `{baseTimeNanoseconds, traceEvents}`: see the docstring of the format. One event a line. */
export function encodeChrome(spans: readonly EncodeSpan[]): Uint8Array {
  const threads = new Map<EncodeSpan, Thread>(), names = threadsOf(spans, threads);
  const first = spans.reduce((least, { startUnixNano }) => (startUnixNano > 0n && (least === 0n || startUnixNano < least) ? startUnixNano : least), 0n);
  const base = hasDate(first) ? first : 0n;
  const byId = new Map(spans.map((span) => [`${span.traceId} ${span.spanId}`, span]));
  const slices = function* (): Generator<Writable> { for (const span of spans) yield* eventsOf(span, base, threads.get(span) ?? { pid: 0, tid: 0 }); };
  const head = base === 0n ? '{"displayTimeUnit":"ns"' : `{"displayTimeUnit":"ns","baseTimeNanoseconds":${base}`;
  return bytesOfText((out) => {
    out.add(`${head},"traceEvents":[`);
    let separator = '\n';
    for (const events of [names, slices(), flowsOf(spans, byId, threads, base)]) {
      for (const event of events) {
        out.add(`${separator}${jsonText(event)}`);
        separator = ',\n';
      }
    }
    out.add(separator === '\n' ? '\n\n]}\n' : '\n]}\n');
  });
}

/** Gives each service a process, and each trace in it as many threads as its spans need; the events that name them. */
function threadsOf(spans: readonly EncodeSpan[], threads: Map<EncodeSpan, Thread>): Writable[] {
  const names: Writable[] = [];
  let pid = 0;
  for (const [service, ofService] of Map.groupBy(spans, (span) => span.service)) {
    let nextThread = 1;
    pid++;
    if (service !== '') names.push({ ph: 'M', name: 'process_name', pid, tid: 0, args: { name: service } });
    for (const [traceId, members] of Map.groupBy(ofService, (span) => span.traceId)) {
      let lanes = 0;
      for (const { span, lane } of placeOnLanes(members)) {
        threads.set(span, { pid, tid: nextThread + lane });
        lanes = Math.max(lanes, lane + 1);
      }
      for (let lane = 0; lane < lanes; lane++) {
        names.push({ ph: 'M', name: 'thread_name', pid, tid: nextThread + lane, args: { name: lane === 0 ? `trace ${traceId}` : `trace ${traceId}, lane ${lane + 1}` } });
      }
      nextThread += lanes;
    }
  }
  return names;
}

function eventsOf(span: EncodeSpan, base: bigint, thread: Thread): Writable[] {
  const { content, startUnixNano: start, endUnixNano: end } = span, args = new Map(content.attributes), category = args.get(categoryKey);
  args.delete(categoryKey);
  const slice = {
    ph: end === 0n ? 'B' : 'X', name: span.name, cat: typeof category === 'string' ? category : undefined, ...thread,
    ts: microsOf(start === 0n ? 0n : start - base), dur: end === 0n ? undefined : microsOf(end - start), args: args.size === 0 ? undefined : args,
    span: {
      traceId: span.traceId, spanId: span.spanId, parentSpanId: span.parentSpanId === '' ? undefined : span.parentSpanId,
      kind: span.kind === 'unspecified' ? undefined : span.kind, status: span.status === 'unset' ? undefined : span.status, message: span.statusMessage === '' ? undefined : span.statusMessage,
      links: content.links.length === 0 ? undefined : content.links.map(({ traceId, spanId, traceState, attributes }) => ({ traceId, spanId, traceState: traceState === '' ? undefined : traceState, attributes: attributes.size === 0 ? undefined : attributes })),
    },
  };
  const instants = content.events.map(({ name, timeUnixNano, attributes }) => ({
    ph: 'i', s: 't', name, ...thread, ts: microsOf(timeUnixNano === 0n ? 0n : timeUnixNano - base), args: attributes.size === 0 ? undefined : attributes, span: { traceId: span.traceId, spanId: span.spanId },
  }));
  return [slice, ...instants];
}

/** Links as arrows that other programs draw; this one reads them from the slices. */
function flowsOf(spans: readonly EncodeSpan[], byId: ReadonlyMap<string, EncodeSpan>, threads: ReadonlyMap<EncodeSpan, Thread>, base: bigint): Writable[] {
  const flows: Writable[] = [];
  for (const to of spans) {
    for (const { traceId, spanId } of to.content.links) {
      const from = byId.get(`${traceId} ${spanId}`);
      if (from === undefined) continue;
      const id = flows.length / 2 + 1;
      flows.push({ ph: 's', id, name: 'link', cat: 'link', ...threads.get(from), ts: microsOf(from.startUnixNano - base), span: {} });
      flows.push({ ph: 'f', bp: 'e', id, name: 'link', cat: 'link', ...threads.get(to), ts: microsOf(to.startUnixNano - base), span: {} });
    }
  }
  return flows;
}

/** µs with up to three digits after the point; as text, which readers take too, where a double would lose some of them. */
function microsOf(nanos: bigint): number | string {
  const isSmall = nanos > -1_000_000_000_000_000n && nanos < 1_000_000_000_000_000n;
  if (isSmall) return Number(nanos) / 1000;
  const digits = (nanos < 0n ? -nanos : nanos).toString();
  return `${nanos < 0n ? '-' : ''}${digits.slice(0, -3)}.${digits.slice(-3)}`;
}
