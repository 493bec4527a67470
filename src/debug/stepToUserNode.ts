import { isHookFrame, isUserFrame } from './stackFrames.ts';
import type { UserSteps } from './userSteps.ts';

/** The hook's own function, and the one that it put around a method: below them stands what made the span. */
const hookFrames = 2;

/**
 * js-debug. A package that called the hook is not left as well: it would first do its work, such as everything inside
 * `startActiveSpan`, so the program stays where it is and the editor shows the user's frame.
 */
export const nodeSteps: UserSteps = {
  types: ['pwa-node', 'node', 'pwa-extensionHost', 'node-terminal'],
  next(frames, isStep) {
    const own = frames.findIndex((frame) => !isHookFrame(frame));
    const caller = frames[own];
    if (own <= 0 || caller === undefined) return undefined;
    if (own <= hookFrames && isUserFrame(caller)) return 'stepOut';
    // Stepping in passes over files that the user has told the debugger to skip, up to the work that the span is for.
    return isStep ? own === 1 ? 'stepIn' : 'stepOut' : undefined;
  },
};
