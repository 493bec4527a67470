import type { Format } from '../../formats/format.ts';
import { InputReader } from '../../formats/inputReader.ts';
import { fileLimits } from '../../formats/limits.ts';
import { formats } from '../../formats/registry.ts';
import { Problems } from '../../model/problems.ts';
import type { SpanBatch } from '../../model/spanBatch.ts';
import type { PartReport } from '../../protocol/files.ts';
import { whatElse } from './otherFiles.ts';
import { SpanCounter } from './spanCounter.ts';

export interface PartOptions {
  readonly name: string;
  readonly packing: readonly string[];
  readonly expectedBytes: number;
  readonly mostHeldBytes: number;
  readonly onBatch: (batch: SpanBatch) => void;
}

/** One input of a file: the file itself or a member of it. */
export class FilePart {
  readonly name: string;
  readonly packing: readonly string[];
  /** Why nothing, or nothing more, of it was read; words that follow on its name. */
  failure: string | undefined;
  private isQuiet = false;
  private readonly reader: InputReader;
  private readonly problems = new Problems();
  private readonly counter = new SpanCounter();

  constructor({ name, packing, expectedBytes, mostHeldBytes, onBatch }: PartOptions) {
    this.name = name;
    this.packing = packing;
    this.reader = new InputReader({
      formats, limits: fileLimits, mostBytes: mostHeldBytes, expectedBytes,
      onBatch: (batch) => {
        this.counter.add(batch);
        onBatch(batch);
      },
    });
  }

  /** Nothing more of it is wanted. */
  get isDone(): boolean { return this.reader.isDone || this.failure !== undefined; }
  get isTrace(): boolean { return this.reader.detection !== undefined; }
  /** Whether it can be read while it grows. */
  get isFollowed(): boolean { return this.format?.pieces !== 'whole'; }

  /** What it is; undefined while that is not known. */
  get format(): Format | undefined { return this.reader.detection?.format; }

  push(chunk: Uint8Array): void { this.reader.push(chunk); }

  readSoFar(): void { this.reader.readSoFar(); }

  /** Whether nothing was written to it for a while: then what waits for its end is told. True when that is news. */
  rest(isQuiet: boolean): boolean {
    const isNews = isQuiet && !this.isQuiet && this.reader.unfinishedFrom !== undefined;
    this.isQuiet = isQuiet;
    return isNews;
  }

  /** It has ended, or broken off for a reason: words that follow on its name. */
  end(brokenOff?: string): void {
    this.reader.end();
    if (brokenOff !== undefined) this.problems.add(`${this.name} ${brokenOff}.`);
    if (!this.isTrace) this.failure ??= brokenOff === undefined || this.reader.head.length > 0 ? whatElse(this.reader.head) : `${brokenOff}.`;
  }

  /** It is not read, and why: words that follow on its name. */
  refuse(why: string): void { this.failure = why; }

  get report(): PartReport {
    const { reader, failure } = this, { cut, detection } = reader, unfinishedFrom = this.isQuiet ? reader.unfinishedFrom : undefined;
    const problems = new Problems();
    problems.merge(reader.problems);
    problems.merge(this.problems);
    return {
      name: this.name, packing: this.packing, encoding: reader.encoding, bytes: reader.bytes,
      ...(detection === undefined ? {} : { format: { id: detection.format.id, label: detection.format.label, score: detection.score, reason: detection.reason } }),
      traceCount: this.counter.traceCount, spanCount: this.counter.spanCount, logCount: reader.logCount, metricPointCount: reader.metricPointCount, rejectedCount: reader.rejectedCount,
      problems: problems.texts, moreProblemsCount: problems.moreCount,
      ...(cut === undefined ? {} : { cut }),
      ...(unfinishedFrom === undefined ? {} : { unfinishedFrom }),
      ...(failure === undefined ? {} : { failure }),
    };
  }
}
