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

/**
 * Bounds of one piece of a file: the same for a span, and as many of them as fit into what is held of a file at once
 * (`mostHeldOfFile`) when it is not made to harm.
 */
export const fileLimits: DecodeLimits = { ...requestLimits, maxElements: 200_000_000, maxSpans: 20_000_000 };

/** The most that is held at once of the text of a file. */
export const mostHeldOfFile = 1024 * 1024 * 1024;
