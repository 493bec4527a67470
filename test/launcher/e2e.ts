import { main } from './processes.ts';
import { runEndToEnd } from './runEndToEnd.ts';

const filters = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
await main(async () => ((await runEndToEnd(filters)).failed === 0 ? 0 : 1));
