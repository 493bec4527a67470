import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newRunFolder } from '../../launcher/paths.ts';
import type { Workbench } from '../pages/workbench.ts';
import { openWorkbench } from '../support/workbench.ts';

interface Endpoints { readonly http: string }

/** Holds a port and tells everything that is said to it. */
const strangerCode = `
import { createServer } from 'node:net';
const server = createServer((socket) => socket.on('data', (data) => process.send(data.toString('latin1'))).on('error', () => {}));
server.listen(0, '127.0.0.1', () => process.send(server.address().port));
`;

describe('a port that is held by others', () => {
  const said: string[] = [];
  const opened: Workbench[] = [];
  let stranger: ChildProcess;
  let port: number;
  const openWith = async (settings: Readonly<Record<string, unknown>>): Promise<Workbench> => {
    const workbench = await openWorkbench({ settings });
    opened.push(workbench);
    await workbench.openSideBar();
    return workbench;
  };

  beforeAll(async () => {
    const program = path.join(newRunFolder(), 'stranger.mjs');
    writeFileSync(program, strangerCode);
    stranger = fork(program);
    [port] = await once(stranger, 'message') as [number];
    stranger.on('message', (text) => said.push(String(text)));
  });
  afterAll(async () => {
    for (const workbench of opened) await workbench.close();
    stranger.kill();
  });

  it('is named with its holder, and another port is used and handed on', async () => {
    const workbench = await openWith({ 'spanscope.receiver.httpPort': port });
    await expect.poll(() => workbench.statusBarItem.innerText()).toContain(`port ${port} in use`);
    await expect.poll(() => workbench.notifications()).toContainEqual(expect.stringMatching(new RegExp(`${port}.*stranger\\.mjs`)));
    const { http } = await workbench.probe.api<Endpoints>('endpoints');
    expect(http).not.toContain(`:${port}`);
    await workbench.run('Spanscope: Copy Environment for a Terminal');
    await workbench.quickPickItems.first().click();
    await expect.poll(() => workbench.probe.call('readClipboard')).toContain(http);
    expect((await fetch(`${http}/v1/traces`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })).status).toBe(200);
  });

  it('is sent no span, only the question who is there', () => {
    for (const text of said) expect(text).toMatch(/^GET \/ HTTP\/1\.1\r\n/);
  });

  it('is taken again once it is free', async () => {
    const [workbench] = opened as [Workbench];
    stranger.kill();
    await once(stranger, 'exit');
    await workbench.notifications();
    await workbench.notificationButton('Try Again').click();
    await expect.poll(async () => (await workbench.probe.api<Endpoints>('endpoints')).http).toBe(`http://127.0.0.1:${port}`);
    await expect.poll(() => workbench.statusBarItem.innerText()).not.toContain('in use');
  });

  it('is said to be another window of ours when it is', async () => {
    const other = await openWith({ 'spanscope.receiver.httpPort': port });
    await expect.poll(() => other.notifications()).toContainEqual(expect.stringMatching(/window/i));
    expect((await other.probe.api<Endpoints>('endpoints')).http).not.toBe(`http://127.0.0.1:${port}`);
  });

  it('counts as held when only the other family of addresses is', async () => {
    const server = createServer();
    const listens = await new Promise<boolean>((resolve) => { server.once('error', () => resolve(false)).listen(0, '::1', () => resolve(true)); });
    if (!listens) return;
    const held = (server.address() as AddressInfo).port;
    const workbench = await openWith({ 'spanscope.receiver.httpPort': held });
    await expect.poll(() => workbench.statusBarItem.innerText()).toContain(`port ${held} in use`);
    server.close();
  });
});
