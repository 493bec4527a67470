import { attributeKeys } from './attributeKeys.ts';
import type { KeyScan } from './keyScan.ts';
import { PackedParts } from './packedContent.ts';
import { repeatedAttributes } from './repeatedAttributes.ts';

const parts = new PackedParts();
const attributeTag = 0x4a, keyTag = 0x0a;

/** Makes a key scan for contents as they lie in memory (`packContent`): a key is looked at once, however many spans have it. */
export function packedKeyScanOf(scan: KeyScan): KeyScan {
  const ofRepeated: boolean[] = [], ofKeys: boolean[] = [];
  const isRepeatedWanted = (number: number): boolean => {
    const { kept } = repeatedAttributes;
    return ofRepeated[number] ??= scan(kept.bytes, kept.startOf(number), kept.endOf(number));
  };
  const isKeyWanted = (number: number): boolean => {
    const { kept } = attributeKeys, length = kept.lengthOf(number);
    return ofKeys[number] ??= scan(Uint8Array.of(attributeTag, length + 2, keyTag, length, ...kept.bytes.subarray(kept.startOf(number), kept.endOf(number))), 0, length + 4);
  };
  return (bytes, start, end) => {
    for (parts.of(bytes, start, end); parts.next();) {
      if (parts.repeated >= 0 ? isRepeatedWanted(parts.repeated) : parts.isRun ? scan(bytes, parts.start, parts.end) : isKeyWanted(parts.key)) return true;
    }
    return false;
  };
}
