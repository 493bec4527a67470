import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import type { TraceSummary } from '../../../src/model/records.ts';
import { attack, openAttackerSite } from '../support/attackerSite.ts';
import type { AttackerSite, Attempts } from '../support/attackerSite.ts';
import { hostileRun, hostileTexts } from '../support/hostileRun.ts';
import { statusLineOf } from '../support/rawHttp.ts';
import { otlpRequest, sendRun } from '../support/spans.ts';
import { useWorkbench } from '../support/useWorkbench.ts';

const forged = [{ id: 'forged', name: 'forged by a web page' }];
const liveForged = JSON.stringify({ id: 1, type: 'start', span: { traceId: 'f'.repeat(32), spanId: 'f'.repeat(16), name: 'forged by a web page', startTimeUnixNano: '1' } });

describe('a web page', () => {
  const workbench = useWorkbench();
  let http = '', site: AttackerSite;
  beforeAll(async () => {
    site = await openAttackerSite();
    ({ http } = await workbench().probe.api<{ http: string }>('startReceiver'));
  });
  afterAll(() => site.close());

  const attackFrom = async (address: string, origin: string): Promise<Attempts> => {
    const page: Page = await workbench().page.context().newPage();
    try {
      await page.goto(address);
      return await page.evaluate(attack, { origin, body: otlpRequest(forged), span: liveForged });
    } finally {
      await page.close();
    }
  };
  const expectNothingGot = async (attempts: Attempts): Promise<void> => {
    for (const [how, what] of Object.entries(attempts)) expect([how, what]).toEqual([how, expect.stringMatching(/^(refused|unreadable|sent)$/)]);
    // Whatever was on its way has arrived when a request after it was answered.
    const own = await sendRun(http, [{ id: 'own', name: 'sent by a program' }]);
    expect((await workbench().probe.api<TraceSummary[]>('listTraces')).map(({ name }) => name)).toEqual(['sent by a program']);
    await workbench().probe.api('clear');
    expect(own).toMatch(/^[0-9a-f]{32}$/);
  };

  it('of another port of this machine can neither send spans nor read an answer', async () => {
    await expectNothingGot(await attackFrom(`http://127.0.0.1:${site.port}/`, http));
  });

  it('of another name can neither send spans nor read an answer, by any address of the receiver', async () => {
    for (const origin of [http, http.replace('127.0.0.1', 'localhost')]) await expectNothingGot(await attackFrom(`http://attacker.localhost:${site.port}/`, origin));
  });

  it('whose name was made to point here after it was loaded is refused by its name', async () => {
    // The page has the receiver's own origin as its browser sees it, so that nothing but the name gives it away.
    const rebound = http.replace('127.0.0.1', 'attacker.localhost');
    const page = await workbench().page.context().newPage();
    const answer = await page.goto(rebound);
    expect(answer?.status()).toBe(403);
    const attempts = await page.evaluate(attack, { origin: rebound, body: otlpRequest(forged), span: liveForged });
    await page.close();
    for (const how of ['fetch json, with preflight', 'fetch text, cors', 'read the root']) expect([how, attempts[how]]).toEqual([how, expect.stringMatching(/^read 403: /)]);
    expect([attempts['WebSocket'], attempts['EventSource']]).toEqual(['refused', 'refused']);
    await expectNothingGot({});
  });

  it.each([
    ['another name', ['Host: attacker.example']],
    ['another name and the port', ['Host: attacker.example:4318']],
    ['the address as part of a name', ['Host: 127.0.0.1.attacker.example']],
    ['two hosts', ['Host: 127.0.0.1', 'Host: attacker.example']],
    ['an origin', ['Host: 127.0.0.1', 'Origin: http://127.0.0.1:1']],
    ['the origin null', ['Host: 127.0.0.1', 'Origin: null']],
    ['a browser\'s word that it comes from elsewhere', ['Host: 127.0.0.1', 'Sec-Fetch-Site: cross-site']],
  ])('is refused when its request names %s', async (_, headers) => {
    const body = otlpRequest(forged);
    const request = ['POST /v1/traces HTTP/1.1', ...headers, 'Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n');
    expect(await statusLineOf(Number(new URL(http).port), request)).toMatch(/^HTTP\/1\.1 40[03] /);
    expect(await workbench().probe.api<TraceSummary[]>('listTraces')).toEqual([]);
  });
});

describe('a hostile trace', () => {
  const workbench = useWorkbench();
  const asked: string[] = [], violations: string[] = [], dialogs: string[] = [];

  it('is text in every view: nothing of it runs, is fetched, opens or asks', async () => {
    const { page } = workbench();
    page.context().on('request', (request) => asked.push(request.url()));
    page.on('console', (message) => { if (/Content Security Policy|Refused to /i.test(message.text())) violations.push(message.text()); });
    page.on('dialog', (dialog) => { dialogs.push(dialog.message()); void dialog.dismiss(); });
    const { http } = await workbench().probe.api<{ http: string }>('startReceiver');
    await sendRun(http, hostileRun, { service: hostileTexts[0] ?? '' });
    await workbench().openSideBar();
    await workbench().openTrace(/script/);
    await expect.poll(() => workbench().panel().table.getAttribute('aria-rowcount')).toBe(String(hostileRun.length));
    const panel = workbench().panel();
    await panel.table.focus();
    for (let row = 0; row < hostileRun.length; row++) {
      await panel.table.press('ArrowDown');
      await expect.poll(() => panel.selectedRow.getAttribute('aria-rowindex')).toBe(String(row + 1));
      await panel.details.getByRole('tab', { name: 'Attributes' }).waitFor();
      for (const tab of await panel.details.getByRole('tab').all()) await tab.click();
      expect(await panel.details.locator(':is(script, iframe, object, embed, svg, style, link, a, form, img)').count()).toBe(0);
      await panel.table.focus();
    }
  });

  it('is text in the tooltips and lists of the editor too', async () => {
    const { page } = workbench();
    for (const tree of [workbench().traces, workbench().spans]) {
      await tree.rows(/script/).first().hover();
      const hover = page.locator('.monaco-hover:visible, .workbench-hover:visible').first();
      await hover.waitFor();
      expect(await hover.locator('a[href], img, script').count()).toBe(0);
      await page.mouse.move(800, 5);
    }
    await workbench().run('Spanscope: Open Trace');
    await workbench().quickPickItems.first().waitFor();
    expect(await workbench().quickInput.locator('a[href], img, script').count()).toBe(0);
    await page.keyboard.press('Escape');
    await workbench().run('Spanscope: Go to Source');
    await expect.poll(async () => (await workbench().notifications()).length).toBeGreaterThan(0);
    expect(await page.locator('.notification-list-item').filter({ hasText: 'No source line' }).locator('a[href], img').count()).toBe(0);
  });

  it('has asked for no address but the editor\'s own, met no policy and opened nothing', async () => {
    const frame = await workbench().panel().page();
    expect(await frame.evaluate('[window.hacked, Object.keys(Object.prototype)]')).toEqual([undefined, []]);
    expect(await workbench().page.evaluate('[window.hacked, Object.keys(Object.prototype)]')).toEqual([undefined, []]);
    // The last one is where this editor gets extensions from.
    const own = [workbench().server.origin, 'data:', 'blob:', 'https://open-vsx.org/'];
    expect(asked.filter((address) => !own.some((start) => address.startsWith(start)) && !/^https:\/\/[^/]*\.vscode-cdn\.net\//.test(address)).join('\n')).toBe('');
    expect(asked.filter((address) => address.includes('attacker'))).toEqual([]);
    expect(violations).toEqual([]);
    expect(dialogs).toEqual([]);
    expect(await workbench().question.count()).toBe(0);
    expect((await workbench().probe.call('tabs') as string[][]).flat()).toHaveLength(1);
    expect(await workbench().page.locator('.terminal-wrapper').count()).toBe(0);
  });

  it('shows characters that cannot be seen, and turns nothing around', async () => {
    const views = { spans: (await workbench().spans.texts()).join('\n'), traces: (await workbench().traces.texts()).join('\n'), panel: await workbench().panel().body.innerText() };
    const hidden = Object.entries(views).flatMap(([view, text]) => [...text.matchAll(/.{0,40}[\u202A-\u202E\u2066-\u2069\u200B\uFEFF\u0007\u001B\u009B].{0,40}/g)].map(([around]) => `${view}: ${JSON.stringify(around)}`));
    expect(hidden.join('\n')).toBe('');
    expect(views.panel).toContain('\\u202e');
  });
});
