import { extractB3, injectB3Multi, injectB3Single } from './b3.ts';
import { carrierGet, carrierSet } from './carrier.ts';
import type { Carrier } from './carrier.ts';
import type { SpanContext } from './records.ts';

export type PropagationFormat = 'w3c' | 'b3' | 'b3multi';

/** Limits of the W3C recommendations for `tracestate` and `baggage`. */
const maxTraceStateLength = 512;
const maxBaggageLength = 8192;
const maxBaggageEntries = 64;

const traceparentPattern = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const tokenPattern = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Writes a context into the headers or properties of a message. */
export function injectContext(context: SpanContext, carrier: Carrier, formats: readonly PropagationFormat[]): void {
  for (const format of formats) {
    if (format === 'b3') injectB3Single(context, carrier);
    else if (format === 'b3multi') injectB3Multi(context, carrier);
    else injectTraceContext(context, carrier);
  }
  const baggage = formatBaggage(context.baggage ?? new Map());
  if (baggage !== '') carrierSet(carrier, 'baggage', baggage);
}

/** Reads what `injectContext` writes, in whichever format is there; undefined when nothing valid is. */
export function extractContext(carrier: Carrier): SpanContext | undefined {
  const parent = extractTraceContext(carrier) ?? extractB3(carrier);
  if (parent === undefined) return undefined;
  const baggage = parseBaggage(carrierGet(carrier, 'baggage') ?? '');
  return baggage.size > 0 ? { ...parent, baggage } : parent;
}

function injectTraceContext(context: SpanContext, carrier: Carrier): void {
  const flags = (context.flags & 0xff).toString(16).padStart(2, '0');
  carrierSet(carrier, 'traceparent', `00-${context.traceId}-${context.spanId}-${flags}`);
  if (context.traceState !== undefined) carrierSet(carrier, 'tracestate', context.traceState);
}

function extractTraceContext(carrier: Carrier): SpanContext | undefined {
  const match = traceparentPattern.exec(carrierGet(carrier, 'traceparent')?.trim() ?? '');
  const [, version, traceId = '', spanId = '', flags = '', rest] = match ?? [];
  if (version === undefined || version === 'ff' || (version === '00' && rest !== undefined)) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  const traceState = carrierGet(carrier, 'tracestate')?.trim() ?? '';
  const context = { traceId, spanId, flags: Number.parseInt(flags, 16) };
  return isTraceState(traceState) ? { ...context, traceState } : context;
}

function isTraceState(text: string): boolean {
  return text !== '' && text.length <= maxTraceStateLength && /^[\x20-\x7e]+$/.test(text) && text.includes('=');
}

/** `key=value` pairs of W3C baggage; entries that do not fit or are not valid are left out. */
export function formatBaggage(baggage: ReadonlyMap<string, string>): string {
  const entries: string[] = [];
  let length = 0;
  for (const [key, value] of baggage) {
    const entry = `${key}=${encode(value)}`;
    if (!tokenPattern.test(key) || entries.length >= maxBaggageEntries || length + entry.length + 1 > maxBaggageLength) continue;
    entries.push(entry);
    length += entry.length + 1;
  }
  return entries.join(',');
}

export function parseBaggage(text: string): Map<string, string> {
  const baggage = new Map<string, string>();
  for (const entry of text.slice(0, maxBaggageLength).split(',', maxBaggageEntries)) {
    const equals = entry.indexOf('=');
    const key = entry.slice(0, Math.max(0, equals)).trim();
    if (!tokenPattern.test(key)) continue;
    const [value = ''] = entry.slice(equals + 1).split(';', 1);
    baggage.set(key, decode(value.trim()));
  }
  return baggage;
}

function encode(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    // A lone surrogate has no UTF-8 form.
    return encodeURIComponent(text.replace(/[\ud800-\udfff]/g, '\ufffd'));
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
