import { decodeWhole } from './format.ts';
import { encodeWhole } from './format.ts';
import type { Format, Sniff } from './format.ts';
import { jsonKeys } from './jsonKeys.ts';
import { inOrder } from './spanLanes.ts';
import { SpeedscopeDecoder } from './speedscopeDecode.ts';
import { speedscopeEncoder } from './speedscopeEncode.ts';

/**
 * Profiles of speedscope (speedscope.app/file-format-schema.json): `{shared: {frames}, profiles}`, evented ones as they are,
 * of sampled ones what samples that follow one another have in common. Each profile is a trace, its name the service, a
 * frame a span with the place of its code. Times count from anywhere; of profiles of bytes or of nothing, one unit is shown as 1 ns.
 *
 * `encode` makes profiles in which spans nest, one a service of a trace, and more where spans overlap. It cannot hold ids, open spans,
 * which end with the last one, and anything but names, times and places in code.
 */
export const speedscope: Format = {
  id: 'speedscope',
  label: 'speedscope profile',
  pieces: 'values',
  opens: new Map([['profiles', { inner: new Map([['events', { items: [['type', 'frame', 'at']] }]]), items: [['type', 'unit'], ['name', 'unit']] }]]),
  extension: '.speedscope.json',
  losses: ['open', 'ids', 'kind', 'status', 'attributes', 'types', 'events', 'eventAttributes', 'links', 'logs', 'scope', 'resource', 'traceState', 'dropped', 'marks'],
  sniff(head): Sniff {
    const keys = jsonKeys(head), names = new TextDecoder().decode(head.subarray(0, 1024)).includes('speedscope');
    const isProfile = (keys.has('shared') && (keys.has('shared/frames') || keys.has('profiles'))) || (keys.has('profiles') && names && !keys.has('traceEvents'));
    return isProfile ? { score: 0.9, reason: 'has "profiles" of speedscope' } : { score: 0, reason: 'has no "shared.frames" and "profiles"' };
  },
  decode(bytes, batch, options): void { decodeWhole(new SpeedscopeDecoder(batch, options), bytes, options.offset); },
  open: (batch, options) => new SpeedscopeDecoder(batch, options),
  encoder: speedscopeEncoder,
  encode: (spans) => encodeWhole(speedscopeEncoder, inOrder(spans)),
};
