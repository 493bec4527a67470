const mebibyte = 1024 * 1024;
/** Traces that are packed well take a fiftieth; what is made to harm takes a thousandth and less. */
const mostRatio = 200;
/** So much may come of any file, whatever the ratio. */
export const freeBytes = 256 * mebibyte;
const mostBytes = 16 * 1024 * mebibyte;

/** A packed file becomes larger than any trace file would. */
export class UnpackedTooLargeError extends Error {
  constructor(limit: number) {
    super(`no more than ${Math.floor(limit / mebibyte)} MiB are unpacked of a file of this size`);
    this.name = 'UnpackedTooLargeError';
  }
}

/** How much may be unpacked of one file, all its members and levels together. */
export class UnpackBudget {
  private left: number;
  private readonly limit: number;

  constructor(packedBytes: number, free: number) {
    this.limit = this.left = Math.min(mostBytes, Math.max(free, packedBytes * mostRatio));
  }

  /** Takes so many bytes of it. Throws UnpackedTooLargeError when they are not there. */
  take(bytes: number): void {
    this.left -= bytes;
    if (this.left < 0) throw new UnpackedTooLargeError(this.limit);
  }
}
