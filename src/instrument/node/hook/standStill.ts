/** Where the debugger stops. What called the function that calls this one made the span. */
export function standStill(): void {
  // oxlint-disable-next-line no-debugger -- this is what it is for; without a debugger it does nothing
  debugger;
}
