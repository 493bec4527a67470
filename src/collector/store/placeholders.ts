/** What is known of a span that has not been received itself. */
export interface Placeholder {
  /** Rows that name it as their parent. */
  readonly children: number[];
  /** Which fields updates have set already (bits of `present`). */
  said: number;
  /** Whether an update or an end came for it, so that more than its id is known. */
  endHigh: number;
  endLow: number;
  /** Whether its columns hold a time. */
  hasTime: boolean;
}

export const newPlaceholder = (): Placeholder => ({ children: [], said: 0, endHigh: 0, endLow: 0, hasTime: false });
