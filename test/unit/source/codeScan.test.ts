import { describe, expect, it } from 'vitest';
import { scanCode } from '../../../src/source/codeScan.ts';
import type { CodeMention } from '../../../src/source/codeScan.ts';

const mentions = (path: string, text: string, kind: CodeMention['kind']): string[] => scanCode(path, text).filter((mention) => mention.kind === kind).map(({ name, line }) => `${line} ${name}`);

describe('names of spans', () => {
  it.each([
    ['a.py', 'with tracer.start_as_current_span("fetch") as span:', '1 fetch'], ['a.py', "span = tracer.start_span('fetch', kind=x)", '1 fetch'],
    ['a.py', 'with trace_span("fetch"):', '1 fetch'], ['a.py', '@traced("fetch")\ndef f(): pass', '1 fetch'], ['a.py', '@traced(name="fetch")', '1 fetch'],
    ['a.py', 'with tracer.start_as_current_span(\n    "fetch",\n):', '1 fetch'], ['a.py', 'with logfire.span("fetch {n}", n=1):', '1 fetch {n}'], ['a.py', '@tracer.start_as_current_span("fetch")', '1 fetch'],
    ['a.py', '@observe(name="fetch")', '1 fetch'], ['a.py', 'with tracer.start_as_current_span(name="fetch")', '1 fetch'], ['a.py', '@traced\ndef fetch(): pass', '2 fetch'],
    ['a.py', '@workflow()\n@other\nasync def fetch(x): pass', '3 fetch'],
    ['a.ts', "tracer.startActiveSpan('fetch', (span) => {", '1 fetch'], ['a.ts', 'const span = tracer.startSpan(`fetch`);', '1 fetch'], ['a.ts', "traced({ name: 'fetch' }, f)", '1 fetch'],
    ['a.ts', "await traceSpan<Result>('fetch', async () => {", '1 fetch'], ['a.mjs', 'startActiveObservation("fetch", f)', '1 fetch'],
    ['a.go', 'ctx, span := tracer.Start(ctx, "fetch")', '1 fetch'], ['a.go', 'tracer.Start(context.Background(), "fetch", opts)', '1 fetch'],
    ['A.java', 'Span span = tracer.spanBuilder("fetch").startSpan();', '1 fetch'], ['A.java', '@WithSpan("fetch")', '1 fetch'],
    ['A.cs', 'using var activity = source.StartActivity("fetch");', '1 fetch'],
  ])('are found in %s: %s', (path, text, expected) => {
    expect(mentions(path, text, 'spanName')).toContain(expected);
  });

  it('with a part that is made at run time are found by their begin', () => {
    expect(mentions('a.py', 'with trace_span(f"iteration_{i}"):', 'pattern')).toEqual(['1 iteration_']);
    expect(mentions('a.ts', 'tracer.startSpan(`tool:${name}`)', 'pattern')).toEqual(['1 tool:']);
    expect(mentions('a.js', "tracer.startSpan('tool:' + name)", 'pattern')).toEqual(['1 tool:']);
    expect(mentions('a.go', 'tracer.Start(ctx, fmt.Sprintf("step-%d", i))', 'pattern')).toEqual(['1 step-']);
    expect(mentions('a.cs', 'source.StartActivity($"tool:{name}")', 'pattern')).toEqual(['1 tool:']);
    expect(mentions('a.py', 'trace_span(f"{name}")', 'pattern')).toEqual([]);
  });

  it('are not texts that stand elsewhere', () => {
    expect(mentions('a.py', 'print("fetch")\nx = "fetch"\nmystart_span("fetch")\nlifespan("fetch")', 'spanName')).toEqual([]);
    expect(mentions('a.md', 'tracer.startSpan("fetch")', 'spanName')).toEqual([]);
  });
});

describe('tools and agents', () => {
  it('are found by decorator, by key and by name', () => {
    expect(mentions('a.py', '@tool\ndef search(q): ...\n\n@mcp.tool()\n@cache\nasync def read(p): ...\n\ndef other(): ...', 'tool')).toEqual(['2 search', '6 read']);
    expect(mentions('a.ts', "const tools = {\n  search: tool({\n  'read-file': createTool({\n  x: ai.tool({", 'tool')).toEqual(['2 search', '3 read-file', '4 x']);
    expect(mentions('a.py', 'planner = Agent(\n    name="Planner",\n)', 'named')).toEqual(['2 Planner']);
    expect(mentions('a.ts', "new Agent({ name: 'Planner', id: \"p1\" })", 'named')).toEqual(['1 Planner', '1 p1']);
    expect(mentions('a.json.ts', '{"name": "Planner"}', 'named')).toEqual(['1 Planner']);
  });
});

describe('functions', () => {
  it.each([
    ['a.py', 'def f(x):\n    async def g(self, a):\n        pass\nclass C(Base):', ['1 f', '2 g', '4 C']],
    ['a.ts', [
      'export async function f<T>(x: T) {', '  const g = async (x: number) => {', 'export const h = traced(async () => {', '  async run(task: string): Promise<void> {', '  private *walk() {', '  if (x) {', '  for (const y of z) {',
      'export class Agent extends Base {', '  handler: async (x) => {', '  return call(x, () => {', 'let plain = 1;',
    ].join('\n'), ['1 f', '2 g', '3 h', '4 run', '5 walk', '8 Agent', '9 handler']],
    ['a.go', 'func main() {\nfunc (a *Agent) Run(ctx context.Context) error {\nfunc Map[T any](x T) {', ['1 main', '2 Run', '3 Map']],
    ['A.java', 'public class Agent {\n  public static List<String> run(String task) throws X {\n    if (x) {\n    call(x);\n  }', ['1 Agent', '2 run']],
    ['A.kt', 'suspend fun run(task: String): Result {\nfun String.shout() = 1', ['1 run', '2 shout']],
    ['A.cs', 'public class Agent\n{\n  public async Task<string> Run(string task)\n  {\n    foreach (var x in y) {', ['1 Agent', '3 Run']],
  ])('are found in %s', (path, text, expected) => {
    expect(mentions(path, text, 'function')).toEqual(expected);
  });
});

describe('hostile files', () => {
  it('cost no more than others, and give a bounded number of mentions', () => {
    const pieces = ['span(', '@traced(', 'name: "', 'tool(', ' ', '\t', 'a.', '(', '{', 'public ', 'x,', '"', '`', 'const x = ', 'def ', '<a,', 'ctx, ', 'name="a" '];
    for (const piece of pieces) {
      for (const path of ['a.py', 'a.ts', 'a.go', 'A.java', 'A.cs']) {
        expect(scanCode(path, piece.repeat(Math.floor(1900 / piece.length)).concat('\n').repeat(20)).length).toBeLessThanOrEqual(20_000);
        expect(scanCode(path, piece.repeat(Math.floor(300_000 / piece.length)))).toEqual([]);
      }
    }
    expect(scanCode('a.py', 'def f(): pass\n'.repeat(20_000))).toHaveLength(5000);
    expect(scanCode('a.py', 'x'.repeat(2_000_000))).toEqual([]);
  });
});
