import { variable } from '../environment.ts';

/** What people and models have said, and what tools were given and gave. */
const contentKeys = new Set([
  'gen_ai.input.messages', 'gen_ai.output.messages', 'gen_ai.system_instructions', 'gen_ai.tool.call.arguments', 'gen_ai.tool.call.result',
  'gen_ai.retrieval.query.text', 'gen_ai.retrieval.documents', 'input.value', 'output.value',
]);
const agents = 'openai.agents.';
/** Of the OpenAI Agents SDK; everything else in its spans is the program's. */
const structure = new Set(['type', 'tools', 'handoffs', 'triggered', 'mcp.server', 'model_config'].map((name) => agents + name));

/** Whether content is to be left out, by the variable of OpenTelemetry's GenAI instrumentations. */
export function isWithoutContent(): boolean {
  return /^(?:false|0|no|off|no_content)$/i.test(variable('OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT') ?? '');
}

export function isContent(key: string): boolean {
  return contentKeys.has(key) || (key.startsWith(agents) && !structure.has(key));
}
