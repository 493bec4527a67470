import { PausedTime } from '../../analysis/pausedTime.ts';
import type { CodePauses } from '../../protocol/codeUse.ts';
import type { PlacedSpans } from './placedSpans.ts';

const nsPerMilli = 1e6;

/** Takes the time out of spans that their programs stood in the debugger, as is told of their sessions and as their traces say. */
export class PausedSpans {
  private readonly bySession: ReadonlyMap<string, CodePauses['pauses']>;

  constructor(pauses: readonly CodePauses[]) { this.bySession = new Map(pauses.map(({ session, pauses: own }) => [session, own])); }

  without(spans: PlacedSpans): PlacedSpans {
    const told = spans.session === undefined ? undefined : this.bySession.get(spans.session), pauses = [...spans.paused, ...(told ?? [])];
    if (pauses.length === 0) return spans;
    const { began, start } = spans, sinceBegan = (time: number): number => (time - began) * nsPerMilli;
    const paused = new PausedTime(pauses.map(([from, to]) => ({ from: sinceBegan(from), to: to === undefined ? Infinity : sinceBegan(to) })));
    const duration = spans.duration.map((ns, i) => {
      const from = sinceBegan(start[i] as number);
      return Math.max(0, ns - paused.within(from, from + ns));
    });
    return { ...spans, duration };
  }
}
