import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TraceSummary } from '../../../src/model/records.ts';
import type { Cursor } from '../../launcher/probeClient.ts';
import { prepareRealClients } from '../../launcher/realClients.ts';
import type { RealClients } from '../../launcher/realClients.ts';
import { mustRun } from '../../launcher/processes.ts';
import { until } from '../support/until.ts';
import { useWorkbench } from '../support/useWorkbench.ts';

const variable = 'OTEL_EXPORTER_OTLP_ENDPOINT';
const installPatienceMs = 600_000;

describe('an agent of one\'s own, pointed at the port by one environment variable', () => {
  let clients: RealClients;
  beforeAll(async () => { clients = await prepareRealClients(); }, installPatienceMs);
  const workbench = useWorkbench({ workspace: 'agent' });
  const outside = (): string => path.join(path.dirname(workbench().folder), 'elsewhere', 'library.cjs');
  /** The environment of a program that knows only where to send. */
  let environment: NodeJS.ProcessEnv;

  const cursorAt = async (text: string): Promise<Cursor> => {
    await expect.poll(async () => (await workbench().probe.cursor())?.text.trim()).toBe(text);
    return await workbench().probe.cursor() as Cursor;
  };
  const goToSource = async (span: RegExp): Promise<void> => {
    const row = workbench().spans.rows(span).first();
    // A row that the tree draws anew between press and release is not selected.
    await until('the row is selected', async () => { await row.click(); return row.getAttribute('aria-selected'); }, (selected) => selected === 'true', 1000);
    await workbench().page.keyboard.press('Enter');
  };
  const closeCode = (): Promise<unknown> => workbench().probe.executeCommand('workbench.action.closeEditorsInGroup');

  it('gets its variable from the command that copies the environment', async () => {
    await workbench().openSideBar();
    await workbench().run('Spanscope: Copy Environment for a Terminal');
    await workbench().quickPickItems.filter({ hasText: '.env file' }).click();
    await expect.poll(() => workbench().probe.call('readClipboard')).toContain(`${variable}=http://127.0.0.1:`);
    const copied = String(await workbench().probe.call('readClipboard'));
    const address = copied.split('\n').find((line) => line.startsWith(`${variable}=`))?.slice(variable.length + 1);
    const { http } = await workbench().probe.api<{ http: string }>('endpoints');
    expect(address).toBe(http);
    environment = { ...process.env, [variable]: address };
  });

  it('appears in the Traces view with its spans, and opens', async () => {
    mkdirSync(path.dirname(outside()));
    writeFileSync(outside(), '// A library somewhere else.\nmodule.exports = { elsewhere: true };\n');
    const env = { ...environment, NODE_PATH: path.join(clients.nodeFolder, 'node_modules'), OUTSIDE_FILE: outside() };
    await mustRun(process.execPath, [path.join(workbench().folder, 'agent.cjs')], { env });
    await workbench().openTrace(/^plan journey, failed/);
    await workbench().panel().rows('plan journey').waitFor();
    expect((await workbench().probe.api<TraceSummary[]>('listTraces')).map(({ services, spanCount, errorCount }) => ({ services, spanCount, errorCount })))
      .toEqual([{ services: ['travel-agent'], spanCount: 7, errorCount: 1 }]);
    await expect.poll(() => workbench().spans.rows().count()).toBe(7);
    // An SDK sends children first, as they end first; the run begins with the span that came last nevertheless.
    await expect.poll(() => workbench().panel().rows('plan journey').innerText()).toContain('+0.000');
  });

  it.each([
    ['by what the span recorded of its code', /compare trains/, 'agent.cjs', `within(['compare', 'trains'].join(' '), here(), () => undefined);`],
    ['by the text of its name at the call that makes it', /plan journey/, 'agent.cjs', `tracer.startActiveSpan('plan journey', (span) => {`],
    ['by the definition of the tool that it names', /search_docs/, 'lib/tools.cjs', 'search_docs: tool({'],
    ['by the stack of its exception', /book seats/, 'lib/booking.cjs', `if (seats.length === 0) throw new RangeError('no seats are left');`],
  ])('leads to its line %s', async (_, span, file, line) => {
    await goToSource(span);
    const cursor = await cursorAt(line);
    expect(path.relative(workbench().folder, cursor.file)).toBe(path.normalize(file));
  });

  it('offers the places that are equally likely, and says how they were found', async () => {
    await goToSource(/ask model/);
    await expect.poll(() => workbench().quickPickItems.count()).toBe(2);
    const offered = await workbench().quickPickItems.allInnerTexts();
    expect(offered.join('\n')).toMatch(/agent\.cjs:50[^]*assistant\.cjs:3|assistant\.cjs:3[^]*agent\.cjs:50/);
    expect(offered.every((text) => text.includes('the name of the span at a call that makes spans'))).toBe(true);
    await workbench().quickPickItems.filter({ hasText: 'assistant.cjs' }).click();
    expect((await cursorAt(`const span = tracer.startSpan('ask model');`)).file).toBe(path.join(workbench().folder, 'lib/assistant.cjs'));
  });

  it('says why there is no line, in a notification and in the details, and what would give one', async () => {
    await closeCode();
    await goToSource(/no-where/);
    await expect.poll(() => workbench().notifications()).toContainEqual(expect.stringMatching(/^No source line for this span\. The span records no place in code.+F5, the agent kit and code\.\* attributes/));
    expect(await workbench().notificationButton('Map a Path').count()).toBe(0);
    await workbench().panel().details.getByText('The span records no place in code').waitFor();
    expect(await workbench().probe.cursor()).toBeNull();
    await workbench().probe.executeCommand('notifications.clearAll');
  });

  it('asks before it opens a file outside the workspace, naming the whole path', async () => {
    await goToSource(/else-where/);
    await workbench().question.getByText(outside()).waitFor();
    await workbench().answer('Cancel');
    expect(await workbench().probe.cursor()).toBeNull();
    await goToSource(/else-where/);
    await workbench().answer('Open');
    expect((await cursorAt('module.exports = { elsewhere: true };')).file).toBe(outside());
  });

  it('is a Python program just as well', async ({ skip }) => {
    if (clients.python === undefined) return skip('there is no Python here');
    await mustRun(clients.python.command, [path.join(workbench().folder, 'agent.py')], { env: environment });
    await workbench().openTrace(/^plan journey in python/);
    // A page that is drawn no longer takes the focus.
    await workbench().panel().chart.getByRole('treeitem', { name: /plan journey in python/ }).waitFor();
    expect(await workbench().probe.call('tabs'), 'the second trace stands beside the code, with the first one').toEqual([['plan journey', 'plan journey in python'], expect.anything()]);
    await goToSource(/read-timetable/);
    await cursorAt('raise LookupError("the timetable is closed")');
  });
});
