import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RunLog } from '../../../../src/debug/runLog.ts';
import { Tracer } from '../../../../src/debug/tracer.ts';
import { RunHints } from '../../../../src/editor/traces/runHints.ts';
import type { ProgramReport } from '../../../../src/protocol/live.ts';
import { debug } from '../../../support/vscode.ts';
import { fakeCollector } from '../collector/fakes.ts';
import { summaryOf } from './summaries.ts';

function hintsOn(): { readonly runs: RunLog; readonly hints: RunHints; readonly memory: Map<string, unknown>; arrive(session: string): void; report(report: ProgramReport): void } {
  const memory = new Map<string, unknown>();
  const memento = { get: (key: string) => memory.get(key), update: (key: string, value: unknown) => { memory.set(key, value); return Promise.resolve(); } };
  const runs = new RunLog(memento as unknown as ConstructorParameters<typeof RunLog>[0]);
  const collector = fakeCollector({});
  const tracer = new Tracer({ endpoints: () => Promise.resolve({}), token: () => Promise.resolve(''), tokenFile: () => undefined }, '/nowhere');
  const hints = new RunHints(runs, tracer, collector.host);
  void collector.host.call('stats');
  const arrive = (id: string): void => {
    const summaries = [summaryOf({ traceId: 't', session: { id, name: '' } })];
    collector.listeners[0]?.onEvent({ type: 'traces.changed', traceIds: ['t'], summaries, removed: [] });
  };
  const report = (told: ProgramReport): void => collector.listeners[0]?.onEvent({ type: 'program.seen', report: told });
  return { runs, hints, memory, arrive, report };
}

const run = { id: 'r1', name: 'agent.py', type: 'debugpy' };

describe('the hint for a run without spans', () => {
  beforeEach(() => { vi.useFakeTimers(); });
  afterEach(() => { vi.useRealTimers(); });

  it('comes when the run has ended and nothing is on its way any more, and goes with the next run', () => {
    const { runs, hints } = hintsOn();
    runs.begin(run, 's');
    runs.end('r1', 's');
    expect(hints.text).toBeUndefined();
    vi.runAllTimers();
    expect(hints.text).toContain('agent.py ended without a span.');
    runs.begin({ ...run, id: 'r2' }, 's');
    expect(hints.text).toBeUndefined();
  });

  it('does not come when a span was seen, in time or late', () => {
    const { runs, hints, arrive } = hintsOn();
    runs.begin(run, 's');
    arrive('r1');
    runs.end('r1', 's');
    vi.runAllTimers();
    expect(hints.text).toBeUndefined();
    runs.begin({ ...run, id: 'r2' }, 's');
    runs.end('r2', 's');
    vi.runAllTimers();
    expect(hints.text).toBeDefined();
    arrive('r2');
    expect(hints.text).toBeUndefined();
  });

  it('names what programs of other languages need', () => {
    const { runs, hints } = hintsOn();
    runs.begin({ ...run, name: 'server', type: 'go' }, 's');
    runs.end('r1', 's');
    vi.runAllTimers();
    expect(hints.text).toBe('server ended without a span. It is seen once it exports OTLP, as the SDKs of OpenTelemetry do: its variables lead here.');
  });

  it('comes at once for a program that is started where our address is not ours, and goes with the next run', () => {
    const { runs, hints } = hintsOn();
    const start = (configuration: object): void => debug.started.fire({ name: 'API in Docker', configuration: { request: 'launch', type: 'coreclr', ...configuration } });
    start({});
    start({ pipeTransport: { pipeProgram: 'docker' }, spanscope: false });
    start({ pipeTransport: { pipeProgram: 'docker' }, request: 'attach' });
    expect(hints.text).toBeUndefined();
    start({ pipeTransport: { pipeProgram: 'docker' } });
    expect(hints.text).toBe('API in Docker is started in a container or on another machine, so nothing was set for it. “Spanscope: Programs in Containers and on Other Machines” says how its spans come here.');
    runs.begin(run, 's');
    expect(hints.text).toBeUndefined();
  });

  it('says what the program had loaded, as far as it told', () => {
    const { runs, hints, report } = hintsOn();
    const textWith = (id: string, ...reports: readonly Partial<ProgramReport>[]): string | undefined => {
      runs.begin({ ...run, id }, 's');
      for (const one of reports) report({ session: id, libraries: [], exporters: [], ...one });
      runs.end(id, 's');
      vi.runAllTimers();
      return hints.text;
    };
    const api = { name: 'opentelemetry-api', version: '1.45.1' };
    expect(textWith('r1', { libraries: [api] })).toBe('agent.py ended without a span. It loaded OpenTelemetry’s API 1.45.1, and no SDK, and made no span: start one around its work, or turn on the instrumentation of its libraries.');
    expect(textWith('r2', { libraries: [api] }, { libraries: [{ name: 'opentelemetry-sdk' }], exporters: ['OTLPSpanExporter'] })).toContain('OpenTelemetry’s SDK with OTLPSpanExporter, and made no span');
    expect(textWith('r3', { libraries: [api, { name: '@langchain/core', version: '1.2' }] })).toBe('agent.py ended without a span. It loaded LangChain 1.2, and no run of it began.');
    expect(textWith('r4', {})).toContain('add the Agent Kit');
  });

  it('leaves the runs for the next window', () => {
    const { runs, memory } = hintsOn();
    runs.begin(run, 's');
    runs.end('r1', 's');
    expect([...memory.values()]).toEqual([[expect.objectContaining({ ...run, endUnixMilli: expect.any(Number) as number })]]);
  });
});
