/** What a figure should reach. `must` and `aim` are the largest good values, or the smallest where more is better. */
export interface Goal {
  readonly what: string;
  readonly unit: string;
  /** Not every goal has both. */
  readonly must?: number;
  readonly aim?: number;
  readonly moreIsBetter?: true;
}

const spansASecond = { unit: 'spans/s', moreIsBetter: true } as const;
const milliseconds = { unit: 'ms' } as const;

/** The goals of the project. Those in "times" compare with a peer that was measured in the same run. */
export const goals = {
  R1: { what: 'main thread a frame at 1M spans, times flame-chart-js', unit: 'times', must: 1 / 4, aim: 1 / 7 },
  R2: { what: 'main thread a frame at 1M spans, times speedscope', unit: 'times', must: 1 / 10, aim: 1 / 15 },
  R4: { what: 'frame interval p95 at 1M spans, zooming and receiving 5,000 spans/s', ...milliseconds, must: 20, aim: 17.5 },
  R5: { what: 'frame cost at 10M spans, times that at 100k', unit: 'times', must: 2, aim: 1.2 },
  R6speedscope: { what: 'a speedscope file of 1M spans to its first picture, times speedscope', unit: 'times', must: 1 / 4, aim: 1 / 12 },
  R6flameChart: { what: 'the same, times flame-chart-js', unit: 'times', must: 1 / 2, aim: 1 / 12 },
  R6speedscopeAll: { what: 'the same file to its picture of all spans, times speedscope', unit: 'times', must: 1 / 4, aim: 1 / 12 },
  R6flameChartAll: { what: 'the same, times flame-chart-js', unit: 'times', must: 1 / 2, aim: 1 / 12 },
  R7: { what: 'OTLP/JSON lines of 1M spans to rows, times JSON.parse', unit: 'times', must: 1.2, aim: 0.6 },
  R7first: { what: 'the first rows of that file', ...milliseconds, must: 300 },
  R8speedscope: { what: 'memory of the renderer with 1M spans, times speedscope', unit: 'times', must: 1 / 3, aim: 1 / 4 },
  R8flameChart: { what: 'the same, times flame-chart-js', unit: 'times', must: 1 / 2, aim: 1 / 4 },
  R9: { what: 'memory of a span in columns and mips', unit: 'bytes', must: 48, aim: 32 },
  R11first: { what: 'first hit of a search in names and attributes at 1M spans', ...milliseconds, must: 50 },
  R11all: { what: 'all hits of it', ...milliseconds, aim: 200 },
  R12first: { what: "first rows of the tree of 100,000 spans, times Jaeger UI's", unit: 'times', must: 1 / 10, aim: 1 / 30 },
  R12all: { what: 'all of them expanded, likewise', unit: 'times', must: 1 / 10, aim: 1 / 30 },
  R13: { what: 'lanes for 1M spans', ...milliseconds, aim: 150 },
  I1: { what: 'OTLP protobuf to columns, times protobufjs static', unit: 'times', must: 3, aim: 3.5, moreIsBetter: true },
  I1lazy: { what: 'the same with attributes left as bytes', unit: 'times', aim: 15, moreIsBetter: true },
  I2: { what: 'OTLP/HTTP, requests of 512 spans, stored durably', ...spansASecond, must: 150_000, aim: 300_000 },
  I3single: { what: 'WebSocket, one span a message', ...spansASecond, must: 50_000, aim: 120_000 },
  I3batch: { what: 'WebSocket, batches of 512', ...spansASecond, must: 150_000, aim: 300_000 },
  I4: { what: 'span received to pixel, p95', ...milliseconds, must: 50, aim: 33 },
  I5: { what: 'event-loop delay of the extension host at 50,000 spans/s, p99', ...milliseconds, must: 20, aim: 8 },
  I6: { what: 'bytes to the webview for a span', unit: 'bytes', must: 40, aim: 28 },
  S1: { what: 'activation of the extension', ...milliseconds, must: 20, aim: 8 },
  S2: { what: 'packaged extension', unit: 'KB', must: 1536, aim: 800 },
  open10k: { what: 'click to first paint of a stored trace of 10,000 spans', ...milliseconds, must: 300 },
  open100k: { what: 'click to first paint of a stored trace of 100,000 spans', ...milliseconds, must: 800 },
} as const satisfies Record<string, Goal>;

export type GoalId = keyof typeof goals;

/** `short` is what falls short of an aim where nothing must be. */
export type Verdict = 'aim' | 'must' | 'short' | 'missed';

/** Which of the two a value reaches. */
export function verdictOf({ must, aim, moreIsBetter }: Goal, value: number): Verdict {
  const reaches = (limit: number | undefined): boolean => limit !== undefined && (moreIsBetter === true ? value >= limit : value <= limit);
  if (reaches(aim)) return 'aim';
  if (must === undefined) return 'short';
  return reaches(must) ? 'must' : 'missed';
}
