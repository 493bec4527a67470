import { describe, expect, it } from 'vitest';
import type { StandingSpan } from '../../../../src/debug/standing.ts';
import { StandingPaths } from '../../../../src/editor/standing/standingPaths.ts';
import { EventEmitter } from '../../../support/vscode.ts';
import { fakeCollector } from '../collector/fakes.ts';
import { summaryOf } from '../traces/summaries.ts';

/** Programs that stand, and a collector that knows the ways to spans. */
function stand() {
  const standing = { spans: [] as StandingSpan[], changed: new EventEmitter<void>() }, known = new Map<string, string[]>();
  const collector = fakeCollector({ pathTo: (_traceId, spanId) => known.get(spanId) ?? [], configure: () => undefined });
  const paths = new StandingPaths({ get spans() { return standing.spans; }, onDidChange: standing.changed.event }, collector.host);
  let changes = 0;
  paths.onDidChange(() => { changes++; });
  const settle = async (): Promise<void> => { for (let i = 0; i < 20; i++) await Promise.resolve(); };
  return {
    paths, known, settle,
    get changes() { return changes; },
    async at(...spanIds: string[]): Promise<void> {
      standing.spans = spanIds.map((spanId) => ({ traceId: 't', spanId }) as StandingSpan);
      standing.changed.fire();
      await settle();
    },
    async receive(): Promise<void> {
      collector.listeners[0]?.onEvent({ type: 'traces.changed', traceIds: ['t'], summaries: [summaryOf({ traceId: 't' })], removed: [] });
      await settle();
    },
  };
}

describe('the spans at which programs stand', () => {
  it('are told with what they are part of, until the programs go on', async () => {
    const { paths, known, at } = stand();
    known.set('tool', ['agent', 'step', 'tool']).set('step', ['agent', 'step']);
    await at('tool');
    expect(['agent', 'step', 'tool', 'other'].map((spanId) => paths.placeOf({ traceId: 't', spanId }))).toEqual(['below', 'below', 'here', undefined]);
    await at('tool', 'step');
    expect(paths.spansOf('t')).toEqual(['step', 'tool']);
    await at();
    expect([paths.isAny, paths.spansOf('t')]).toEqual([false, []]);
  });

  it('are looked for again when more of their trace has come', async () => {
    const standing = stand();
    await standing.at('tool');
    expect(standing.paths.isAny).toBe(false);
    standing.known.set('tool', ['tool']);
    await standing.receive();
    expect(standing.paths.spansOf('t')).toEqual(['tool']);
    const before = standing.changes;
    await standing.receive();
    expect(standing.changes).toBe(before);
  });
});
