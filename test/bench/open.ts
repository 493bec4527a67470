// Opening a stored trace in the real workbench: from the press on its row in the Traces view to the first picture of it.
// Cold is after a restart of the whole editor, so that everything comes from the disk, where the traces have been for a
// few seconds. Run: npm run bench:open
import type { Endpoints } from '../../src/protocol/collector.ts';
import type { Workbench } from '../e2e/pages/workbench.ts';
import { main } from '../launcher/processes.ts';
import { closePanels, openBenchWorkbench, placeOfLane, stored } from './support/benchWorkbench.ts';
import type { GoalId } from './support/goals.ts';
import { watchPaint } from './support/pageWatch.ts';
import type { PaintTimes } from './support/pageWatch.ts';
import { Report } from './support/report.ts';
import { OtlpSender, traceOf } from './support/requests.ts';

const repeats = 3;
const sizes: readonly { readonly spans: number; readonly goal: GoalId }[] = [{ spans: 10_000, goal: 'open10k' }, { spans: 100_000, goal: 'open100k' }];
const report = new Report('open');

interface Opening extends PaintTimes { readonly pressed: number }

/** Hears from the pages when what happened. */
class Pages {
  #pressed = 0;
  #painted = Promise.withResolvers<PaintTimes>();

  static async watch(workbench: Workbench): Promise<Pages> {
    const pages = new Pages(), context = workbench.page.context();
    await context.exposeFunction('reportPress', (unixMs: number) => { pages.#pressed = unixMs; });
    await context.exposeFunction('reportPaint', (times: PaintTimes) => { pages.#painted.resolve(times); });
    await context.addInitScript(watchPaint, placeOfLane(0));
    return pages;
  }

  /** Does what opens a panel; gives when it was asked for and when it was painted. */
  async opening(open: () => Promise<unknown>): Promise<Opening> {
    this.#painted = Promise.withResolvers();
    this.#pressed = performance.timeOrigin + performance.now();
    await open();
    return { ...await this.#painted.promise, pressed: this.#pressed };
  }
}

/** Presses the row of a trace, newest first. */
async function pressTrace(workbench: Workbench, index: number): Promise<void> {
  const rows = workbench.traces.tree.locator('[role=treeitem][aria-level="2"]');
  await rows.nth(sizes.length - 1).waitFor();
  // The list settles: rows that move away under the pointer would be missed.
  await workbench.page.waitForTimeout(500);
  await rows.nth(index).click();
}

/** A page of another extension that needs no data: what the editor itself takes. It has no row to press. */
const openEmptyPage = (workbench: Workbench): Promise<unknown> => workbench.probe.call('openEmptyPage', placeOfLane(0));

interface Case { readonly name: string; readonly goal?: GoalId; readonly open: (workbench: Workbench) => Promise<unknown> }

const cases: readonly Case[] = [
  ...sizes.map(({ spans, goal }, i) => ({ name: `${spans.toLocaleString('en-GB')} spans`, goal, open: (workbench: Workbench) => pressTrace(workbench, sizes.length - 1 - i) })),
  { name: 'an empty page of another extension', open: openEmptyPage },
];
const conditions = ['cold, first page of the window', 'warm, again'] as const;

function tell(name: string, openings: readonly Opening[], goal: GoalId | undefined): void {
  const add = (figure: string, end: (opening: Opening) => number | undefined, decides?: GoalId): void => {
    const values = openings.flatMap((opening) => { const at = end(opening); return at === undefined ? [] : [at - opening.pressed]; });
    if (values.length > 0) report.add({ case: name, figure, unit: 'ms', values, ...(decides === undefined ? {} : { goal: decides }) });
  };
  add('click to document', ({ document }) => document);
  add('click to script', ({ script }) => script);
  add('click to first rows', ({ firstRows }) => firstRows);
  add('click to first paint', ({ firstPaint }) => firstPaint, goal);
  add('click to all painted', ({ allPainted }) => allPainted);
}

/** Time in which the editor writes down what is open, and the extension what it keeps of traces that grow no more. */
const savedWithinMs = 6000;

/** Restarts the editor with the views open and no panel, also none that it remembers from before. */
async function restart(workbench: Workbench): Promise<void> {
  for (;;) {
    await workbench.restart();
    await workbench.openSideBar();
    await workbench.page.waitForTimeout(1000);
    if ((await workbench.page.locator('iframe.webview').count()) === 0) return;
    await closePanels(workbench);
    await workbench.page.waitForTimeout(savedWithinMs);
  }
}

async function store(workbench: Workbench): Promise<void> {
  const { http = '' } = await workbench.probe.api<Endpoints>('startReceiver'), sender = new OtlpSender(http);
  for (const [i, { spans }] of sizes.entries()) {
    const { traceId, bodies } = traceOf(spans, i + 1);
    await sender.sendAll(bodies);
    await stored(workbench, traceId, spans);
  }
  sender.close();
}

await main(async () => {
  const workbench = await openBenchWorkbench();
  const openings = new Map<string, Opening[]>();
  try {
    await store(workbench);
    await workbench.page.waitForTimeout(savedWithinMs);
    const pages = await Pages.watch(workbench);
    for (let i = 0; i < repeats; i++) {
      for (const { name, open } of i % 2 === 0 ? cases : cases.toReversed()) {
        await restart(workbench);
        for (const condition of conditions) {
          const key = `${name}, ${condition}`, opening = await pages.opening(() => open(workbench));
          openings.set(key, [...openings.get(key) ?? [], opening]);
          await closePanels(workbench);
        }
      }
    }
  } finally {
    await workbench.close();
  }
  for (const { name, goal } of cases) for (const condition of conditions) tell(`${name}, ${condition}`, openings.get(`${name}, ${condition}`) ?? [], goal);
  report.end();
});
