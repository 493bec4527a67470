// I3: spans a second over WebSocket, one span a message and 512 a message, until they are stored durably.
// Run: npm run bench:websocket -- [spans]
import { measure, startCollector } from './ingestCollector.ts';
import { Report } from './support/report.ts';

const spans = Number(process.argv[2] ?? 204_800);
const report = new Report('websocket');
const collector = await startCollector();
const client = { client: 'websocketClient.ts', endpoint: collector.endpoints.webSocket, spans };
await measure(report, { ...client, name: '1 a message', goal: 'I3single' });
await measure(report, { ...client, name: '512 a message', goal: 'I3batch' });
await collector.close();
report.end();
