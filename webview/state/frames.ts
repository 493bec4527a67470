import type { NextFrame } from './panel.ts';

/**
 * Runs work at once, so that what it changes is in the next picture, and no more than once between two pictures: what
 * comes meanwhile runs with the next frame.
 */
export function onceAFrame(): NextFrame {
  let isTaken = false;
  return (run) => {
    // A hidden page draws no frames, but its host waits for it all the same.
    if (document.hidden) {
      setTimeout(run, 0);
    } else if (isTaken) {
      requestAnimationFrame(run);
    } else {
      isTaken = true;
      // Messages that were sent together are there together.
      setTimeout(run, 0);
      requestAnimationFrame(() => { isTaken = false; });
    }
  };
}

/** Runs work once the next picture has been drawn, which effects of components do not wait for. The result takes it back. */
export function afterNextPicture(run: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const frame = requestAnimationFrame(() => { timer = setTimeout(run, 0); });
  return () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
}
