import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { controlRequest } from '../../../src/debug/controlRequest.ts';
import { LiveServer } from './liveServer.ts';
import { debugPython } from './pythonDebuggee.ts';
import { hasModule, pythonWithPackages, sdk, ShippedHook, whyNoPackages } from './pythonHook.ts';
import { lineOf } from './shippedKit.ts';
import type { AddressInfo } from 'node:net';
import type { Ask, Debugged, DebugOptions } from './pythonDebuggee.ts';

const python = pythonWithPackages ?? '';

let shipped: ShippedHook, live: LiveServer;
beforeAll(() => { shipped = new ShippedHook(); });
afterAll(() => shipped.remove());
beforeEach(async () => { live = await LiveServer.listen(); });
afterEach(() => live.close());

/** Makes spans until the file `end` is there, or its own is gone. */
const program = `${sdk}
count = 0
def work():
    global count
    count += 1
    with tracer.start_as_current_span("tick"): # tick
        time.sleep(0.01)
while os.path.exists(__file__) and not os.path.exists("end"):
    work()
print("done")
sys.exit(3)
`;

const withToken = () => ({ ...shipped.environment(live), SPANSCOPE_TOKEN: 'secret' });
const breakpoint = { id: 'a', enabled: true, on: 'start', name: 'tick' };
const hits = () => live.messages.filter(({ type }) => type === 'breakpoint.hit').length;
const ticks = () => live.spans().filter(({ name }) => name === 'tick').length;
const tops = ({ stops }: Debugged) => stops.map(({ reason, frames: [top] }) => `${reason} ${top?.file} ${top?.line}`);
const stop = `breakpoint agent.py ${lineOf(program, '# tick')}`;

async function moreTicks(count = 5): Promise<void> {
  const before = ticks();
  await live.until(() => ticks() >= before + count);
}

async function freePort(): Promise<number> {
  const listening = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => { listening.once('listening', resolve); });
  const { port } = listening.address() as AddressInfo;
  await new Promise((resolve) => { listening.close(resolve); });
  return port;
}

/** Whether something listens on a port, as its own table of connections says: a connection would be taken for the program. */
function isListening(port: number): boolean {
  return ['tcp', 'tcp6'].some((name) => existsSync(`/proc/net/${name}`) && readFileSync(`/proc/net/${name}`, 'utf8').includes(`:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 0A`));
}

/** debugpy has gdb do it, which takes its time: only with every Python (`npm run test:versions`). */
const canInject = process.platform === 'linux' && process.env['SPANSCOPE_TEST_PYTHON'] !== undefined && process.getuid?.() === 0 && (process.env['PATH'] ?? '').split(path.delimiter).some((folder) => existsSync(path.join(folder, 'gdb')));

describe.skipIf(!hasModule('debugpy'))(`a Python program that a debugger is attached to while it runs${whyNoPackages}`, { timeout: 90_000 }, () => {
  const attach = (to: DebugOptions['file'], leaveAfter: number): Promise<Debugged> =>
    debugPython(python, { file: to, cwd: shipped.folder, env: {}, atStop: (_, count) => (count === leaveAfter ? 'disconnect' : 'continue') });

  afterEach(() => { rmSync(path.join(shipped.folder, 'end'), { force: true }); });

  it.skipIf(process.platform !== 'linux')('stands at its line when it asks for its debugger itself', async () => {
    live.breakpoints = [breakpoint];
    const port = await freePort();
    const text = program.replace('count = 0\n', `count = 0\ntracer.start_span("before").end()\nimport debugpy\ndebugpy.connect(("127.0.0.1", ${port}))\ndebugpy.wait_for_client()\n`);
    const file = shipped.write('agent.py', text), debugged = attach({ listen: { host: '127.0.0.1', port } }, 1);
    await expect.poll(() => isListening(port), { timeout: 30_000 }).toBe(true);
    const ended = shipped.run(python, [file], withToken());
    expect(tops(await debugged)).toEqual([`breakpoint agent.py ${lineOf(text, '# tick')}`]);
    await moreTicks();
    shipped.write('end', '');
    expect(await ended).toMatchObject({ code: 3, stdout: 'done\n' });
  });

  it('stops a program that was begun without the token, which the debugger hands over', async () => {
    live.breakpoints = [breakpoint];
    const port = await freePort();
    shipped.write('agent.py', program);
    const ended = shipped.run(python, ['-m', 'debugpy', '--listen', `127.0.0.1:${port}`, 'agent.py'], shipped.environment(live));
    await moreTicks();
    const atReady = async (ask: Ask): Promise<void> => { await ask('evaluate', { expression: controlRequest('debugpy', 'secret'), context: 'watch' }); };
    expect(tops(await debugPython(python, { file: { connect: { host: '127.0.0.1', port } }, cwd: shipped.folder, env: {}, atReady, atStop: () => 'disconnect' }))).toEqual([stop]);
    expect(live.messages.filter(({ token }) => token === 'secret').length).toBeGreaterThan(0);
    await moreTicks();
    shipped.write('end', '');
    expect(await ended).toMatchObject({ code: 3, stdout: 'done\n' });
  });

  it.skipIf(!canInject)(`stands at its line when the debugger comes into it from outside${canInject ? '' : ': done with gdb by test:versions'}`, async () => {
    live.breakpoints = [breakpoint];
    const ended = shipped.run(python, [shipped.write('agent.py', program)], withToken());
    await moreTicks();
    const processId = Number(live.messages.find(({ client }) => client !== undefined)?.client?.['pid']);
    expect(tops(await attach({ processId }, 2))).toEqual([stop, stop]);
    await moreTicks();
    shipped.write('end', '');
    expect(await ended).toMatchObject({ code: 3, stdout: 'done\n' });
  });

  it('does not stop before, stands at its line then, and goes on when it is left alone, as often as one likes', async () => {
    live.breakpoints = [breakpoint];
    const port = await freePort();
    shipped.write('agent.py', program);
    const ended = shipped.run(python, ['-m', 'debugpy', '--listen', `127.0.0.1:${port}`, 'agent.py'], withToken());
    await moreTicks();
    expect(hits()).toBe(0);
    for (const hitsBefore of [0, 2]) {
      expect(tops(await attach({ connect: { host: '127.0.0.1', port } }, 2))).toEqual([stop, stop]);
      await moreTicks();
      expect(hits()).toBe(hitsBefore + 2);
    }
    shipped.write('end', '');
    expect(await ended).toMatchObject({ code: 3, stdout: 'done\n' });
  });
});
