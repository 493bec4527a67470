import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SpanRecord, TraceSummary } from '../../../src/model/records.ts';
import { root } from '../../launcher/paths.ts';
import { onPath, start, stop } from '../../launcher/processes.ts';
import { useWorkbench } from '../support/useWorkbench.ts';

const python = onPath('python3', 'python');

describe('the run of the demo agent', () => {
  const workbench = useWorkbench({ env: { SPANSCOPE_DEMO_SPEED: '1' } });
  const summary = async (): Promise<TraceSummary | undefined> => (await workbench().probe.api<TraceSummary[]>('listTraces'))[0];
  const rowCount = async (): Promise<number> => Number(await workbench().panel().table.getAttribute('aria-rowcount'));

  it('is shown while it runs: as a running trace, in a panel that opens by itself, with spans that have not ended', async () => {
    await workbench().openSideBar();
    await workbench().run('Spanscope: Run the Demo Agent');
    await workbench().traces.rows(/planner, running/).waitFor();
    await expect.poll(() => workbench().traces.texts()).toContainEqual(expect.stringMatching(/Running/));
    await workbench().panel().summary.getByText('running').waitFor();
    await workbench().panel().rows('planner').getByLabel('running').first().waitFor();
    await expect.poll(() => workbench().statusBarItem.innerText()).toContain('1 running');
    expect((await summary())?.openCount).toBeGreaterThan(0);
  });

  it('grows row by row until it ends', async () => {
    const counts = new Set<number>();
    await expect.poll(async () => {
      counts.add(await rowCount());
      return (await summary())?.openCount;
    }, { timeout: 45_000, interval: 200 }).toBe(0);
    await expect.poll(rowCount).toBe((await summary())?.spanCount);
    counts.add(await rowCount());
    const grown = [...counts];
    expect(grown).toEqual(grown.toSorted((a, b) => a - b));
    expect(grown.length, grown.join(', ')).toBeGreaterThan(4);
    await expect.poll(() => workbench().panel().summary.getByText('running').count()).toBe(0);
    await workbench().traces.rows(/planner, failed/).waitFor();
    await expect.poll(() => workbench().statusBarItem.innerText()).not.toContain('running');
  });

  it('is one trace of two agents, with the hand-over in it', async () => {
    const traces = await workbench().probe.api<TraceSummary[]>('listTraces');
    expect(traces).toHaveLength(1);
    expect([...traces[0]?.services ?? []].toSorted()).toEqual(['planner', 'researcher']);
    const spans = await workbench().probe.api<SpanRecord[]>('getTrace', traces[0]?.traceId);
    const receive = spans.find(({ name }) => name === 'receive research.request');
    const send = spans.find(({ name }) => name === 'send research.request');
    expect([send?.service, receive?.service, receive?.parentSpanId]).toEqual(['planner', 'researcher', send?.spanId]);
    expect([traces[0]?.rootCount, traces[0]?.orphanCount]).toEqual([1, 0]);
  });

  it('marks the tools that failed, and counts their retries', async () => {
    await workbench().panel().summary.getByText('2', { exact: true }).waitFor();
    await workbench().panel().press('0');
    await workbench().panel().press('e');
    await expect.poll(() => workbench().panel().selectedSpan.textContent()).toMatch(/^search_trains, tool, failed/);
    await workbench().panel().selectedRow.getByLabel('failed').waitFor();
    await workbench().panel().details.getByRole('region', { name: 'Error' }).getByText('429 Too Many Requests').first().waitFor();
    await workbench().panel().details.getByText(/attempt 1 of 2/).waitFor();
  });

  it.each([
    ['a double click on its row', 'embeddings mock-embed-1', async () => {
      await workbench().panel().rows('mock-embed-1').dblclick();
    }],
    ['Enter in the chart', 'action_selection', async () => {
      await workbench().spans.select(/action_selection/);
      await expect.poll(() => workbench().panel().selectedSpan.textContent()).toContain('action_selection');
      await workbench().panel().press('Enter');
    }],
    ['a click on the link in its details', 'agent.memoryOperation(', async () => {
      await workbench().spans.select(/^read, Memory/);
      await workbench().panel().details.getByText('Memory', { exact: true }).waitFor();
      await workbench().panel().details.getByRole('button', { name: /planner\.mjs:\d+/ }).click();
    }],
    ['Enter in the Spans view', 'agent.llmCall(largeModel', async () => {
      await workbench().spans.select(/mock-large/);
      await workbench().page.keyboard.press('Enter');
    }],
  ])('puts the cursor on the line that made a span by %s', async (_, line, open) => {
    await open();
    await expect.poll(async () => (await workbench().probe.cursor())?.text).toContain(line);
    const cursor = await workbench().probe.cursor();
    expect(path.basename(cursor?.file ?? '')).toMatch(/^(planner|worker)\.mjs$/);
    expect(cursor?.group, 'the code opens beside the panel, which stays in sight').toBe(2);
    await workbench().panel().chart.waitFor();
  });
});

describe('a run whose program is killed', () => {
  const workbench = useWorkbench();

  it('is over at its last sign of life, and marks what never ended', async () => {
    const { webSocket } = await workbench().probe.api<{ webSocket: string }>('startReceiver');
    await workbench().openSideBar();
    const agent = start(process.execPath, [path.join(root, 'dist/demo/planner.mjs')], { env: { ...process.env, SPANSCOPE_ENDPOINT: webSocket }, stdio: 'ignore' });
    await workbench().openTrace(/planner, running/);
    await workbench().panel().rows('iteration_1').first().waitFor();
    await stop(agent, 'SIGKILL');
    await workbench().traces.rows(/planner, ended/).waitFor();
    await workbench().panel().rows('planner').getByLabel('no end: the program or its record stopped first').first().waitFor();
    await expect.poll(() => workbench().panel().summary.innerText()).not.toContain('running');
    await expect.poll(() => workbench().statusBarItem.innerText()).not.toContain('running');
    await workbench().spans.rows(/^planner, Agent, no end/).waitFor();
  });
});

describe.skipIf(python === undefined)('the run of the agent in Python', () => {
  const workbench = useWorkbench();

  it('grows in a panel, and a span of it leads to its line', async () => {
    const { webSocket } = await workbench().probe.api<{ webSocket: string }>('startReceiver');
    await workbench().openSideBar();
    const program = path.join(root, 'dist/demo/agent.py');
    const agent = start(python as string, [program], { env: { ...process.env, SPANSCOPE_ENDPOINT: webSocket, SPANSCOPE_DEMO_SPEED: '0.7' }, stdio: 'ignore' });
    try {
      await workbench().openTrace(/planner, running/);
      await workbench().panel().summary.getByText('running').waitFor();
      await expect.poll(async () => (await workbench().probe.api<TraceSummary[]>('listTraces'))[0]?.openCount, { timeout: 30_000 }).toBe(0);
      await workbench().panel().rows('search_with_retry').first().dblclick();
      await expect.poll(async () => (await workbench().probe.cursor())?.text).toBe('@traced("search_with_retry")');
    } finally {
      await stop(agent);
    }
  });
});
