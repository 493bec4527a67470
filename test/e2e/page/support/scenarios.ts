import type { ReceiverStatus } from '../../../../src/protocol/panel.ts';
import { roles } from '../../../../src/model/role.ts';
import { designRun } from './designRun.ts';
import { hostileRun } from './hostileRun.ts';
import type { Scenario, ScenarioSpan } from './scenario.ts';

const listening: ReceiverStatus = {
  state: 'listening', http: 'http://127.0.0.1:4318', grpc: '127.0.0.1:4317', webSocket: 'ws://127.0.0.1:4318/v1/spans', sinceUnixMilli: Date.now() - 60_000, receivedSpans: 0,
};
const nothing = (status: ReceiverStatus): Scenario => ({ status, spans: [], now: 0 });

/** A call tree like a real one, but long: each span has up to eight children. */
function many(count: number): Scenario {
  const spans = Array.from({ length: count }, (_, i): ScenarioSpan => {
    const parent = i === 0 ? undefined : String(Math.floor((i - 1) / 8));
    const start = i === 0 ? 0 : (i / count) * 100;
    return {
      id: String(i), ...(parent === undefined ? {} : { parent }), name: `operation_${i % 97}`, role: roles[(i * 7) % roles.length] ?? 'other',
      start, end: i < 9 ? 100 : start + 0.5, ...(i % 1000 === 999 ? { error: 'timed out' } : {}),
    };
  });
  return { status: listening, spans, now: 100 };
}

/** Everything that a page can be opened with, by name. */
export const scenarios: ReadonlyMap<string, () => Scenario> = new Map([
  ['design', () => designRun],
  ['ended', (): Scenario => ({ ...designRun, spans: designRun.spans.map((span) => ({ ...span, end: span.end ?? 38.4 })) })],
  ['lost', (): Scenario => ({ ...designRun, spans: designRun.spans.map((span) => (span.end === undefined ? { ...span, marks: ['lost'] } : span)) })],
  ['paused', (): Scenario => ({ ...designRun, paused: [[6, 8.2], [8.3, 8.5], [20, 27.5]], standsAt: [] })],
  ['standing', (): Scenario => ({ ...designRun, paused: [[6, 8.2], [36]], standsAt: ['c3'] })],
  ['hostile', () => hostileRun],
  ['one', () => many(1)],
  ['silent', (): Scenario => ({ status: listening, spans: [{ id: 'outer', name: 'outer', role: 'other', start: 0, end: 2 }, { id: 'inner', parent: 'outer', name: 'inner', role: 'other', start: 1, end: 2 }], now: 2 })],
  ['orphaned', (): Scenario => ({ status: listening, spans: [{ id: '8f2a41c0d1e2f3a4', name: '', role: 'other', start: 0, end: 2, marks: ['placeholder'] }, { id: 'orphan', parent: '8f2a41c0d1e2f3a4', name: 'orphan', role: 'other', start: 0, end: 2, marks: ['orphan'] }], now: 2 })],
  ['many', () => many(100_000)],
  ['waiting', () => nothing(listening)],
  ['off', () => nothing({ state: 'off', receivedSpans: 0 })],
  ['failed', () => nothing({ state: 'failed', receivedSpans: 0, problem: 'Port 4318 is in use. otel-collector (process 8123) holds it, so programs that send there do not reach this window. gRPC on 4317 works.' })],
]);
