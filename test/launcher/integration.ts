import { runIntegration } from './runIntegration.ts';

const { failed } = await runIntegration();
process.exit(failed === 0 ? 0 : 1);
