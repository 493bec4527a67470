import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { afterNextPicture, onceAFrame } from '../../../../webview/state/frames.ts';

const page = { hidden: false };
let waiting: (() => void)[] = [];
const nextFrame = (): void => { for (const run of waiting.splice(0)) run(); };

beforeEach(() => {
  vi.useFakeTimers();
  page.hidden = false;
  waiting = [];
  vi.stubGlobal('document', page);
  vi.stubGlobal('requestAnimationFrame', (run: () => void) => waiting.push(run));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('work once a frame', () => {
  it('runs before the next picture is drawn', () => {
    const order: string[] = [];
    onceAFrame()(() => {
      order.push('work');
      requestAnimationFrame(() => order.push('picture'));
    });
    vi.advanceTimersByTime(1);
    nextFrame();
    expect(order).toEqual(['work', 'picture']);
  });

  it('runs no second time before that picture', () => {
    const order: string[] = [], frame = onceAFrame();
    frame(() => order.push('first'));
    vi.advanceTimersByTime(1);
    frame(() => order.push('second'));
    vi.advanceTimersByTime(1);
    expect(order).toEqual(['first']);
    nextFrame();
    expect(order).toEqual(['first', 'second']);
  });

  it('does not wait for pictures of a page that is hidden', () => {
    page.hidden = true;
    const order: string[] = [], frame = onceAFrame();
    frame(() => order.push('first'));
    frame(() => order.push('second'));
    vi.advanceTimersByTime(0);
    expect(order).toEqual(['first', 'second']);
  });
});

describe('work after a picture', () => {
  it('leaves the next picture to those who draw it', () => {
    const order: string[] = [];
    afterNextPicture(() => order.push('work'));
    requestAnimationFrame(() => order.push('picture'));
    vi.advanceTimersByTime(1);
    nextFrame();
    vi.advanceTimersByTime(1);
    expect(order).toEqual(['picture', 'work']);
  });
});
