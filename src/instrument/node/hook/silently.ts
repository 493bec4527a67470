/** Runs something of ours inside the program: a fault there must never become a fault of the program. */
export function silently(work: () => void): void {
  try {
    work();
  } catch {
    // Nobody to tell: the program's output is not ours to write to.
  }
}
