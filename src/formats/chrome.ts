import { ChromeDecoder } from './chromeDecode.ts';
import { chromeEncoder } from './chromeEncode.ts';
import { decodeWhole, encodeWhole } from './format.ts';
import type { Format, ItemKeys, Sniff } from './format.ts';
import { jsonKeys } from './jsonKeys.ts';
import { inOrder } from './spanLanes.ts';

const eventKeys: ItemKeys = [['ph', 'ts'], ['ph', 'name', 'pid']];

/**
 * Trace events of Chrome and of everything that its viewers open ("Trace Event Format"): a list that may never be closed, or
 * `{traceEvents}`; slices as X, B and E, and asynchronous ones as b and e (older S and F), instants as events of the slice around
 * them, flows as links. Counters, samples and other events are counted. There are no ids: a file is one trace, a slice has
 * its number as id, and lies below the one around it on its thread. Times count from anywhere, often from the start of
 * the machine, unless `baseTimeNanoseconds` gives them a date, as PyTorch's profiler does it.
 *
 * `encode` makes one process of a service, and as many threads of a trace as are needed for its spans to nest; what other
 * programs have no place for stands in `span`: ids, kind, status and links. It cannot hold scopes, resources but for the
 * service, logs, and bytes as such.
 */
export const chrome: Format = {
  id: 'chrome-trace',
  label: 'Chrome trace events',
  pieces: 'values',
  isOpenEnded: true,
  opens: new Map([['traceEvents', { items: eventKeys }]]),
  records: eventKeys,
  extension: '.trace.json',
  losses: ['types', 'logs', 'scope', 'resource', 'traceState', 'dropped', 'marks'],
  sniff(head): Sniff {
    const keys = jsonKeys(head);
    if (keys.has('traceEvents')) return { score: 0.95, reason: 'has "traceEvents"' };
    // The metadata of a recording may be longer than what is looked at.
    if (keys.has('metadata') && /"(?:dataOrigin|source)"\s*:\s*"(?:TraceEvents|DevTools)"/.test(new TextDecoder().decode(head.subarray(0, 4096)))) return { score: 0.7, reason: 'has the metadata of a recording of Chrome' };
    return keys.has('ph') && (keys.has('ts') || keys.has('pid')) ? { score: 0.9, reason: 'has events with "ph" and "ts"' } : { score: 0, reason: 'has no "traceEvents" and no events with "ph" and "ts"' };
  },
  decode(bytes, batch, options): void { decodeWhole(new ChromeDecoder(batch, options), bytes); },
  open: (batch, options) => new ChromeDecoder(batch, options),
  encoder: chromeEncoder,
  encode: (spans) => encodeWhole(chromeEncoder, inOrder(spans)),
};
