import type { SpanBatch } from '../model/spanBatch.ts';
import { DraftOrigins } from './draftOrigins.ts';
import { decodeWhole } from './format.ts';
import type { DecodeOptions, Format, PieceDecoder, Sniff } from './format.ts';
import { idIn, objectsIn } from './jsonFields.ts';
import type { JsonObject } from './jsonReader.ts';
import { LooseRecords, withoutColors } from './looseRecords.ts';
import { isPythonSpan, pythonSpanDraft } from './pythonSpan.ts';
import { DraftWriter } from './spanDrafts.ts';
import type { SpanDraft } from './spanDrafts.ts';
import { tutorialSpanDraft } from './tutorialSpan.ts';

/** Keys of a span in a dict. */
const traceId = /[{,]\s*'trace_id': /, spanId = /[{,]\s*'span_id': /, spanKey = /[{,]\s*'(?:start_time|kind|parent_span_id|parent_id)': /;
/** Lines of what the console exporter prints, with something in front of them. */
const traceIdLine = /^(?=\S).{0,200}? {8}"trace_id": "[0-9a-fx]+",?$/m, spanLine = /^(?=\S).{0,200}? {4}"(?:start_time|kind)": "[^"]+",?$/m;

/**
 * Spans in dicts that Python printed (`print`, `pprint`): of the tutorial tracer (`{'trace_id': …, 'spans': […]}`) and of
 * OpenTelemetry's SDK (`{'name': …, 'context': …}`), one after the other, in lists, or under `'spans'` and `'traces'`; other
 * output of the program in between. Also what the SDK's console exporter prints, where the logs of a container or a build
 * server have something in front of every line, so that it is no JSON.
 */
export const pythonPrint: Format = {
  id: 'python-print',
  label: 'Spans printed by Python',
  pieces: 'lines',
  sniff(head): Sniff {
    const text = withoutColors(new TextDecoder().decode(head)).replaceAll('\r\n', '\n');
    if (traceId.test(text) && spanId.test(text) && spanKey.test(text)) return { score: 0.9, reason: 'has "\'trace_id\':" and "\'span_id\':" as Python prints dicts' };
    return traceIdLine.test(text) && spanLine.test(text) ? { score: 0.9, reason: 'has lines with "trace_id": and "start_time": behind a prefix' } : { score: 0, reason: 'has no spans as Python prints dicts' };
  },
  decode(bytes, batch, options): void { decodeWhole(new PythonPrintDecoder(batch, options), bytes); },
  open: (batch, options) => new PythonPrintDecoder(batch, options),
};

class PythonPrintDecoder implements PieceDecoder {
  private readonly writer: DraftWriter;
  private readonly origins: DraftOrigins;
  private readonly records: LooseRecords;

  constructor(batch: SpanBatch, options: DecodeOptions) {
    this.writer = new DraftWriter(batch, options);
    this.origins = new DraftOrigins(this.writer);
    this.records = new LooseRecords(batch, (object) => this.addAny(object));
  }

  read(piece: Uint8Array, offset: number): void {
    this.records.push(piece, offset);
    this.writer.flush();
  }

  end(): void { this.records.end(); }

  /** Adds a span, or those in a trace or a list of traces; false when there are none. */
  private addAny(object: JsonObject): boolean {
    if (isPythonSpan(object)) return this.add(pythonSpanDraft(object, this.origins));
    if (object.has('span_id') && object.has('name')) return this.add(tutorialSpanDraft(object, '', this.origins));
    const inner = [...objectsIn(object.get('spans')), ...objectsIn(object.get('traces'))], id = idIn(object.get('trace_id'));
    for (const each of inner) {
      if (each.has('span_id')) this.add(tutorialSpanDraft(each, id, this.origins)); else this.addAny(each);
    }
    return inner.length > 0;
  }

  private add(draft: SpanDraft): boolean {
    this.writer.add(draft);
    this.writer.handOver();
    return true;
  }
}
