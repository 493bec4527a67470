import { takeKeyValue, takeText } from '../../model/anyValue.ts';
import { noAttributes } from '../../model/attributes.ts';
import type { Attributes, AttributeValue } from '../../model/attributes.ts';
import type { SpanEvent } from '../../model/span.ts';
import { WireReader } from '../../model/wire.ts';
import type { ByteRange } from './contentArena.ts';

/** Longer attributes are messages, arguments and results, which no step is read from. */
const longestAttribute = 1024;
const attribute = 0x4a, event = 0x5a, key = 0x0a, eventName = 0x12;

/** What of a span's content an agent's step is read from: short attributes with their values, long ones and events with their names alone. */
export interface StepContent {
  readonly attributes: Attributes;
  readonly events: readonly SpanEvent[];
}

/** Reads it from the content of a span (model/spanContent.ts). */
export function decodeStepContent({ bytes, start, end }: ByteRange): StepContent {
  const reader = new WireReader(bytes, start, end);
  const attributes = new Map<string, AttributeValue>();
  const events: SpanEvent[] = [];
  while (reader.next()) {
    if (reader.tag === event) events.push({ name: takeField(reader, eventName), timeUnixNano: 0n, attributes: noAttributes, droppedAttributesCount: 0 });
    else if (reader.tag !== attribute) reader.skip();
    else if (isShort(reader)) takeKeyValue(reader, 0, attributes);
    else attributes.set(takeField(reader, key), null);
  }
  return { attributes, events };
}

/** Whether the message field whose tag was read is short; leaves the reader where it is. */
function isShort(reader: WireReader): boolean {
  const at = reader.position;
  const length = reader.valueEnd() - reader.position;
  reader.position = at;
  return length <= longestAttribute;
}

/** A text field of the message field whose tag was read; '' when it is not there. */
function takeField(reader: WireReader, tag: number): string {
  const end = reader.valueEnd(), outer = reader.end;
  reader.end = end;
  let text = '';
  while (reader.next()) if (reader.tag === tag) text = takeText(reader); else reader.skip();
  reader.end = outer;
  return text;
}
