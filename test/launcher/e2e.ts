import { runEndToEnd } from './runEndToEnd.ts';

const { failed } = await runEndToEnd(process.argv.slice(2).filter((argument) => !argument.startsWith('--')));
process.exit(failed === 0 ? 0 : 1);
