import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { spanInAnswer, spanQuestion } from '../../../src/debug/activeSpan.ts';
import { LiveServer } from './liveServer.ts';
import { debugPython } from './pythonDebuggee.ts';
import { hasModule, pythonWithPackages, sdk, ShippedHook, whyNoPackages } from './pythonHook.ts';
import type { Debugged } from './pythonDebuggee.ts';

let shipped: ShippedHook, live: LiveServer;
beforeAll(() => { shipped = new ShippedHook(); });
afterAll(() => shipped.remove());
beforeEach(async () => { live = await LiveServer.listen(); });
afterEach(() => live.close());

/** At every `breakpoint()` of a program: the name of the active span, as far as the receiver knew it by then, and the function. */
async function standIn(program: string): Promise<{ readonly stands: readonly string[]; readonly debugged: Debugged }> {
  const stands: string[] = [];
  const debugged = await debugPython(pythonWithPackages ?? '', {
    file: shipped.write('agent.py', program), cwd: shipped.folder, env: shipped.environment(live),
    atStop: async ({ frames: [top] }, _count, ask) => {
      const ids = spanInAnswer(await ask('evaluate', { expression: spanQuestion('debugpy'), frameId: top?.id, context: 'watch' }));
      const known = (): string | undefined => live.spans().find(({ spanId }) => spanId === ids?.spanId)?.name;
      if (ids !== undefined) await expect.poll(known, { timeout: 5000 }).toBeDefined();
      stands.push(`${known()} in ${top?.name}`);
      return 'continue';
    },
  });
  return { stands, debugged };
}

describe.skipIf(!hasModule('debugpy'))(`the span in which a Python program stands${whyNoPackages}`, { timeout: 60_000 }, () => {
  // Until Python 3.9 a debugger that stops behind the last line of a block has left it.
  it('is that of the stopped thread or task, known to the receiver while the program stands', async () => {
    const { stands, debugged } = await standIn(`${sdk}
import asyncio, threading
breakpoint()
async def call(name):
    with tracer.start_as_current_span(name):
        await asyncio.sleep(0.01)
        breakpoint()
        time.sleep(0)
async def main():
    await asyncio.gather(call("left"), call("right"))
def work():
    with tracer.start_as_current_span("thread"):
        breakpoint()
        time.sleep(0)
with tracer.start_as_current_span("agent"):
    breakpoint()
    asyncio.run(main())
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    breakpoint()
    time.sleep(0)
print("done")
`);
    expect(stands).toEqual(['undefined in <module>', 'agent in <module>', 'left in call', 'right in call', 'thread in work', 'agent in <module>']);
    expect([debugged.stdout, debugged.stderr, debugged.code]).toEqual(['done\n', '', 0]);
  });

  it('is none in a program without spans, and asking does no harm there', async () => {
    const { stands, debugged } = await standIn('def work():\n    breakpoint()\n    print("done")\nwork()\n');
    expect(stands).toEqual(['undefined in work']);
    expect([debugged.stdout, debugged.stderr, debugged.code]).toEqual(['done\n', '', 0]);
  });
});
