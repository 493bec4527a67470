import type { Role } from '../model/role.ts';

/**
 * Where a program with our hook stops: at the `hit`-th span (1 when absent) that meets every condition that is present.
 * Texts are compared without regard to case, and `*` in them stands for anything.
 */
export interface SpanBreakpoint {
  readonly id: string;
  /** Those that are off are not sent to programs. */
  readonly enabled: boolean;
  /** When a span begins, when it ends, or when its status becomes error. */
  readonly on: 'start' | 'end' | 'error';
  /** The span's name. */
  readonly name?: string;
  readonly role?: Role;
  readonly tool?: string;
  readonly model?: string;
  readonly attribute?: AttributeCondition;
  /** From 1; counted in each process. */
  readonly hit?: number;
  /** Met from the span on with which its run has passed this much; once a run. */
  readonly limit?: RunLimit;
}

/** `exists` needs no value; the others compare as the filter language does. */
export interface AttributeCondition {
  readonly key: string;
  readonly operator: '=' | '!=' | '>' | '>=' | '<' | '<=' | '~' | 'exists';
  readonly value?: string;
}

/** What a run has taken so far: input and output tokens, seconds since its start, or spans. */
export interface RunLimit { readonly of: 'tokens' | 'seconds' | 'steps'; readonly above: number }

/** What a live client said of itself; each is absent when it said nothing of the kind. */
export interface LiveClient { readonly name?: string; readonly language?: string; readonly pid?: number; readonly cwd?: string }

/**
 * What a program that we started has loaded, told by our hook in it: `"program"` of a `hello` on a connection that has shown
 * the token. Each later one of the same program says all of it again.
 */
export interface ProgramReport {
  /** The run that it belongs to: `spanscope.session.id` of its resource. */
  readonly session: string;
  /** Packages by the names of their registries. */
  readonly libraries: readonly { readonly name: string; readonly version?: string }[];
  /** Names of the classes of its own exporters. */
  readonly exporters: readonly string[];
}

/**
 * A program stands at a span breakpoint. On the wire, from a client that has shown the token:
 * `{"type":"breakpoint.hit","breakpointId","traceId","spanId","on","id"?}`, answered as every message with an id.
 */
export interface BreakpointHit {
  readonly breakpointId: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly on: SpanBreakpoint['on'];
  readonly client: LiveClient;
}

/** What clients that have shown the token are told, at once and on every change: all breakpoints that are on. */
export interface BreakpointsMessage { readonly type: 'breakpoints'; readonly items: readonly SpanBreakpoint[] }
