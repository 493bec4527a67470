import { decodeAnyValue } from '../../model/anyValue.ts';
import type { AttributeValue } from '../../model/attributes.ts';
import { findAttribute } from '../../model/spanContent.ts';
import { WireReader } from '../../model/wire.ts';
import { attributeKeys } from './attributeKeys.ts';
import { PackedParts } from './packedContent.ts';
import { repeatedAttributes } from './repeatedAttributes.ts';

const parts = new PackedParts();
/** An attribute has so many bytes beside its key at least. */
const leastBeside = 4;

/** Finds the attributes with one key in the contents of many spans. What attributes say again and again is decoded once. */
export class AttributeLookup {
  private readonly keyUtf8: Uint8Array;
  private keyNumber = -1;
  /** By the numbers of repeated attributes with this key. */
  private readonly values: AttributeValue[] = [];

  constructor(key: string) { this.keyUtf8 = new TextEncoder().encode(key); }

  /** The last value in a content (model/spanContent.ts). */
  inContent(bytes: Uint8Array, start: number, end: number): AttributeValue | undefined { return findAttribute(bytes, start, end, this.keyUtf8); }

  /** The last value in a packed content. */
  inPacked(bytes: Uint8Array, start: number, end: number): AttributeValue | undefined {
    // Spans that came since may have brought the key.
    if (this.keyNumber < 0) this.keyNumber = attributeKeys.knownNumberOf(this.keyUtf8);
    const { keyNumber, keyUtf8 } = this;
    let found: AttributeValue | undefined;
    for (parts.of(bytes, start, end); parts.next();) {
      const { repeated } = parts;
      if (repeated >= 0) {
        if (repeatedAttributes.keyOf(repeated) === keyNumber) found = this.values[repeated] ??= repeatedAttributes.valueOf(repeated);
      } else if (!parts.isRun) {
        if (parts.key === keyNumber) found = decodeAnyValue(new WireReader(bytes, parts.start, parts.end), 0);
      } else if (parts.end - parts.start >= keyUtf8.length + leastBeside) {
        const later = this.inContent(bytes, parts.start, parts.end);
        if (later !== undefined) found = later;
      }
    }
    return found;
  }
}
