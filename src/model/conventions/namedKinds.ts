import type { AttributeValue } from '../attributes.ts';
import type { Role } from '../role.ts';
import { roleRank } from './convention.ts';
import type { Convention, ConventionInput, RoleClaim } from './convention.ts';
import { payload, subjectNames } from './payload.ts';
import { at, figure, firstOf, hasPrefix, structured, text } from './read.ts';

/** Words that these platforms use for kinds of steps. */
const kindRoles: ReadonlyMap<string, Role> = new Map<string, Role>([
  ...['agent', 'team', 'agent_turn', 'agent_run'].map((word) => [word, 'agent'] as const),
  ...['session', 'workflow', 'task', 'operation', 'chain', 'flow', 'function', 'eval', 'agent.action', 'model_generation', 'model_step',
    'workflow_run', 'workflow_step', 'processor_run'].map((word) => [word, 'chain'] as const),
  ...['llm', 'model', 'background-model', 'model_inference'].map((word) => [word, 'llm'] as const),
  ...['tool', 'tool.v2', 'function_tool', 'tool_call', 'mcp_tool_call'].map((word) => [word, 'tool'] as const),
  ...['agent.thinking', 'agent.decision'].map((word) => [word, 'decision'] as const),
  ...['evaluator', 'score', 'scorer'].map((word) => [word, 'evaluator'] as const),
  ...['embedding', 'embedder'].map((word) => [word, 'embedding'] as const),
  ['retriever', 'retriever'], ['reranker', 'reranker'], ['guardrail', 'guardrail'],
]);

/** A platform whose spans say their kind in one place, what went in in another, and what came out in a third. */
interface Platform {
  readonly id: string;
  /** The key whose value is the kind, or is an object with the kind as its `type`; without one, the span's name is the kind. */
  readonly kindKey?: string;
  readonly keyPrefix: string;
  readonly rank: number;
  readonly inputKeys: readonly string[];
  readonly outputKeys: readonly string[];
  readonly subjectKeys?: readonly string[];
  readonly conversationKeys?: readonly string[];
}

/** Of an answer with a member `usage`, as Genkit writes it. */
const usageNames = [['inputTokens', 'inputTokens'], ['outputTokens', 'outputTokens'], ['reasoningTokens', 'thoughtsTokens'], ['cacheReadTokens', 'cachedContentTokens']] as const;

function conventionOf(platform: Platform): Convention {
  const { id, kindKey, keyPrefix, inputKeys, outputKeys, subjectKeys = [], conversationKeys = [] } = platform;
  const role = (input: ConventionInput): RoleClaim | undefined => roleOf(platform, input);
  return {
    id,
    keyPrefixes: [keyPrefix],
    claims: (input) => (kindKey === undefined ? role(input) !== undefined : input.attributes.has(kindKey)),
    role,
    step(input) {
      const own = role(input)?.value, subject = firstOf(input, subjectKeys, text), named = subjectNames(own, input);
      const answer = own === 'llm' ? firstOf(input, outputKeys, structured) : undefined, usage = at(answer?.value, 'usage');
      return {
        ...Object.fromEntries(usageNames.flatMap(([field, name]) => {
          const value = figure(at(usage, name));
          return answer === undefined || value === undefined ? [] : [[field, { value, source: `${answer.source}.usage` }]];
        })),
        model: own === 'llm' || own === 'embedding' ? subject : undefined,
        toolName: own === 'tool' ? subject ?? named.toolName : undefined,
        agentName: own === 'agent' ? subject ?? named.agentName : undefined,
        conversationId: firstOf(input, conversationKeys, text),
      };
    },
    content: (input) => payload(role(input)?.value, firstOf(input, inputKeys, structured), firstOf(input, outputKeys, structured)),
  };
}

function roleOf({ kindKey, keyPrefix, rank }: Platform, input: ConventionInput): RoleClaim | undefined {
  const told: AttributeValue | undefined = kindKey === undefined ? input.name : structured(input.attributes.get(kindKey));
  const value = kindRoles.get((text(told) ?? text(at(told, 'type')) ?? '').toLowerCase());
  return value !== undefined && (kindKey !== undefined || hasPrefix(input, keyPrefix)) ? { value, source: kindKey ?? 'span name', rank } : undefined;
}

const mastraSpans = ['agent_run', 'model_generation', 'model_step', 'workflow_run', 'workflow_step', 'processor_run', 'tool_call', 'mcp_tool_call'];

const platforms: readonly Platform[] = [
  // AgentOps-AI/agentops, agentops/semconv.
  {
    id: 'agentOps', kindKey: 'agentops.span.kind', keyPrefix: 'agentops.span.kind', rank: roleRank.vendor,
    inputKeys: ['agentops.entity.input'], outputKeys: ['agentops.entity.output'], subjectKeys: ['agentops.entity.name', 'operation.name'],
  },
  // wandb/weave, weave/trace_server/opentelemetry/constants.py.
  {
    id: 'weaveSpans', kindKey: 'weave.span.kind', keyPrefix: 'weave.span.kind', rank: roleRank.vendor,
    inputKeys: ['weave.input', 'input.value'], outputKeys: ['weave.output', 'output.value'], conversationKeys: ['wandb.thread_id'],
  },
  // braintrust.dev, "OpenTelemetry": attributes.
  {
    id: 'braintrust', kindKey: 'braintrust.span_attributes', keyPrefix: 'braintrust.span_attributes', rank: roleRank.vendor,
    inputKeys: ['braintrust.input_json', 'braintrust.input'], outputKeys: ['braintrust.output_json', 'braintrust.output'],
  },
  // firebase/genkit, js/core/src/tracing/instrumentation.ts.
  {
    id: 'genkit', kindKey: 'genkit:metadata:subtype', keyPrefix: 'genkit:metadata:subtype', rank: roleRank.genkit,
    inputKeys: ['genkit:input'], outputKeys: ['genkit:output'], subjectKeys: ['genkit:name'], conversationKeys: ['genkit:sessionId'],
  },
  // mastra-ai/mastra, observability/otel-exporter: beside OpenTelemetry's keys.
  {
    id: 'mastra', kindKey: 'mastra.span.type', keyPrefix: 'mastra.span.type', rank: roleRank.spanName,
    inputKeys: mastraSpans.map((span) => `mastra.${span}.input`), outputKeys: mastraSpans.map((span) => `mastra.${span}.output`),
  },
  // livekit/agents, livekit-agents/livekit/agents/telemetry/trace_types.py.
  {
    id: 'liveKit', keyPrefix: 'lk.', rank: roleRank.spanName,
    inputKeys: ['lk.function_tool.arguments', 'lk.user_input'], outputKeys: ['lk.function_tool.output', 'lk.response.text'],
    subjectKeys: ['lk.function_tool.name', 'lk.agent_name', 'lk.agent_label'],
  },
];

/** Platforms that only name the kind of a step, and keep what went in and came out in one attribute each. */
export const namedKinds: readonly Convention[] = platforms.map(conventionOf);
