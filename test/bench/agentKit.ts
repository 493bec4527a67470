// What the agent kits cost the agent, a span: microseconds that its code waits, and all processor time of its process
// until everything is delivered. Run: npm run bench:agentKit -- [spans]
import { execFileSync } from 'node:child_process';
import { Worker } from 'node:worker_threads';
import { LiveExporter } from '../../src/instrument/node/exporters/live.ts';
import { Tracer } from '../../src/instrument/node/tracer.ts';
import { Report } from './support/report.ts';

const spans = Number(process.argv[2] ?? 20_000);
const rounds = 3;
const nobody = 'ws://127.0.0.1:1/';

/** A receiver in a thread of its own, so that its work does not count as the agent's. */
async function startReceiver(): Promise<{ endpoint: string; stop: () => Promise<number> }> {
  const worker = new Worker(`
    const { parentPort } = require('node:worker_threads');
    const { WebSocketServer } = require('ws');
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 }, () => parentPort.postMessage(server.address().port));
    server.on('connection', (socket) => socket.on('message', (data) => {
      const all = JSON.parse(data);
      for (const { id } of Array.isArray(all) ? all : [all]) if (id !== undefined) socket.send(JSON.stringify({ type: 'ack', id, accepted: 1 }));
    }));`, { eval: true });
  const port = await new Promise<number>((resolve) => { worker.once('message', resolve); });
  return { endpoint: `ws://127.0.0.1:${port}/v1/spans`, stop: () => worker.terminate() };
}

async function work(tracer: Tracer, count: number): Promise<void> {
  for (let i = 0; i < count; i += 2) {
    await tracer.traceSpan('step', async (span) => {
      span.setAttribute('number', i);
      tracer.traceSpan('tool', { attributes: { 'tool.name': 'search', size: 17, ok: true } }, (inner) => void inner.setAttribute('result', 'found'));
    });
    // An agent waits for its model now and then; that is when the kit sends.
    if (i % 100 === 0) await new Promise((resolve) => { setImmediate(resolve); });
  }
}

const report = new Report('agentKit');

async function measure(name: string, endpoint: string | undefined): Promise<void> {
  const tracer = new Tracer({ serviceName: 'bench', exporters: endpoint === undefined ? [] : [new LiveExporter({ endpoint })] });
  await work(tracer, 5000);
  await tracer.flush();
  const waits: number[] = [], cpu: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const cpuBefore = process.cpuUsage(), before = performance.now();
    await work(tracer, spans);
    waits.push((performance.now() - before) * 1000 / spans);
    await tracer.flush(10_000);
    const { user, system } = process.cpuUsage(cpuBefore);
    cpu.push((user + system) / spans);
  }
  await tracer.shutdown();
  add('node', name, waits, name === 'live' ? [] : cpu);
}

function add(kit: string, name: string, waits: readonly number[], cpu: readonly number[]): void {
  report.add({ case: `${kit}, ${name}`, figure: 'the agent waits, a span', unit: 'µs', values: waits });
  if (cpu.length > 0) report.add({ case: `${kit}, ${name}`, figure: 'processor time, a span', unit: 'µs', values: cpu });
}

function measurePython(name: string, endpoint: string | undefined): void {
  const program = `
import json, sys, time
sys.path.insert(0, "src/instrument/python")
from spanscope import *
endpoint, spans = sys.argv[1], int(sys.argv[2])
tracer = Tracer("bench", exporters=[LiveExporter(endpoint)] if endpoint else [])
def work(count):
    for i in range(0, count, 2):
        with tracer.trace_span("step") as span:
            span.set_attribute("number", i)
            with tracer.trace_span("tool", attributes={"tool.name": "search", "size": 17, "ok": True}) as inner:
                inner.set_attribute("result", "found")
        if i % 100 == 0:
            time.sleep(0.0002)
work(5000)
tracer.flush()
waits, cpu = [], []
for _ in range(${rounds}):
    cpu_before, before = time.process_time(), time.perf_counter()
    work(spans)
    waits.append((time.perf_counter() - before) * 1e6 / spans)
    tracer.flush(10)
    cpu.append((time.process_time() - cpu_before) * 1e6 / spans)
print(json.dumps([waits, cpu]))`;
  const output = execFileSync('python3', ['-c', program, endpoint ?? '', String(spans)], { encoding: 'utf8' });
  const [waits = [], cpu = []] = JSON.parse(output) as number[][];
  add('python', name, waits, cpu);
}

const receiver = await startReceiver();
for (const [name, endpoint] of [['no exporter', undefined], ['nobody listens', nobody], ['live', receiver.endpoint]] as const) {
  await measure(name, endpoint);
  measurePython(name, endpoint);
}
await receiver.stop();
report.end();
