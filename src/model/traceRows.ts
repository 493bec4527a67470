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
  /** Packed by `packMeta`: role, kind, status and more. */
  readonly meta: Uint16Array;
  /** Mark bits (model/span.ts). */
  readonly marks: Uint16Array;
}

const roleBits = 4, kindBits = 3, statusShift = roleBits + kindBits, failureBit = 1 << (statusShift + 2), repeatedBit = failureBit << 1, error = 2;

/** Packs role (0-15), kind (0-7), the status that was sent (0-3), whether attributes tell of a failure, and whether it is a call that another span counts for, into 11 bits. */
export const packMeta = (role: number, kind: number, status: number, tellsFailure = false, isRepeated = false): number =>
  role | (kind << roleBits) | (status << statusShift) | (tellsFailure ? failureBit : 0) | (isRepeated ? repeatedBit : 0);
export const metaRole = (meta: number): number => meta & 0xf;
export const metaKind = (meta: number): number => (meta >> roleBits) & 0x7;
/** The status that everybody goes by: the one that was sent, or error where none was sent and attributes tell of a failure. */
export const metaStatus = (meta: number): number => metaSentStatus(meta) || (metaTellsFailure(meta) ? error : 0);
/** The status as it was sent, for what is written as it was received. */
export const metaSentStatus = (meta: number): number => (meta >> statusShift) & 0x3;
export const metaTellsFailure = (meta: number): boolean => (meta & failureBit) !== 0;
/** Whether another span has the same call of a model and its figures count (analysis/sameCalls.ts). */
export const metaIsRepeated = (meta: number): boolean => (meta & repeatedBit) !== 0;

export const withRole = (meta: number, role: number): number => (meta & ~0xf) | role;
export const withKindAndStatus = (meta: number, kind: number, status: number): number => (meta & (0xf | failureBit | repeatedBit)) | packMeta(0, kind, status);
export const withFailure = (meta: number, tellsFailure: boolean): number => (tellsFailure ? meta | failureBit : meta & ~failureBit);
export const withRepeated = (meta: number, isRepeated: boolean): number => (isRepeated ? meta | repeatedBit : meta & ~repeatedBit);

/** Token and cost figures of one row; few rows have them, so they are no columns. NaN = not recorded. */
export interface RowFigures {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly costUsd: number;
}
