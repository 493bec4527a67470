// I3: spans a second over WebSocket, one span a message and 512 a message, until they are stored durably.
// Run: node test/bench/websocket.ts [spans]
import { measure, printTable, startCollector } from './ingestCollector.ts';

const spans = Number(process.argv[2] ?? 204_800);
const collector = await startCollector();
const client = { goal: 'I3', client: 'websocketClient.ts', endpoint: collector.endpoints.webSocket, spans };
const results = [
  await measure({ ...client, name: '1 a message', must: 50_000, aim: 120_000 }),
  await measure({ ...client, name: '512 a message', must: 150_000, aim: 300_000 }),
];
await collector.close();
printTable(results);
