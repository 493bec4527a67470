import type { Format, Sniff } from './format.ts';
import { jsonKeys } from './jsonKeys.ts';
import { decodeZipkin } from './zipkinDecode.ts';
import { encodeZipkin } from './zipkinEncode.ts';

/**
 * Zipkin's JSON (zipkin.io, "Zipkin API", version 2; version 1 is read too). Strict: a list of spans, ids of 16 or, for
 * traces, 32 hex digits. Lenient: also a single span, lists of lists, lines, ids of any text.
 *
 * Reports of the same span are merged. The server's half of a span that client and server share becomes a child of the
 * client's half with the id `<id>:server`.
 */
export const zipkin: Format = {
  id: 'zipkin-json',
  label: 'Zipkin JSON',
  pieces: 'whole',
  extension: '.zipkin.json',
  losses: ['nanoseconds', 'ids', 'types', 'eventAttributes', 'links', 'logs', 'scope', 'resource', 'traceState', 'dropped', 'marks'],
  sniff(head): Sniff {
    const keys = jsonKeys(head);
    const isSpan = keys.has('traceId') && keys.has('id') && !keys.has('spanId');
    const telling = ['localEndpoint', 'binaryAnnotations', 'annotations', 'timestamp', 'duration', 'kind'].find((key) => keys.has(key));
    return isSpan && telling !== undefined
      ? { score: telling === 'localEndpoint' || telling === 'binaryAnnotations' ? 0.9 : 0.6, reason: `has "traceId", "id" and "${telling}"` }
      : { score: 0, reason: 'has no "traceId" and "id" beside "localEndpoint"' };
  },
  decode: decodeZipkin,
  encode: encodeZipkin,
};
