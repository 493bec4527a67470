// R7: a file of OTLP/JSON lines with 12 attributes a span, opened as the editor opens it (a worker reads, the collector takes
// the rows in), beside `JSON.parse` of the same lines alone. Then what reading takes without the collector: MB/s of every
// format, and the memory that a stream of 300 MB takes that nobody keeps.
// Run: npm run bench:files -- [spans] [repeats]
import { closeSync, createReadStream, globSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { gzipSync } from 'node:zlib';
import { buildSync } from 'esbuild';
import { Collector } from '../../src/collector/collector.ts';
import { openSource, sourceOf } from '../../src/collector/files/byteSource.ts';
import { FileReading } from '../../src/collector/files/fileReading.ts';
import type { EncodeSpan } from '../../src/formats/format.ts';
import { otlpJson } from '../../src/formats/otlpJson.ts';
import { formats } from '../../src/formats/registry.ts';
import type { FileEvent } from '../../src/protocol/files.ts';
import { agentSpans } from './decodeSpans.ts';
import { Report } from './support/report.ts';

const wanted = Number(process.argv[2] ?? 1_000_000), repeats = Number(process.argv[3] ?? 3);
const spansInLine = 512, linesInBlock = 16, spansInBlock = spansInLine * linesInBlock;
const megabyte = 1e6, streamedBytes = 300 * megabyte, leastMs = 300;
const root = path.resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(path.join(os.tmpdir(), 'spanscope-bench-'));
const fileBundle = path.join(folder, 'fileWorker.cjs');
buildSync({ entryPoints: [path.join(root, 'src/collector/files/fileWorker.ts')], bundle: true, platform: 'node', target: 'node22', format: 'cjs', outfile: fileBundle });
const report = new Report('files');

const textOf = (spans: readonly EncodeSpan[]): string => new TextDecoder().decode(otlpJson.encode?.(spans) ?? new Uint8Array());

/** A file of so many spans, each block with trace ids of its own. */
function writeFile(name: string, isLongEnough: (spans: number, bytes: number) => boolean): { readonly file: string; readonly bytes: number; readonly spans: number } {
  const spans = agentSpans(spansInBlock);
  const block = Array.from({ length: linesInBlock }, (_, i) => textOf(spans.slice(i * spansInLine, (i + 1) * spansInLine))).join('');
  const file = path.join(folder, name), handle = openSync(file, 'w');
  let count = 0, bytes = 0;
  for (let i = 1; !isLongEnough(count, bytes); i++) {
    bytes += writeSync(handle, block.replaceAll('"traceId":"00000000', `"traceId":"${i.toString(16).padStart(8, '0')}`));
    count += spansInBlock;
  }
  closeSync(handle);
  return { file, bytes, spans: count };
}

/** Milliseconds until the first rows were there, and until all were. */
async function openFile(file: string): Promise<{ readonly first: number; readonly all: number; readonly spans: number }> {
  let first = NaN, began = 0;
  const done = Promise.withResolvers<FileEvent>();
  const collector = new Collector((event) => {
    if (event.type !== 'file.changed') return;
    if (event.file.spanCount > 0 && Number.isNaN(first)) first = performance.now() - began;
    if (event.file.state !== 'reading' && event.file.state !== 'closed') done.resolve(event);
  });
  await collector.configure({
    storageDirectory: undefined, memoryBytes: 8e9, databaseBytes: 0, retentionDays: 0, allowedHosts: [], allowedOrigins: [], grpcBundle: '',
    fileBundle,
  });
  began = performance.now();
  await collector.openFile('bench', { path: file });
  const { file: { spanCount, state, problem } } = await done.promise;
  const all = performance.now() - began;
  if (state !== 'read') throw new Error(`${state}: ${problem ?? ''}`);
  await collector.shutdown();
  return { first, all, spans: spanCount };
}

async function parseLines(file: string): Promise<number> {
  const began = performance.now();
  for await (const line of createInterface({ input: createReadStream(file, { highWaterMark: 1 << 20 }) })) JSON.parse(line);
  return performance.now() - began;
}

async function benchOpening(): Promise<void> {
  const { file, bytes, spans } = writeFile('spans.otlp.jsonl', (count) => count >= wanted);
  const ours: number[] = [], firsts: number[] = [], peers: number[] = [];
  for (let i = 0; i < repeats; i++) {
    const opened = await openFile(file);
    if (opened.spans !== spans) throw new Error(`${opened.spans} of ${spans} spans were read`);
    ours.push(opened.all);
    firsts.push(opened.first);
    peers.push(await parseLines(file));
  }
  const name = `${spans.toLocaleString('en-GB')} spans, ${Math.round(bytes / megabyte)} MB of OTLP/JSON lines`;
  report.add({ case: name, figure: 'open until all rows are there', unit: 'ms', values: ours });
  report.add({ case: name, figure: 'open until the first rows are there', unit: 'ms', values: firsts, goal: 'R7first' });
  report.add({ case: name, figure: 'JSON.parse of the lines', unit: 'ms', values: peers });
  report.add({ case: name, figure: 'the first rows, times JSON.parse', unit: 'times', values: firsts.map((value, i) => value / (peers[i] ?? NaN)) });
  report.add({ case: name, figure: 'all rows, times JSON.parse', unit: 'times', values: ours.map((value, i) => value / (peers[i] ?? NaN)), goal: 'R7' });
  rmSync(file);
}

/** Milliseconds to read bytes into rows that nobody takes. */
async function read(bytes: Uint8Array): Promise<{ readonly ms: number; readonly spans: number }> {
  const began = performance.now();
  let spans = 0;
  const reading = new FileReading({ onBatch: ({ count }) => { spans += count; } });
  await reading.read(sourceOf(bytes), 'bench');
  return { ms: performance.now() - began, spans };
}

async function benchFormats(): Promise<void> {
  const spans = agentSpans(100_000);
  const files = formats.flatMap(({ label, encode }): [string, Uint8Array][] => (encode === undefined ? [] : [[label, encode(spans)]]));
  const json = otlpJson.encode?.(spans) ?? new Uint8Array();
  const packed = new Uint8Array(gzipSync(json, { level: 1 }));
  for (const [label, bytes, size] of [...files.map(([name, content]) => [name, content, content.length] as const), ['OTLP/JSON in gzip, unpacked', packed, json.length] as const]) {
    const rates: number[] = [];
    let count = 0;
    for (let i = 0; i < repeats; i++) {
      const { ms, spans: found } = await read(bytes);
      rates.push(size / megabyte / (ms / 1000));
      count = found;
    }
    report.add({ case: label, figure: 'read into rows', unit: 'MB/s', values: rates, notes: { megabytes: Math.round(size / megabyte), spans: count } });
  }
}

/** Formats that are only read: the largest file that the tests have of each, read again and again, with all that a new file takes. */
async function benchReadOnly(): Promise<void> {
  for (const { id, label } of formats.filter(({ encode }) => encode === undefined)) {
    const files = globSync(path.join(root, 'test/fixtures/formats', id, '*')).map((file) => new Uint8Array(readFileSync(file)));
    const [bytes] = files.toSorted((a, b) => b.length - a.length);
    if (bytes === undefined) continue;
    const rates: number[] = [];
    for (let i = 0; i < repeats; i++) {
      let ms = 0, count = 0;
      while (ms < leastMs) [ms, count] = [ms + (await read(bytes)).ms, count + 1];
      rates.push((bytes.length * count) / megabyte / (ms / 1000));
    }
    report.add({ case: `${label}, ${(bytes.length / 1000).toFixed(1)} KB`, figure: 'read into rows', unit: 'MB/s', values: rates });
  }
}

async function benchMemory(): Promise<void> {
  const { file } = writeFile('stream.otlp.jsonl', (_, bytes) => bytes >= streamedBytes);
  const source = await openSource(file);
  const before = process.memoryUsage().rss;
  let most = 0;
  const reading = new FileReading({ onBatch: () => { most = Math.max(most, process.memoryUsage().rss); } });
  await reading.read(source, 'stream');
  await source.close();
  report.add({ case: `a stream of ${Math.round(statSync(file).size / megabyte)} MB`, figure: 'memory above that before', unit: 'MB', values: [Math.max(0, most - before) / megabyte] });
}

try {
  // First what needs a process that has not grown yet.
  await benchMemory();
  await benchOpening();
  await benchFormats();
  await benchReadOnly();
  report.end();
} finally {
  rmSync(folder, { recursive: true });
}
