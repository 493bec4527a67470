import type { SpanRecord } from '../../src/model/records.ts';
import { manifestBlock, rowsBlock, spansBlock } from '../../src/protocol/offlinePage.ts';
import type { OfflineManifest } from '../../src/protocol/offlinePage.ts';

/** What stands in the page. */
export interface OfflineData {
  readonly manifest: OfflineManifest;
  /** The packed rows of a trace, exact-size. */
  rows(trace: number): Promise<ArrayBuffer>;
  /** The records of one chunk of a trace's rows. */
  records(trace: number, chunk: number): Promise<readonly SpanRecord[]>;
}

/** Chunks that are kept inflated. */
const mostKept = 6;

/** Reads the manifest; the rest is read when it is asked for. */
export async function readBlocks(document: Document): Promise<OfflineData> {
  const bytes = (id: string): Promise<ArrayBuffer> => inflated(bytesOfBase64(document.getElementById(id)?.textContent ?? ''));
  const json = async (id: string): Promise<unknown> => JSON.parse(new TextDecoder().decode(await bytes(id))) as unknown;
  const kept = new Map<string, Promise<readonly SpanRecord[]>>();
  return {
    manifest: await json(manifestBlock) as OfflineManifest,
    rows: (trace) => bytes(rowsBlock(trace)),
    records: (trace, chunk) => {
      const id = spansBlock(trace, chunk);
      const known = kept.get(id) ?? (json(id) as Promise<readonly SpanRecord[]>);
      kept.delete(id);
      kept.set(id, known);
      for (const oldest of kept.keys()) if (kept.size > mostKept) kept.delete(oldest);
      return known;
    },
  };
}

function bytesOfBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

async function inflated(bytes: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer> {
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'))).arrayBuffer();
}
