import { takeAnyValue, takeKeyValue, takeText, writeAnyValue, writeKeyValue } from './anyValue.ts';
import type { AttributeValue } from './attributes.ts';
import { isNoId } from './ids.ts';
import type { LogRecord } from './span.ts';
import { takeHex, takeUint32, textIdFields, textIdTags, writeId, writeTime, writeUint32 } from './spanContent.ts';
import { joinHalves } from './time.ts';
import { WireReader, wireTypes } from './wire.ts';
import { WireWriter } from './wireWriter.ts';

/**
 * Decodes bytes[start..end) as an OTLP protobuf LogRecord message: time 1, severity 2 and 3, body 5, attributes 6,
 * dropped 7, flags 8, trace id 9, span id 10, observed time 11, event name 12; ids as text in 1001 and 1002 where they
 * are not hex. Ids of nothing but zeroes are given as ''.
 */
export function decodeLogRecord(bytes: Uint8Array, start: number, end: number): LogRecord {
  const reader = new WireReader(bytes, start, end);
  const attributes = new Map<string, AttributeValue>();
  let traceId = '', spanId = '', timeUnixNano = 0n, observedTimeUnixNano = 0n, severityNumber = 0, severityText = '';
  let eventName = '', body: AttributeValue = null, flags = 0, droppedAttributesCount = 0;
  while (reader.next()) {
    switch (reader.tag) {
      case 0x09: reader.fixed64(); timeUnixNano = joinHalves(reader.high, reader.low); break;
      case 0x10: severityNumber = takeUint32(reader); break;
      case 0x1a: severityText = takeText(reader); break;
      case 0x2a: body = takeAnyValue(reader, 0, body); break;
      case 0x32: takeKeyValue(reader, 0, attributes); break;
      case 0x38: droppedAttributesCount = takeUint32(reader); break;
      case 0x45: flags = reader.fixed32(); break;
      case 0x4a: traceId = takeHex(reader); break;
      case 0x52: spanId = takeHex(reader); break;
      case 0x59: reader.fixed64(); observedTimeUnixNano = joinHalves(reader.high, reader.low); break;
      case 0x62: eventName = takeText(reader); break;
      case textIdTags.trace: traceId = takeText(reader); break;
      case textIdTags.span: spanId = takeText(reader); break;
      default: reader.skip();
    }
  }
  return {
    traceId: isNoId(traceId) ? '' : traceId, spanId: isNoId(spanId) ? '' : spanId,
    timeUnixNano, observedTimeUnixNano, severityNumber, severityText, eventName, body, attributes, flags, droppedAttributesCount,
  };
}

/** The bytes of a LogRecord message; decodeLogRecord gives the same record back. */
export function encodeLogRecord(log: LogRecord): Uint8Array<ArrayBuffer> {
  const writer = new WireWriter();
  if (log.timeUnixNano !== 0n) writeTime(writer, 1, log.timeUnixNano);
  writeUint32(writer, 2, log.severityNumber);
  if (log.severityText !== '') writer.textField(3, log.severityText);
  if (log.body !== null) {
    const start = writer.begin(5);
    writeAnyValue(writer, log.body);
    writer.end(start);
  }
  for (const [key, value] of log.attributes) writeKeyValue(writer, 6, key, value);
  writeUint32(writer, 7, log.droppedAttributesCount);
  if (log.flags !== 0) { writer.tag(8, wireTypes.fixed32); writer.fixed32(log.flags); }
  writeId(writer, 9, textIdFields.trace, log.traceId, 32);
  writeId(writer, 10, textIdFields.span, log.spanId, 16);
  if (log.observedTimeUnixNano !== 0n) writeTime(writer, 11, log.observedTimeUnixNano);
  if (log.eventName !== '') writer.textField(12, log.eventName);
  return writer.finish();
}
