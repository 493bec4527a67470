import { hostileTexts } from '../page/support/hostileRun.ts';
import type { Attributes, TestSpan } from './spans.ts';

export { hostileTexts };

const keys = ['__proto__', 'constructor', 'prototype', 'toString', '__proto__.polluted', '<b>key</b>', 'na\u202Eme'];

function hostileAttributes(text: string): Attributes {
  const entries = [...keys, 'gen_ai.tool.name', 'gen_ai.tool.call.arguments', 'gen_ai.request.model', 'code.file.path', 'exception.stacktrace', 'url.full'].map((key) => [key, text] as const);
  return Object.fromEntries([...entries, ['gen_ai.operation.name', 'execute_tool'], ['gen_ai.input.messages', JSON.stringify([{ role: text, parts: [{ type: 'text', content: text }, { type: 'blob', mime_type: 'image/svg+xml', content: text }, { type: 'uri', uri: 'https://attacker.example/beacon.png' }] }])]]);
}

/** A run whose every text wants to be something else: markup, a link, a command, an address, a key of Object.prototype. */
export const hostileRun: readonly TestSpan[] = [
  { id: 'root', name: hostileTexts[0] ?? '', ms: 1000 },
  ...hostileTexts.map((text, i): TestSpan => ({
    id: `hostile ${i}`, parent: 'root', name: text.slice(0, 300), at: 10 * i, error: text.slice(0, 60_000), attributes: hostileAttributes(text),
    events: [
      { name: 'exception', at: 10 * i, attributes: { 'exception.type': text, 'exception.message': text, 'exception.stacktrace': `${text}\n    at ${text} (file:///etc/passwd:1:1)\n    at x (\\\\attacker.example\\share\\x.js:1:1)` } },
      { name: text.slice(0, 300), at: 10 * i, attributes: hostileAttributes(text) },
    ],
    links: [{ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) }],
  })),
];
