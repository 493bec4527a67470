import { hasDate } from '../model/time.ts';
import { categoryKey } from './chromeEvents.ts';
import type { EncodeScope, EncodeSpan, SpanEncoder } from './format.ts';
import { jsonText } from './jsonText.ts';
import type { Writable } from './jsonText.ts';
import { Lanes } from './spanLanes.ts';
import { TextBytes } from './textBytes.ts';
import type { WriteBytes } from './textBytes.ts';

/** An arrow needs both of its ends: the last spans are remembered, this many at least, and as many links whose span has not come. */
const fewestRemembered = 50_000;

type Emit = (event: Writable) => void;
/** Where a span is in the file. */
interface Thread { readonly pid: number; readonly tid: number }
interface Place extends Thread { readonly ts: number | string }

/** `{baseTimeNanoseconds, traceEvents}`: see the docstring of the format. One event a line. */
export function chromeEncoder(write: WriteBytes, { firstUnixNano }: EncodeScope): SpanEncoder {
  const out = new TextBytes(write);
  const base = hasDate(firstUnixNano) ? firstUnixNano : 0n;
  let separator = '\n';
  const emit: Emit = (event) => {
    out.add(`${separator}${jsonText(event)}`);
    separator = ',\n';
  };
  out.add(`{"displayTimeUnit":"ns"${base === 0n ? '' : `,"baseTimeNanoseconds":${base}`},"traceEvents":[`);
  const threads = new Threads(emit), arrows = new Arrows(emit);
  return {
    add(spans): void {
      for (const span of spans) {
        const thread = threads.of(span);
        writeSpan(span, base, thread, emit);
        arrows.add(span, { ...thread, ts: microsSince(span.startUnixNano, base) });
      }
    },
    end(): void {
      out.add(separator === '\n' ? '\n\n]}\n' : '\n]}\n');
      out.flush();
    },
  };
}

/** A service, and its threads in the trace at hand. */
interface Process { readonly pid: number; firstThread: number; laneCount: number; lanes: Lanes<undefined> | undefined }

/** Gives each service a process, and each trace in it as many threads as its spans need; writes the events that name them. */
class Threads {
  private readonly processes = new Map<string, Process>();
  private traceId: string | undefined;
  private readonly emit: Emit;

  constructor(emit: Emit) { this.emit = emit; }

  of(span: EncodeSpan): Thread {
    if (span.traceId !== this.traceId) this.beginTrace(span.traceId);
    const process = this.processOf(span.service), { pid, firstThread } = process;
    const lane = (process.lanes ??= new Lanes<undefined>(() => undefined)).place(span, undefined), tid = firstThread + lane;
    if (lane === process.laneCount) {
      process.laneCount++;
      this.emit({ ph: 'M', name: 'thread_name', pid, tid, args: { name: lane === 0 ? `trace ${span.traceId}` : `trace ${span.traceId}, lane ${lane + 1}` } });
    }
    return { pid, tid };
  }

  private beginTrace(traceId: string): void {
    this.traceId = traceId;
    for (const process of this.processes.values()) {
      process.firstThread += process.laneCount;
      process.laneCount = 0;
      process.lanes = undefined;
    }
  }

  private processOf(service: string): Process {
    let process = this.processes.get(service);
    if (process === undefined) {
      const pid = this.processes.size + 1;
      this.processes.set(service, process = { pid, firstThread: 1, laneCount: 0, lanes: undefined });
      if (service !== '') this.emit({ ph: 'M', name: 'process_name', pid, tid: 0, args: { name: service } });
    }
    return process;
  }
}

function writeSpan(span: EncodeSpan, base: bigint, thread: Thread, emit: Emit): void {
  const { content, startUnixNano: start, endUnixNano: end } = span, args = new Map(content.attributes), category = args.get(categoryKey);
  args.delete(categoryKey);
  emit({
    ph: end === 0n ? 'B' : 'X', name: span.name, cat: typeof category === 'string' ? category : undefined, ...thread,
    ts: microsSince(start, base), dur: end === 0n ? undefined : microsOf(end - start), args: args.size === 0 ? undefined : args,
    span: {
      traceId: span.traceId, spanId: span.spanId, parentSpanId: span.parentSpanId === '' ? undefined : span.parentSpanId,
      kind: span.kind === 'unspecified' ? undefined : span.kind, status: span.status === 'unset' ? undefined : span.status, message: span.statusMessage === '' ? undefined : span.statusMessage,
      links: content.links.length === 0 ? undefined : content.links.map(({ traceId, spanId, traceState, attributes }) => ({ traceId, spanId, traceState: traceState === '' ? undefined : traceState, attributes: attributes.size === 0 ? undefined : attributes })),
    },
  });
  for (const { name, timeUnixNano, attributes } of content.events) {
    emit({ ph: 'i', s: 't', name, ...thread, ts: microsSince(timeUnixNano, base), args: attributes.size === 0 ? undefined : attributes, span: { traceId: span.traceId, spanId: span.spanId } });
  }
}

/** Links as arrows that other programs draw; this one reads them from the slices. */
class Arrows {
  private places = new Map<string, Place>();
  private olderPlaces: ReadonlyMap<string, Place> = new Map();
  /** Spans that link to one that has not come, by its key. */
  private readonly waiting = new Map<string, Place[]>();
  private waitingCount = 0;
  private count = 0;
  private readonly emit: Emit;

  constructor(emit: Emit) { this.emit = emit; }

  add({ traceId, spanId, content }: EncodeSpan, place: Place): void {
    const key = `${traceId} ${spanId}`;
    this.remember(key, place);
    for (const to of this.waiting.get(key) ?? []) this.draw(place, to);
    this.waiting.delete(key);
    for (const link of content.links) {
      const linked = `${link.traceId} ${link.spanId}`, from = this.places.get(linked) ?? this.olderPlaces.get(linked);
      if (from !== undefined) this.draw(from, place);
      else if (this.waitingCount < fewestRemembered) {
        this.waitingCount++;
        this.waiting.set(linked, [...this.waiting.get(linked) ?? [], place]);
      }
    }
  }

  private remember(key: string, place: Place): void {
    if (this.places.size === fewestRemembered) {
      this.olderPlaces = this.places;
      this.places = new Map();
    }
    this.places.set(key, place);
  }

  private draw(from: Place, to: Place): void {
    const id = ++this.count;
    this.emit({ ph: 's', id, name: 'link', cat: 'link', ...from, span: {} });
    this.emit({ ph: 'f', bp: 'e', id, name: 'link', cat: 'link', ...to, span: {} });
  }
}

/** A time that is not recorded is the beginning. */
const microsSince = (time: bigint, base: bigint): number | string => microsOf(time === 0n ? 0n : time - base);

/** µs with up to three digits after the point; as text, which readers take too, where a double would lose some of them. */
function microsOf(nanos: bigint): number | string {
  const isSmall = nanos > -1_000_000_000_000_000n && nanos < 1_000_000_000_000_000n;
  if (isSmall) return Number(nanos) / 1000;
  const digits = (nanos < 0n ? -nanos : nanos).toString();
  return `${nanos < 0n ? '-' : ''}${digits.slice(0, -3)}.${digits.slice(-3)}`;
}
