import type { CollectorEvent } from '../protocol/collector.ts';

type Level = Extract<CollectorEvent, { type: 'log.line' }>['level'];

const longestLine = 2048;
/** Lines that begin alike are of one kind. */
const kindLength = 24, mostKinds = 256;
const betweenLinesMs = 1000;

/** Lets one line of a kind through each second and says afterwards how many were left out. */
export class LogLimit {
  private readonly emit: (level: Level, message: string) => void;
  private readonly kinds = new Map<string, { nextAt: number; leftOut: number }>();

  constructor(emit: (level: Level, message: string) => void) { this.emit = emit; }

  write(level: Level, message: string): void {
    const kind = message.slice(0, kindLength), now = performance.now();
    const known = this.kinds.get(kind) ?? { nextAt: 0, leftOut: 0 };
    if (this.kinds.size >= mostKinds) this.kinds.clear();
    this.kinds.set(kind, known);
    if (now < known.nextAt) {
      known.leftOut++;
      return;
    }
    const more = known.leftOut === 0 ? '' : ` (and ${known.leftOut} more of these)`;
    this.emit(level, `${message.slice(0, longestLine)}${more}`);
    known.nextAt = now + betweenLinesMs;
    known.leftOut = 0;
  }
}
