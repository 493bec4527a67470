import type { DecodeLimits } from './format.ts';

/** How many bytes of a status message are kept. */
export const maxStatusMessageBytes = 64 * 1024;

/** Bounds of one request from the network. */
export const requestLimits: DecodeLimits = {
  maxElements: 500_000,
  maxSpans: 50_000,
  maxDepth: 64,
  maxNameBytes: 1024,
  maxKeyBytes: 1024,
  maxValueBytes: 4 * 1024 * 1024,
  maxItemsPerSpan: 1024,
  maxArrayItems: 10_000,
};

/** Bounds of a file of up to 256 MiB: the same for a span, and so many spans as fit into such a file when they are not made to harm. */
export const fileLimits: DecodeLimits = { ...requestLimits, maxElements: 32_000_000, maxSpans: 4_000_000 };
