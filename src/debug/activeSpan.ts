/** Ids of a span, as its program has them. */
export interface SpanIds { readonly traceId: string; readonly spanId: string }

/** Asks our hook in the program, through its debugger, which span is active in a frame. None of the program's own code is run by that. */
const expressions: readonly (readonly [types: readonly string[], expression: string])[] = [
  [
    ['node', 'pwa-node', 'node-terminal', 'pwa-extensionHost', 'extensionHost', 'bun'],
    '(globalThis[Symbol.for("spanscope.activeSpans")] || []).reduce((found, tell) => found || tell(), undefined)',
  ],
  [
    ['python', 'debugpy'],
    'getattr(__import__("sys").modules.get("_spanscope_hook"), "active_span", lambda: None)()',
  ],
];

const longestAnswer = 400;

/** What to evaluate in a frame of a debugger's program; undefined where no hook can be asked. */
export function spanQuestion(debuggerType: string): string | undefined {
  return expressions.find(([types]) => types.includes(debuggerType))?.[1];
}

/** The span in an adapter's answer to `evaluate`. It comes from the program, so nothing but ids is taken. */
export function spanInAnswer(answer: unknown): SpanIds | undefined {
  const result: unknown = typeof answer === 'object' && answer !== null && 'result' in answer ? answer.result : undefined;
  if (typeof result !== 'string' || result.length > longestAnswer) return undefined;
  const [, traceId, spanId] = /^["'`]?([\w.:-]{1,128}) ([\w.:-]{1,128})["'`]?$/.exec(result.trim()) ?? [];
  return traceId === undefined || spanId === undefined ? undefined : { traceId, spanId };
}
