import type { ExportOptions, ExportSpan, Exporter } from '../../../src/export/exporter.ts';
import { usualMaxCharacters, usualWidth } from '../../../src/export/writing.ts';
import type { AttributeValue } from '../../../src/model/attributes.ts';
import { markBit } from '../../../src/model/span.ts';
import type { SpanEvent } from '../../../src/model/span.ts';

/** 10 April 2026, 10:30:00 UTC. */
export const baseUnixNano = 1_775_817_000_000_000_000n;
const resource = { attributes: new Map([['service.name', 'planner']]), schemaUrl: '', droppedAttributesCount: 0 };
const scope = { name: '', version: '', attributes: new Map(), schemaUrl: '', droppedAttributesCount: 0 };

export interface SpanSketch {
  readonly id: string;
  readonly parent?: string;
  readonly name: string;
  /** Milliseconds after the base; without an end it runs. */
  readonly from: number;
  readonly to?: number;
  readonly status?: ExportSpan['status'];
  readonly message?: string;
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly events?: readonly { readonly name: string; readonly attributes: Readonly<Record<string, AttributeValue>> }[];
  readonly traceId?: string;
}

const at = (milliseconds: number): bigint => baseUnixNano + BigInt(Math.round(milliseconds * 1e6));

/** A span from the few words that a test is about. */
export function sketched({ id, parent = '', name, from, to, status = 'unset', message = '', attributes = {}, events = [], traceId = '4bf92f3577b34da6a3ce929d0e0e4736' }: SpanSketch): ExportSpan {
  return {
    traceId, spanId: id, parentSpanId: parent, name, kind: 'internal', startUnixNano: at(from), endUnixNano: to === undefined ? 0n : at(to), status, statusMessage: message,
    service: 'planner', resource, scope,
    content: {
      attributes: new Map(Object.entries(attributes)),
      events: events.map((event): SpanEvent => ({ name: event.name, timeUnixNano: at(to ?? from), attributes: new Map(Object.entries(event.attributes)), droppedAttributesCount: 0 })),
      links: [], traceState: '', flags: 0, droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0,
    },
    logs: [], marks: to === undefined ? markBit('open') : 0,
  };
}

export const options: ExportOptions = {
  title: 'planner', traceCount: 1, firstUnixNano: baseUnixNano, nowUnixNano: baseUnixNano + 60_000_000_000n, width: usualWidth, unicode: false, maxCharacters: usualMaxCharacters,
};

/** An agent with two model calls and a tool that fails. */
export const agentRun: readonly ExportSpan[] = [
  sketched({ id: 'a000000000000001', name: 'agent_run', from: 0, to: 9000, status: 'ok', attributes: { 'agent.name': 'planner', task: 'book a seat' } }),
  sketched({
    id: 'a000000000000002', parent: 'a000000000000001', name: 'chat', from: 100, to: 3000.25,
    attributes: {
      'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'small-1', 'gen_ai.usage.input_tokens': 1200, 'gen_ai.usage.output_tokens': 80, 'gen_ai.usage.cost': 0.0123,
      'gen_ai.input.messages': JSON.stringify([{ role: 'user', parts: [{ type: 'text', content: 'Book a seat in row 7.' }] }]),
      'gen_ai.output.messages': JSON.stringify([{ role: 'assistant', parts: [{ type: 'tool_call', id: 'c1', name: 'hold_seats', arguments: { row: 7 } }] }]),
    },
  }),
  sketched({
    id: 'a000000000000003', parent: 'a000000000000001', name: 'tool:hold_seats', from: 3001, to: 5250.123, status: 'error', message: 'row 7 is full',
    attributes: { 'tool.name': 'hold_seats', 'tool.input': '{"row":7}', 'code.file.path': 'agent/tools.py', 'code.line.number': 12 },
    events: [{ name: 'exception', attributes: { 'exception.type': 'FullError', 'exception.message': 'row 7 is full', 'exception.stacktrace': 'Traceback:\n  File "agent/tools.py", line 12\nFullError: row 7 is full' } }],
  }),
  sketched({
    id: 'a000000000000004', parent: 'a000000000000001', name: 'chat', from: 5300, to: 8900,
    attributes: {
      'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'small-1', 'gen_ai.usage.input_tokens': 1400, 'gen_ai.usage.output_tokens': 60,
      'gen_ai.input.messages': JSON.stringify([{ role: 'user', parts: [{ type: 'text', content: 'Book a seat in row 7.' }] }, { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c1', response: 'row 7 is full' }] }]),
      'gen_ai.output.messages': JSON.stringify([{ role: 'assistant', parts: [{ type: 'text', content: 'There is no seat left in row 7.' }] }]),
    },
  }),
];

/** What an exporter writes of spans. */
export function written(exporter: Exporter, spans: Iterable<ExportSpan>, given: ExportOptions = options): { readonly text: string; readonly leftOut: string | undefined } {
  const pieces: Uint8Array[] = [], writer = exporter.open(given, (bytes) => { pieces.push(bytes); });
  for (const span of spans) writer.add(span);
  const { leftOut } = writer.finish();
  return { text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.concat(pieces)), leftOut };
}

/** Names and texts that try to be more than text. */
export const hostileTexts: readonly string[] = [
  '</script><script>window.hacked = 1</script>', '<!--', '-->', ']]>', '<img src=x onerror="window.hacked = 2">', '```\n# Owned\n[link](https://evil.example)', '`` ` ``', '\u2028\u2029',
  '\u202egnp.exe', '=HYPERLINK("https://evil.example")', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '  =1', '"quoted", and\r\nmore', '\u001b]52;c;ZXZpbA==\u0007', '__proto__', '\u0000', '[x](command:evil)',
  '<svg onload=alert(1)>', '| cell | --- |', 'a\nb', '', ' ', '\ud800', '&lt;', '@everyone #1 https://evil.example', '~~~\n```', '`'.repeat(50), '${evil}', "';alert(1)//",
];
