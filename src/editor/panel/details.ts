import type { SpanRecord } from '../../model/records.ts';
import type { RowRef, SourceLink, SpanDetails, StackFrameLink } from '../../protocol/panel.ts';
import { shorten } from './shorten.ts';

export interface FoundLinks {
  readonly sources: readonly SourceLink[];
  readonly noSource?: string;
  readonly frames: readonly StackFrameLink[];
}

/** A span as a panel shows it. Without `links` its source is still being looked for. */
export function detailsOf(ref: RowRef, record: SpanRecord, links: FoundLinks = { sources: [], frames: [] }): SpanDetails {
  return { ref, ...shorten(record), ...links };
}
