/**
 * How a trace is named between the parts of the program. Traces of opened files stand beside received ones and may have
 * the same ids, so the key of such a trace is `file:<source>/<trace id>`; that of a received trace is its id alone. Trace
 * ids are any text: one that looks like a key itself gets the prefix with an empty source.
 */
export const receivedSource = '';

const prefix = 'file:';

export interface TraceName {
  /** The opened file that the trace is from; `receivedSource` when it was received or is stored. */
  readonly source: string;
  /** The id as its writer knows it: what people see, copy and export. */
  readonly traceId: string;
}

/** The key of a trace. A source has no "/". */
export function traceKeyOf(source: string, traceId: string): string {
  return source === receivedSource && !traceId.startsWith(prefix) ? traceId : `${prefix}${source}/${traceId}`;
}

/** What a key names. Any text is a key. */
export function traceNameOf(key: string): TraceName {
  const slash = key.startsWith(prefix) ? key.indexOf('/', prefix.length) : -1;
  if (slash < 0) return { source: receivedSource, traceId: key };
  return { source: key.slice(prefix.length, slash), traceId: key.slice(slash + 1) };
}

/** The key of another trace as one that stands beside the first, such as the target of a link, has it. */
export function keyBeside(key: string, traceId: string): string { return traceKeyOf(traceNameOf(key).source, traceId); }
