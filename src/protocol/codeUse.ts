import type { Role } from '../model/role.ts';

/** A place in code where spans say that they were made, as they say it. */
export interface CodePlace {
  readonly id: number;
  readonly path: string;
  /** From 1. */
  readonly line?: number;
  readonly column?: number;
  readonly functionName?: string;
  /** Folders that the programs ran in, which relative paths are relative to. */
  readonly folders: readonly string[];
}

/** A name of spans that record no place, which may stand in code. */
export interface SpokenName {
  readonly kind: 'spanName' | 'tool' | 'agent' | 'function';
  readonly name: string;
  /** What stands before a function's name: module, package, class. */
  readonly qualifiers: readonly string[];
}

/** Spans that record no place and bear these names, the most telling one first. */
export interface NamedPlace {
  readonly id: number;
  readonly names: readonly SpokenName[];
}

/** Figures of spans. A span within another one of the same places is a part of that call, not another call. */
export interface CodeFigures {
  readonly spans: number;
  readonly calls: number;
  /** Failed spans; a failure that is passed on from span to span counts once. */
  readonly errors: number;
  /** Calls in which a span failed. */
  readonly failedCalls: number;
  /** Calls that have not ended. */
  readonly running: number;
  /** Tokens and cost are NaN where no span says any. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUsd: number;
  /** Of calls that have ended, together. */
  readonly totalNs: number;
  /** Of the newest calls that have ended, 1,000 at most; NaN when there are none. */
  readonly medianNs: number;
  readonly p95Ns: number;
  /** The newest call: when it began, in milliseconds since 1970, and how long it took, NaN while it runs. */
  readonly lastStart: number;
  readonly lastNs: number;
}

export interface CodeUse {
  /** Of the newest runs. */
  readonly all: CodeFigures;
  /** How many runs these are. */
  readonly runs: number;
  /** How many of them are in opened files, and the names of these files. */
  readonly fileRuns: number;
  readonly files: readonly string[];
  /** Of the newest run that has spans of these places. */
  readonly run: CodeFigures;
  /** The opened file that this run is in. */
  readonly file?: string;
  /** Whether its program has not been run again since without them. */
  readonly isLatest: boolean;
  /** When the newest trace of them began, in milliseconds since 1970: its program had read its code by then. */
  readonly since: number;
}

/** When the programs of a debug session stood in the debugger, in milliseconds since 1970: that is no time that their spans took. */
export interface CodePauses {
  readonly session: string;
  readonly pauses: readonly (readonly [from: number, to?: number])[];
}

export interface CodeUseQuestion {
  /** What the last answer said; places are told from `known` on while the epoch is the same. */
  readonly epoch: number;
  readonly known: number;
  /** Figures are asked for these groups of place ids: the places on a line, or in a function. */
  readonly groups: readonly (readonly number[])[];
  readonly pauses?: readonly CodePauses[];
}

export interface CodeUseAnswer {
  /** Another one than before: ids of places are void, and all places are told. */
  readonly epoch: number;
  readonly places: readonly (CodePlace | NamedPlace)[];
  /** In the order of the groups; undefined where there are no spans. All are undefined when the epoch is another one. */
  readonly uses: readonly (CodeUse | undefined)[];
  /** Spans are still to be looked at: asking again tells more. */
  readonly isPartial: boolean;
  /** Names of opened files, and of stored traces, that have too many spans to be looked at. */
  readonly tooLarge: readonly string[];
}

/** A span that was made at a place. */
export interface CodeSpan {
  /** The key of its trace. */
  readonly traceId: string;
  readonly spanId: string;
  readonly place: number;
  /** The opened file that it is in. */
  readonly file?: string;
  readonly name: string;
  /** What it is about, else its name. */
  readonly label: string;
  readonly role: Role;
  readonly isFailed: boolean;
  readonly isRunning: boolean;
  /** Milliseconds since 1970. */
  readonly start: number;
  /** Undefined while it has not ended. */
  readonly durationNs?: number;
  readonly content?: CodeSpanContent;
}

/** Short texts of what went into a span and came out of it. */
export interface CodeSpanContent {
  readonly input?: string;
  readonly output?: string;
  /** Type and message of an exception, or the message of the status. */
  readonly problem?: string;
}

export interface CodeSpansQuestion {
  readonly epoch: number;
  readonly places: readonly number[];
  readonly limit: number;
  readonly pauses?: readonly CodePauses[];
  /** Only those that failed. */
  readonly failed?: boolean;
  readonly withContent?: boolean;
}

/** A span of the newest run of a program that failed, where it failed first. */
export interface CodeProblem {
  readonly traceId: string;
  readonly spanId: string;
  /** Of the span, or of the nearest one above it that has a place. */
  readonly place: CodePlace;
  readonly start: number;
  readonly problem: string;
  /** Labels of the spans from the root to this one. */
  readonly chain: readonly string[];
}
