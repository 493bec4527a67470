import type { AttributeValue, Attributes } from '../model/attributes.ts';
import { isNoId } from '../model/ids.ts';
import type { SpanBatch } from '../model/spanBatch.ts';
import { halvesOf } from '../model/time.ts';
import type { DecodeOptions, PieceDecoder } from './format.ts';
import { idIn, objectIn, textIn } from './jsonFields.ts';
import { deepestContainer, JsonMembers } from './jsonMembers.ts';
import type { JsonObject, JsonReader } from './jsonReader.ts';
import { spanAttributes, spanName } from './openAiAgentsSpan.ts';
import { momentIn, put, readInto, RecordSpans } from './recordSpans.ts';

/** What is known of a trace: what its item says, the roots that came before the item, and a span in case that it has no root. */
interface KnownTrace { item: JsonObject | undefined; early: string[]; some: string; hasRoot: boolean }

/** Reads items piece by piece and remembers the traces. */
export class OpenAiAgentsDecoder implements PieceDecoder {
  private readonly options: DecodeOptions;
  private readonly spans: RecordSpans;
  private readonly traces = new Map<string, KnownTrace>();

  constructor(batch: SpanBatch, options: DecodeOptions) {
    this.options = options;
    this.spans = new RecordSpans(batch, options);
  }

  read(piece: Uint8Array, offset: number): void {
    readInto(this.spans, piece, { ...this.options, offset }, (reader) => { this.readAny(reader); });
  }

  end(): void {
    let bareTraces = 0;
    for (const [id, { item, some, hasRoot }] of this.traces) {
      if (item === undefined) continue;
      if (some === '') bareTraces++; else if (!hasRoot) this.tellLater(id, some, item);
    }
    this.spans.batch.tally(bareTraces, 'traces have no spans here', 'trace has no spans here');
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
    if (trace === undefined) this.traces.set(id, trace = { item: undefined, early: [], some: '', hasRoot: false });
    return trace;
  }

  /** The item of a trace. It comes again when the trace has ended. */
  private noteTrace(item: JsonObject): void {
    const id = idIn(item.get('id'));
    if (isNoId(id)) return;
    const trace = this.traceOf(id);
    trace.item = item;
    for (const spanId of trace.early) this.tellLater(id, spanId, item);
    trace.early = [];
  }

  /** Adds what is said of a trace to a span that was there before. */
  private tellLater(traceId: string, spanId: string, item: JsonObject): void {
    this.spans.add({ traceId, spanId, operation: 'update', present: 0, attributes: traceAttributes(item) });
  }

  private addSpan(span: JsonObject): void {
    const traceId = idIn(span.get('trace_id')), spanId = idIn(span.get('id')), trace = this.traceOf(traceId);
    const start = momentIn(span.get('started_at')), end = momentIn(span.get('ended_at')), error = objectIn(span.get('error'));
    const parentSpanId = idIn(span.get('parent_id')), isRoot = isNoId(parentSpanId), { item } = trace;
    trace.some ||= spanId;
    trace.hasRoot ||= isRoot;
    if (isRoot && item === undefined && !trace.early.includes(spanId)) trace.early.push(spanId);
    const attributes = spanAttributes(span, item, start);
    this.spans.add({
      traceId, spanId, parentSpanId, name: spanName(span), start: halvesOf(start ?? 0n), end: halvesOf(end ?? 0n),
      status: error === undefined && textIn(span.get('error')) === '' ? 0 : 2, statusMessage: textIn(error?.get('message') ?? span.get('error')),
      attributes: isRoot && item !== undefined ? new Map([...attributes, ...traceAttributes(item)]) : attributes,
    });
  }
}

/** What is said of a whole trace is said at its roots: a trace has no times of its own. */
function traceAttributes(item: JsonObject): Attributes {
  const attributes = new Map<string, AttributeValue>();
  put(attributes, 'gen_ai.workflow.name', item.get('workflow_name'));
  put(attributes, 'gen_ai.conversation.id', item.get('group_id'));
  for (const [key, value] of item) if (!['object', 'id', 'workflow_name', 'group_id'].includes(key)) put(attributes, `openai.agents.trace.${key}`, value);
  return attributes;
}
