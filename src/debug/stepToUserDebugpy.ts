import { isHookFrame } from './stackFrames.ts';
import type { UserSteps } from './userSteps.ts';

/**
 * debugpy. Our hook lets it stand in the user's frame and keeps its own frames out of sight; where it has not, because the
 * program was not started from here, somebody who steps through libraries comes through the hook.
 */
export const debugpySteps: UserSteps = {
  types: ['debugpy', 'python'],
  next: ([top]) => (top !== undefined && isHookFrame(top) ? 'stepOut' : undefined),
};
