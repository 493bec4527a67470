import os from 'node:os';
import { goals, verdictOf } from './goals.ts';
import type { Goal, GoalId, Verdict } from './goals.ts';
import { median, rounded } from './statistics.ts';

/** One figure of a benchmark, measured several times. */
export interface Measured {
  readonly bench: string;
  /** What was measured: the data, the condition, the subject. */
  readonly case: string;
  readonly figure: string;
  readonly unit: string;
  /** One value a repeat. */
  readonly values: readonly number[];
  /** The goal that this figure decides; others are shown beside it. */
  readonly goal?: GoalId;
  /** Whatever else a reader may want to know. */
  readonly notes?: Readonly<Record<string, unknown>>;
}

/** A line as it is printed: one JSON object. */
export interface Line extends Measured {
  readonly minimum: number;
  readonly median: number;
  readonly must?: number;
  readonly aim?: number;
  readonly verdict?: Verdict;
  /** Load average of the last minute, when the figure was complete. */
  readonly load: number;
}

/** Collects the figures of a benchmark: a JSON line for each at once, and a table of all against the goals in the end. */
export class Report {
  readonly #bench: string;
  readonly #lines: Line[] = [];

  constructor(bench: string) {
    this.#bench = bench;
    process.stdout.write(`${bench}: Node ${process.versions.node}, ${os.availableParallelism()} × ${os.cpus()[0]?.model ?? 'unknown processor'}, load average ${loadOf()}\n`);
  }

  /** Adds a figure. The verdict is that of the median. */
  add(measured: Omit<Measured, 'bench'>): void {
    const { values, notes, ...rest } = measured;
    const goal: Goal | undefined = measured.goal === undefined ? undefined : goals[measured.goal];
    const middle = median(values);
    const line: Line = {
      bench: this.#bench, ...rest, values: values.map(rounded), minimum: rounded(Math.min(...values)), median: rounded(middle),
      ...(goal?.must === undefined ? {} : { must: goal.must }),
      ...(goal?.aim === undefined ? {} : { aim: goal.aim }),
      ...(goal === undefined ? {} : { verdict: verdictOf(goal, middle) }),
      load: loadOf(),
      ...(notes === undefined ? {} : { notes }),
    };
    this.#lines.push(line);
    process.stdout.write(`${JSON.stringify(line)}\n`);
  }

  /** Prints the table. */
  end(): void {
    process.stdout.write(`\n${tableOf(this.#lines)}\n`);
  }
}

const loadOf = (): number => Number((os.loadavg()[0] ?? 0).toFixed(2));

const words: Record<Verdict, string> = { aim: 'aim', must: 'must', short: 'short of the aim', missed: '**missed**' };

/** The figures as a table in Markdown, in columns of equal width. */
export function tableOf(lines: readonly Line[]): string {
  const rows = lines.map((line) => [
    line.goal ?? '', line.bench, line.case, line.figure, inUnit(line.minimum, line.unit), inUnit(line.median, line.unit),
    line.must === undefined ? '' : inUnit(rounded(line.must), line.unit), line.aim === undefined ? '' : inUnit(rounded(line.aim), line.unit),
    line.verdict === undefined ? '' : words[line.verdict], String(line.load),
  ]);
  const all = [['goal', 'bench', 'case', 'figure', 'minimum', 'median', 'must', 'aim', 'reached', 'load'], ...rows];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? [];
  const asText = (row: readonly string[]): string => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [asText(all[0] ?? []), asText(widths.map((width) => '-'.repeat(width))), ...all.slice(1).map(asText)].join('\n');
}

const inUnit = (value: number, unit: string): string => `${value.toLocaleString('en-GB')} ${unit}`;
