// npm run pictures: leaves pictures of the whole window in .vscode-test/screenshots, to be looked at beside the design.
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { themes } from './pages/workbench.ts';
import type { Theme, Workbench } from './pages/workbench.ts';
import { brokenRun, openSpans } from './support/brokenRun.ts';
import { exampleRun } from './support/exampleRun.ts';
import { sendLive } from './support/live.ts';
import { sendRun } from './support/spans.ts';
import { openWorkbench } from './support/workbench.ts';

/** The panel stands alone in the two smaller ones. */
const sizes = { wide: { width: 1600, height: 950 }, medium: { width: 820, height: 950 }, narrow: { width: 480, height: 950 } } as const;
/** For what fades, grows or is drawn a frame later. */
const settleMs = 700;

async function take(workbench: Workbench, name: string): Promise<void> {
  await delay(settleMs);
  process.stdout.write(`${await workbench.screenshot(name)}\n`);
}

async function inAllThemesAndSizes(workbench: Workbench, name: string): Promise<void> {
  for (const [size, { width, height }] of Object.entries(sizes)) {
    await workbench.probe.executeCommand(size === 'wide' ? 'workbench.view.extension.spanscope' : 'workbench.action.closeSidebar');
    await workbench.resize(width, height);
    for (const theme of Object.keys(themes) as Theme[]) {
      await workbench.switchTheme(theme);
      await take(workbench, `${name} ${size} ${theme}`);
    }
  }
  await workbench.resize(sizes.wide.width, sizes.wide.height);
  await workbench.switchTheme('dark');
}

async function pictures(workbench: Workbench): Promise<void> {
  await workbench.openSideBar();
  await workbench.traces.pane.getByText('No runs yet').waitFor();
  await take(workbench, 'empty views');
  await workbench.probe.executeCommand('spanscope.openTrace');
  await workbench.panel().frame.getByRole('heading', { name: 'Waiting for the first span' }).waitFor();
  await inAllThemesAndSizes(workbench, 'waiting');
  await workbench.probe.executeCommand('spanscope.stopReceiver');
  await workbench.panel().frame.getByRole('heading', { name: 'The receiver is off' }).waitFor();
  await take(workbench, 'receiver off');
  const { http, webSocket } = await workbench.probe.api<{ http: string; webSocket: string }>('startReceiver');

  await sendRun(http, exampleRun);
  await workbench.panel().rows('search_trains').last().click();
  await inAllThemesAndSizes(workbench, 'failed tool');
  await workbench.probe.executeCommand('workbench.view.extension.spanscope');
  await workbench.panel().rows('mock-large').click();
  await workbench.panel().press('f');
  await take(workbench, 'model call zoomed');
  await workbench.panel().press('0');
  await workbench.panel().filterBox.fill('role:tool status:error');
  await take(workbench, 'filter');
  await workbench.panel().filterBox.fill('name:nothing');
  await take(workbench, 'no match');
  await workbench.panel().filterBox.fill('');

  const traceId = await sendRun(http, brokenRun, { service: 'broken' });
  await sendLive(webSocket, openSpans(traceId));
  await workbench.openTrace(/broken run/);
  await workbench.panel().rows('orphan').first().click();
  await inAllThemesAndSizes(workbench, 'broken data');

  await workbench.probe.executeCommand('spanscope.runDemo');
  await workbench.panel().summary.getByText('running').waitFor();
  await delay(9000);
  await take(workbench, 'demo while it runs');
}

async function portInUse(): Promise<void> {
  const stranger = createServer();
  await new Promise<void>((resolve) => { stranger.listen(0, '127.0.0.1', resolve); });
  const { port } = stranger.address() as AddressInfo;
  const workbench = await openWorkbench({ settings: { 'spanscope.receiver.httpPort': port }, size: sizes.wide });
  try {
    await workbench.openSideBar();
    await workbench.probe.executeCommand('spanscope.openTrace');
    await workbench.statusBarItem.getByText('in use').waitFor();
    await workbench.notifications();
    await take(workbench, 'port in use');
  } finally {
    await workbench.close();
    stranger.close();
  }
}

const workbench = await openWorkbench({ size: sizes.wide });
try {
  await pictures(workbench);
} finally {
  await workbench.close();
}
await portInUse();
