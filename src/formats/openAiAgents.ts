import type { Format, ItemKeys, Sniff } from './format.ts';
import { jsonKeys } from './jsonKeys.ts';
import { OpenAiAgentsDecoder } from './openAiAgentsDecode.ts';

const itemKeys: ItemKeys = [['object', 'id']];

/**
 * Items of the OpenAI Agents SDK, `{object: "trace"}` and `{object: "trace.span"}`: as a list, `{data: [item]}`, an item a
 * line, or `{traces: [{…trace, spans: [span]}]}`. A trace has no times and is no span: its workflow, group and metadata are
 * attributes of its roots. Items may come again when they are more complete.
 * Shapes: openai/openai-agents-python, src/agents/tracing/spans.py, span_data.py.
 */
export const openAiAgents: Format = {
  id: 'openai-agents',
  label: 'OpenAI Agents traces',
  pieces: 'values',
  opens: new Map([['data', { items: itemKeys }], ['items', { items: itemKeys }], ['traces', { inner: new Map([['spans', { after: ['id'], items: itemKeys }]]), items: [['spans']] }]]),
  records: itemKeys,
  sniff(head): Sniff {
    const keys = jsonKeys(head);
    const isHere = ['', 'data/', 'traces/', 'traces/spans/', 'spans/'].some((place) =>
      keys.has(`${place}object`) && (keys.has(`${place}workflow_name`) || (keys.has(`${place}span_data`) && keys.has(`${place}trace_id`))));
    return isHere ? { score: 0.95, reason: 'has items of the kind "trace" or "trace.span"' } : { score: 0, reason: 'has no items of the kind "trace.span"' };
  },
  decode(bytes, batch, options): void {
    const decoder = new OpenAiAgentsDecoder(batch, options);
    decoder.read(bytes, options.offset ?? 0);
    decoder.end();
  },
  open: (batch, options) => new OpenAiAgentsDecoder(batch, options),
};
