import { isHookFrame, isKitFrame, isUserFrame } from './stackFrames.ts';
import type { UserSteps } from './userSteps.ts';

/** The hook's own function, and the one that it put around a method: below them stands what called the method. */
const hookFrames = 2;

/**
 * js-debug. A program stays in the hook, whose frames the user does not see: out of it, it would stand at the next line,
 * and a package would have done its work, such as everything inside `startActiveSpan`. With the user's next step it
 * leaves the hook, and the same when the user comes through the hook by steps. The agent kit is left as well: its call is
 * the user's line.
 */
export const nodeSteps: UserSteps = {
  types: ['pwa-node', 'node', 'pwa-extensionHost', 'node-terminal'],
  next(frames, isStep, isUnderway) {
    const own = frames.findIndex((frame) => !isHookFrame(frame));
    const caller = frames[own];
    if (!isStep || caller === undefined) return undefined;
    if (isKitFrame(caller) && (own > 0 || isUnderway)) return 'stepOut';
    if (own <= 0) return undefined;
    if (own <= hookFrames && isUserFrame(caller)) return 'stepOut';
    // Stepping in passes over files that the user has told the debugger to skip, up to the work that the span is for.
    return own === 1 ? 'stepIn' : 'stepOut';
  },
};
