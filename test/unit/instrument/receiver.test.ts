import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Admission } from '../../../src/collector/receivers/admission.ts';
import { ControlChannel } from '../../../src/collector/receivers/controlChannel.ts';
import { openHttpListener } from '../../../src/collector/receivers/httpListener.ts';
import { httpReceivers } from '../../../src/collector/receivers/registry.ts';
import { LiveExporter } from '../../../src/instrument/node/exporters/live.ts';
import { OtlpHttpExporter } from '../../../src/instrument/node/exporters/otlpHttp.ts';
import { Tracer } from '../../../src/instrument/node/tracer.ts';
import { DecodingSink } from '../collector/receivers/support/decodingSink.ts';
import { findPython } from './python.ts';
import { run, ShippedKit } from './shippedKit.ts';
import type { OpenPort } from '../../../src/collector/receivers/receiver.ts';

let kit: ShippedKit;
let sink: DecodingSink;
let port: OpenPort;
let control: ControlChannel;
beforeAll(async () => { kit = await ShippedKit.make(); });
afterAll(() => kit.remove());
beforeEach(async () => {
  sink = new DecodingSink();
  control = new ControlChannel(() => undefined);
  port = await openHttpListener(0, httpReceivers, { sink, control, admission: new Admission({ allowedHosts: [], allowedOrigins: [] }), identity: () => ({}), report: (fault) => { throw fault; } });
});
afterEach(() => port.close());

const python = findPython();
const programs: readonly [string, string | undefined, string, number][] = [
  ['Node', process.execPath, 'planner.mjs', 28], ['Python', python, 'agent.py', 14],
];

describe('the receiver takes what', () => {
  it.each(programs)('the demo in %s sends, and refuses nothing', async (_, command, file, count) => {
    if (command === undefined) return;
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://localhost:${port.port}`, SPANSCOPE_DEMO_SPEED: '25' };
    expect(await run(command, [path.join(kit.folder, 'demo', file)], env)).toMatchObject({ code: 0 });
    expect(sink.batches.flatMap((batch) => [batch.rejectedCount, ...batch.problems]).filter((problem) => problem !== 0)).toEqual([]);
    expect(new Set(sink.spans.map((span) => span.spanId)).size).toBe(count);
    const ended = sink.spans.filter((span) => span.endUnixNano > 0n);
    expect(new Set(ended.map((span) => span.spanId)).size).toBe(count);
    expect(sink.ended).toEqual([]);
  });

  it.each(programs)('the demo in %s sends with the token, and with one that is no longer good', async (_, command, file, count) => {
    if (command === undefined) return;
    for (const token of [control.token, 'of an earlier run']) {
      sink.batches.length = 0;
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://localhost:${port.port}`, SPANSCOPE_DEMO_SPEED: '25', SPANSCOPE_TOKEN: token };
      expect(await run(command, [path.join(kit.folder, 'demo', file)], env)).toMatchObject({ code: 0 });
      expect(new Set(sink.spans.filter((span) => span.endUnixNano > 0n).map((span) => span.spanId)).size).toBe(count);
    }
  });

  it('a span holds, over the live protocol and over OTLP', async () => {
    const base = `127.0.0.1:${port.port}`;
    const tracer = new Tracer({ serviceName: 'both', exporters: [new LiveExporter({ endpoint: `ws://${base}` }), new OtlpHttpExporter({ endpoint: `http://${base}/v1/traces` })] });
    const links = [{ traceId: 'c'.repeat(32), spanId: 'd'.repeat(16), attributes: { why: 'follows' } }];
    const messages = [{ role: 'user', parts: [{ type: 'text', content: 'Züge \u{1f686}' }] }];
    const span = tracer.traceSpan('work', { kind: 'producer', links, attributes: { n: 7, half: 0.5, yes: true, messages, nothing: null } }, (own) => own.addEvent('hit', { x: 1 }).setStatus('error', 'no'));
    await tracer.shutdown();
    expect(sink.spans).toHaveLength(2);
    for (const received of sink.spans) {
      expect(received).toMatchObject({
        traceId: span.traceId, spanId: span.spanId, parentSpanId: '', name: 'work', kind: 'producer', status: 'error', statusMessage: 'no',
        startUnixNano: span.startTimeUnixNano, endUnixNano: span.endTimeUnixNano,
      });
      const { attributes, events, links: receivedLinks } = received.content;
      expect(received.resource.attributes.get('service.name')).toBe('both');
      expect([attributes.get('half'), attributes.get('yes'), attributes.get('nothing'), String(attributes.get('n'))]).toEqual([0.5, true, null, '7']);
      expect(attributes.get('code.file.path')).toContain('receiver.test.ts');
      expect(events).toMatchObject([{ name: 'hit', timeUnixNano: span.events[0]?.timeUnixNano }]);
      expect(receivedLinks).toMatchObject([{ traceId: 'c'.repeat(32), spanId: 'd'.repeat(16) }]);
    }
    expect(sink.spans[0]?.content.attributes).toEqual(sink.spans[1]?.content.attributes);
  });
});
