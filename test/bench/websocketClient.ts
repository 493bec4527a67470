// Client process of websocket.ts: sends spans in messages of 1 or of 512 and tells how many ms it took until the last was stored.
import { WebSocket } from 'ws';

const [endpoint = '', spans = '0', name = '', round = '0'] = process.argv.slice(2);
const count = Number(spans);
const perMessage = name.includes('512') ? 512 : 1;
const spansPerTrace = 2000;
const sendAhead = 4 * 1024 * 1024;

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
const models = ['gpt-4o', 'claude-sonnet-4-5', 'gemini-2.5-pro'];

function messageOf(i: number): unknown {
  const number = Number(round) * count + i;
  const start = 1_790_000_000_000_000_000n + BigInt(i) * 1000n;
  return {
    type: 'span',
    span: {
      traceId: hex(1 + Math.floor(number / spansPerTrace), 32), spanId: hex(number + 1, 16), ...(i % spansPerTrace === 0 ? {} : { parentSpanId: hex(number, 16) }),
      name: `step ${i % 40}`, kind: 'internal', startTimeUnixNano: String(start), endTimeUnixNano: String(start + 500n), status: { code: 'ok' },
      attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': models[i % 3], 'gen_ai.usage.input_tokens': 100 + (i % 900), index: i }, service: 'bench',
    },
  };
}

function* messages(): Generator<string> {
  for (let i = 0; i < count; i += perMessage) {
    yield JSON.stringify(perMessage === 1 ? messageOf(i) : Array.from({ length: Math.min(perMessage, count - i) }, (_, k) => messageOf(i + k)));
  }
}

const prepared = [...messages()];
const socket = new WebSocket(endpoint, { perMessageDeflate: false });
await new Promise((resolve) => { socket.once('open', resolve); });
const isStored = new Promise<void>((resolve) => {
  socket.on('message', (data) => { if (String(data as Buffer).includes('"ack"')) resolve(); });
});
const start = performance.now();
for (const message of prepared) {
  socket.send(message);
  while (socket.bufferedAmount > sendAhead) await new Promise(setImmediate);
}
// Messages are stored in their order, so this one's answer says that all are.
socket.send(JSON.stringify({ type: 'log', timeUnixNano: '1', body: 'last', id: 'last' }));
await isStored;
process.send?.(performance.now() - start, () => process.exit(0));
