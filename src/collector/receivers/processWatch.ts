import process from 'node:process';

const lookMs = 500;

/** Calls back once a process of this machine is gone; soon when there is none with this id. */
export function whenGone(pid: number, tell: () => void): void {
  const timer = setInterval(() => {
    if (isThere(pid)) return;
    clearInterval(timer);
    tell();
  }, lookMs);
  timer.unref();
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // A process of somebody else's cannot be sent anything, but is there.
    return (error as { readonly code?: unknown }).code === 'EPERM';
  }
}
