import type { Attributes, AttributeValue } from '../../model/attributes.ts';
import { takeKeyValue, writeKeyValue } from '../../model/anyValue.ts';
import type { Resource, SpanContent } from '../../model/span.ts';
import { contentFields } from '../../model/spanContent.ts';
import { WireReader } from '../../model/wire.ts';
import { WireWriter } from '../../model/wireWriter.ts';
import type { ByteRange } from './contentArena.ts';
import { keyScanOf } from './keyScan.ts';

/** Attributes with this prefix are what a witness knows and no exporter does. */
const reservedPrefix = 'spanscope.';
const attributesTag = 0x4a;
const mayBeReserved = keyScanOf([reservedPrefix]);

/**
 * Bits of a row's marks beside those of the model, which only the trace itself looks at. `told`: a witness has spoken of the
 * span. `provisional`: what the row says comes from a witness, so that the record of the program's exporter takes its place.
 */
export const witnessBits = { provisional: 1 << 13, told: 1 << 14 } as const;

/** The attributes of a content that a witness alone knows. Other values are not decoded: they may be long. */
export function reservedAttributes({ bytes, start, end }: ByteRange): Map<string, AttributeValue> {
  const found = new Map<string, AttributeValue>(), reader = new WireReader(bytes, start, end);
  for (let field = start; reader.next(); field = reader.position) {
    if (reader.tag !== attributesTag) { reader.skip(); continue; }
    const value = reader.position, after = reader.valueEnd();
    reader.position = after;
    if (!mayBeReserved(bytes, field, after)) continue;
    reader.position = value;
    takeKeyValue(reader, 0, found);
  }
  for (const key of found.keys()) if (!key.startsWith(reservedPrefix)) found.delete(key);
  return found;
}

/** What a witness says of its process, such as the debug session, and exporters leave out that do not read the environment. */
export function reservedOfResource({ attributes }: Resource): Map<string, AttributeValue> {
  return new Map([...attributes].filter(([key]) => key.startsWith(reservedPrefix)));
}

/** A content with those reserved attributes of `more` added that it does not have itself. */
export function withAttributes({ bytes, start, end }: ByteRange, more: Attributes): Uint8Array {
  const writer = new WireWriter(end - start + 256), own = reservedAttributes({ bytes, start, end });
  writer.raw(bytes, start, end);
  for (const [key, value] of more) if (!own.has(key)) writeKeyValue(writer, contentFields.attributes, key, value);
  return writer.finish();
}

/** A content as an exporter would have told it. */
export function withoutReserved(content: SpanContent): SpanContent {
  return { ...content, attributes: new Map([...content.attributes].filter(([key]) => !key.startsWith(reservedPrefix))) };
}
