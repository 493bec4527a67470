import type { Attributes } from '../model/attributes.ts';
import type { RecordSpans } from './recordSpans.ts';

interface Trace { says: Attributes | undefined; roots: Set<string>; some: string }

/**
 * What is said of traces apart from their spans, on platforms whose traces are no spans. It is told as attributes of the roots,
 * whichever comes first; where the root is not there, of any span.
 */
export class TraceNotes {
  private readonly spans: RecordSpans;
  private readonly traces = new Map<string, Trace>();

  constructor(spans: RecordSpans) { this.spans = spans; }

  /** Adds to what is known of a trace. */
  say(traceId: string, attributes: Attributes): void {
    const trace = this.traceOf(traceId);
    trace.says = new Map([...trace.says ?? [], ...attributes]);
    for (const spanId of trace.roots) this.tell(traceId, spanId, attributes);
  }

  /** What is known of a trace so far. */
  of(traceId: string): Attributes | undefined { return this.traces.get(traceId)?.says; }

  /** Notes a span; gives what it says of its trace beside its own attributes. */
  at(traceId: string, spanId: string, isRoot: boolean): Attributes | undefined {
    const trace = this.traceOf(traceId);
    trace.some ||= spanId;
    if (!isRoot) return undefined;
    trace.roots.add(spanId);
    return trace.says;
  }

  /** Nothing more comes: tells what could not be told. */
  end(): void {
    let bareTraces = 0;
    for (const [traceId, { says, roots, some }] of this.traces) {
      if (says === undefined || roots.size > 0) continue;
      if (some === '') bareTraces++; else this.tell(traceId, some, says);
    }
    this.spans.batch.tally(bareTraces, 'traces have no spans here', 'trace has no spans here');
  }

  private tell(traceId: string, spanId: string, attributes: Attributes): void {
    if (attributes.size > 0) this.spans.add({ traceId, spanId, operation: 'update', present: 0, attributes });
  }

  private traceOf(id: string): Trace {
    let trace = this.traces.get(id);
    if (trace === undefined) this.traces.set(id, trace = { says: undefined, roots: new Set(), some: '' });
    return trace;
  }
}
