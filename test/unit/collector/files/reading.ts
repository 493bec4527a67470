import { sourceOf } from '../../../../src/collector/files/byteSource.ts';
import { FileReading } from '../../../../src/collector/files/fileReading.ts';
import type { ReadingOptions } from '../../../../src/collector/files/fileReading.ts';
import type { FileReport } from '../../../../src/protocol/files.ts';
import { rowsOf } from '../../formats/rows.ts';

export interface Read { readonly report: FileReport; readonly failure: string | undefined; readonly names: string[] }

/** What is read of bytes as a file, with the names of all spans. */
export async function readFile(bytes: Uint8Array, name = 'file', limits: Pick<ReadingOptions, 'mostHeldBytes' | 'freeUnpackedBytes'> = {}): Promise<Read> {
  const names: string[] = [];
  const reading = new FileReading({
    onBatch: (batch) => { names.push(...rowsOf(batch).map((row) => row.name)); },
    ...limits,
  });
  await reading.read(sourceOf(bytes), name);
  return { report: reading.report, failure: reading.failure, names };
}

/** OTLP/JSON of one span with a name. */
export const spanNamed = (name: string): string =>
  `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"${'1'.repeat(32)}","spanId":"${Buffer.from(name).toString('hex').padStart(16, '0').slice(-16)}","name":"${name}"}]}]}]}\n`;
