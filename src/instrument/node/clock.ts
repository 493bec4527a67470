import { performance } from 'node:perf_hooks';
import { hrtime } from 'node:process';

const toleratedDriftMs = 50;

/** What to add to the monotonic clock to get nanoseconds since 1970. */
let offset = originOffset();

function originOffset(): bigint {
  const wallMs = performance.timeOrigin + performance.now();
  return BigInt(Math.round(wallMs * 1000)) * 1000n - hrtime.bigint();
}

/** Nanoseconds since 1970, steadily growing, with the resolution of the monotonic clock. */
export function nowUnixNano(): bigint {
  return hrtime.bigint() + offset;
}

/** Follows the wall clock again when it has moved away from the monotonic one (sleep, clock set by hand). */
export function followWallClock(): void {
  const drift = Date.now() - Number(nowUnixNano() / 1_000_000n);
  if (Math.abs(drift) > toleratedDriftMs) offset += BigInt(drift) * 1_000_000n;
}
