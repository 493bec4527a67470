/** What a link leads to; ids are lowercase hex, the trace's of 32 digits, the span's of 16. */
export interface LinkTarget {
  readonly traceId: string;
  readonly spanId?: string;
}

const authority = 'spanscope.spanscope';
const pathForm = /^\/trace\/([0-9a-f]{32})(?:\/span\/([0-9a-f]{16}))?$/i;
/** The editor adds the window that is to be used. */
const queryForm = /^(?:windowId=(?:_blank|\d{1,9}))?$/;
const noId = /^0+$/;

/** Reads a link; undefined when it is anything but the ids of a trace and of one of its spans. */
export function readTraceLink({ path, query, fragment }: { readonly path: string; readonly query: string; readonly fragment: string }): LinkTarget | undefined {
  if (fragment !== '' || !queryForm.test(query)) return undefined;
  const [, traceId, spanId] = pathForm.exec(path) ?? [];
  if (traceId === undefined || noId.test(traceId) || (spanId !== undefined && noId.test(spanId))) return undefined;
  return { traceId: traceId.toLowerCase(), ...(spanId === undefined ? {} : { spanId: spanId.toLowerCase() }) };
}

/** The link to a trace or span in an editor whose links begin with `scheme`; undefined when the ids are not of OpenTelemetry's form. */
export function traceLinkTo({ traceId, spanId }: LinkTarget, scheme: string): string | undefined {
  const path = spanId === undefined ? `/trace/${traceId}` : `/trace/${traceId}/span/${spanId}`;
  return readTraceLink({ path, query: '', fragment: '' }) === undefined ? undefined : `${scheme}://${authority}${path}`;
}
