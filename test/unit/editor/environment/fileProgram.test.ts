import { describe, expect, it } from 'vitest';
import { programOf } from '../../../../src/editor/environment/fileProgram.ts';
import type { ProgramFacts } from '../../../../src/editor/environment/fileProgram.ts';

const facts = (part: Partial<ProgramFacts>): ProgramFacts => ({ exists: () => false, python: () => undefined, node: () => Promise.resolve({ path: 'node', env: {} }), ...part });

describe('how a file is run', () => {
  it.each([
    ['/w/agent.py', facts({}), 'python3 /w/agent.py'],
    ['/w/agent.py', facts({ exists: (file) => file === '/w/.venv/bin/python' }), '/w/.venv/bin/python /w/agent.py'],
    ['/w/agent.py', facts({ python: () => '/chosen/python', exists: () => true }), '/chosen/python /w/agent.py'],
    ['/w/agent.MJS', facts({ exists: () => true }), 'node /w/agent.MJS'],
    ['/w/agent.ts', facts({}), 'node /w/agent.ts'],
    ['/w/agent.ts', facts({ exists: () => true }), 'node /w/node_modules/tsx/dist/cli.mjs /w/agent.ts'],
  ])('%s', async (file, asked, line) => {
    const program = await programOf(file, '/w', asked);
    expect([program?.command, ...(program?.args ?? [])].join(' ')).toBe(line);
  });

  it('is not known for other files', async () => {
    expect(await programOf('/w/README.md', '/w', facts({}))).toBeUndefined();
  });
});
