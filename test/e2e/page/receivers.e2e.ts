import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Ports } from '../../../src/collector/ports.ts';
import { ControlChannel } from '../../../src/collector/receivers/controlChannel.ts';
import { launchBrowser } from '../../launcher/browser.ts';
import { root } from '../../launcher/paths.ts';
import { RecordingSink } from '../../unit/collector/receivers/support/recordingSink.ts';

// Browsers look up every name under .localhost as this machine, so these are pages of strangers whose names lead here.
const stranger = 'stranger.localhost';
const listed = 'listed.localhost';

let browser: Browser;
let pages: Server;
let pagePort: number;
let sink: RecordingSink;
let ports: Ports;
let port: number;
let page: Page;

beforeAll(async () => {
  browser = await launchBrowser();
  pages = createServer((_request, response) => { response.writeHead(200, { 'Content-Type': 'text/html' }).end('<title>page</title>'); });
  pages.listen(0);
  await once(pages, 'listening');
  pagePort = (pages.address() as AddressInfo).port;
});
afterAll(async () => {
  await browser.close();
  pages.close();
});
beforeEach(async () => {
  sink = new RecordingSink();
  ports = new Ports({
    control: new ControlChannel(() => undefined),
    sink, allowedHosts: [], allowedOrigins: [`http://${listed}:${pagePort}`], grpcBundle: path.join(root, 'src/collector/receivers/otlpGrpc.ts'), report: (message) => { throw new Error(message); },
  });
  const { endpoints } = await ports.start({ httpPort: 0, grpcPort: 0 });
  port = Number(new URL(endpoints.http ?? '').port);
  page = await browser.newPage();
});
afterEach(async () => {
  await page.close();
  await ports.stop();
});

/** What a script of a page could do; each gives what the page learns of it. */
async function tryAll(base: string): Promise<Record<string, string>> {
  return page.evaluate(async (address) => {
    const tried: Record<string, string> = {};
    const post = async (name: string, url: string, init: RequestInit): Promise<void> => {
      tried[name] = await fetch(url, init).then(async (response) => `${response.type} ${response.status} ${(await response.text()).slice(0, 20)}`, () => 'failed');
    };
    const body = '{"resourceSpans":[]}';
    await post('plain text', `${address}/v1/traces`, { method: 'POST', mode: 'no-cors', headers: { 'Content-Type': 'text/plain' }, body });
    await post('form', `${address}/v1/traces`, { method: 'POST', mode: 'no-cors', body: new URLSearchParams({ a: body }) });
    await post('no type', `${address}/v1/traces`, { method: 'POST', mode: 'no-cors', body: new Blob([body]) });
    await post('JSON', `${address}/v1/traces`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
    await post('protobuf', `${address}/v1/traces`, { method: 'POST', headers: { 'Content-Type': 'application/x-protobuf' }, body: '' });
    await post('Zipkin', `${address}/api/v2/spans`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '[]' });
    await post('identity', `${address}/`, {});
    await post('identity, opaque', `${address}/`, { mode: 'no-cors' });
    tried['beacon'] = String(navigator.sendBeacon(`${address}/v1/traces`, new Blob([body], { type: 'text/plain' })));
    tried['WebSocket'] = await new Promise((resolve) => {
      const socket = new WebSocket(`${address.replace('http', 'ws')}/v1/spans`);
      socket.addEventListener('open', () => {
        socket.send('{"type":"log","timeUnixNano":"1","body":"from a page"}');
        resolve('open');
      });
      socket.addEventListener('error', () => resolve('failed'));
    });
    return tried;
  }, base);
}

/** A form that is sent as text, the oldest way of all. */
async function sendForm(address: string): Promise<void> {
  const sent = page.waitForEvent('requestfinished', (request) => request.method() === 'POST');
  await page.evaluate((action) => {
    document.body.innerHTML = `<iframe name="into"></iframe><form method="post" enctype="text/plain" target="into" action="${action}"><input name='{"resourceSpans":[],"x":"' value='"}'></form>`;
    document.querySelector('form')?.submit();
  }, `${address}/v1/traces`);
  await sent;
}

describe('a web page', () => {
  it('of a stranger can post nothing, read nothing and open no WebSocket', async () => {
    await page.goto(`http://${stranger}:${pagePort}/`);
    const tried = await tryAll(`http://127.0.0.1:${port}`);
    expect(tried).toMatchObject({ JSON: 'failed', protobuf: 'failed', Zipkin: 'failed', identity: 'failed', WebSocket: 'failed' });
    // What a page cannot read has status 0 and no text.
    expect(Object.values(tried).filter((learned) => /[1-9]\d\d|spanscope|resource/.test(learned))).toEqual([]);
    await sendForm(`http://127.0.0.1:${port}`);
    expect(sink.payloads).toEqual([]);
  });

  it('whose name has been rebound to this machine is refused as well', async () => {
    // The page itself came from the stranger's own machine, before its name led here.
    await page.route(`http://${stranger}:${port}/`, (route) => route.fulfill({ contentType: 'text/html', body: '<title>page</title>' }), { times: 1 });
    await page.goto(`http://${stranger}:${port}/`);
    const tried = await tryAll(`http://${stranger}:${port}`);
    expect(new Set(['plain text', 'form', 'no type', 'JSON', 'protobuf', 'Zipkin', 'identity'].map((name) => tried[name]?.slice(0, 9)))).toEqual(new Set(['basic 403']));
    expect(tried['WebSocket']).toBe('failed');
    expect(JSON.stringify(tried)).not.toContain('spanscope');
    await sendForm(`http://${stranger}:${port}`);
    expect(sink.payloads).toEqual([]);
  });

  it('that is served from this machine under another port is a stranger too', async () => {
    await page.goto(`http://127.0.0.1:${pagePort}/`);
    const tried = await tryAll(`http://127.0.0.1:${port}`);
    expect(tried).toMatchObject({ JSON: 'failed', identity: 'failed', WebSocket: 'failed' });
    expect(sink.payloads).toEqual([]);
  });

  it('on the list may post and connect', async () => {
    await page.goto(`http://${listed}:${pagePort}/`);
    const tried = await tryAll(`http://127.0.0.1:${port}`);
    expect(tried).toMatchObject({ JSON: 'cors 200 {}', protobuf: 'cors 200 ', Zipkin: 'cors 202 ', WebSocket: 'open' });
    expect(new Set(sink.payloads.map(({ format }) => format))).toContain('otlp-json');
  });
});
