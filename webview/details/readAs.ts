import type { AgentRecord, SpanRecord } from '../../src/model/records.ts';
import { roleWords } from '../../src/model/role.ts';
import { numbers } from '../components/numbers.ts';
import { visibleName } from '../../src/model/visibleText.ts';

/** One value that the span's attributes were read as. */
export interface Reading {
  readonly name: string;
  readonly value: string;
  /** Attribute key, event or name that it came from. */
  readonly source: string;
}

type Field = Exclude<keyof AgentRecord, 'sources'>;

const tokens = (count: unknown): string => `${numbers.count(count as number)} tokens`;
const text = (value: unknown): string => visibleName(String(value));

/** The fields that are read as one short value, in the order in which they are shown. */
const fields: readonly (readonly [field: Field, name: string, show: (value: unknown) => string])[] = [
  ['role', 'Role', (role) => roleWords[role as AgentRecord['role']]],
  ['agentName', 'Agent', text],
  ['model', 'Model', text],
  ['provider', 'Provider', text],
  ['inputTokens', 'Input', tokens],
  ['cacheReadTokens', 'of it cached', tokens],
  ['cacheWriteTokens', 'written to cache', tokens],
  ['outputTokens', 'Output', tokens],
  ['reasoningTokens', 'of it reasoning', tokens],
  ['costUsd', 'Cost', (cost) => numbers.cost(cost as number)],
  ['timeToFirstTokenNs', 'First token', (ns) => numbers.duration(ns as number)],
  ['toolName', 'Tool', text],
  ['toolCallId', 'Call', text],
  ['chosen', 'Chosen', text],
  ['conversationId', 'Conversation', text],
  ['userId', 'User', text],
  ['responseId', 'Response', text],
  ['finishReason', 'Stop', text],
];
const longestQuote = 40;

/** How the span was read as an agent's step: each value with the key it came from. */
export function readingsOf({ agent, attributes }: Pick<SpanRecord, 'agent' | 'attributes'>): readonly Reading[] {
  if (agent === undefined) return [];
  return fields.flatMap(([field, name, show]) => {
    const value = agent[field];
    if (value === undefined) return [];
    const key = Object.hasOwn(agent.sources, field) ? agent.sources[field] ?? '' : '';
    const raw = field === 'role' && Object.hasOwn(attributes, key) ? attributes[key] : undefined;
    const quote = typeof raw === 'string' && raw.length <= longestQuote ? ` = "${raw}"` : '';
    return [{ name, value: show(value), source: visibleName(key + quote) }];
  });
}
