import { carrierGet, carrierSet } from './carrier.ts';
import type { Carrier } from './carrier.ts';
import type { SpanContext } from './records.ts';

const idPattern = /^[0-9a-f]+$/;

/** The single header `b3: traceId-spanId-sampled`. */
export function injectB3Single(context: SpanContext, carrier: Carrier): void {
  carrierSet(carrier, 'b3', `${context.traceId}-${context.spanId}-${sampledText(context)}`);
}

/** The `X-B3-…` headers. */
export function injectB3Multi(context: SpanContext, carrier: Carrier): void {
  carrierSet(carrier, 'x-b3-traceid', context.traceId);
  carrierSet(carrier, 'x-b3-spanid', context.spanId);
  carrierSet(carrier, 'x-b3-sampled', sampledText(context));
}

/** Either form; 64-bit trace ids are filled up with zeros to the size of W3C. */
export function extractB3(carrier: Carrier): SpanContext | undefined {
  const single = carrierGet(carrier, 'b3');
  if (single !== undefined) {
    const [traceId, spanId, sampled] = single.trim().split('-', 4);
    return contextOf(traceId, spanId, sampled);
  }
  const sampled = carrierGet(carrier, 'x-b3-flags')?.trim() === '1' ? 'd' : carrierGet(carrier, 'x-b3-sampled');
  return contextOf(carrierGet(carrier, 'x-b3-traceid'), carrierGet(carrier, 'x-b3-spanid'), sampled);
}

function contextOf(traceId: string | undefined, spanId: string | undefined, sampled: string | undefined): SpanContext | undefined {
  const trace = validId(traceId, [16, 32]);
  const span = validId(spanId, [16]);
  if (trace === undefined || span === undefined) return undefined;
  const denied = /^(0|false)$/i.test(sampled?.trim() ?? '');
  return { traceId: trace.padStart(32, '0'), spanId: span, flags: denied ? 0 : 1 };
}

function validId(text: string | undefined, lengths: readonly number[]): string | undefined {
  const id = text?.trim().toLowerCase() ?? '';
  return lengths.includes(id.length) && idPattern.test(id) && /[^0]/.test(id) ? id : undefined;
}

function sampledText(context: SpanContext): string {
  return (context.flags & 1) === 1 ? '1' : '0';
}
