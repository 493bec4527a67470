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
    ['/w/agent.rb', facts({}), 'ruby /w/agent.rb'],
    ['/w/agent.rb', facts({ exists: (file) => file === '/w/Gemfile' }), 'ruby -rbundler/setup /w/agent.rb'],
    ['/w/agent.php', facts({}), 'php /w/agent.php'],
  ])('%s', async (file, asked, line) => {
    const program = await programOf(file, '/w', asked);
    expect([program?.command, ...(program?.args ?? [])].join(' ')).toBe(line);
  });

  it('is as its package in Go, in the folder of that', async () => {
    expect(await programOf('/w/cmd/agent/main.go', '/w', facts({}))).toEqual({ command: 'go', args: ['run', '.'], env: {}, cwd: '/w/cmd/agent', type: 'go', reach: 'variables' });
  });

  it('loads a hook only where there is one', async () => {
    const reaches = await Promise.all(['a.py', 'a.js', 'a.ts', 'a.go', 'a.rb', 'a.php'].map(async (name) => (await programOf(`/w/${name}`, '/w', facts({})))?.reach));
    expect(reaches).toEqual(['hooks', 'hooks', 'hooks', 'variables', 'variables', 'variables']);
  });

  it.each(['README.md', 'Agent.java', 'Agent.cs', 'main_test.go'])('is not known for %s', async (name) => {
    expect(await programOf(`/w/${name}`, '/w', facts({}))).toBeUndefined();
  });
});
