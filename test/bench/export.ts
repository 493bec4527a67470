// What writing 100,000 spans as each format costs, and how large the files are. Run: node test/bench/export.ts [spans]
import { existsSync } from 'node:fs';
import path from 'node:path';
import { readPageFiles } from '../../src/collector/pageFiles.ts';
import type { ExportOptions, ExportSpan } from '../../src/export/exporter.ts';
import { exporters } from '../../src/export/registry.ts';
import { usualMaxCharacters, usualWidth } from '../../src/export/writing.ts';
import { Redactor } from '../../src/redaction/redactor.ts';
import { root } from '../launcher/paths.ts';
import { Report } from './support/report.ts';

const count = Number(process.argv[2] ?? 100_000), repeats = 3;
const base = 1_775_817_000_000_000_000n;
const resource = { attributes: new Map([['service.name', 'agent']]), schemaUrl: '', droppedAttributesCount: 0 };
const scope = { name: 'kit', version: '1', attributes: new Map(), schemaUrl: '', droppedAttributesCount: 0 };
const idOf = (n: number): string => (n + 1).toString(16).padStart(16, '0');

/** An agent's run: one span in five is a model call with a message of 2 kB. */
function spanAt(n: number): ExportSpan {
  const isCall = n % 5 === 0;
  const attributes = new Map<string, string | number>([['gen_ai.operation.name', isCall ? 'chat' : 'execute_tool'], ['number', n], ['url.full', `https://example.org/items/${n}?page=${n % 7}`]]);
  if (isCall) {
    attributes.set('gen_ai.request.model', 'small-1').set('gen_ai.usage.input_tokens', n % 4000).set('gen_ai.usage.output_tokens', n % 300);
    attributes.set('gen_ai.input.messages', JSON.stringify([{ role: 'user', parts: [{ type: 'text', content: `question ${n}: ${'what about the seats in this row? '.repeat(60)}` }] }]));
  } else attributes.set('gen_ai.tool.name', `tool_${n % 20}`);
  return {
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: idOf(n), parentSpanId: n === 0 ? '' : idOf(Math.floor((n - 1) / 8)), name: isCall ? 'chat' : `tool ${n % 20}`, kind: 'internal',
    startUnixNano: base + BigInt(n) * 100_000n, endUnixNano: base + BigInt(n) * 100_000n + 50_000_000n, status: n % 997 === 0 ? 'error' : 'unset', statusMessage: '', service: 'agent', resource, scope,
    content: { attributes, events: [], links: [], traceState: '', flags: 0, droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0 }, logs: [], marks: 0,
  };
}

const report = new Report('export');
const pageFolder = path.join(root, 'dist/webview');
const options: ExportOptions = {
  title: 'agent', traceCount: 1, firstUnixNano: base, nowUnixNano: base, width: usualWidth, unicode: false, maxCharacters: usualMaxCharacters,
  ...(existsSync(path.join(pageFolder, 'offline.js')) ? { page: await readPageFiles(pageFolder) } : {}),
};
const redactor = new Redactor({ content: 'keep', secrets: true });
const seconds: number[] = [];
for (let repeat = 0; repeat < repeats; repeat++) {
  const began = performance.now();
  for (let n = 0; n < count; n++) redactor.redact(spanAt(n));
  seconds.push((performance.now() - began) / 1000);
}
report.add({ case: `${count} spans`, figure: 'masking secrets', unit: 's', values: seconds });
for (const exporter of exporters) {
  if (exporter.id === 'html' && options.page === undefined) continue;
  const times: number[] = [];
  let size = 0;
  for (let repeat = 0; repeat < repeats; repeat++) {
    size = 0;
    const began = performance.now(), writer = exporter.open(options, (bytes) => { size += bytes.length; });
    for (let n = 0; n < count; n++) writer.add(spanAt(n));
    writer.finish();
    times.push((performance.now() - began) / 1000);
  }
  report.add({ case: exporter.id, figure: 'writing', unit: 's', values: times, notes: { megabytes: Math.round(size / 1e5) / 10 } });
}
report.end();
