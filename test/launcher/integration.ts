import { main } from './processes.ts';
import { runIntegration } from './runIntegration.ts';

await main(async () => ((await runIntegration()).failed === 0 ? 0 : 1));
