import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spanRecordOf } from '../../../src/export/spanRecord.ts';
import type { ExportSpan } from '../../../src/export/exporter.ts';
import { markdown } from '../../../src/export/markdown.ts';
import { timeline } from '../../../src/export/timeline.ts';
import { markBit } from '../../../src/model/span.ts';
import { unpackRows } from '../../../src/protocol/rows.ts';
import { spans } from '../formats/spanArbitraries.ts';
import { agentRun, baseUnixNano, hostileTexts, options, sketched, written } from './exportSpans.ts';
import { dataOf, html, page, pageOf } from './pageFiles.ts';

/** What a browser reads as markup: everything but the text of data blocks. */
const markupOf = (text: string): string => text.replaceAll(/(<script type="application\/octet-stream" id="[a-z0-9-]+">)[A-Za-z0-9+/=]*(<\/script>)/g, '$1$2');

describe('the HTML document', () => {
  it('allows exactly its own scripts and style, and no connection', () => {
    const text = pageOf(agentRun);
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(text)?.[1] ?? '';
    expect(policy.split('; ').map((each) => each.split(' ')[0])).toEqual(['default-src', 'script-src', 'style-src', 'font-src', 'img-src', 'base-uri', 'form-action', 'require-trusted-types-for', 'trusted-types']);
    const scripts = [...text.matchAll(/<script>([^<]*)<\/script>/g)].map(([, script = '']) => script), [, style = ''] = /<style>([^<]*)<\/style>/.exec(text) ?? [];
    expect(scripts).toEqual(['host();', 'panel();']);
    for (const part of [...scripts, style]) expect(policy).toContain(`'sha256-${page.hash(part)}'`);
    expect(policy).toContain(`default-src 'none'`);
    expect(policy).not.toMatch(/unsafe|http|\*/);
    expect(style).toBe("@font-face { src: url('data:font/ttf;base64,AQID') }");
  });

  it.each(hostileTexts)('has the same markup whether spans say %j or nothing', (hostile) => {
    const span = (name: string): ExportSpan => ({ ...sketched({ id: name, traceId: name, name, from: 0, to: 1, message: name, attributes: { [name]: name }, events: [{ name, attributes: { [name]: name } }] }), service: name });
    expect(markupOf(pageOf([span(hostile)]))).toBe(markupOf(pageOf([span('x')])));
    const title = /<title>(.*)<\/title>/s.exec(pageOf(agentRun, { title: hostile }))?.[1] ?? '';
    expect(title).not.toMatch(/[<>"]|[\u0000-\u001f\u2028\u202e]/);
  });

  it('holds every span as the extension shows it, and its rows', async () => {
    await fc.assert(fc.asyncProperty(spans, async (all) => {
      const given = all.map((span): ExportSpan => ({ ...span, marks: 0 })).toSorted((a, b) => (a.traceId < b.traceId ? -1 : 1));
      if (given.length === 0) return;
      const data = dataOf(pageOf(given));
      const records = await Promise.all(data.manifest.traces.map(async ({ chunks }, trace) => (await Promise.all(chunks.map((_, chunk) => data.records(trace, chunk)))).flat()));
      expect(records.flat()).toEqual(JSON.parse(JSON.stringify(given.map(spanRecordOf))));
    }));
  });

  it('counts what failed by its attributes alone, and once what two libraries recorded, as its Markdown does', async () => {
    const call = (id: string, from: number, to: number): ExportSpan => sketched({
      id, name: id, from, to, attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm', 'gen_ai.response.id': 'r1', 'gen_ai.usage.input_tokens': 100, 'gen_ai.usage.output_tokens': 20 },
    });
    const given = [call('library', 1, 6), call('sdk', 2, 5), sketched({ id: 'other', name: 'other', from: 7, to: 8, attributes: { 'error.type': 'timeout' } })];
    const { manifest } = dataOf(pageOf(given));
    expect(manifest.traces[0]?.summary).toMatchObject({ llmCalls: 1, inputTokens: 100, outputTokens: 20, errorCount: 1 });
    const text = written(markdown, given).text;
    expect(text).toContain('Model calls: 1, 100 → 20 tokens');
    expect(text).toContain('1 failed');
    expect(text).toContain('timeout');
  });

  it('has the structure of the trace, and its sums', async () => {
    const { manifest, rows } = dataOf(pageOf(agentRun, { note: () => 'one' }));
    const [trace] = manifest.traces;
    if (trace === undefined) throw new Error('no trace');
    expect(trace.summary).toEqual({
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736', name: 'planner', services: ['planner'], startUnixNano: String(baseUnixNano), endUnixNano: String(baseUnixNano + 9_000_000_000n), openCount: 0,
      spanCount: 4, errorCount: 1, rootCount: 1, orphanCount: 0, llmCalls: 2, toolCalls: 1, inputTokens: 2600, outputTokens: 140, costUsd: 0.0123,
    });
    const unpacked = unpackRows({ buffer: await rows(0), count: trace.count, firstRow: 0 });
    expect([...unpacked.parent]).toEqual([-1, 0, 0, 0]);
    expect([...unpacked.start]).toEqual([0, 100e6, 3001e6, 5300e6]);
    expect([...unpacked.duration]).toEqual([9000e6, 2900.25e6, 2249.123e6, 3600e6]);
    expect(Array.from(unpacked.subject, (text) => trace.texts[text])).toEqual(['planner', 'small-1', 'hold_seats', 'small-1']);
    expect(manifest.note).toBe('one');
  });

  it('shows what was still running as it stood when it was written', () => {
    const { manifest: { traces: [trace] } } = dataOf(pageOf([sketched({ id: 'a', name: 'run', from: 0 })]));
    expect(trace?.summary.endUnixNano).toBe(String(options.nowUnixNano));
  });

  it('ends what has no end where the trace ends', () => {
    const ended = sketched({ id: 'b', name: 'step', from: 0, to: 5 });
    for (const exporter of [markdown, timeline]) expect(written(exporter, [{ ...sketched({ id: 'a', name: 'run', from: 0 }), marks: markBit('open') | markBit('lost') }, ended]).text).toMatch(/no end(?![^]*running)/);
    const { manifest: { traces: [trace] } } = dataOf(pageOf([{ ...sketched({ id: 'a', name: 'run', from: 0 }), marks: markBit('open') | markBit('lost') }, ended]));
    expect(trace?.summary.endUnixNano).toBe(String(ended.endUnixNano));
  });

  it('names the service of every span, also after very many names', async () => {
    const many = Array.from({ length: 70_000 }, (_, i) => ({ ...sketched({ id: `s${i}`, name: `step ${i}`, from: i, to: i + 1 }), service: i < 69_999 ? 'first' : 'last' }));
    const { manifest: { traces: [trace] }, rows } = dataOf(pageOf(many, { page: { ...page, deflate: (bytes) => deflateRawSync(bytes, { level: 1 }) } }));
    const unpacked = unpackRows({ buffer: await rows(0), count: 70_000, firstRow: 0 });
    expect([unpacked.service[0], unpacked.service[69_999]].map((text) => trace?.texts[text ?? 0])).toEqual(['first', 'last']);
    expect(trace?.texts[unpacked.name[69_999] as number]).toBe('step 69999');
    expect(trace?.summary.services).toEqual(['first', 'last']);
  });

  it('cuts many spans into chunks that are read alone', () => {
    const many = Array.from({ length: 3000 }, (_, i) => sketched({ id: `s${i}`, name: 'step', from: i, to: i + 1 }));
    expect(dataOf(pageOf(many)).manifest.traces[0]?.chunks).toEqual([0, 1024, 2048]);
    const heavy = Array.from({ length: 5 }, (_, i) => sketched({ id: `s${i}`, name: 'step', from: i, to: i + 1, attributes: { text: 'x'.repeat(300_000) } }));
    expect(dataOf(pageOf(heavy)).manifest.traces[0]?.chunks).toEqual([0, 2, 4]);
  });

  it('is refused without the files that it is made of, and when they could end what they stand in', () => {
    expect(() => html.open(options, () => undefined)).toThrow('Install the extension anew');
    expect(() => pageOf(agentRun, { page: { ...page, panelScript: 'a = "</script>"' } })).toThrow('cannot stand in a page');
  });
});
