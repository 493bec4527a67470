import type { AttributeValue } from '../model/attributes.ts';
import { isNoId } from '../model/ids.ts';
import { present } from '../model/spanBatch.ts';
import type { SpanBatch } from '../model/spanBatch.ts';
import { halvesOf } from '../model/time.ts';
import type { DecodeOptions, PieceDecoder } from './format.ts';
import { idIn, objectIn, textIn } from './jsonFields.ts';
import { deepestContainer, JsonMembers } from './jsonMembers.ts';
import type { JsonObject, JsonReader } from './jsonReader.ts';
import { spanAttributes, spanName } from './openAiAgentsSpan.ts';
import { momentIn, put, readInto, RecordSpans } from './recordSpans.ts';
import { derivedMark } from './spanRows.ts';

/** What is known of a trace: its item, the reach of its spans, and the spans that came before the item. */
interface KnownTrace { item: JsonObject | undefined; start: bigint; end: bigint; early: string[]; hasRoot: boolean; hasEnded: boolean; isClosed: boolean }

/** Reads items piece by piece and remembers the traces. */
export class OpenAiAgentsDecoder implements PieceDecoder {
  private readonly options: DecodeOptions;
  private readonly spans: RecordSpans;
  private readonly isWhole: boolean;
  private readonly traces = new Map<string, KnownTrace>();
  private readonly changed = new Set<string>();

  /** `isWhole`: the input comes in one piece, so that roots are known when they are added. */
  constructor(batch: SpanBatch, options: DecodeOptions, isWhole: boolean) {
    this.options = options;
    this.isWhole = isWhole;
    this.spans = new RecordSpans(batch, options);
  }

  read(piece: Uint8Array, offset: number): void {
    readInto(this.spans, piece, { ...this.options, offset }, (reader) => { this.readAny(reader); });
    if (!this.isWhole) for (const id of this.changed) this.updateRoot(id);
    this.changed.clear();
    this.spans.flush();
  }

  end(): void {
    for (const [id, trace] of this.traces) {
      if (trace.item !== undefined && !trace.isClosed) this.addRoot(id, trace, trace.hasRoot ? 'end' : 'whole', trace.end);
    }
    this.spans.flush();
  }

  private readAny(reader: JsonReader, depth = 0): void {
    const members = new JsonMembers(reader), kind = textIn(members.take('object'));
    if (kind === 'trace.span') { if (!members.isBroken) this.addSpan(members.takeAllBut(new Set())); }
    else {
      if (kind === 'trace') this.noteTrace(members.takeAllBut(new Set(['spans'])));
      const lists = depth < deepestContainer ? ['spans', 'traces', 'data', 'items'].filter((key) => members.isList(key)) : [];
      for (const list of lists) members.each(list, (item) => { this.readAny(item, depth + 1); });
      if (kind !== 'trace' && lists.length === 0 && !members.isBroken) this.spans.passOver();
    }
    members.leave();
  }

  private traceOf(id: string): KnownTrace {
    let trace = this.traces.get(id);
    if (trace === undefined) this.traces.set(id, trace = { item: undefined, start: 0n, end: 0n, early: [], hasRoot: false, hasEnded: false, isClosed: false });
    return trace;
  }

  /** The item of a trace. It comes again when the trace has ended. */
  private noteTrace(item: JsonObject): void {
    const id = idIn(item.get('id'));
    if (isNoId(id)) return;
    const trace = this.traceOf(id);
    trace.hasEnded = trace.item !== undefined;
    trace.item = item;
    this.changed.add(id);
    for (const spanId of trace.early) this.spans.add({ traceId: id, spanId, parentSpanId: id, operation: 'update', present: present.parent });
    trace.early = [];
  }

  private addSpan(span: JsonObject): void {
    const traceId = idIn(span.get('trace_id')), spanId = idIn(span.get('id')), trace = this.traceOf(traceId);
    const start = momentIn(span.get('started_at')), end = momentIn(span.get('ended_at')), error = objectIn(span.get('error'));
    const parent = idIn(span.get('parent_id')), isRoot = isNoId(parent), isBelowTrace = isRoot && trace.item !== undefined;
    if (start !== undefined && (trace.start === 0n || start < trace.start)) trace.start = start;
    if (end !== undefined && end > trace.end) trace.end = end;
    if (isRoot && !isBelowTrace && !trace.early.includes(spanId)) trace.early.push(spanId);
    this.changed.add(traceId);
    this.spans.add({
      traceId, spanId, parentSpanId: isBelowTrace ? traceId : parent, name: spanName(span), start: halvesOf(start ?? 0n), end: halvesOf(end ?? 0n),
      status: error === undefined && textIn(span.get('error')) === '' ? 0 : 2, statusMessage: textIn(error?.get('message') ?? span.get('error')),
      attributes: spanAttributes(span, trace.item, start),
    });
  }

  /** While spans may come, the root is open. */
  private updateRoot(id: string): void {
    const trace = this.traceOf(id), end = trace.hasEnded ? trace.end : 0n;
    if (trace.item === undefined || trace.isClosed) return;
    this.addRoot(id, trace, trace.hasRoot ? end === 0n ? 'update' : 'end' : 'whole', end);
    trace.hasRoot = true;
    trace.isClosed = end !== 0n;
  }

  private addRoot(id: string, trace: KnownTrace, operation: 'whole' | 'update' | 'end', end: bigint): void {
    const isWhole = operation === 'whole';
    this.spans.add({
      traceId: id, spanId: id, name: textIn(trace.item?.get('workflow_name')), start: halvesOf(trace.start), end: halvesOf(end), marks: derivedMark, operation,
      ...(isWhole ? { attributes: rootAttributes(trace.item) } : { present: (trace.start === 0n ? 0 : present.start) | (end === 0n ? 0 : present.end) }),
    });
  }
}

function rootAttributes(item: JsonObject | undefined): ReadonlyMap<string, AttributeValue> {
  const attributes = new Map<string, AttributeValue>([['gen_ai.operation.name', 'invoke_workflow']]);
  put(attributes, 'gen_ai.workflow.name', item?.get('workflow_name'));
  put(attributes, 'gen_ai.conversation.id', item?.get('group_id'));
  for (const [key, value] of item ?? []) if (!['object', 'id', 'workflow_name', 'group_id'].includes(key)) put(attributes, `openai.agents.${key}`, value);
  return attributes;
}
