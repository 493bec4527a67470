import { describe, expect, it } from 'vitest';
import { CodeFunctions } from '../../../../src/editor/code/use/functions.ts';

const python = `import x

class Coder:
    limit = tracer.start(1)

    @traced(
        name="run")
    async def run(self, task):
        for i in range(3):
            with span("iteration"):

                reply = call()
        return reply

    def report(
        self,
    ):
        return 1

main = span("module")
`;
const script = `export async function run(task: string): Promise<void> {
  const inner = (q) => {
    return search(q);
  };
  await inner(task);
}

await run('x');
`;

describe('the function of a line', () => {
  const nameAt = (code: CodeFunctions, line: number, recorded?: string): string | undefined => code.at(line, recorded)?.name;

  it('is the innermost one around it', () => {
    const code = new CodeFunctions('/a/coder.py', python);
    expect([7, 9, 11, 12].map((line) => nameAt(code, line))).toEqual(['run', 'run', 'run', 'run']);
    expect(nameAt(code, 17)).toBe('report');
    expect(nameAt(code, 3)).toBe('Coder');
    expect(nameAt(code, 19)).toBeUndefined();
  });

  it('is the one below a decorator', () => {
    const code = new CodeFunctions('/a/coder.py', python);
    expect(code.at(5, 'run')).toMatchObject({ name: 'run', line: 7, end: 12 });
  });

  it('is the one with the recorded name where functions nest', () => {
    const code = new CodeFunctions('/a/run.ts', script);
    expect(nameAt(code, 2)).toBe('inner');
    expect(nameAt(code, 2, 'async run')).toBe('run');
    expect(nameAt(code, 4, 'Object.run')).toBe('run');
    expect(nameAt(code, 7, '<module>')).toBeUndefined();
  });

  it('is not known in other languages', () => {
    expect(new CodeFunctions('/a/x.unknown', python).at(9, 'run')).toBeUndefined();
  });
});
