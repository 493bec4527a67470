// A process of its own that keeps traces: `node storeChild.ts DIRECTORY NAME COUNT`. Says on its output what is on disk.
import process from 'node:process';
import { arriveDrawn, openStore, traceIdOf } from './storeSupport.ts';

const [directory = '', name = '', count = '0'] = process.argv.slice(2);
const { store } = await openStore(directory);
process.stdout.write('open\n');
for (let n = 0; n < Number(count); n++) {
  await arriveDrawn(store, `${name}${n} ${name} ${n}..${n + 1} {"n":${n}}`, traceIdOf(n % 7));
  process.stdout.write(`${name}${n}\n`);
}
// Closed when its parent says so, or never when the parent gave it nothing to listen to.
for await (const _ of process.stdin);
store.close();
process.stdout.write('closed\n');
