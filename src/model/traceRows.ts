/**
 * The structure of one trace as columns, the form that analysis and the views work on. Row numbers are stable while
 * `epoch` is: a span keeps its row, new spans are added at the end, changed rows are written in place.
 */
export interface TraceRows {
  readonly count: number;
  /** Nanoseconds after the trace's base time (exact below 2^53, about 104 days). */
  readonly start: Float64Array;
  /** Nanoseconds; NaN while the span is open. Of a lost one until it was last heard of, NaN where that is not known. Never negative. */
  readonly duration: Float64Array;
  /** Row of the parent, -1 for roots. Never part of a cycle. */
  readonly parent: Int32Array;
  /** Index of the span's recorded name in the texts of the trace. 16 bits wide in a store while they suffice. */
  readonly name: Uint32Array | Uint16Array;
  /** Index of what the span is about (tool, agent or model name), 0 when it is its name. */
  readonly subject: Uint32Array | Uint16Array;
  /** Index of the service name in the same texts. */
  readonly service: Uint16Array;
  /** Packed by `rowMeta`: role, kind, status. */
  readonly meta: Uint16Array;
  /** Mark bits (model/span.ts). */
  readonly marks: Uint16Array;
}

const roleBits = 4, kindBits = 3;

/** Packs role (0-15), kind (0-7) and status (0-3) into 9 bits. */
export const packMeta = (role: number, kind: number, status: number): number =>
  role | (kind << roleBits) | (status << (roleBits + kindBits));
export const metaRole = (meta: number): number => meta & 0xf;
export const metaKind = (meta: number): number => (meta >> roleBits) & 0x7;
export const metaStatus = (meta: number): number => (meta >> (roleBits + kindBits)) & 0x3;

/** Token and cost figures of one row; few rows have them, so they are no columns. NaN = not recorded. */
export interface RowFigures {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly costUsd: number;
}
