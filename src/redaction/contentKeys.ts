/**
 * Attributes that hold what people and models said, or what tools were given and gave back: the keys themselves and all
 * that begin with one of them and a dot. From the conventions under `model/conventions` and from what SDKs write besides.
 */
const contentPrefixes: readonly string[] = [
  'gen_ai.input', 'gen_ai.output.messages', 'gen_ai.system_instructions', 'gen_ai.prompt', 'gen_ai.completion', 'gen_ai.tool.call.arguments',
  'gen_ai.tool.call.result', 'gen_ai.tool.definitions', 'gen_ai.content', 'gen_ai.event.content', 'gen_ai.request.messages', 'gen_ai.response.messages',
  'gen_ai.retrieval.documents', 'gen_ai.retrieval.query', 'gen_ai.memory', 'gen_ai.evaluation.explanation', 'mcp.request.params', 'mcp.response.result',
  'llm.input_messages', 'llm.output_messages', 'llm.prompts', 'llm.prompt', 'llm.prompt_template', 'llm.completions', 'llm.choices', 'llm.response', 'llm.function_call',
  'llm.tools', 'llm.request.messages', 'llm.messages', 'input.value', 'output.value', 'tool.parameters', 'tool.arguments', 'tool.input', 'tool.result', 'tool.output',
  'tool_arguments', 'tool_response', 'tool_call', 'message.content', 'retrieval.documents', 'document', 'embedding.embeddings', 'embedding.text',
  'reranker.input_documents', 'reranker.output_documents', 'reranker.query', 'traceloop.entity.input', 'traceloop.entity.output', 'traceloop.prompt',
  'ai.prompt', 'ai.response.text', 'ai.response.object', 'ai.response.reasoning', 'ai.response.toolCalls', 'ai.result', 'ai.toolCall.args', 'ai.toolCall.input',
  'ai.toolCall.result', 'ai.toolCall.output', 'ai.value', 'ai.values', 'ai.schema', 'langfuse.observation.input', 'langfuse.observation.output', 'langfuse.trace.input',
  'langfuse.trace.output', 'mlflow.spanInputs', 'mlflow.spanOutputs', 'inputs', 'outputs', 'input', 'output', 'request_data', 'response_data',
  'all_messages_events', 'pydantic_ai.all_messages', 'final_result', 'prompt', 'prompts', 'completion', 'messages', 'task', 'task_preview', 'result', 'memory.key',
  'memory.value', 'decision.options', 'agent.task', 'agent.result', 'copilot_chat.prompt', 'copilot_chat.markdown_content', 'graphql.document', 'db.statement',
  'user_prompt', 'new_context', 'response.model_output', 'tool_input', 'full_command', 'agentops.entity.input', 'agentops.entity.output', 'weave.input', 'weave.output',
  ...['agent_run', 'model_generation', 'model_step', 'workflow_run', 'workflow_step', 'processor_run', 'tool_call', 'mcp_tool_call', 'model_chunk']
    .flatMap((span) => [`mastra.${span}.input`, `mastra.${span}.output`]),
  'braintrust.input', 'braintrust.input_json', 'braintrust.output', 'braintrust.output_json', 'genkit:input', 'genkit:output', 'lk.function_tool.arguments',
  'lk.function_tool.output', 'lk.user_input', 'lk.response.text', 'gen_ai.guardrail.input', 'gen_ai.guardrail.output', 'gen_ai.task.input', 'gen_ai.task.output',
  'gen_ai.response.text', 'gen_ai.response.tool_calls', 'gen_ai.tool.input', 'gen_ai.tool.output', 'gen_ai.tool.args', 'mcp.request.argument', 'mcp.response.value',
  'db.query.text', 'db.query.parameter', 'http.request.body', 'http.response.body', 'messaging.message.body',
];

const prefixes = new Set(contentPrefixes);

/** Whether an attribute holds content. */
export function isContentKey(key: string): boolean {
  if (prefixes.has(key)) return true;
  for (let dot = key.indexOf('.'); dot >= 0; dot = key.indexOf('.', dot + 1)) if (prefixes.has(key.slice(0, dot))) return true;
  return false;
}

/** Whether an event or a log record is a message: then its body and texts are content, whatever they are called. */
export const isMessageEvent = (name: string): boolean => name.startsWith('gen_ai.') || name === 'events' || name === 'llm.content';

/** Members of messages that say how they are built and not what they say. */
export const structuralKeys: ReadonlySet<string> = new Set([
  'role', 'type', 'id', 'index', 'finish_reason', 'finishReason', 'stop_reason', 'tool_call_id', 'toolCallId', 'tool_use_id', 'call_id', 'mime_type', 'mimeType',
  'mediaType', 'media_type', 'modality', 'toolName', 'tool_name', 'model',
]);
/** What a call is called, where it stands beside what it was given. */
export const callKeys: ReadonlySet<string> = new Set(['arguments', 'args', 'input', 'parameters', 'function']);
