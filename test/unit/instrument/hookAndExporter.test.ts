import { cpSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Collector } from '../../../src/collector/collector.ts';
import type { SpanRecord } from '../../../src/model/records.ts';
import { Events, makeDirectory, optionsOf, removeDirectories } from '../collector/collectorSupport.ts';
import { hasModule, pythonWithPackages, ShippedHook } from './pythonHook.ts';
import { lineOf } from './shippedKit.ts';

const python = pythonWithPackages ?? '';
const isReady = hasModule('opentelemetry.exporter.otlp.proto.http') && hasModule('openinference.instrumentation.langchain');
const agents = path.resolve(import.meta.dirname, '../../fixtures/agents/python');

/** A span as the SDK's own in-memory exporter recorded it (see fixtures/agents). */
interface Recorded {
  readonly traceId: string;
  readonly spanId: string;
  readonly name: string;
  readonly startUnixNano: string;
  readonly endUnixNano: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events: readonly { readonly name: string }[];
  readonly resource: Readonly<Record<string, unknown>>;
}

let shipped: ShippedHook, collector: Collector, directory: string, endpoint: string;
beforeAll(() => {
  shipped = new ShippedHook();
  cpSync(agents, shipped.folder, { recursive: true });
});
afterAll(() => {
  shipped.remove();
  removeDirectories();
});
beforeEach(async () => {
  directory = makeDirectory();
  await begin();
});
afterEach(() => collector.shutdown());

async function begin(): Promise<void> {
  collector = new Collector(new Events().take);
  await collector.configure(optionsOf(directory));
  endpoint = (await collector.start({ httpPort: 0, grpcPort: 0 })).endpoints.http ?? '';
}

/** Runs a program with its exporter and the hook, both sending here; gives what its SDK recorded. */
async function run(file: string, env: Readonly<Record<string, string>> = {}): Promise<Recorded[]> {
  const recording = path.join(shipped.folder, 'spans.json');
  const hook = { PYTHONPATH: [shipped.hook, shipped.folder].join(path.delimiter), OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, SPANSCOPE_RECORDING: recording };
  const ended = await shipped.run(python, [path.join(shipped.folder, file)], { ...hook, ...env });
  expect(ended).toMatchObject({ code: 0 });
  return JSON.parse(readFileSync(recording, 'utf8')) as Recorded[];
}

async function receivedOf(recorded: readonly Recorded[]): Promise<SpanRecord[]> {
  const traces = await Promise.all([...new Set(recorded.map((span) => span.traceId))].map((traceId) => collector.getTrace(traceId)));
  return traces.flat();
}

/** What both must agree on; integers beyond 2^53 are text in both. */
const shown = ({ spanId, name, startUnixNano, endUnixNano, attributes, events, resource }: Recorded | SpanRecord): unknown => ({
  spanId, name, startUnixNano, endUnixNano, resource, events: events.map((event) => event.name),
  attributes: Object.fromEntries(Object.entries(attributes).filter(([key]) => !key.startsWith('spanscope.'))),
});
const inOrder = (spans: readonly (Recorded | SpanRecord)[]): unknown[] => [...spans].sort((a, b) => a.spanId.localeCompare(b.spanId)).map(shown);

describe.skipIf(!isReady)(`spans that the exporter sends and the Python hook sees${isReady ? '' : ': the Python packages of the integration tests are not installed'}`, () => {
  const places = (spans: readonly SpanRecord[], text: string) =>
    spans.map((span) => [span.name, span.attributes['spanscope.source.line'] === lineOf(text, `"${span.name}"`)]).filter(([, isRight]) => isRight !== true);

  it('are there once, as the SDK recorded them, with their lines, and so again after a restart', async () => {
    const recorded = await run('traces.py'), text = readFileSync(path.join(agents, 'traces.py'), 'utf8');
    for (const isRestarted of [false, true]) {
      if (isRestarted) {
        await collector.shutdown();
        await begin();
      }
      const received = await receivedOf(recorded);
      expect(inOrder(received)).toEqual(inOrder(recorded));
      // One of them says that it was in another year.
      expect(received.flatMap((span) => span.marks)).toEqual(['outOfRange']);
      expect(places(received, text)).toEqual([]);
    }
  });

  it('are not doubled where OpenInference traces LangGraph, and know the line that began them', async () => {
    const recorded = await run('langgraph_agent.py'), text = readFileSync(path.join(agents, 'langgraph_agent.py'), 'utf8');
    const received = await receivedOf(recorded);
    expect(inOrder(received)).toEqual(inOrder(recorded));
    expect(received.flatMap((span) => span.marks)).toEqual([]);
    expect((await collector.listTraces('')).traces).toHaveLength(1);
    expect(received.find((span) => span.name === 'LangGraph')?.attributes['spanscope.source.line']).toBe(lineOf(text, '.invoke('));
  });
});
