import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface AttackerSite {
  readonly port: number;
  close(): Promise<void>;
}

/** A web site on a loopback port of its own, with one empty page that may run whatever a test wants. */
export async function openAttackerSite(): Promise<AttackerSite> {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><title>Attacker</title><iframe name="target"></iframe>');
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    }),
  };
}

/** What a page did and what it could find out by it: `refused`, `unreadable`, `sent`, or an answer that it could read. */
export type Attempts = Readonly<Record<string, string>>;

/**
 * Runs in the attacker's page: everything that a page can send to another origin. `origin` is the receiver's, `body` an
 * OTLP/JSON request, `span` a message of the live protocol.
 */
export async function attack({ origin, body, span }: { readonly origin: string; readonly body: string; readonly span: string }): Promise<Attempts> {
  const traces = `${origin}/v1/traces`, live = `${origin.replace('http', 'ws')}/v1/spans`;
  const read = async (options: RequestInit, address = traces): Promise<string> => {
    try {
      const response = await fetch(address, options);
      return response.type === 'opaque' ? 'unreadable' : `read ${response.status}: ${await response.text()}`;
    } catch {
      return 'refused';
    }
  };
  const post = (contentType: string, more: RequestInit = {}): Promise<string> => read({ method: 'POST', body, headers: { 'content-type': contentType }, ...more });
  const submit = (enctype: string): string => {
    const form = document.createElement('form');
    Object.assign(form, { action: traces, method: 'post', target: 'target', enctype });
    const field = document.createElement('input');
    Object.assign(field, { name: body.slice(0, -1), value: body.slice(-1) });
    form.append(field);
    document.body.append(form);
    form.submit();
    return 'sent';
  };
  const socket = (address: string): Promise<string> => new Promise((resolve) => {
    const opened = new WebSocket(address);
    opened.addEventListener('open', () => opened.send(span));
    opened.addEventListener('message', ({ data }) => resolve(`read: ${String(data)}`));
    opened.addEventListener('close', () => resolve('refused'));
  });
  const events = (address: string): Promise<string> => new Promise((resolve) => {
    const source = new EventSource(address);
    source.addEventListener('message', ({ data }) => resolve(`read: ${String(data)}`));
    source.addEventListener('error', () => {
      source.close();
      resolve('refused');
    });
  });
  return {
    'fetch text, no cors': await post('text/plain', { mode: 'no-cors' }),
    'fetch form, no cors': await post('application/x-www-form-urlencoded', { mode: 'no-cors', credentials: 'include' }),
    'fetch without a type, no cors': await read({ method: 'POST', body: new Blob([body]), mode: 'no-cors' }),
    'fetch json, with preflight': await post('application/json'),
    'fetch text, cors': await post('text/plain'),
    'fetch Zipkin': await read({ method: 'POST', body: '[]', mode: 'no-cors', headers: { 'content-type': 'text/plain' } }, `${origin}/api/v2/spans`),
    'read the root': await read({}, `${origin}/`),
    'form text': submit('text/plain'),
    'form urlencoded': submit('application/x-www-form-urlencoded'),
    beacon: navigator.sendBeacon(traces, new Blob([body], { type: 'text/plain' })) ? 'sent' : 'refused',
    'beacon json': navigator.sendBeacon(traces, new Blob([body], { type: 'application/json' })) ? 'sent' : 'refused',
    WebSocket: await socket(live),
    EventSource: await events(traces),
  };
}
