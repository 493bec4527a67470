import type { StackFrame } from './stackFrames.ts';

/** How the programs of a debugger get from our hook back to the user's code. */
export interface UserSteps {
  /** Types of the debug sessions that have threads. */
  readonly types: readonly string[];
  /**
   * The next step out of the hook, by the frames of the thread, the top one first; undefined when it stands well.
   * `isStep`: the user came there by a step, so the program is to go on. `isUnderway`: it has gone on from the hook so.
   */
  next(frames: readonly StackFrame[], isStep: boolean, isUnderway: boolean): 'stepOut' | 'stepIn' | 'next' | undefined;
}
