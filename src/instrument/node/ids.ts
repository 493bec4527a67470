import { randomFillSync } from 'node:crypto';

const pool = Buffer.allocUnsafe(4096);
let used = pool.length;

/** Random bytes as lower-case hex, never all zero (which W3C trace context forbids). */
function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const text = pool.toString('hex', used, used + bytes);
  used += bytes;
  return /[^0]/.test(text) ? text : randomHex(bytes);
}

/** A new W3C trace id: 32 hex digits. */
export function newTraceId(): string {
  return randomHex(16);
}

/** A new W3C span id: 16 hex digits. */
export function newSpanId(): string {
  return randomHex(8);
}
