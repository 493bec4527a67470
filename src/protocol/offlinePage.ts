import type { RecordedPause } from '../model/recordedPauses.ts';
import type { TraceSummary } from '../model/records.ts';
import type { RowFigures } from '../model/traceRows.ts';

/**
 * What an HTML document holds. All of it stands in data blocks of the page, deflated (raw) and as base64 text:
 * `manifest` is an `OfflineManifest` as JSON text, `rows-T` the packed rows of trace T (protocol/rows.ts), and `spans-T-C` a
 * JSON list of the SpanRecords of its rows from `chunks[C]` to the next chunk.
 */
export interface OfflineManifest {
  readonly version: 1;
  /** What was masked, and the like, in words for the reader. */
  readonly note: string;
  readonly traces: readonly OfflineTrace[];
}

export interface OfflineTrace {
  readonly summary: TraceSummary;
  readonly baseUnixNano: string;
  readonly count: number;
  readonly texts: readonly string[];
  readonly figures: readonly (readonly [row: number, figures: { readonly [K in keyof RowFigures]: number | null }])[];
  /** When its programs stood in a debugger, in milliseconds since 1970; absent when they did not. */
  readonly paused?: readonly RecordedPause[];
  /** First row of each chunk of spans. */
  readonly chunks: readonly number[];
}

export const manifestBlock = 'manifest';
export const rowsBlock = (trace: number): string => `rows-${trace}`;
export const spansBlock = (trace: number, chunk: number): string => `spans-${trace}-${chunk}`;
