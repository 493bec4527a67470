import { describe, expect, it } from 'vitest';
import { counted } from '../../../../webview/components/numbers.ts';

describe('a number with its word', () => {
  it('is one span, and else so many spans', () => {
    expect([0, 1, 2, 1280].map((count) => counted(count, 'span'))).toEqual(['0 spans', '1 span', '2 spans', '1,280 spans']);
  });
});
