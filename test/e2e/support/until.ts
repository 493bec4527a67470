import { setTimeout as delay } from 'node:timers/promises';

const patienceMs = 15_000, pauseMs = 50;

/** Asks again and again until the answer is as wanted, and gives it; for page objects, which are also used outside of tests. */
export async function until<T>(what: string, ask: () => Promise<T>, isWanted: (answer: T) => boolean, everyMs = pauseMs): Promise<T> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const answer = await ask();
    if (isWanted(answer)) return answer;
    if (performance.now() > end) throw new Error(`Waited in vain until ${what}; it was ${JSON.stringify(answer)}.`);
    await delay(everyMs);
  }
}
