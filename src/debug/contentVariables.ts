/** What becomes of prompts, answers, arguments and results: each library's own choice, all recorded, or none. */
export const contentChoices = ['default', 'on', 'off'] as const;
export type ContentChoice = (typeof contentChoices)[number];

interface ContentVariable { readonly name: string; readonly on: string; readonly off: string }

const genAiName = 'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT';

/** The variables by which instrumentations are told, each below the page that says so. */
export const contentVariables: readonly ContentVariable[] = [
  // https://pypi.org/project/opentelemetry-util-genai, and others by the same name
  { name: genAiName, on: 'true', off: 'false' },
  // https://www.traceloop.com/docs/openllmetry/privacy/traces
  { name: 'TRACELOOP_TRACE_CONTENT', on: 'true', off: 'false' },
  // https://arize-ai.github.io/openinference/spec/configuration/trace-config.html
  { name: 'OPENINFERENCE_HIDE_INPUTS', on: 'false', off: 'true' },
  { name: 'OPENINFERENCE_HIDE_OUTPUTS', on: 'false', off: 'true' },
  { name: 'OPENINFERENCE_HIDE_INPUT_MESSAGES', on: 'false', off: 'true' },
  { name: 'OPENINFERENCE_HIDE_OUTPUT_MESSAGES', on: 'false', off: 'true' },
  // https://azuresdkdocs.z19.web.core.windows.net/python/azure-ai-projects/1.0.0b6/azure.ai.projects.telemetry.agents.html
  { name: 'AZURE_TRACING_GEN_AI_CONTENT_RECORDING_ENABLED', on: 'true', off: 'false' },
  // https://github.com/openai/openai-agents-python/pull/1192
  { name: 'OPENAI_AGENTS_TRACE_INCLUDE_SENSITIVE_DATA', on: 'true', off: 'false' },
  // https://docs.langtrace.ai/tracing/disable_prompt_%26_completions_tracing
  { name: 'TRACE_PROMPT_COMPLETION_DATA', on: 'true', off: 'false' },
];

/** OpenTelemetry's GenAI utilities know no `true` in programs that choose the newest conventions. */
const newestConventions = 'gen_ai_latest_experimental';
const genAiModes = { on: 'SPAN_ONLY', off: 'NO_CONTENT' };

/** What these variables are for a choice, in a program with this OTEL_SEMCONV_STABILITY_OPT_IN. */
export function contentValues(choice: ContentChoice, optIn: string): ReadonlyMap<string, string> {
  if (choice === 'default') return new Map();
  const values = new Map(contentVariables.map((variable) => [variable.name, variable[choice]]));
  if (optIn.split(',').some((each) => each.trim() === newestConventions)) values.set(genAiName, genAiModes[choice]);
  return values;
}
