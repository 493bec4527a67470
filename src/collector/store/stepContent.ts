import { takeKeyValue, takeText } from '../../model/anyValue.ts';
import { noAttributes } from '../../model/attributes.ts';
import type { Attributes, AttributeValue } from '../../model/attributes.ts';
import type { SpanEvent } from '../../model/span.ts';
import { WireReader } from '../../model/wire.ts';
import type { ByteRange } from './contentArena.ts';
import { KeySequence } from './keySequences.ts';
import { LazyAttributes, unreadStart } from './lazyAttributes.ts';

/** Longer attributes are messages, arguments and results, which no step is read from. */
const longestAttribute = 1024;
const attribute = 0x4a, event = 0x5a, key = 0x0a, value = 0x12, eventName = 0x12;

/** What of a span's content an agent's step is read from: short attributes with their values, long ones and events with their names alone. */
export interface StepContent {
  readonly attributes: Attributes;
  readonly events: readonly SpanEvent[];
}

/** Reads it from the content of a span (model/spanContent.ts), whose bytes must stay as they are as long as the attributes are used. */
export function decodeStepContent({ bytes, start, end }: ByteRange): StepContent {
  return decodeLazily(new WireReader(bytes, start, end)) ?? decodeAll(new WireReader(bytes, start, end));
}

/** Leaves the values for later; undefined when an attribute is written in an uncommon way, or there are too many sequences of keys. */
function decodeLazily(reader: WireReader): StepContent | undefined {
  const { bytes } = reader, ranges: number[] = [], events: SpanEvent[] = [];
  let keys = KeySequence.none;
  while (reader.next()) {
    if (reader.tag === event) events.push(takeEvent(reader));
    else if (reader.tag !== attribute) reader.skip();
    else {
      const end = reader.valueEnd(), start = reader.position, keyEnd = keyEndOf(reader, end);
      const longer = keyEnd < 0 ? undefined : keys.with(bytes, start + 2, keyEnd);
      if (longer === undefined) return undefined;
      keys = longer;
      ranges.push(end - start <= longestAttribute ? start : unreadStart, end);
      reader.position = end;
    }
  }
  return { attributes: new LazyAttributes(keys, bytes, ranges), events };
}

/** Where the key ends in a KeyValue message up to `end` that is a short key and then a value; -1 when it is another. */
function keyEndOf(reader: WireReader, end: number): number {
  const { bytes, position } = reader, keyEnd = position + 2 + (bytes[position + 1] as number);
  if (bytes[position] !== key || bytes[position + 1] as number > 0x7f || keyEnd + 2 > end || bytes[keyEnd] !== value) return -1;
  reader.position = keyEnd + 1;
  return reader.valueEnd() === end ? keyEnd : -1;
}

function decodeAll(reader: WireReader): StepContent {
  const attributes = new Map<string, AttributeValue>();
  const events: SpanEvent[] = [];
  while (reader.next()) {
    if (reader.tag === event) events.push(takeEvent(reader));
    else if (reader.tag !== attribute) reader.skip();
    else if (isShort(reader)) takeKeyValue(reader, 0, attributes);
    else attributes.set(takeField(reader, key), null);
  }
  return { attributes, events };
}

function takeEvent(reader: WireReader): SpanEvent {
  return { name: takeField(reader, eventName), timeUnixNano: 0n, attributes: noAttributes, droppedAttributesCount: 0 };
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
