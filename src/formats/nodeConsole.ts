import type { SpanBatch } from '../model/spanBatch.ts';
import { DraftOrigins } from './draftOrigins.ts';
import { decodeWhole } from './format.ts';
import type { DecodeOptions, Format, PieceDecoder, Sniff } from './format.ts';
import { listIn } from './jsonFields.ts';
import type { JsonObject, JsonValue } from './jsonReader.ts';
import { addJsLog, isJsLog } from './jsSignals.ts';
import { isJsSpan, jsSpanDraft } from './jsSpan.ts';
import { LooseRecords, withoutColors } from './looseRecords.ts';
import { DraftWriter } from './spanDrafts.ts';
import { cutMark } from './spanRows.ts';

/**
 * Lines of a span as Node prints it, and with other quotes Deno and Bun: its ids, which may be in its context, and its start.
 * Logs of containers and build servers have something in front of every line.
 */
const traceIdLine = /^.{0,200}? {2}traceId: ['"][0-9a-f]+['"],?$/m, spanLine = /^.{0,200}? {2}(?:timestamp: [\d.]+|startTime: \[ ?\d+, \d+ ?\]),?$/m;

/**
 * What the console exporter of OpenTelemetry's JavaScript SDK of versions 1 and 2 prints (ConsoleSpanExporter:
 * `console.dir` of depth 3), or `console.log` of a span's public members; with or without the colours of a terminal, other
 * output of the program and log records of the SDK in between. Times are µs, those of events ns. What the console leaves out (`[Object]`, `... 20 more
 * items`) is shown as it stands there, and the span is marked as cut.
 */
export const nodeConsole: Format = {
  id: 'node-console',
  label: 'OpenTelemetry JavaScript console',
  pieces: 'lines',
  sniff(head): Sniff {
    const text = withoutColors(new TextDecoder().decode(head)).replaceAll('\r\n', '\n');
    return traceIdLine.test(text) && spanLine.test(text)
      ? { score: 0.93, reason: 'has lines with "traceId:" and "timestamp:" as Node prints objects' }
      : { score: 0, reason: 'has no spans as Node prints them' };
  },
  decode(bytes, batch, options): void { decodeWhole(new NodeConsoleDecoder(batch, options), bytes); },
  open: (batch, options) => new NodeConsoleDecoder(batch, options),
};

class NodeConsoleDecoder implements PieceDecoder {
  private readonly writer: DraftWriter;
  private readonly records: LooseRecords;

  constructor(batch: SpanBatch, options: DecodeOptions) {
    const writer = new DraftWriter(batch, options), origins = new DraftOrigins(writer);
    this.writer = writer;
    this.records = new LooseRecords(batch, (object, isCut) => {
      if (!isJsSpan(object)) {
        const isLog = isJsLog(object);
        if (isLog) addJsLog(writer, origins, object);
        return isLog;
      }
      const draft = jsSpanDraft(object, origins);
      writer.add({
        ...draft, marks: (draft.marks ?? 0) | (isCut ? cutMark : 0),
        droppedEventsCount: (draft.droppedEventsCount ?? 0) + leftOut(object, 'events'), droppedLinksCount: (draft.droppedLinksCount ?? 0) + leftOut(object, 'links'),
      });
      writer.handOver();
      return true;
    });
  }

  read(piece: Uint8Array, offset: number): void {
    this.records.push(piece, offset);
    this.writer.flush();
  }

  end(): void { this.records.end(); }
}

/** How many items a list has that are not shown: its last says so. */
function leftOut(span: JsonObject, key: string): number {
  const last: JsonValue | undefined = listIn(span.get(key)).at(-1);
  return typeof last === 'string' ? Number(/^\.\.\. (\d+) more/.exec(last)?.[1] ?? 0) : 0;
}
