// How long the extension takes to start: reading its code and `activate`, on the thread that it shares with all other
// extensions. Run: npm run bench:activation
import type { Workbench } from '../e2e/pages/workbench.ts';
import { main } from '../launcher/processes.ts';
import { openBenchWorkbench, until } from './support/benchWorkbench.ts';
import { Report } from './support/report.ts';

const repeats = 7;
const report = new Report('activation');

interface StartTimes { readonly loadMs: number; readonly activateMs: number }

const startTimes = (workbench: Workbench): Promise<StartTimes> => until('the start of the extension', async () => {
  const times = await workbench.probe.call('startTimes') as Partial<StartTimes>;
  return times.activateMs === undefined ? undefined : times as StartTimes;
});

/** Each reload is a new extension host, which reads and starts everything anew. */
async function measure(workbench: Workbench, name: string): Promise<void> {
  const all: StartTimes[] = [];
  for (let i = 0; i < repeats; i++) {
    await workbench.reload();
    all.push(await startTimes(workbench));
  }
  report.add({ case: name, figure: 'reading the code', unit: 'ms', values: all.map(({ loadMs }) => loadMs) });
  report.add({ case: name, figure: 'activate', unit: 'ms', values: all.map(({ activateMs }) => activateMs) });
  report.add({ case: name, figure: 'both', unit: 'ms', values: all.map(({ loadMs, activateMs }) => loadMs + activateMs), goal: 'S1' });
}

await main(async () => {
  const workbench = await openBenchWorkbench();
  try {
    await measure(workbench, 'a workspace that never used it');
    await workbench.probe.api('startReceiver');
    await measure(workbench, 'a workspace that has used it');
  } finally {
    await workbench.close();
  }
  report.end();
});
