import { decodeWhole, encodeWhole } from './format.ts';
import type { Format, Sniff } from './format.ts';
import { jsonKeys } from './jsonKeys.ts';
import { ZipkinDecoder } from './zipkinDecode.ts';
import { zipkinEncoder } from './zipkinEncode.ts';

/**
 * Zipkin's JSON (zipkin.io, "Zipkin API", version 2; version 1 is read too). Strict: a list of spans, ids of 16 or, for
 * traces, 32 hex digits. Lenient: also a single span, lists of lists, lines, ids of any text.
 *
 * Reports of the same span are merged. The server's half of a span that client and server share becomes a child of the
 * client's half with the id `<id>:server`; in a file it waits for that. A trace that is first known by half of its id, and later by all
 * of it, stays two where the file is read in pieces.
 */
export const zipkin: Format = {
  id: 'zipkin-json',
  label: 'Zipkin JSON',
  pieces: 'values',
  records: [['traceId', 'id', 'name'], ['traceId', 'id', 'timestamp'], ['traceId', 'id', 'localEndpoint']],
  extension: '.zipkin.json',
  losses: ['nanoseconds', 'ids', 'kind', 'types', 'eventAttributes', 'links', 'logs', 'scope', 'resource', 'traceState', 'dropped', 'marks'],
  sniff(head): Sniff {
    const keys = jsonKeys(head);
    const isSpan = keys.has('traceId') && keys.has('id') && !keys.has('spanId');
    const telling = ['localEndpoint', 'binaryAnnotations', 'annotations', 'timestamp', 'duration', 'kind'].find((key) => keys.has(key));
    return isSpan && telling !== undefined
      ? { score: telling === 'localEndpoint' || telling === 'binaryAnnotations' ? 0.9 : 0.6, reason: `has "traceId", "id" and "${telling}"` }
      : { score: 0, reason: 'has no "traceId" and "id" beside "localEndpoint"' };
  },
  decode(bytes, batch, options): void { decodeWhole(new ZipkinDecoder(batch, options), bytes); },
  open: (batch, options) => new ZipkinDecoder(batch, options),
  encoder: zipkinEncoder,
  encode: (spans) => encodeWhole(zipkinEncoder, spans),
};
