import { afterEach, describe, expect, it } from 'vitest';
import { mayBeMentioned, namesMentioned, onlyMention } from '../../../src/source/onlyMention.ts';
import type { Name } from '../../../src/source/onlyMention.ts';
import { scanCode } from '../../../src/source/codeScan.ts';
import { makeWorkspace, removeWorkspaces } from './support/workspace.ts';

afterEach(removeWorkspaces);

const name = (kind: Name['kind'], text: string, ...qualifiers: string[]): Name => ({ kind, name: text, qualifiers });

const agent = `@tool
def search(query):
    with trace_span("search files"):
        return find(query)

class Cart:
    def add(self):
        for i in range(3):
            with tracer.start_as_current_span(f"iteration {i}"):
                pass
`;

async function finder(files: Record<string, string>): Promise<(...names: Name[]) => string | undefined> {
  const { context, folder } = await makeWorkspace(files);
  return (...names) => {
    const found = onlyMention(names, context.index);
    return found && `${found.path.slice(folder.length + 1)}:${found.line}`;
  };
}

describe('the only mention of names', () => {
  it('is where spans of them are made', async () => {
    const find = await finder({ 'agent.py': agent });
    expect(find(name('spanName', 'search files'))).toBe('agent.py:3');
    expect(find(name('spanName', 'execute_tool search'), name('tool', 'search'))).toBe('agent.py:2');
    expect(find(name('spanName', 'iteration 7'))).toBe('agent.py:9');
    expect(find(name('spanName', 'nothing'), name('function', 'search'))).toBe('agent.py:2');
    expect(find(name('spanName', 'nothing'))).toBeUndefined();
  });

  it('is none where several are as good', async () => {
    const find = await finder({ 'agent.py': agent, 'test_agent.py': 'with trace_span("search files"):\n    pass\n' });
    expect(find(name('spanName', 'search files'), name('function', 'search'))).toBeUndefined();
  });

  it('is the function whose file or class is named before it, and no other one of its name', async () => {
    const find = await finder({ 'agent.py': agent, 'other.py': 'def add():\n    pass\n' });
    expect(find(name('function', 'add'))).toBeUndefined();
    expect(find(name('function', 'add', 'shop', 'Cart'))).toBe('agent.py:7');
    expect(find(name('function', 'search', 'opentelemetry', 'instrumentation'))).toBeUndefined();
  });

  it('is not asked for where a text has none of the names', () => {
    const mentioned = namesMentioned(scanCode('agent.py', agent));
    expect(mayBeMentioned([name('spanName', 'x'), name('tool', 'search')], mentioned)).toBe(true);
    expect(mayBeMentioned([name('spanName', 'iteration 12')], mentioned)).toBe(true);
    expect(mayBeMentioned([name('spanName', 'iter'), name('tool', '__proto__')], mentioned)).toBe(false);
  });
});
