import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { liveEndpoint } from '../../../src/instrument/node/environment.ts';
import { ConsoleExporter } from '../../../src/instrument/node/exporters/console.ts';
import { FileExporter } from '../../../src/instrument/node/exporters/file.ts';
import { OtlpHttpExporter } from '../../../src/instrument/node/exporters/otlpHttp.ts';
import { Tracer } from '../../../src/instrument/node/tracer.ts';
import type { AddressInfo } from 'node:net';

interface OtlpSpan { readonly name: string; readonly parentSpanId?: string; readonly kind: number; readonly status: object; readonly attributes: readonly { key: string; value: object }[] }
interface OtlpRequest { readonly resourceSpans: readonly { readonly resource: object; readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[] }[] }

const spansOf = (request: OtlpRequest): readonly OtlpSpan[] => request.resourceSpans.flatMap((group) => group.scopeSpans.flatMap((scope) => scope.spans));

describe('the OTLP exporter', () => {
  it('posts ended spans as JSON, and repeats what the receiver could not take yet', async () => {
    const answers = [503, 200];
    const bodies: { type: string | undefined; key: unknown; body: string }[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (text: Buffer) => { body += text.toString(); });
      request.on('end', () => {
        bodies.push({ type: request.headers['content-type'], key: request.headers['x-key'], body });
        response.writeHead(answers.shift() ?? 200).end('{}');
      });
    });
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`;
    const tracer = new Tracer({ serviceName: 'otlp', exporters: [new OtlpHttpExporter({ endpoint, headers: { 'x-key': 'k' } })] });
    tracer.traceSpan('outer', { kind: 'server', attributes: { n: 1, half: 0.5, ok: true, list: ['a', { b: null }] } }, () => tracer.traceSpan('inner', () => undefined));
    await tracer.flush();
    await tracer.flush();
    expect(bodies).toHaveLength(2);
    expect(bodies[1]).toEqual(bodies[0]);
    expect(bodies[0]).toMatchObject({ type: 'application/json', key: 'k' });
    const [inner, outer] = spansOf(JSON.parse(bodies[0]?.body ?? '') as OtlpRequest);
    expect(inner).toMatchObject({ name: 'inner', kind: 1, status: { code: 1 } });
    expect(outer).toMatchObject({ name: 'outer', kind: 2 });
    expect(outer?.attributes.slice(3)).toEqual([
      { key: 'n', value: { intValue: '1' } }, { key: 'half', value: { doubleValue: 0.5 } }, { key: 'ok', value: { boolValue: true } },
      { key: 'list', value: { arrayValue: { values: [{ stringValue: 'a' }, { kvlistValue: { values: [{ key: 'b', value: {} }] } }] } } },
    ]);
    await new Promise((resolve) => { server.close(resolve); });
  });

  it('gives up for now when nobody listens', async () => {
    const exporter = new OtlpHttpExporter({ endpoint: 'http://127.0.0.1:1/v1/traces' });
    const tracer = new Tracer({ exporters: [exporter] });
    tracer.traceSpan('work', () => undefined);
    await tracer.shutdown();
    expect(exporter.lostSpans).toBe(0);
  });
});

describe('the file exporter', () => {
  it('appends a request a line, also in the last moment, and ignores a file that cannot be written', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'spanscope-file-'));
    const file = path.join(folder, 'spans.jsonl');
    const exporter = new FileExporter(file);
    const tracer = new Tracer({ serviceName: 'file', exporters: [exporter, new FileExporter(path.join(folder, 'missing', 'spans.jsonl'))] });
    tracer.traceSpan('first', () => undefined);
    await tracer.flush();
    tracer.traceSpan('second', () => undefined);
    exporter.flushSync();
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as OtlpRequest);
    expect(lines.map((request) => spansOf(request).map((span) => span.name))).toEqual([['first'], ['second']]);
    rmSync(folder, { recursive: true });
  });
});

describe('the console exporter', () => {
  it('writes the timeline when the first span of a trace ends', () => {
    const written: string[] = [];
    const tracer = new Tracer({ exporters: [new ConsoleExporter((text) => void written.push(text))] });
    tracer.traceSpan('outer', () => tracer.traceSpan('inner', () => undefined));
    expect(written).toHaveLength(1);
    expect(written[0]).toMatch(/^Trace [0-9a-f]{32}, 2 spans, .*\n\+ outer \[.*\n\|.*\n {2}\+ inner/);
  });
});

describe('the endpoint', () => {
  it.each([
    [{}, undefined, 'ws://127.0.0.1:4318/v1/spans'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:5000' }, undefined, 'ws://localhost:5000/v1/spans'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4317', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, undefined, 'ws://127.0.0.1:4318/v1/spans'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://far:1', SPANSCOPE_ENDPOINT: 'ws://near:2/own/path' }, undefined, 'ws://near:2/own/path'],
    [{ SPANSCOPE_ENDPOINT: 'ws://near:2' }, 'https://option:3', 'wss://option:3/v1/spans'],
    [{ SPANSCOPE_ENDPOINT: 'nonsense' }, 'file:///etc/passwd', 'ws://127.0.0.1:4318/v1/spans'],
  ])('with %o and option %s is %s', (env, option, expected) => {
    const names = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_PROTOCOL', 'SPANSCOPE_ENDPOINT'] as const;
    const before = names.map((name) => process.env[name]);
    for (const name of names) delete process.env[name];
    Object.assign(process.env, env);
    expect(liveEndpoint(option).href).toBe(expected);
    names.forEach((name, index) => {
      const value = before[index];
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    });
  });
});
