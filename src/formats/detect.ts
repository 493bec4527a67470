import type { Format } from './format.ts';

const headBytes = 64 * 1024;

/** What the content of an input says about its format. */
export interface Detection { readonly format: Format; readonly score: number; readonly reason: string }

/**
 * The format that is surest that an input is its own, of equals the first; undefined when none recognises it. Looks at the
 * front of the content only, never at a name. Compressed input is to be unpacked before.
 */
export function detect(bytes: Uint8Array, formats: readonly Format[]): Detection | undefined {
  const head = bytes.subarray(0, headBytes);
  let best: Detection | undefined;
  for (const format of formats) {
    const { score, reason } = format.sniff(head);
    if (score > (best?.score ?? 0)) best = { format, score, reason };
  }
  return best;
}
