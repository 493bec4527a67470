/** What the text of a source file says about spans, tools, agents and functions. */
export interface CodeMention {
  /**
   * - spanName: the text handed to a call that makes spans
   * - pattern: the same with a variable part, as its fixed begin
   * - tool: the definition of a tool, by its name
   * - named: a text given as `name` or `id` of something, such as an agent
   * - function: the definition of a function, method or class
   */
  readonly kind: 'spanName' | 'pattern' | 'tool' | 'named' | 'function';
  readonly name: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

type Language = 'python' | 'script' | 'go' | 'jvm' | 'dotNet';

const languages: ReadonlyMap<string, Language> = new Map([
  ['py', 'python'], ['pyi', 'python'], ['js', 'script'], ['mjs', 'script'], ['cjs', 'script'], ['jsx', 'script'], ['ts', 'script'], ['mts', 'script'], ['cts', 'script'],
  ['tsx', 'script'], ['vue', 'script'], ['svelte', 'script'], ['go', 'go'], ['java', 'jvm'], ['kt', 'jvm'], ['kts', 'jvm'], ['scala', 'jvm'], ['cs', 'dotNet'],
]);

/** Endings of the files that `scanCode` understands. */
export const codeEndings: readonly string[] = [...languages.keys()].map((ending) => `.${ending}`);

export const longestScanned = 1024 * 1024;
const mostMentions = 5000;
const longestLine = 2000;
const longestName = 256;
/** How far after a call's bracket its first text is looked for. */
const reach = 300;

const spanCalls = [
  'start_as_current_span', 'start_span', 'startSpan', 'startActiveSpan', 'startInactiveSpan', 'trace_span', 'traceSpan', 'start_trace', 'startTrace', 'in_span', 'withSpan',
  'WithSpan', 'span', 'span_builder', 'spanBuilder', 'traced', 'traceable', 'trace', 'observe', 'instrument', 'Start', 'StartSpan', 'StartActivity', 'StartActiveSpan', 'StartRootSpan',
  'workflow', 'task', 'agent', 'chain', 'decision', 'child_span', 'startChild', 'start_child', 'startObservation', 'startActiveObservation', 'start_observation', 'start_as_current_observation',
];
/** A call, perhaps with type arguments, up to where its first text may begin: `ctx,` (Go) and `name=` may stand before. */
const spanCall = new RegExp(String.raw`(?<![\w$])(?:${spanCalls.join('|')})(?:<[\w$., ]{1,80}>)?\(`, 'g');
const beforeText = /^\s{0,100}(?:[\w$.()]{1,60},\s{0,100})?(?:[\w$.]{1,40}\(\s{0,100})?(?:[\w$]{1,40}\s{0,10}[=:]\s{0,10}|\{\s{0,100}(?:name|["']name["'])\s{0,10}:\s{0,10})?([fFrRbBuU$@]{0,2})(["'`])/;
const namedText = /(?<![\w$])["']?(?:name|id|tool_name|toolName|agent_name|agentName)["']?\s{0,10}[=:]\s{0,10}(["'`])([^"'`\n\\]{1,256})\1/g;
const toolKey = /(?<![\w$])["']?([\w$-]{1,100})["']?\s{0,10}:\s{0,10}(?:[\w$]{1,40}\.)?(?:tool|defineTool|createTool|dynamicTool)\(/g;
const toolDecorator = /^\s{0,200}@(?:[\w$]{1,60}\.){0,4}(?:tool|function_tool|tool_plain|kernel_function|ai_function)\b/;
/** The function below is a span of its own name, unless the decorator says another. */
const spanDecorator = /^\s{0,200}@(?:[\w$]{1,60}\.){0,4}(?:traced|traceable|trace|observe|instrument|workflow|task|agent|chain|WithSpan|op)\b/;

const functionForms: Readonly<Record<Language, readonly RegExp[]>> = {
  python: [/^\s{0,200}(?:async\s{1,10})?def\s{1,10}(?<name>\w{1,200})\s{0,10}[([]/, /^\s{0,200}class\s{1,10}(?<name>\w{1,200})/],
  script: [
    /(?<![\w$.])function\s{0,10}\*?\s{0,10}(?<name>[\w$]{1,200})\s{0,10}[<(]/,
    /(?<![\w$.])class\s{1,10}(?<name>[\w$]{1,200})/,
    /(?<![\w$.])(?:const|let|var)\s{1,10}(?<name>[\w$]{1,200})(?:\s{0,10}:[^=\n]{1,200})?\s{0,10}=\s{0,10}(?:async\b|function\b|\(|[\w$]{1,200}\s{0,10}=>|traced\b|traceable\b|observe\b)/,
    /^\s{0,200}(?:(?:public|private|protected|static|override|readonly|async|get|set)\s{1,10}){0,5}\*?(?<name>#?[\w$]{1,200})\s{0,10}(?:<[^>\n]{1,200}>)?\([^\n]{0,500}\{\s{0,100}$/,
    /^\s{0,200}["']?(?<name>[\w$]{1,200})["']?\s{0,10}[:=]\s{0,10}(?:async\s{0,10})?(?:function\b|\([^()\n]{0,300}\)\s{0,10}(?::[^=\n]{1,100})?=>|[\w$]{1,100}\s{0,10}=>)/,
  ],
  go: [/^func\s{1,10}(?:\([^()\n]{0,200}\)\s{0,10})?(?<name>\w{1,200})\s{0,10}[[(]/],
  jvm: [
    /^\s{0,200}(?:[\w@<>,.?[\]]{1,100}\s{1,10}){1,8}(?<name>\w{1,200})\s{0,10}\([^\n;]{0,500}\{\s{0,100}$/,
    /(?<![\w.])(?:fun|def)\s{1,10}(?:<[^>\n]{1,100}>\s{0,10})?(?:[\w<>]{1,100}\.)?(?<name>\w{1,200})\s{0,10}[[(]/,
    /(?<![\w.])(?:class|object|interface|record)\s{1,10}(?<name>\w{1,200})/,
  ],
  dotNet: [
    /^\s{0,200}(?:[\w@<>,.?[\]]{1,100}\s{1,10}){1,8}(?<name>\w{1,200})\s{0,10}(?:<[\w, ]{1,100}>)?\([^\n;]{0,500}\)?\s{0,10}(?:\{|=>|where\b|$)/,
    /(?<![\w.])(?:class|record|struct|interface)\s{1,10}(?<name>\w{1,200})/,
  ],
};
const notFunctions = new Set(['if', 'for', 'while', 'switch', 'catch', 'with', 'return', 'else', 'do', 'try', 'new', 'await', 'throw', 'using', 'lock', 'foreach', 'function', 'async', 'constructor']);

/**
 * The mentions in the text of a file, by its ending; none for files that are too large or of another language. It looks at
 * lines and fixed words, not at the grammar: a mention in a comment is one too. Every pattern is bounded, lines over
 * 2,000 characters (generated code) are passed over, and at most 5,000 mentions are given.
 */
export function scanCode(path: string, text: string): CodeMention[] {
  const language = languages.get(path.slice(path.lastIndexOf('.') + 1).toLowerCase());
  if (language === undefined || text.length > longestScanned) return [];
  const mentions: CodeMention[] = [];
  let start = 0;
  /** Decorators that stand above the next function. */
  let makesTool = false, makesSpan = false;
  for (let line = 1; start <= text.length && mentions.length < mostMentions; line++) {
    const newLine = text.indexOf('\n', start);
    const end = newLine < 0 ? text.length : newLine;
    if (end - start <= longestLine) {
      const content = text.slice(start, end);
      scanCalls(content, text, start, line, mentions);
      scanNamed(content, line, mentions);
      const found = functionIn(content, language, line);
      if (found !== undefined) {
        mentions.push(found);
        if (makesTool) mentions.push({ ...found, kind: 'tool' });
        if (makesSpan) mentions.push({ ...found, kind: 'spanName' });
      }
      makesTool = toolDecorator.test(content) || (makesTool && found === undefined);
      makesSpan = spanDecorator.test(content) || (makesSpan && found === undefined);
    }
    start = end + 1;
  }
  return mentions;
}

/** Texts handed to calls that make spans; the text may stand on one of the next lines. */
function scanCalls(content: string, text: string, offset: number, line: number, mentions: CodeMention[]): void {
  if (!content.includes('(')) return;
  for (const match of content.matchAll(spanCall)) {
    const after = offset + match.index + match[0].length;
    const begin = beforeText.exec(text.slice(after, after + reach));
    if (begin === null) continue;
    const [, prefix = '', quote = ''] = begin;
    const nameStart = after + begin[0].length;
    const nameEnd = endOfText(text, nameStart, quote);
    if (nameEnd === undefined) continue;
    const isFormatted = quote === '`' || /[fF$]/.test(prefix);
    const name = text.slice(nameStart, nameEnd);
    const variable = name.search(/\$?\{|%[a-z]/);
    const isContinued = /^\s{0,10}\+/.test(text.slice(nameEnd + 1, nameEnd + 20));
    const fixed = variable < 0 ? name : name.slice(0, variable);
    const column = match.index + 1;
    if (variable < 0 || !isFormatted) mentions.push({ kind: 'spanName', name, line, column });
    // A short fixed begin would fit names of everything.
    if ((variable >= 0 || isContinued) && fixed.length >= 3) mentions.push({ kind: 'pattern', name: fixed, line, column });
  }
}

function endOfText(text: string, start: number, quote: string): number | undefined {
  const end = text.indexOf(quote, start);
  if (end < 0 || end === start || end - start > longestName) return undefined;
  const name = text.slice(start, end);
  return name.includes('\n') || name.includes('\\') ? undefined : end;
}

function scanNamed(content: string, line: number, mentions: CodeMention[]): void {
  for (const match of content.matchAll(namedText)) mentions.push({ kind: 'named', name: match[2] ?? '', line, column: match.index + 1 });
  for (const match of content.matchAll(toolKey)) mentions.push({ kind: 'tool', name: match[1] ?? '', line, column: match.index + 1 });
}

function functionIn(content: string, language: Language, line: number): CodeMention | undefined {
  for (const form of functionForms[language]) {
    const match = form.exec(content);
    const name = match?.groups?.['name'];
    if (match === null || name === undefined || notFunctions.has(name)) continue;
    return { kind: 'function', name, line, column: content.indexOf(name, match.index) + 1 };
  }
  return undefined;
}
