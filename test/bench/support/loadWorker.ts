// Sends spans at a steady rate from a thread of its own, so that neither disturbs what is measured nor is disturbed.
import { parentPort, workerData } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { requestsOf } from '../storeTraces.ts';
import { LiveAgents } from './liveAgents.ts';
import { LiveSender } from './liveSender.ts';
import { OtlpSender } from './requests.ts';

export type Load =
  /** Requests of 512 spans over OTLP/HTTP: every second one for one long trace, the others for traces of `perTrace`. */
  | { readonly kind: 'otlp'; readonly http: string; readonly spansPerSecond: number; readonly seconds: number; readonly perTrace: number; readonly firstTrace: number }
  /** Agents that work at the same time below one span, over the live protocol, until they are stopped. */
  | { readonly kind: 'live'; readonly webSocket: string; readonly spansPerSecond: number; readonly seconds: number; readonly traceId: string; readonly parentSpanId: string };

/** `late` is how far the sender fell behind its own clock: then it, and not the receiver, was too slow. */
export interface LoadResult { readonly spans: number; readonly seconds: number; readonly lateMs: number; readonly failed: number }

/** Something that sends what is due. */
interface Source {
  /** Spans of one step. */
  readonly step: number;
  send(): Promise<void>;
  close(): void;
}

const perRequest = 512, liveStepMs = 10;

function otlpSource(load: Extract<Load, { kind: 'otlp' }>): Source {
  const half = Math.ceil((load.spansPerSecond * load.seconds) / 2 / perRequest) * perRequest;
  const long = requestsOf(half, half, perRequest, load.firstTrace + 1, load.firstTrace);
  const short = requestsOf(half, load.perTrace, perRequest, load.firstTrace + 2, load.firstTrace + 1);
  const bodies: Uint8Array[] = [];
  for (const body of long) {
    bodies.push(body);
    const other = short.next();
    if (other.done !== true) bodies.push(other.value);
  }
  const sender = new OtlpSender(load.http);
  let next = 0;
  return {
    step: perRequest,
    send: async () => { await sender.send(bodies[next++ % bodies.length] as Uint8Array); },
    close: () => sender.close(),
  };
}

async function liveSource(load: Extract<Load, { kind: 'live' }>): Promise<Source> {
  const sender = await LiveSender.connect(load.webSocket), agents = new LiveAgents(load.traceId, load.parentSpanId);
  const step = (load.spansPerSecond * liveStepMs) / 1000;
  return { step, send: async () => sender.send(agents.step(step)), close: () => sender.close() };
}

async function run(port: MessagePort, load: Load, source: Source): Promise<LoadResult> {
  const stepMs = (source.step / load.spansPerSecond) * 1000, steps = Math.round((load.seconds * 1000) / stepMs);
  const waiting: Promise<void>[] = [];
  let failed = 0, lateMs = 0, isStopped = false, sent = 0;
  port.on('message', (message) => { isStopped ||= message === 'stop'; });
  const begun = performance.now();
  while (sent < steps && !isStopped) {
    const now = performance.now() - begun, due = Math.min(steps, Math.floor(now / stepMs) + 1);
    lateMs = Math.max(lateMs, now - sent * stepMs);
    for (; sent < due; sent++) waiting.push(source.send().catch(() => { failed++; }));
    await new Promise((resolve) => { setTimeout(resolve, Math.max(0, sent * stepMs - (performance.now() - begun))); });
  }
  await Promise.all(waiting);
  source.close();
  return { spans: sent * source.step, seconds: (performance.now() - begun) / 1000, lateMs, failed };
}

const port = parentPort;
if (port === null) throw new Error('This file runs as a worker thread.');
const load = workerData as Load;
const source = load.kind === 'otlp' ? otlpSource(load) : await liveSource(load);
port.postMessage('ready');
await new Promise<void>((resolve) => { port.once('message', () => resolve()); });
port.postMessage(await run(port, load, source));
