import { at } from './scenario.ts';
import type { Scenario, ScenarioSpan } from './scenario.ts';

/** Text that wants to be markup, a command, an address or another text. `hacked` would be set on the page if any of it ran. */
export const hostileTexts: readonly string[] = [
  '<script>window.hacked = 1</script>',
  '<img src=x onerror="window.hacked = 2">',
  '<svg onload="window.hacked = 3"><a href="javascript:window.hacked=4">x</a></svg>',
  '<iframe src="javascript:parent.hacked=5"></iframe>',
  '[click](command:workbench.action.terminal.new) ![x](https://attacker.example/beacon.png)',
  '<link rel=stylesheet href=https://attacker.example/x.css><style>body{display:none}</style>',
  '\u001b]52;c;aGFja2Vk\u0007\u001b[31mred\u009b0m',
  'invoice\u202Egpj.exe',
  'a\u2066\u202Eb\u2069\u200B\uFEFFc\u{E0041}',
  'line one\r\n[2025-11-20] forged log line',
  '\uD800 lone surrogate \uDFFF',
  '${7*7} {{7*7}} %s %n',
  '*'.repeat(5000),
  '>'.repeat(2000) + '['.repeat(2000),
  'x'.repeat(200_000),
];

const keys = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '__proto__.polluted', '', '<b>key</b>', 'na\u202Eme', 'sp ace'];
const attributes = Object.fromEntries([...keys, ...hostileTexts.map((_, i) => `text.${i}`)].map((key, i) => [key, hostileTexts[i % hostileTexts.length]]));
let deep: unknown = 'bottom';
for (let level = 0; level < 60; level++) deep = { level, inner: deep };

const svg = `data:image/svg+xml;base64,${btoa('<svg xmlns="http://www.w3.org/2000/svg" onload="parent.hacked=6"/>')}`;

const spans: readonly ScenarioSpan[] = [
  { id: '<root>', name: hostileTexts[0] ?? '', role: 'agent', start: 0, end: 10, agent: { input: hostileTexts.join('\n') }, attributes, marks: ['duplicate', 'cut', 'orphan'] },
  ...hostileTexts.map((name, i): ScenarioSpan => ({
    id: `span-${i}`, parent: '<root>', name, subject: name.split('').toReversed().join(''), role: (['llm', 'tool', 'retriever', 'decision', 'human', 'other'] as const)[i % 6] ?? 'other',
    start: i * 0.5, end: i * 0.5 + 0.4, error: name,
    attributes: { ...attributes, deep, numbers: [1, -0, 1e308, '9223372036854775807'], 'nothing': null },
    agent: {
      model: name, toolName: name, toolArguments: name, toolResult: { [name]: deep }, input: name, output: { html: name }, chosen: name, options: [name, 'other'],
      documents: [{ id: name, content: name, score: 0.5, metadata: { [name]: name } }],
      inputMessages: [{ role: name, name, parts: [{ type: 'text', text: name }, { type: 'toolCall', name, arguments: name }, { type: 'media', mediaType: 'image/svg+xml', uri: svg }, { type: 'media', mediaType: 'image/png', uri: 'https://attacker.example/beacon.png' }, { type: name, value: name }] }],
      outputMessages: [{ role: 'assistant', finishReason: name, parts: [{ type: 'reasoning', text: name }, { type: 'toolResult', result: name }] }],
    },
    events: [{ name: 'exception', timeUnixNano: at(i * 0.5), attributes: { 'exception.type': name, 'exception.message': name, 'exception.stacktrace': `${name}\n  at ${name} (file:///etc/passwd:1:1)` } }, { name, timeUnixNano: 'never', attributes }],
    logs: [{ timeUnixNano: at(i), severity: name, severityNumber: 17, body: name, attributes }],
    links: [{ traceId: name, spanId: name, traceState: name, attributes }],
    sources: [{ index: 0, label: name, functionName: name, origin: name }],
    frames: [{ index: 0, event: 0, line: 1, label: name, functionName: name, origin: name }],
  })),
];

export const hostileRun: Scenario = { status: { state: 'listening', receivedSpans: 1, problem: hostileTexts[0] ?? '' }, spans, now: 20 };
