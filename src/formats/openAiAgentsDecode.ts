import type { AttributeValue, Attributes } from '../model/attributes.ts';
import { isNoId } from '../model/ids.ts';
import type { SpanBatch } from '../model/spanBatch.ts';
import { halvesOf } from '../model/time.ts';
import type { DecodeOptions, PieceDecoder } from './format.ts';
import { idIn, objectIn, textIn } from './jsonFields.ts';
import { deepestContainer, JsonMembers } from './jsonMembers.ts';
import type { JsonObject, JsonReader } from './jsonReader.ts';
import { jsonText } from './jsonText.ts';
import { conversationKey, spanAttributes, spanName } from './openAiAgentsSpan.ts';
import { momentIn, put, readInto, RecordSpans } from './recordSpans.ts';
import { TraceNotes } from './traceNotes.ts';

/** Reads items piece by piece and remembers the traces. */
export class OpenAiAgentsDecoder implements PieceDecoder {
  private readonly options: DecodeOptions;
  private readonly spans: RecordSpans;
  private readonly notes: TraceNotes;

  constructor(batch: SpanBatch, options: DecodeOptions) {
    this.options = options;
    this.spans = new RecordSpans(batch, options);
    this.notes = new TraceNotes(this.spans);
  }

  read(piece: Uint8Array, offset: number): void {
    readInto(this.spans, piece, { ...this.options, offset }, (reader) => { this.readAny(reader); });
  }

  end(): void {
    this.notes.end();
    this.spans.flush();
  }

  private readAny(reader: JsonReader, depth = 0): void {
    const members = new JsonMembers(reader), kind = textIn(members.take('object'));
    if (kind === 'trace.span') { if (!members.isBroken) this.addSpan(members.takeAllBut(new Set())); }
    else {
      if (kind === 'trace') this.noteTrace(members.takeAllBut(new Set(['spans'])), members.isBroken);
      const lists = depth < deepestContainer ? ['spans', 'traces', 'data', 'items'].filter((key) => members.isList(key)) : [];
      for (const list of lists) members.each(list, (item) => { this.readAny(item, depth + 1); });
      if (kind !== 'trace' && lists.length === 0 && !members.isBroken) this.spans.passOver();
    }
    members.leave();
  }

  /** The item of a trace. It comes again when the trace has ended. */
  private noteTrace(item: JsonObject, isBroken: boolean): void {
    const id = idIn(item.get('id')), says = traceAttributes(item), known = this.notes.of(id);
    if (!isNoId(id) && (known === undefined || (!isBroken && jsonText(known) !== jsonText(says)))) this.notes.say(id, says);
  }

  private addSpan(span: JsonObject): void {
    const traceId = idIn(span.get('trace_id')), spanId = idIn(span.get('id')), parentSpanId = idIn(span.get('parent_id'));
    const start = momentIn(span.get('started_at')), end = momentIn(span.get('ended_at')), error = objectIn(span.get('error'));
    const says = this.notes.at(traceId, spanId, isNoId(parentSpanId)), attributes = spanAttributes(span, this.notes.of(traceId)?.get(conversationKey), start);
    this.spans.add({
      traceId, spanId, parentSpanId, name: spanName(span), start: halvesOf(start ?? 0n), end: halvesOf(end ?? 0n),
      status: error === undefined && textIn(span.get('error')) === '' ? 0 : 2, statusMessage: textIn(error?.get('message') ?? span.get('error')),
      attributes: says === undefined ? attributes : new Map([...attributes, ...says]),
    });
  }
}

/** What is said of a whole trace is said at its roots: a trace has no times of its own. */
function traceAttributes(item: JsonObject): Attributes {
  const attributes = new Map<string, AttributeValue>();
  put(attributes, 'gen_ai.workflow.name', item.get('workflow_name'));
  put(attributes, conversationKey, item.get('group_id'));
  for (const [key, value] of item) if (!['object', 'id', 'workflow_name', 'group_id'].includes(key)) put(attributes, `openai.agents.trace.${key}`, value);
  return attributes;
}
