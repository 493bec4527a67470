import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as zlib from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { chunksOf, openSource } from '../../../../src/collector/files/byteSource.ts';
import { FileReading } from '../../../../src/collector/files/fileReading.ts';
import { rowsOf } from '../../formats/rows.ts';
import { spanNamed } from './reading.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'spanscope-source-'));
afterAll(() => { rmSync(folder, { recursive: true }); });

async function namesIn(file: string): Promise<string[]> {
  const names: string[] = [], reading = new FileReading({ onBatch: (batch) => { names.push(...rowsOf(batch).map((row) => row.name)); } });
  const source = await openSource(file);
  await reading.read(source, path.basename(file));
  await source.close();
  return names;
}

describe('a file of many chunks', () => {
  const names = Array.from({ length: 12_000 }, (_, i) => `span ${i}`), text = names.map(spanNamed).join('');

  it.each([
    ['as it is', new TextEncoder().encode(text)], ['stored in gzip', new Uint8Array(zlib.gzipSync(text, { level: 0 }))], ['packed', new Uint8Array(zlib.gzipSync(text))],
  ])('is read to its end: %s', async (name, bytes) => {
    const file = path.join(folder, name.replaceAll(' ', '-'));
    writeFileSync(file, bytes);
    expect(await namesIn(file)).toEqual(names);
  });

  it('gives chunks that stay as they are, unless each is used once', async () => {
    const file = path.join(folder, 'chunks'), bytes = Uint8Array.from({ length: 2_000_000 }, (_, i) => (i >> 16) & 255);
    writeFileSync(file, bytes);
    const source = await openSource(file), kept: Uint8Array[] = [], copied: Uint8Array[] = [];
    for await (const chunk of chunksOf(source)) kept.push(chunk);
    for await (const chunk of chunksOf(source, 0, source.size, true)) copied.push(chunk.slice());
    await source.close();
    for (const chunks of [kept, copied]) expect(Buffer.compare(Buffer.concat(chunks), bytes)).toBe(0);
  });
});
