import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TracePanel } from '../pages/tracePanel.ts';
import { exampleRun } from '../support/exampleRun.ts';
import { sendRun, spanIdOf } from '../support/spans.ts';
import { useWorkbench } from '../support/useWorkbench.ts';

const earlierRun = [{ id: 'earlier', name: 'earlier question', attributes: { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'earlier' } }];

describe('the trace panel', () => {
  const workbench = useWorkbench();
  const panel = (): TracePanel => workbench().panel();
  const clipboard = (): Promise<unknown> => workbench().probe.call('readClipboard');
  let http = '', traceId = '';

  const selectedEverywhere = async (name: string): Promise<void> => {
    await expect.poll(() => panel().selectedSpan.textContent()).toMatch(new RegExp(`^${name}, `));
    await expect.poll(() => panel().selectedRow.locator('.name').textContent()).toBe(name);
    await expect.poll(() => panel().detailsTitle.textContent()).toBe(name);
    await expect.poll(() => workbench().spans.tree.locator('[aria-selected="true"]').getAttribute('aria-label')).toMatch(new RegExp(`^${name}, `));
  };
  const shown = async (): Promise<number> => {
    const [from, to] = await panel().visibleRange();
    return to - from;
  };

  it('opens from the Traces view with overview, chart, table and legend', async () => {
    ({ http } = await workbench().probe.api<{ http: string }>('startReceiver'));
    const earlier = await sendRun(http, earlierRun, { startUnixMilli: Date.now() - 600_000 });
    const [run, ...rest] = exampleRun;
    if (run === undefined) throw new Error('The example run has no spans.');
    traceId = await sendRun(http, [{ ...run, links: [{ traceId: earlier, spanId: spanIdOf('earlier') }] }, ...rest]);
    await workbench().openSideBar();
    await workbench().openTrace(/^planner, failed/);
    await expect.poll(() => panel().rows().count()).toBe(exampleRun.length);
    await expect.poll(() => panel().summary.innerText()).toMatch(/10\.0\ss\s+10\s+spans\s+2\s+errors\s+2\s+model calls\s+3\s+tool calls\s+2\.1k\s→\s200\s+tokens/);
    for (const role of ['Agent', 'Model call', 'Tool', 'Retriever', 'Step']) await panel().frame.getByRole('group', { name: 'Colours by role' }).getByRole('button', { name: role, exact: true }).waitFor();
    await panel().stage.waitFor();
    expect(await panel().visibleRange()).toEqual([0, 1]);
  });

  it('moves one selection by arrows, in chart, table, details and the Spans view at once', async () => {
    await panel().press('ArrowDown');
    await selectedEverywhere('planner');
    await panel().press('ArrowDown');
    await selectedEverywhere('iteration_1');
    await panel().press('ArrowRight');
    await selectedEverywhere('iteration_2');
    await panel().press('ArrowDown');
    await selectedEverywhere('retrieval guides');
    await panel().press('ArrowRight');
    await selectedEverywhere('mock-small');
    await panel().press('ArrowLeft');
    await panel().press('ArrowUp');
    await selectedEverywhere('iteration_2');
  });

  it('takes the selection from a click in the chart, in the table and in the Spans view', async () => {
    const { x, y } = await panel().placeInChart(0.3, 1);
    await workbench().page.mouse.click(x, y);
    await selectedEverywhere('iteration_1');
    await panel().rows('check answers').click();
    await selectedEverywhere('check answers');
    await workbench().spans.select(/^hold_seats/);
    await selectedEverywhere('hold_seats');
  });

  it('zooms, pans, fits and steps out by keys', async () => {
    await panel().press('0');
    await panel().press('w');
    await panel().press('w');
    await expect.poll(shown).toBeLessThan(0.7);
    const [from] = await panel().visibleRange();
    await panel().press('a');
    await expect.poll(async () => (await panel().visibleRange())[0]).toBeLessThan(from);
    await panel().press('d');
    await panel().press('d');
    await expect.poll(async () => (await panel().visibleRange())[0]).toBeGreaterThanOrEqual(from);
    const narrow = await shown();
    await panel().press('s');
    await expect.poll(shown).toBeGreaterThan(narrow);
    await workbench().spans.select(/^check answers/);
    await selectedEverywhere('check answers');
    await panel().press('f');
    await expect.poll(shown).toBeLessThan(0.2);
    const [left, right] = await panel().visibleRange();
    expect([left, right].map((edge) => Math.round(edge * 100))).toEqual([42, 48]);
    await panel().press('0');
    await expect.poll(() => panel().visibleRange()).toEqual([0, 1]);
    await panel().press('Backspace');
    await expect.poll(shown).toBeLessThan(0.2);
    await panel().press('Escape');
    await expect.poll(() => panel().visibleRange()).toEqual([0, 1]);
    await panel().press('Escape');
    await expect.poll(() => panel().selectedRow.count()).toBe(0);
    await panel().details.getByText('Select a span to see what it did.').waitFor();
  });

  it('zooms with the wheel at the pointer, and by dragging in the overview', async () => {
    const pointer = await panel().placeInChart(0.8, 1);
    await workbench().page.mouse.move(pointer.x, pointer.y);
    await workbench().page.keyboard.down('Control');
    for (let turn = 0; turn < 5; turn++) await workbench().page.mouse.wheel(0, -120);
    await workbench().page.keyboard.up('Control');
    await expect.poll(shown).toBeLessThan(0.9);
    await expect.poll(async () => {
      const [from, to] = await panel().visibleRange();
      return from / (from + 1 - to);
    }, { message: 'what is left and right of the pointer shrinks alike' }).toBeCloseTo(0.8, 1);
    await panel().press('0');
    await expect.poll(() => panel().visibleRange()).toEqual([0, 1]);
    const overview = await panel().frame.locator('.flame-minimap').boundingBox();
    if (overview === null) throw new Error('The overview has no size.');
    await workbench().page.mouse.move(overview.x + overview.width * 0.2, overview.y + 20);
    await workbench().page.mouse.down();
    await workbench().page.mouse.move(overview.x + overview.width * 0.5, overview.y + 20, { steps: 5 });
    await workbench().page.mouse.up();
    await expect.poll(async () => (await panel().visibleRange()).map((edge) => Math.round(edge * 10))).toEqual([2, 5]);
    await panel().press('0');
  });

  it('says in a tooltip what is under the pointer', async () => {
    const { x, y } = await panel().placeInChart(0.11, 2);
    await workbench().page.mouse.move(x, y);
    const tooltip = panel().frame.locator('.flame-tooltip');
    await expect.poll(() => tooltip.innerText()).toMatch(/mock-large[^]*1\.80\ss[^]*1\.2k/);
    await workbench().page.mouse.move(0, 0);
  });

  it('steps through the errors', async () => {
    await panel().rows('planner').click();
    await panel().press('e');
    await expect.poll(() => panel().selectedSpan.textContent()).toMatch(/^search_trains, tool, failed/);
    await panel().press('e');
    await selectedEverywhere('hold_seats');
    await panel().press('Shift+E');
    await selectedEverywhere('search_trains');
  });

  it('lists its keys', async () => {
    await panel().press('?');
    await panel().frame.getByRole('dialog', { name: 'Keys' }).getByText('Fit the selection').waitFor();
    await workbench().page.keyboard.press('Escape');
    await expect.poll(() => panel().frame.getByRole('dialog').count()).toBe(0);
  });

  it('finds with a count, the next and the previous, and pales what does not match', async () => {
    await panel().press('/');
    await workbench().page.keyboard.type('trains');
    await panel().frame.getByText('2 of 10').waitFor();
    await expect.poll(() => panel().rows().and(panel().frame.locator('.dim')).count()).toBe(8);
    await workbench().page.keyboard.press('Enter');
    await expect.poll(() => panel().selectedSpan.textContent()).toMatch(/^search_trains, tool, ended|^search_trains, tool, \d/);
    await workbench().page.keyboard.press('Enter');
    await expect.poll(() => panel().selectedSpan.textContent()).toMatch(/^search_trains, tool, failed/);
    await workbench().page.keyboard.press('Shift+Enter');
    await expect.poll(() => panel().selectedSpan.textContent()).not.toMatch(/failed/);
    await panel().press('n');
    await expect.poll(() => panel().selectedSpan.textContent()).toMatch(/failed/);
    await panel().press('Escape');
    await expect.poll(() => panel().frame.locator('.table-row.dim').count()).toBe(0);
    expect(await panel().filterBox.inputValue()).toBe('');
  });

  it('leaves the editor its keys while somebody types in the filter', async () => {
    await panel().filterBox.fill('trains');
    await workbench().openPalette('Spanscope: ');
    await workbench().page.keyboard.press('Escape');
    expect(await panel().filterBox.inputValue()).toBe('trains');
    await panel().filterBox.fill('');
  });

  it('says what is wrong with a query, and what would match instead', async () => {
    await panel().filterBox.fill('duration:>soon');
    await panel().frame.getByRole('alert').waitFor();
    await panel().filterBox.fill('role:tool name:nothing');
    await panel().frame.getByRole('button', { name: 'Remove name:nothing (3 matches)' }).click();
    await panel().frame.getByText('3 of 10').waitFor();
    await panel().filterBox.fill('');
  });

  it('shows messages, attributes, events with stack, and links of a span', async () => {
    await workbench().spans.select(/^mock-large/);
    await selectedEverywhere('mock-large');
    const content = await panel().openTab('Content');
    await content.getByText('Find the best train to Vienna.').waitFor();
    await content.getByText('I compare three companies.').waitFor();
    const attributes = await panel().openTab('Attributes');
    await attributes.getByText('gen_ai.request.model').first().waitFor();
    await attributes.getByLabel('Filter attributes').fill('usage');
    await expect.poll(() => attributes.getByText('gen_ai.request.model').count()).toBe(0);
    await attributes.getByText('gen_ai.usage.input_tokens').first().waitFor();
    await panel().press('e');
    const events = await panel().openTab('Events');
    await events.getByText('RateLimitError').first().waitFor();
    await events.getByText('at searchTrains').waitFor();
    await workbench().spans.select(/^planner/);
    const links = await panel().openTab('Links');
    await links.getByText(spanIdOf('earlier')).waitFor();
  });

  it('copies a value, an id and a whole span, and opens a span as JSON', async () => {
    await workbench().spans.select(/^mock-large/);
    const attributes = await panel().openTab('Attributes');
    await attributes.getByText('gen_ai.request.model').last().hover();
    await attributes.getByRole('button', { name: 'Copy value of gen_ai.request.model' }).click();
    await expect.poll(clipboard).toBe('mock-large');
    await panel().choose('More about this span', 'Copy span ID');
    await expect.poll(clipboard).toBe(spanIdOf('think'));
    await panel().details.getByRole('button', { name: 'Copy span as JSON' }).click();
    await expect.poll(async () => String(await clipboard())).toContain('"gen_ai.usage.input_tokens"');
    await panel().choose('More about this span', 'Open as JSON');
    await expect.poll(async () => (await workbench().probe.cursor())?.text).toBe('{');
    await workbench().probe.executeCommand('workbench.action.closeActiveEditor');
    await panel().chart.waitFor();
  });

  it('has the context menu of the editor on a span', async () => {
    await panel().rows('check answers').click({ button: 'right' });
    await selectedEverywhere('check answers');
    const menu = workbench().page.getByRole('menu');
    for (const entry of [/^Go to Source\s*Enter/, /^Go to Source to the Side/, 'Zoom to Span', 'Filter by Name', 'Copy Trace ID', 'Save Chart as PNG…', 'Export Trace…']) await menu.getByRole('menuitem', { name: entry }).waitFor();
    await workbench().chooseFromMenu('Copy Span ID');
    await expect.poll(clipboard).toBe(spanIdOf('check'));
    await panel().rows('check answers').click({ button: 'right' });
    await workbench().chooseFromMenu('Zoom to Span');
    await expect.poll(shown).toBeLessThan(0.2);
    await panel().press('0');
  });

  it.each([['png', 'Save as PNG…'], ['svg', 'Save as SVG…']])('saves the chart as %s', async (ending, entry) => {
    const file = path.join(workbench().folder, `planner.${ending}`);
    await panel().choose('Export', entry);
    await workbench().takeFile(file);
    await expect.poll(() => existsSync(file) && statSync(file).size > 1000).toBe(true);
    const bytes = readFileSync(file);
    if (ending === 'png') {
      expect(bytes.subarray(1, 4).toString()).toBe('PNG');
      expect(bytes.readUInt32BE(16), 'twice the width of the chart').toBe(2 * ((await panel().stage.boundingBox())?.width ?? 0));
      return;
    }
    const { errors, texts } = await workbench().page.evaluate((svg) => {
      const document = new DOMParser().parseFromString(svg, 'image/svg+xml');
      return { errors: document.querySelectorAll('parsererror').length, texts: [...document.querySelectorAll('text')].map(({ textContent }) => textContent?.replaceAll(/\s/g, ' ')) };
    }, bytes.toString());
    expect(errors).toBe(0);
    expect(texts).toEqual(expect.arrayContaining(['planner', 'iteration_1', 'mock-large', 'hold_seats', '2 s']));
  });

  it('opens the trace that a link points to in a panel of its own, and both stay', async () => {
    await workbench().spans.select(/^planner/);
    await (await panel().openTab('Links')).getByRole('button', { name: 'Open its trace' }).click();
    await expect.poll(() => panel().rows().count()).toBe(1);
    await panel().rows('earlier').waitFor();
    expect((await workbench().probe.call('tabs') as string[][]).flat()).toEqual(['planner', 'earlier']);
    await workbench().openTrace(/^planner/);
    await expect.poll(() => panel().rows().count()).toBe(exampleRun.length);
  });

  it('stands beside itself, and both show the one selection', async () => {
    await workbench().traces.choose(/^planner/, 'Open Trace to the Side');
    await expect.poll(async () => (await workbench().probe.call('tabs') as string[][]).length).toBe(2);
    await workbench().panel(1).chart.waitFor();
    await workbench().spans.select(/^mock-small/);
    for (const each of [workbench().panel(0), workbench().panel(1)]) await expect.poll(() => each.selectedSpan.textContent()).toMatch(/^mock-small/);
    await workbench().probe.executeCommand('workbench.action.closeEditorsInOtherGroups');
    await workbench().probe.executeCommand('workbench.action.closeAllEditors');
    await workbench().probe.executeCommand('spanscope.openTrace', traceId);
    await panel().table.waitFor();
    await expect.poll(() => panel().selectedSpan.textContent()).toMatch(/^mock-small/);
  });

  it('is as it was after the window was reloaded: trace, selection, range and filter', async () => {
    await workbench().spans.select(/^hold_seats/);
    await selectedEverywhere('hold_seats');
    await panel().press('f');
    await expect.poll(shown).toBeLessThan(0.5);
    await panel().filterBox.fill('role:tool');
    await panel().frame.getByText('3 of 10').waitFor();
    const range = await panel().visibleRange();
    await workbench().reload();
    await panel().frame.getByText('3 of 10').waitFor();
    expect(await panel().filterBox.inputValue()).toBe('role:tool');
    await expect.poll(() => panel().selectedSpan.textContent()).toMatch(/^hold_seats/);
    await expect.poll(() => panel().detailsTitle.textContent()).toBe('hold_seats');
    await expect.poll(async () => (await panel().visibleRange()).map((edge) => edge.toFixed(2))).toEqual(range.map((edge) => edge.toFixed(2)));
  });
});
