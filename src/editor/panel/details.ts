import type { SpanRecord } from '../../model/records.ts';
import type { RowRef, SpanDetails } from '../../protocol/panel.ts';
import type { SourceLinks } from '../code/sourceService.ts';
import { shorten } from '../../protocol/shorten.ts';

/** A span as a panel shows it. Without `links` its source is still being looked for. */
export function detailsOf(ref: RowRef, record: SpanRecord, links: SourceLinks = { sources: [], frames: [] }): SpanDetails {
  return { ref, ...shorten(record), ...links };
}
