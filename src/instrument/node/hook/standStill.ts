/** Nothing takes some microseconds; a debugger that stands here has to hear of it and to answer. */
const leastStopMs = 0.1;

let stood = 0, isHere = false, isAlone = false;

/** For how many milliseconds the program stood here so far, which is no time that its runs took. */
export const stoodMs = (): number => stood;

/** Whether nobody stopped the program the last time: Node does not say whether a debugger that may come has come. */
export const isUnattended = (): boolean => isAlone;

/** Whether this is called by a debugger that stands here. */
export const isStanding = (): boolean => isHere;

/** Where the debugger stops. What called the function that calls this one made the span. */
export function standStill(): void {
  const began = performance.now();
  isHere = true;
  // oxlint-disable-next-line no-debugger -- this is what it is for; without a debugger it does nothing
  debugger;
  const ms = performance.now() - began;
  isHere = false;
  isAlone = ms < leastStopMs;
  stood += ms;
}
