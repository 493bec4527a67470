import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { LiveServer } from './liveServer.ts';
import { hasModule, pythonWithPackages, ShippedHook } from './pythonHook.ts';
import type { Ended } from './programFolder.ts';

const python = pythonWithPackages ?? '', hasPytest = hasModule('pytest');
const why = hasPytest ? '' : ': pytest is not installed';
const shipped = new ShippedHook();
let live: LiveServer;

afterEach(() => live.close());
afterAll(() => shipped.remove());

const agent = `from opentelemetry import trace
tracer = trace.get_tracer("agent")

def work(name):
    with tracer.start_as_current_span(name):
        with tracer.start_as_current_span("inner"):
            pass
`;
const sdk = `from opentelemetry.sdk.trace import TracerProvider
from opentelemetry import trace
trace.set_tracer_provider(TracerProvider())
`;
const tests = `import threading
import pytest
from agent import tracer, work

work("at import")

@pytest.fixture(scope="session")
def session():
    with tracer.start_as_current_span("session"):
        yield

class TestCart:
    def test_adds(self):
        work("a")

    @pytest.mark.parametrize("count", [1, 2])
    def test_counts(self, count):
        work("b")
        assert count == 1

def test_skips():
    work("c")
    pytest.skip("later")

def test_in_a_thread():
    thread = threading.Thread(target=work, args=("d",))
    thread.start()
    thread.join()

def test_below_a_span_of_all(session):
    work("e")

@pytest.fixture
def broken():
    yield
    work("f")
    raise RuntimeError("teardown")

def test_broken_teardown(broken):
    pass

@pytest.mark.xfail(reason="known")
def test_expected_to_fail():
    work("g")
    assert False
`;

/** What pytest prints, but for the time that it took and where objects lie. */
const steady = ({ code, stdout, stderr }: Ended): unknown => ({ code, stderr, stdout: stdout.replaceAll(/in \d[\d.]*s/g, 'in N').replaceAll(/=+/g, '=').replaceAll(/0x[0-9a-f]+/g, '0x') });

async function run(args: readonly string[], programs: Readonly<Record<string, string>>): Promise<readonly string[]> {
  live = await LiveServer.listen();
  const files = Object.entries(programs).map(([name, text]) => shipped.write(name, text));
  const all = ['-m', 'pytest', '-p', 'no:cacheprovider', ...args];
  const without = await shipped.run(python, all);
  const withHook = await shipped.run(python, all, shipped.environment(live));
  expect(steady(withHook)).toEqual(steady(without));
  await expect.poll(() => live.connections.size).toBe(0);
  return live.spans().filter(({ name }) => name !== 'inner').map(({ name, attributes }) => {
    const test = attributes['spanscope.test.name'];
    if (test !== undefined) expect(files).toContain(attributes['spanscope.test.file']);
    return test === undefined ? name : `${name}: ${String(test)}, ${String(attributes['spanscope.test.status'])}`;
  });
}

const expected = [
  'at import', 'a: TestCart::test_adds, passed', 'b: TestCart::test_counts[1], passed', 'b: TestCart::test_counts[2], failed', 'c: test_skips, skipped',
  'd: test_in_a_thread, passed', 'session: test_below_a_span_of_all, passed', 'e', 'f: test_broken_teardown, failed', 'g: test_expected_to_fail, skipped',
];

describe.skipIf(!hasPytest)(`spans of programs under pytest${why}`, { timeout: 60_000 }, () => {
  it('say in which test they began and how it ended, and pytest prints what it would', async () => {
    expect(await run(['test_agent.py'], { 'agent.py': sdk + agent, 'test_agent.py': tests })).toEqual(expected);
  });

  it('say it when the program sets up no SDK', async () => {
    expect(await run(['test_agent.py', '-q'], { 'agent.py': agent, 'test_agent.py': tests })).toEqual(expected);
  });

  it('say it when OpenTelemetry was loaded before pytest', async () => {
    shipped.write('start.py', `${sdk}import sys, pytest\nsys.exit(pytest.main(["-q", "-p", "no:cacheprovider", "test_one.py"]))\n`);
    shipped.write('agent.py', agent);
    shipped.write('test_one.py', 'from agent import work\ndef test_one():\n    work("x")\n');
    live = await LiveServer.listen();
    expect((await shipped.run(python, ['start.py'], shipped.environment(live))).code).toBe(0);
    await expect.poll(() => live.connections.size).toBe(0);
    expect(live.spans().map(({ name, attributes }) => [name, attributes['spanscope.test.name'], attributes['spanscope.test.status']])).toEqual([['x', 'test_one', 'passed'], ['inner', undefined, undefined]]);
  });
});
